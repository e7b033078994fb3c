/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files.c - what "httpd -t" can say of the files, directories and
 * databases that a server names.  Nothing is made or changed.
 */
#include "httpd/check/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <apr_dbd.h>
#include <apr_strings.h>
#include <http_core.h>

#include "base/file.h"
#include "base/text/message.h"
#include "httpd/module.h"
#include "httpd/run/log.h"
#include "httpd/start/db.h"
#include "httpd/start/secret.h"
#include "httpd/start/setup.h"
#include "httpd/start/sitelogo.h"
#include "httpd/start/state.h"

static void mistake(oa2_trial_t *trial, server_rec *s, const char *directive,
                    const oa2_err_t *err)
{
    if (!err) return;
    trial->mistakes++;
    oa2_log_server(s, APLOG_EMERG, err->id, "%s: %s", directive, err->meant);
}

/*
 * 1 when an ordinary user tests the configuration of a server that somebody
 * else starts: he may not even look at what that one can use.
 */
static int is_for_others(oa2_trial_t *trial, server_rec *s, const char *path)
{
    char *at = apr_pstrdup(trial->pool, path);
    struct stat info;

    if (geteuid() == 0 || ap_state_query(AP_SQ_RUN_MODE)
        != AP_SQ_RM_CONFIG_TEST) {
        return 0;
    }
    while (lstat(at, &info)) {
        char *slash = strrchr(at, '/');

        if (!slash || slash == at || errno == EACCES) break;
        *slash = '\0';
    }
    if (lstat(at, &info) == 0 && info.st_uid == geteuid()) return 0;
    oa2_log_server(s, APLOG_NOTICE, OA2_ID(7540),
                   "\"%s\" is not looked at: it is for another user; test the "
                   "configuration as the user who starts httpd", path);
    return 1;
}

/* ------------------------------------------------------------ database */

static const char *sqlite_problem(const char *path, oa2_trial_t *trial)
{
    static const char magic[] = "SQLite format 3";
    char head[sizeof(magic)];
    struct stat info;
    size_t n = 0;
    int why;
    int fd;

    why = oa2_file_open(&fd, &info, path, O_NOFOLLOW);
    if (why == EINVAL || why == EISDIR || why == ELOOP) {
        return apr_psprintf(trial->pool, "\"%s\" is not a plain file: name "
                            "the file that is to hold the tables", path);
    }
    if (why) return NULL;               /* it will be made, or that says so */
    why = oa2_file_read(head, &n, fd, sizeof(head));
    close(fd);
    if (why)
        n = 0;
    if (n && (n < sizeof(head) || memcmp(head, magic, sizeof(head)) != 0)) {
        return apr_psprintf(trial->pool, "\"%s\" is not an SQLite database: "
                            "move it away, or name another file", path);
    }
    return NULL;
}

/* In the state directory, which may have to be made, or beside. */
static void check_file(oa2_trial_t *trial, server_rec *s,
                         const oa2_settings_t *settings)
{
    const char *path = settings->database_params;
    const char *folder = oa2_state_folder(path, trial->pool);
    oa2_store_conf_t conf = { settings->database_driver, path, 1, 1000 };
    const char *problem = NULL;
    struct stat info;

    if (is_for_others(trial, s, path)) return;
    if (stat(folder, &info) == 0) {
        mistake(trial, s, "OAuth2Database sqlite3",
                oa2_state_is_writable(folder, trial->pool));
        problem = sqlite_problem(path, trial);
    }
    else if (strcmp(folder, trial->state_dir) != 0) {
        problem = oa2_store_conf_check(&conf, trial->pool);
    }
    if (!problem) return;
    trial->mistakes++;
    oa2_log_server(s, APLOG_EMERG, OA2_ID(7004), "OAuth2Database sqlite3: %s",
                   problem);
}

static oa2_err_t *look_at_pgsql(void *baton, apr_pool_t *pool)
{
    return oa2_db_look_once(baton, pool);
}

/* Parameters were read with the directive.  One that is away is no mistake:
   it may be there in time. */
static void check_pgsql(oa2_trial_t *trial, server_rec *s, oa2_db_t *db)
{
    oa2_err_t *err = oa2_state_as_user(look_at_pgsql, db, trial->pool);

    if (!err) return;
    if (err->kind == &oa2_temporarily_unavailable) {
        oa2_log_server(s, APLOG_WARNING, OA2_ID(7541),
                       "OAuth2Database pgsql: does not answer now: %s",
                       err->meant);
        return;
    }
    mistake(trial, s, "httpd cannot serve", err);
}

static void check_databases(oa2_trial_t *trial)
{
    oa2_db_t *db = oa2_db_collect(trial->main_server, trial->pool);

    for (; db; db = db->next) {
        const apr_dbd_driver_t *driver;
        const char *name = db->conf.driver;

        if (apr_dbd_get_driver(trial->pool, name, &driver) != APR_SUCCESS) {
            trial->mistakes++;
            oa2_log_server(db->server, APLOG_EMERG, OA2_ID(7003),
                           "OAuth2Database %s: APR's driver \"%s\" could not "
                           "be loaded: install it (on Debian the package "
                           "libaprutil1-dbd-%s)", name, name, name);
        }
        else if (oa2_store_is_file(db->conf.driver)) {
            check_file(trial, db->server, db->settings);
        }
        else {
            check_pgsql(trial, db->server, db);
        }
    }
}

/* ------------------------------------------------------------ files */

static void check_secret(oa2_trial_t *trial, server_rec *s,
                         const oa2_settings_t *settings)
{
    if (is_for_others(trial, s, settings->secret_file)) return;
    mistake(trial, s, "OAuth2SecretFile",
            oa2_secret_check(settings->secret_file, trial->state_dir,
                             trial->pool));
}

static void check_pages(oa2_trial_t *trial, server_rec *s,
                        const oa2_settings_t *settings)
{
    const char *dir = settings->page_dir;
    oa2_pages_t *pages;
    struct stat info;

    if (dir && (stat(dir, &info) || !S_ISDIR(info.st_mode))) {
        trial->mistakes++;
        oa2_log_server(s, APLOG_EMERG, OA2_ID(7542),
                       "OAuth2PageDir \"%s\": there is no such directory: "
                       "make it, or remove the line to use the installed "
                       "pages", dir);
        return;
    }
    mistake(trial, s, dir ? "OAuth2PageDir" : "the installed pages",
            oa2_setup_pages(&pages, dir, trial->pool));
}

/* ------------------------------------------------------------ programs */

static int is_program(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISREG(info.st_mode)
        && (info.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH));
}

/* The installed one is looked at where it is needed. */
static void check_logo(oa2_trial_t *trial, server_rec *s,
                       const oa2_settings_t *settings)
{
    const char *program = settings->logo_program;

    if (strcmp(program, OA2_LOGO_PROGRAM) != 0 && !is_program(program)) {
        trial->mistakes++;
        oa2_log_server(s, APLOG_EMERG, OA2_ID(7563), "OAuth2LogoProgram "
                       "\"%s\": there is no such program: name oauth2-logo "
                       "where it was installed, or remove the line", program);
        return;
    }
    if (settings->site_logo)
        mistake(trial, s, "OAuth2SiteLogo",
                oa2_sitelogo_check(settings, trial->pool));
}

/* NULL, or what is wrong with it. */
static const char *problem_of_command(const char *command, apr_pool_t *pool)
{
    char **argv;

    if (apr_tokenize_to_argv(command, &argv, pool) != APR_SUCCESS || !argv[0])
        return "it names no program";
    if (*argv[0] != '/') return "the program has to be an absolute path";
    if (!is_program(argv[0]))
        return "there is no such program: install one (Debian: postfix, "
               "exim4, msmtp-mta), or remove the line";
    return NULL;
}

static void check_mail(oa2_trial_t *trial, server_rec *s,
                       const oa2_settings_t *settings)
{
    const char *problem = NULL;

    if (settings->mail_from && !oa2_message_is_address(settings->mail_from)) {
        trial->mistakes++;
        oa2_log_server(s, APLOG_EMERG, OA2_ID(7561),
                       "OAuth2MailFrom \"%s\": this is no plain address as "
                       "\"accounts@example.com\"", settings->mail_from);
    }
    if (!settings->mail_command) return;
    problem = problem_of_command(settings->mail_command, trial->pool);
    if (!problem && !settings->mail_from)
        problem = "say what address mails come from, with OAuth2MailFrom";
    if (!problem) return;
    trial->mistakes++;
    oa2_log_server(s, APLOG_EMERG, OA2_ID(7562), "OAuth2MailCommand \"%s\": "
                   "%s", settings->mail_command, problem);
}

/* Many virtual hosts inherit the same file: it is judged once. */
static int is_repeated(const oa2_trial_t *trial, const server_rec *s,
                       apr_size_t member)
{
    const char *mine = *(const char *const *)
        ((const char *)&oa2_conf_server(s)->settings + member);
    const server_rec *other;

    for (other = trial->main_server; other != s; other = other->next) {
        const oa2_server_t *conf = oa2_conf_server(other);
        const char *theirs;

        if (!conf || !oa2_conf_is_active(conf)) continue;
        theirs = *(const char *const *)((const char *)&conf->settings
                                        + member);
        if (mine && theirs ? strcmp(mine, theirs) == 0 : mine == theirs) {
            return 1;
        }
    }
    return 0;
}

void oa2_check_files(oa2_trial_t *trial)
{
    server_rec *s;
    int is_kept = 0;

    for (s = trial->main_server; s; s = s->next) {
        const oa2_server_t *conf = oa2_conf_server(s);

        if (!conf || !oa2_conf_is_active(conf)) continue;
        is_kept |= oa2_setup_is_in_state_dir(&conf->settings,
                                             trial->state_dir);
        if (!is_repeated(trial, s, offsetof(oa2_settings_t, secret_file))) {
            check_secret(trial, s, &conf->settings);
        }
        if (!is_repeated(trial, s, offsetof(oa2_settings_t, page_dir))) {
            check_pages(trial, s, &conf->settings);
        }
        if (!is_repeated(trial, s, offsetof(oa2_settings_t, site_logo))
            || !is_repeated(trial, s,
                            offsetof(oa2_settings_t, logo_program))) {
            check_logo(trial, s, &conf->settings);
        }
        if (!is_repeated(trial, s, offsetof(oa2_settings_t, mail_command))
            || !is_repeated(trial, s, offsetof(oa2_settings_t, mail_from))) {
            check_mail(trial, s, &conf->settings);
        }
    }
    if (is_kept
        && !is_for_others(trial, trial->main_server, trial->state_dir)) {
        mistake(trial, trial->main_server, "OAuth2StateDir",
                oa2_state_check(trial->state_dir, trial->pool));
    }
    check_databases(trial);
}

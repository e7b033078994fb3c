/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_database.c - opens the database that is meant (ctl_choose.c).
 *
 * httpd writes the embedded file as its own user.  So root becomes the owner
 * of the directory before it touches anything in it: what it makes belongs to
 * that user, and no link that this user has put there leads root anywhere.
 * PostgreSQL knows users by their accounts, so where httpd's own database is
 * meant, root becomes httpd's user there too.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/stat.h>
#include <unistd.h>

#include <apr_dbd.h>
#include <apr_strings.h>
#include <apr_time.h>

#include "ctl.h"
#include "store/store.h"

/* For those who may not do it themselves. */
static const char *sudo(void)
{
    return geteuid() == 0 ? "" : ": use sudo";
}

/* ------------------------------------------------------------ its place */

static const char *directory_of(const char *path, apr_pool_t *pool)
{
    const char *slash = strrchr(path, '/');

    return !slash ? "." : slash == path ? "/" :
        apr_pstrmemdup(pool, path, (apr_size_t)(slash - path));
}

/* For httpd's user, when it is known to the build and to this machine. */
static oa2_err_t *make_directory(const ctl_t *ctl, const char *dir)
{
#ifdef OA2_HTTPD_USER
    const struct passwd *user =
        geteuid() == 0 ? getpwnam(OA2_HTTPD_USER) : NULL;
#endif

    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return ctl_fail(ctl, &ctl_away, "could not make the directory %s: "
                        "%s%s", dir, strerror(errno), sudo());
#ifdef OA2_HTTPD_USER
    if (user && chown(dir, user->pw_uid, user->pw_gid) != 0)
        return ctl_fail(ctl, &ctl_away, "could not give the directory %s to "
                        "%s: %s", dir, OA2_HTTPD_USER, strerror(errno));
#endif
    return NULL;
}

static const char *user_name(uid_t uid, apr_pool_t *pool)
{
    const struct passwd *user = getpwuid(uid);

    return user ? user->pw_name : apr_psprintf(pool, "%lu",
                                               (unsigned long)uid);
}

/* For good: nothing is left to do as root.  libpq looks for its files in the
   user's home.  What was read as root is not the user's to look at or to dump,
   whatever fs.suid_dumpable says. */
static oa2_err_t *become(const ctl_t *ctl, uid_t uid, gid_t gid)
{
    const struct passwd *user = getpwuid(uid);

    if (setgroups(1, &gid) != 0 || setgid(gid) != 0 || setuid(uid) != 0)
        return ctl_fail(ctl, &ctl_away, "could not become %s: %s",
                        user_name(uid, ctl->pool), strerror(errno));
#ifdef __linux__
    prctl(PR_SET_DUMPABLE, 0);
#endif
    if (user)
        setenv("HOME", user->pw_dir, 1);
    return NULL;
}

static oa2_err_t *become_owner(const ctl_t *ctl, const struct stat *owner)
{
    const char *name = user_name(owner->st_uid, ctl->pool);
    struct stat file;

    if (lstat(ctl->database.params, &file) == 0
        && file.st_uid != owner->st_uid)
        return ctl_fail(ctl, &ctl_away, "%s does not belong to %s, as its "
                        "directory does, so httpd could not write it: "
                        "chown %s %s*", ctl->database.params, name, name,
                        ctl->database.params);
    return become(ctl, owner->st_uid, owner->st_gid);
}

static oa2_err_t *become_httpd(const ctl_t *ctl)
{
    const struct passwd *user =
        geteuid() == 0 && ctl->httpd_user ? getpwnam(ctl->httpd_user) : NULL;

    if (!user || user->pw_uid == 0) return NULL;
    return become(ctl, user->pw_uid, user->pw_gid);
}

static oa2_err_t *no_directory(const ctl_t *ctl, const char *dir)
{
    return ctl_fail(ctl, &ctl_away, "could not use the directory %s: %s%s",
                    dir, strerror(errno), errno == EACCES ? sudo() : "");
}

/* The directory: made, if it may be; and as whom we are in it. */
static oa2_err_t *prepare_directory(const ctl_t *ctl, int make)
{
    const char *dir = directory_of(ctl->database.params, ctl->pool);
    struct stat info;

    if (stat(dir, &info) != 0) {
        if (errno != ENOENT || !make) return no_directory(ctl, dir);
        OA2_TRY(make_directory(ctl, dir));
        if (stat(dir, &info) != 0) return no_directory(ctl, dir);
    }
    if (!S_ISDIR(info.st_mode))
        return ctl_fail(ctl, &ctl_away, "%s is no directory", dir);
    if (geteuid() == 0 && info.st_uid != 0)
        OA2_TRY(become_owner(ctl, &info));
    /* SQLite keeps its log beside the file. */
    if (access(dir, R_OK | W_OK | X_OK) != 0) {
        int why = errno;        /* user_name() may set it anew */

        return ctl_fail(ctl, &ctl_away, "%s could not write to the directory "
                        "%s: %s%s", user_name(geteuid(), ctl->pool), dir,
                        strerror(why), sudo());
    }
    return NULL;
}

/* A wrong name must not look like an empty database. */
static oa2_err_t *prepare_file(const ctl_t *ctl, int make)
{
    const char *path = ctl->database.params;

    if (make || access(path, F_OK) == 0) {
        OA2_TRY(prepare_directory(ctl, make));
        if (access(path, F_OK) == 0 && access(path, R_OK | W_OK) != 0)
            return ctl_fail(ctl, &ctl_away, "could not write the file %s: %s",
                            path, strerror(errno));
        return NULL;
    }
    if (errno == EACCES)
        return no_directory(ctl, directory_of(path, ctl->pool));
    return ctl_fail(ctl, &ctl_away, "there is no database file %s: correct "
                    "its name, or make it with %s", path,
                    ctl_command_line(ctl, "db create"));
}

/* ------------------------------------------------------------ opening */

static oa2_err_t *check_conf(const ctl_t *ctl)
{
    const char *problem = oa2_store_conf_check(&ctl->database, ctl->pool);

    return problem ? ctl_fail(ctl, &ctl_usage, "--database: %s", problem)
                   : NULL;
}

oa2_err_t *ctl_open_store(ctl_t *ctl, int make)
{
    if (ctl_is_file(ctl)) {
        OA2_TRY(prepare_file(ctl, make));
    }
    else if (!ctl_is_sqlite(ctl)) {
        OA2_TRY(become_httpd(ctl));
    }
    OA2_TRY(check_conf(ctl));
    if (apr_dbd_init(ctl->pool) != APR_SUCCESS)
        return ctl_fail(ctl, &ctl_failed, "could not load the database "
                        "drivers of apr-util");
    ctl->settings.scopes =
        apr_array_make(ctl->pool, 1, sizeof(oa2_scope_row_t));
    ctl->settings.resources =
        apr_array_make(ctl->pool, 1, sizeof(const char *));
    ctl->ctx.pool = ctl->pool;
    ctl->ctx.now = apr_time_sec(apr_time_now());
    ctl->ctx.settings = &ctl->settings;
    ctl->ctx.audit = &ctl->audit;
    return oa2_store_open(&ctl->ctx.store, &ctl->database, NULL, NULL,
                          ctl->pool);
}

/* What can be done about a server that does not let us in. */
static oa2_err_t *explain(const ctl_t *ctl, oa2_err_t *err)
{
    const char *remedy = NULL;

    if (ctl_is_sqlite(ctl) || err->kind != &oa2_temporarily_unavailable)
        return err;
    if (ctl->httpd_password)
        remedy = "httpd's configuration has a password, which is told to "
            "nobody: put it into ~/.pgpass too";
    else if (ctl->from == CTL_FROM_HTTPD && geteuid() != 0
             && strcmp(user_name(geteuid(), ctl->pool), ctl->httpd_user))
        remedy = "if PostgreSQL knows httpd by its account, use sudo";
    else if (strstr(err->meant, "FATAL:  database \"")
             && strstr(err->meant, "\" does not exist"))
        remedy = "make it, if it is named rightly: sudo -u postgres createdb "
            "--owner ROLE NAME";
    else if (ctl->from == CTL_FROM_OPTION && strstr(err->meant, "FATAL"))
        remedy = "if PostgreSQL knows users by their accounts, put \"sudo -u "
            "ACCOUNT\" in front, with one that has a role there (sudo -u "
            "postgres createuser ROLE makes one)";
    if (remedy)
        err->meant = apr_pstrcat(ctl->pool, err->meant, "; ", remedy, NULL);
    return err;
}

oa2_err_t *ctl_find_schema(oa2_schema_t *schema, ctl_t *ctl)
{
    oa2_err_t *err = oa2_schema_find(schema, &ctl->ctx);

    return err ? explain(ctl, err) : NULL;
}

/* A newer version is made for the program before it, too. */
const char *ctl_schema_problem(const ctl_t *ctl, const oa2_schema_t *schema)
{
    if (schema->current == 0)
        return apr_pstrcat(ctl->pool, "the database has no tables: ",
                           ctl_command_line(ctl, "db create"), NULL);
    if (schema->current < schema->oldest)
        return apr_psprintf(ctl->pool, "the database has schema version %d, "
                            "this program needs %d: %s", schema->current,
                            schema->oldest, ctl_command_line(ctl,
                                                             "db migrate"));
    return NULL;
}

oa2_err_t *ctl_open_database(ctl_t *ctl, int make)
{
    const char *problem;
    oa2_schema_t schema;
    int applied;

    OA2_TRY(ctl_choose(ctl));
    /* What was named, and is not there, was named wrongly. */
    if (ctl->from == CTL_FROM_OPTION)
        make = 0;
    OA2_TRY(ctl_open_store(ctl, make));
    OA2_TRY(ctl_find_schema(&schema, ctl));
    if (ctl_is_sqlite(ctl) && schema.current < schema.newest
        && (schema.current || make)) {
        OA2_TRY(oa2_schema_migrate(&applied, &ctl->ctx));
        OA2_TRY(oa2_schema_find(&schema, &ctl->ctx));
    }
    problem = ctl_schema_problem(ctl, &schema);
    return problem ? ctl_fail(ctl, &ctl_failed, "%s", problem) : NULL;
}

oa2_err_t *ctl_open(ctl_t *ctl)
{
    OA2_TRY(ctl_open_database(ctl, 0));
    return ctl_enter_realm(ctl);
}

oa2_err_t *ctl_open_to_add(ctl_t *ctl)
{
    OA2_TRY(ctl_open_database(ctl, 1));
    return ctl_enter_realm(ctl);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setup.c - from a configuration to a server that can serve.
 *
 * Other people's sites live in this httpd.  A mistake that "httpd -t" can see
 * was refused before anything was begun (httpd/conf/check); whatever goes
 * wrong after that ends nothing: it is told once, what depends on it answers
 * 503, and everything else goes on.  Databases are found again by the
 * children (oa2_db_ready()), files that only root can read by the next
 * restart, a graceful one too.
 *
 * PostgreSQL's tables are made by an administrator's command, because httpd's
 * role should not own them; SQLite's file is made and migrated here.
 */
#include "httpd/start/setup.h"

#include <unistd.h>

#include <apr_dbd.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_config.h>

#include "httpd/module.h"
#include "httpd/run/audit.h"
#include "httpd/run/jobs.h"
#include "httpd/run/log.h"
#include "httpd/start/prepare.h"
#include "httpd/start/secret.h"
#include "httpd/start/servers.h"
#include "httpd/start/sitelogo.h"
#include "httpd/start/state.h"

#define MEND "; until that is mended and httpd restarted (a graceful restart "\
    "is enough), OAuth2 answers 503 in this server; all else goes on"

static int is_under(const char *path, const char *dir)
{
    apr_size_t len = strlen(dir);

    return strncmp(path, dir, len) == 0 && path[len] == '/';
}

int oa2_setup_is_in_state_dir(const oa2_settings_t *settings, const char *dir)
{
    return is_under(settings->secret_file, dir)
        || (oa2_store_is_file(settings->database_driver)
            && is_under(settings->database_params, dir));
}

/* ------------------------------------------------------------ servers */

static void fail(oa2_server_t *conf, server_rec *s, const oa2_err_t *err,
                 apr_pool_t *pconf)
{
    oa2_log_server(s, APLOG_EMERG, err->id, "%s" MEND, err->meant);
    conf->fault = apr_pstrdup(pconf, err->meant);
}

/*
 * Only where something is kept in it.  What others can write in is no place for
 * it, and makes nothing of ours there: it is the fault of all of these servers.
 */
static void make_state_dir(server_rec *main_server, apr_pool_t *pconf,
                           apr_pool_t *ptemp)
{
    const char *dir = oa2_conf_state_dir_of(oa2_conf_server_mut(main_server));
    oa2_err_t *err = NULL;
    int is_made = 0;
    server_rec *s;

    for (s = main_server; s; s = s->next) {
        oa2_server_t *conf = oa2_conf_server_mut(s);

        if (!conf || !oa2_conf_is_active(conf)
            || !oa2_setup_is_in_state_dir(&conf->settings, dir)) {
            continue;
        }
        if (!is_made)
            err = oa2_state_make(dir, ptemp);
        is_made = 1;
        if (!err) return;
        fail(conf, s, err, pconf);
        if (is_under(conf->settings.database_params, dir)) {
            conf->db->is_refused = 1;
        }
    }
}

static int is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Many virtual hosts, one secret, and one set of pages. */
static void load_secret(oa2_server_t *conf, server_rec *s,
                        server_rec *main_server, apr_pool_t *pconf,
                        apr_pool_t *ptemp)
{
    oa2_err_t *err;
    server_rec *other;

    for (other = main_server; other != s; other = other->next) {
        const oa2_server_t *before = oa2_conf_server_mut(other);

        if (before && before->db
            && is_same(before->settings.secret_file,
                       conf->settings.secret_file)) {
            conf->settings.keys = before->settings.keys;
            conf->fault = before->fault;
            return;
        }
    }
    err = oa2_secret_load(&conf->settings, ptemp);
    if (err)
        fail(conf, s, err, pconf);
}

typedef struct {
    oa2_pages_t *pages;
    const char *dir;
} pages_t;

static oa2_err_t *read_pages(void *baton, apr_pool_t *pool)
{
    pages_t *work = baton;

    return oa2_pages_load(&work->pages, work->dir, OA2_PAGE_DIR, pool);
}

oa2_err_t *oa2_setup_pages(oa2_pages_t **out, const char *dir,
                           apr_pool_t *pool)
{
    pages_t work = { NULL, dir };

    OA2_TRY(dir ? oa2_state_as_user(read_pages, &work, pool)
                : read_pages(&work, pool));
    *out = work.pages;
    return NULL;
}

static oa2_err_t *load_own_pages(oa2_pages_t **pages, const char *dir,
                                 server_rec *s, apr_pool_t *pool)
{
    oa2_err_t *err = oa2_setup_pages(pages, dir, pool);

    if (!err || !dir) return err;
    oa2_log_server(s, APLOG_ERR, err->id, "OAuth2PageDir: %s; the installed "
                   "pages are shown instead", err->meant);
    return oa2_setup_pages(pages, NULL, pool);
}

static void load_pages(oa2_server_t *conf, server_rec *s,
                       server_rec *main_server, apr_pool_t *pconf)
{
    oa2_pages_t *pages;
    oa2_err_t *err;
    server_rec *other;

    for (other = main_server; other != s; other = other->next) {
        const oa2_server_t *before = oa2_conf_server_mut(other);

        if (before && before->pages
            && is_same(before->settings.page_dir, conf->settings.page_dir)) {
            conf->pages = before->pages;
            return;
        }
    }
    err = load_own_pages(&pages, conf->settings.page_dir, s, pconf);
    if (err)
        fail(conf, s, err, pconf);
    else
        conf->pages = pages;
}

/* A page without it is a page all the same. */
static void load_logo(oa2_server_t *conf, server_rec *s,
                      server_rec *main_server, apr_pool_t *pconf)
{
    oa2_settings_t *settings = &conf->settings;
    server_rec *other;
    oa2_err_t *err;

    if (!settings->site_logo) return;
    for (other = main_server; other != s; other = other->next) {
        const oa2_settings_t *before = &oa2_conf_server_mut(other)->settings;

        if (before->site_picture
            && is_same(before->site_logo, settings->site_logo)) {
            settings->site_picture = before->site_picture;
            return;
        }
    }
    err = oa2_sitelogo_load(&settings->site_picture, settings->site_logo,
                            pconf);
    if (err) {
        oa2_log_server(s, APLOG_ERR, err->id, "OAuth2SiteLogo: %s; the pages "
                       "are shown without it", err->meant);
    }
}

static void set_up(server_rec *main_server, apr_pool_t *pconf,
                   apr_pool_t *ptemp)
{
    oa2_server_t *main_conf = oa2_conf_server_mut(main_server);
    server_rec *s;
    oa2_err_t *err;

    for (s = main_server; s; s = s->next) {
        oa2_server_t *conf = oa2_conf_server_mut(s);

        if (conf)
            oa2_conf_finish(conf, main_server, pconf);
    }
    main_conf->dbs = oa2_db_collect(main_server, pconf);
    if (!main_conf->dbs) return;
    /* First of all, so that a command can mend the database that is named. */
    err = oa2_servers_write(main_server, ptemp);
    if (err) {
        oa2_log_server(main_server, APLOG_NOTICE, err->id, "%s", err->meant);
    }
    make_state_dir(main_server, pconf, ptemp);
    oa2_audit_open(main_server, pconf);
    for (s = main_server; s; s = s->next) {
        oa2_server_t *conf = oa2_conf_server_mut(s);

        if (!conf || !conf->db || conf->fault) continue;
        load_secret(conf, s, main_server, pconf, ptemp);
        load_pages(conf, s, main_server, pconf);
        load_logo(conf, s, main_server, pconf);
    }
    oa2_prepare_databases(main_conf->dbs, pconf, ptemp);
    oa2_db_share(main_conf->dbs, main_server->process->pool, pconf);
    err = oa2_jobs_prepare(&main_conf->jobs_lock, pconf);
    if (err) {
        main_conf->jobs_lock = NULL;
        oa2_log_server(main_server, APLOG_ERR, err->id, "%s; until then no "
                       "expired rows are removed, and other servers' "
                       "revocations are seen after %d seconds", err->meant,
                       OA2_CACHE_TRUST);
    }
}

int oa2_setup_post_config(apr_pool_t *pconf, apr_pool_t *plog,
                          apr_pool_t *ptemp, server_rec *s)
{
    (void)plog;
    /* httpd reads its configuration twice before it starts. */
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) {
        return OK;
    }
    oa2_crypto_init();
    apr_dbd_init(pconf);
    set_up(s, pconf, ptemp);
    return OK;
}

/* ------------------------------------------------------------ serving */

void oa2_setup_child(apr_pool_t *pchild, server_rec *s)
{
    oa2_server_t *main_conf = oa2_conf_server_mut(s);
    oa2_err_t *err;
    oa2_db_t *db;

    for (db = main_conf->dbs; db; db = db->next) {
        err = oa2_db_open(db, pchild);
        /* It was told before there were children, with its remedy. */
        if (err) {
            oa2_log_server(db->server, APLOG_INFO, err->id, "%s", err->meant);
        }
    }
    if (main_conf->dbs && main_conf->jobs_lock) {
        oa2_jobs_start(main_conf->dbs, main_conf->jobs_lock, s, pchild);
    }
}

oa2_err_t *oa2_setup_ready(const oa2_server_t *conf, apr_pool_t *pool)
{
    oa2_err_t *err;

    if (!conf->fault) return oa2_db_ready(conf->db, pool);
    err = oa2_err_make(pool, &oa2_temporarily_unavailable, OA2_ID(7532), NULL,
                       "this server could not be set up at the start: %s",
                       conf->fault);
    /* It was told at the start, once. */
    err->severity = OA2_LOG_INFO;
    err->retry_after = 60;
    return err;
}

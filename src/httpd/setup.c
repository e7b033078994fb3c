/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setup.c - from a configuration to a server that can serve.
 *
 * A database that is away is no reason not to start: endpoints answer 503
 * until it is back.  One that answers, but has not our tables, is: PostgreSQL's
 * are made by an administrator's command, because httpd's role should not own
 * them; the embedded SQLite file is made and migrated here.
 */
#include "httpd/setup.h"

#include <apr_dbd.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_config.h>

#include "httpd/conf.h"
#include "httpd/db.h"
#include "httpd/jobs.h"
#include "httpd/log.h"
#include "httpd/module.h"

static oa2_server_t *conf_of(server_rec *s)
{
    return ap_get_module_config(s->module_config, &oauth2_api_module);
}

static int is_under(const char *path, const char *dir)
{
    apr_size_t len = strlen(dir);

    return strncmp(path, dir, len) == 0 && path[len] == '/';
}

/* Only where something is kept in it. */
static oa2_err_t *make_state_dir(server_rec *main_server, apr_pool_t *pool)
{
    const char *dir = oa2_conf_state_dir_of(conf_of(main_server));
    server_rec *s;

    for (s = main_server; s; s = s->next) {
        const oa2_server_t *conf = conf_of(s);

        if (conf && oa2_conf_is_active(conf)
            && (is_under(conf->settings.secret_file, dir)
                || (strcmp(conf->settings.database_driver, "sqlite3") == 0
                    && is_under(conf->settings.database_params, dir)))) {
            return oa2_state_make(dir, pool);
        }
    }
    return NULL;
}

/* ------------------------------------------------------------ database */

static oa2_err_t *pgsql_schema(oa2_ctx_t *ctx)
{
    oa2_schema_t schema;

    OA2_TRY(oa2_schema_find(&schema, ctx));
    if (schema.current && schema.current >= schema.oldest) return NULL;
    if (!schema.current) {
        return oa2_err_make(ctx->pool, &oa2_server_error, OA2_ID(7040), NULL,
                            "OAuth2Database pgsql: the tables are missing: "
                            "run \"oauth2ctl db create\"");
    }
    return oa2_err_make(ctx->pool, &oa2_server_error, OA2_ID(7042), NULL,
                        "OAuth2Database pgsql: the tables are of version %d; "
                        "this module needs %d or later: run \"oauth2ctl db "
                        "migrate\"", schema.current, schema.oldest);
}

/* As httpd's user: see setup.h.  The connection ends with the pool. */
static oa2_err_t *prepare(void *baton, apr_pool_t *pool)
{
    oa2_db_t db = *(const oa2_db_t *)baton;
    oa2_ctx_t ctx;
    int applied;

    db.conf.connections = 1;
    OA2_TRY(oa2_store_open(&db.store, &db.conf, NULL, NULL, pool));
    ctx = oa2_db_ctx(&db, pool);
    return oa2_store_is_pgsql(db.store) ? pgsql_schema(&ctx)
                                        : oa2_schema_migrate(&applied, &ctx);
}

static oa2_err_t *prepare_database(oa2_db_t *db, apr_pool_t *pool)
{
    static const char *const suffixes[] = { "", "-wal", "-shm" };
    apr_pool_t *sub;
    oa2_err_t *err = NULL;
    unsigned i;

    /* Made by root, perhaps by oauth2ctl. */
    for (i = 0; i < 3 && strcmp(db->conf.driver, "sqlite3") == 0; i++) {
        OA2_TRY(oa2_state_give(apr_pstrcat(pool, db->conf.params, suffixes[i],
                                           NULL), pool));
    }
    apr_pool_create(&sub, pool);
    err = oa2_state_as_user(prepare, db, sub);
    if (err) {
        err = oa2_err_make(pool, err->kind, err->id, NULL, "%s", err->meant);
    }
    apr_pool_destroy(sub);
    if (err && err->kind == &oa2_temporarily_unavailable
        && strcmp(db->conf.driver, "pgsql") == 0) {
        oa2_log_server(db->server, APLOG_WARNING, OA2_ID(7041),
                       "OAuth2Database %s does not answer; starting without "
                       "it: %s", db->conf.driver, err->meant);
        return NULL;
    }
    return err;
}

/* ------------------------------------------------------------ servers */

static oa2_err_t *load_pages(oa2_server_t *conf, server_rec *main_server,
                             server_rec *end, apr_pool_t *pool)
{
    oa2_pages_t *pages;
    server_rec *s;

    /* Many virtual hosts, one set of pages. */
    for (s = main_server; s != end; s = s->next) {
        const oa2_server_t *other = conf_of(s);

        if (!other || !other->pages) continue;
        if (!conf->settings.page_dir == !other->settings.page_dir
            && (!conf->settings.page_dir
                || strcmp(conf->settings.page_dir,
                          other->settings.page_dir) == 0)) {
            conf->pages = other->pages;
            return NULL;
        }
    }
    OA2_TRY(oa2_pages_load(&pages, conf->settings.page_dir, OA2_PAGE_DIR,
                           pool));
    conf->pages = pages;
    return NULL;
}

/* First of all, so that a command can mend the database that is named. */
static void write_servers(server_rec *main_server, apr_pool_t *pool)
{
    oa2_err_t *err = oa2_servers_write(main_server, pool);

    if (!err) return;
    oa2_log_server(main_server, APLOG_NOTICE, err->id, "%s", err->meant);
}

static oa2_err_t *set_up(server_rec *main_server, apr_pool_t *pconf,
                         apr_pool_t *ptemp)
{
    oa2_server_t *main_conf = conf_of(main_server);
    oa2_server_t *conf;
    server_rec *s;
    oa2_db_t *db;

    for (s = main_server; s; s = s->next) {
        conf = conf_of(s);
        if (conf) oa2_conf_finish(conf, main_server, pconf);
    }
    main_conf->dbs = oa2_db_collect(main_server, pconf);
    if (!main_conf->dbs) return NULL;
    write_servers(main_server, ptemp);
    OA2_TRY(make_state_dir(main_server, ptemp));
    for (s = main_server; s; s = s->next) {
        conf = conf_of(s);
        if (!conf || !oa2_conf_is_active(conf)) continue;
        OA2_TRY(oa2_secret_load(&conf->settings, ptemp));
        OA2_TRY(load_pages(conf, main_server, s, pconf));
    }
    for (db = main_conf->dbs; db; db = db->next) {
        OA2_TRY(prepare_database(db, ptemp));
    }
    OA2_TRY(oa2_db_share(main_conf->dbs, main_server->process->pool, pconf));
    return oa2_jobs_prepare(&main_conf->jobs_lock, pconf);
}

int oa2_setup_post_config(apr_pool_t *pconf, apr_pool_t *plog,
                          apr_pool_t *ptemp, server_rec *s)
{
    oa2_err_t *err;

    (void)plog;
    /* httpd reads its configuration twice before it starts. */
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) {
        return OK;
    }
    oa2_crypto_init();
    apr_dbd_init(pconf);
    err = set_up(s, pconf, ptemp);
    if (!err) return OK;
    oa2_log_server(s, APLOG_EMERG, err->id, "%s", err->meant);
    return HTTP_INTERNAL_SERVER_ERROR;
}

void oa2_setup_child(apr_pool_t *pchild, server_rec *s)
{
    oa2_server_t *main_conf = conf_of(s);
    oa2_err_t *err;
    oa2_db_t *db;

    if (!main_conf->dbs) return;
    for (db = main_conf->dbs; db; db = db->next) {
        err = oa2_db_open(db, pchild);
        if (err) {
            /* Requests that need it say 500 from now on. */
            oa2_log_server(db->server, APLOG_EMERG, err->id, "%s",
                           err->meant);
        }
    }
    oa2_jobs_start(main_conf->dbs, main_conf->jobs_lock, s, pchild);
}

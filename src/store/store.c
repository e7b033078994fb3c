/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.c - opens the store, and what is about all of it.
 */
#include <string.h>

#include <apr_file_info.h>
#include <apr_strings.h>

#include "store/pool.h"

static const char *sqlite_check(const char *path, apr_pool_t *pool)
{
    const char *folder = oa2_sqlite_folder(path, pool);
    apr_finfo_t info;

    if (strcmp(path, ":memory:") == 0)
        return NULL;
    if (!*path)
        return "sqlite3 needs the path of a file.";
    if (apr_stat(&info, path, APR_FINFO_TYPE, pool) == APR_SUCCESS
        && info.filetype != APR_REG)
        return apr_psprintf(pool, "\"%s\" is not a plain file: name the file "
                            "that is to hold the tables.", path);
    if (apr_stat(&info, folder, APR_FINFO_TYPE, pool) != APR_SUCCESS
        || info.filetype != APR_DIR)
        return apr_psprintf(pool, "the folder \"%s\" does not exist: make it, "
                            "writable for the server's user.", folder);
    return NULL;
}

const char *oa2_store_conf_check(const oa2_store_conf_t *conf,
                                 apr_pool_t *pool)
{
    if (conf->connections < 1 || conf->connections > 1000)
        return "the number of connections must be between 1 and 1000.";
    if (conf->wait_ms < 1 || conf->wait_ms > 60000)
        return "the longest wait for a connection must be between 1 ms and "
            "60 s.";
    if (strcmp(conf->driver, "sqlite3") == 0)
        return sqlite_check(conf->params, pool);
    if (strcmp(conf->driver, "pgsql") != 0)
        return apr_psprintf(pool, "there is no database driver \"%s\": it is "
                            "pgsql or sqlite3.", conf->driver);
    /* What libpq would say may quote a piece of the password. */
    if (!oa2_pgsql_conninfo(conf->params, pool))
        return "libpq does not understand the connection parameters: write "
            "keyword=value pairs with spaces between them, a value with "
            "spaces in single quotes, or a postgresql:// URI.";
    return NULL;
}

oa2_err_t *oa2_store_open(oa2_store_t **out, const oa2_store_conf_t *conf,
                          oa2_cache_t *tokens, oa2_cache_t *clients,
                          apr_pool_t *pool)
{
    oa2_store_t *store = apr_pcalloc(pool, sizeof(*store));
    const char *wrong = oa2_store_conf_check(conf, pool);
    apr_status_t rv;

    if (wrong)
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(2001), NULL,
                            "could not open the store: %s", wrong);
    rv = apr_dbd_get_driver(pool, conf->driver, &store->driver);
    if (rv != APR_SUCCESS)
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(2002), NULL,
                            "could not load APR's database driver \"%s\" "
                            "(%pm): on Debian, install libaprutil1-dbd-%s",
                            conf->driver, &rv, conf->driver);
    store->is_pgsql = strcmp(conf->driver, "pgsql") == 0;
    store->params = store->is_pgsql ? oa2_pgsql_conninfo(conf->params, pool)
                                    : apr_pstrdup(pool, conf->params);
    store->is_memory = !store->is_pgsql
        && strcmp(conf->params, ":memory:") == 0;
    store->tokens = tokens;
    store->clients = clients;
    rv = oa2_pool_make(store, store->is_pgsql ? conf->connections : 1,
                       conf->wait_ms, pool);
    if (rv != APR_SUCCESS)
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(2003), NULL,
                            "could not make the list of database "
                            "connections: %pm", &rv);
    *out = store;
    return NULL;
}

oa2_cache_t *oa2_store_cache(const oa2_store_t *store)
{
    return store->tokens;
}

int oa2_store_is_pgsql(const oa2_store_t *store)
{
    return store->is_pgsql;
}

void oa2_store_bump(oa2_store_t *store, char kind, const char *name)
{
    oa2_cache_t *caches[2] = { store->tokens, store->clients };
    int i;

    for (i = 0; i < 2; i++) {
        if (!caches[i])
            continue;
        if (kind == '*')
            oa2_cache_flush(caches[i]);
        else
            oa2_cache_bump(caches[i], oa2_cache_tag(kind, name));
    }
}

#define PING "SELECT 1"
static const oa2_sql_t ping_sql = { "store_ping", PING, { PING } };

oa2_err_t *oa2_store_ping(oa2_ctx_t *ctx)
{
    apr_array_header_t *rows;

    return oa2_sql_run(&rows, ctx, &ping_sql, 0, NULL);
}

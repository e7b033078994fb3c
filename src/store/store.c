/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.c - opens the store, and what is about all of it.
 */
#include <string.h>

#include <apr_strings.h>

#include "store/pool.h"
#include "store/tell.h"

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
    apr_cpystrn(store->name, oa2_random_text(pool, 16), sizeof(store->name));
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

apr_uint64_t oa2_tell_tag(const char *kind, const char *key)
{
    return oa2_cache_tag(*kind, key);
}

void oa2_tell_caches(oa2_store_t *store, const char *kind, const char *key)
{
    oa2_cache_t *caches[2] = { store->tokens, store->clients };
    int i;

    for (i = 0; i < 2; i++) {
        if (!caches[i])
            continue;
        if (*kind == *OA2_OF_ALL)
            oa2_cache_flush(caches[i]);
        else
            oa2_cache_bump(caches[i], oa2_tell_tag(kind, key));
    }
}

#define PING "SELECT 1"
static const oa2_sql_t ping_sql = {
    "store_ping", PING, { PING }, .repeats = 1
};

oa2_err_t *oa2_store_ping(oa2_ctx_t *ctx)
{
    apr_array_header_t *rows;

    return oa2_sql_run(&rows, ctx, &ping_sql, 0, NULL);
}

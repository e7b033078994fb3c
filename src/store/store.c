/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.c - opens the store, and what is about all of it.
 */
#include "store/store.h"

#include <string.h>

#include <apr_strings.h>

#include "base/crypto.h"
#include "store/db/drivers.h"
#include "store/db/pool.h"
#include "store/db/sql.h"

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
    rv = apr_dbd_get_driver(pool, conf->driver, &store->apr);
    if (rv != APR_SUCCESS)
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(2002), NULL,
                            "could not load APR's database driver \"%s\" "
                            "(%pm): on Debian, install libaprutil1-dbd-%s",
                            conf->driver, &rv, conf->driver);
    store->driver = oa2_driver_find(conf->driver);
    store->params = store->driver->complete(conf->params, pool);
    store->is_memory = !store->driver->is_server
        && strcmp(conf->params, ":memory:") == 0;
    store->tokens = tokens;
    store->clients = clients;
    apr_cpystrn(store->name, oa2_random_text(pool, 16), sizeof(store->name));
    rv = oa2_pool_make(store, store->driver->is_server ? conf->connections : 1,
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

int oa2_store_is_server(const oa2_store_t *store)
{
    return store->driver->is_server;
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

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool.c - connections to the database, and when not to ask for one.
 *
 * An apr_reslist of slots and not mod_dbd: that one never prepares again after
 * the database was restarted, and its waits have no bound.  The list holds
 * its lock while it makes a slot, so making one only allocates; connecting
 * comes after, outside.
 */
#include <string.h>

#include <apr_atomic.h>
#include <apr_strings.h>

#include "store/pool.h"

#define DOWN_FOR apr_time_from_sec(1)
#define RETRY_BUSY 1                    /* seconds for Retry-After */
#define RETRY_DOWN 2

/* ------------------------------------------------------------ making */

static apr_status_t slot_make(void **out, void *baton, apr_pool_t *pool)
{
    (void)baton;
    *out = apr_pcalloc(pool, sizeof(oa2_slot_t));
    return APR_SUCCESS;
}

static apr_status_t slot_unmake(void *resource, void *baton, apr_pool_t *pool)
{
    (void)pool;
    oa2_pool_close(baton, resource);
    return APR_SUCCESS;
}

apr_status_t oa2_pool_make(oa2_store_t *store, int most, int wait_ms,
                           apr_pool_t *pool)
{
    apr_status_t rv;

    rv = apr_thread_mutex_create(&store->gate, APR_THREAD_MUTEX_DEFAULT, pool);
    if (rv == APR_SUCCESS)
        rv = apr_reslist_create(&store->slots, 0, most, most, 0, slot_make,
                                slot_unmake, store, pool);
    if (rv == APR_SUCCESS)
        apr_reslist_timeout_set(store->slots,
                                (apr_interval_time_t)wait_ms * 1000);
    return rv;
}

/* ------------------------------------------------------------ the gate */

/*
 * 1 when the caller may ask the database.  While it is down, one caller a
 * second may, and answers for all (probe); the others are not made to wait.
 */
static int gate_enter(oa2_store_t *store, int *probe)
{
    int may;

    *probe = 0;
    if (!apr_atomic_read32(&store->down))
        return 1;
    apr_thread_mutex_lock(store->gate);
    may = !store->down;
    if (!may && !store->probing && apr_time_now() >= store->down_until)
        may = *probe = store->probing = 1;
    apr_thread_mutex_unlock(store->gate);
    return may;
}

static void gate_up(oa2_store_t *store)
{
    if (!apr_atomic_read32(&store->down))
        return;
    apr_thread_mutex_lock(store->gate);
    apr_atomic_set32(&store->down, 0);
    apr_thread_mutex_unlock(store->gate);
}

static void gate_down(oa2_store_t *store)
{
    apr_thread_mutex_lock(store->gate);
    apr_atomic_set32(&store->down, 1);
    store->down_until = apr_time_now() + DOWN_FOR;
    apr_thread_mutex_unlock(store->gate);
}

static void probe_end(oa2_store_t *store)
{
    apr_thread_mutex_lock(store->gate);
    store->probing = 0;
    apr_thread_mutex_unlock(store->gate);
}

/* ------------------------------------------------------------ slots */

void oa2_pool_close(oa2_store_t *store, oa2_slot_t *slot)
{
    if (slot->dbd)
        apr_dbd_close(store->driver, slot->dbd);
    if (slot->pool)
        apr_pool_destroy(slot->pool);
    slot->dbd = NULL;
    slot->pool = NULL;
    slot->statements = NULL;
}

/* libpq's sentences end with a line break, and may have several lines. */
static const char *one_line(const char *text, apr_pool_t *pool)
{
    char *line = apr_pstrdup(pool, text ? text : "unknown reason");
    char *at;

    for (at = line; *at; at++)
        if ((unsigned char)*at < ' ')
            *at = ' ';
    while (at > line && at[-1] == ' ')
        *--at = '\0';
    return line;
}

static const char *slot_connect(oa2_store_t *store, oa2_slot_t *slot,
                                apr_pool_t *pool)
{
    const char *wrong = NULL;

    /* A pool without a parent: threads make and destroy these at will. */
    if (apr_pool_create_unmanaged(&slot->pool) != APR_SUCCESS)
        return "out of memory";
    apr_pool_tag(slot->pool, "oa2_slot");
    if (!store->is_pgsql && !store->is_memory)
        oa2_sqlite_create(store->params, slot->pool);
    if (apr_dbd_open_ex(store->driver, slot->pool, store->params, &slot->dbd,
                        &wrong) != APR_SUCCESS) {
        slot->dbd = NULL;
        wrong = one_line(wrong, pool);
        oa2_pool_close(store, slot);
        return wrong;
    }
    slot->statements = apr_hash_make(slot->pool);
    if (!store->is_pgsql && (wrong = oa2_sqlite_setup(store, slot, pool))) {
        oa2_pool_close(store, slot);
        return wrong;
    }
    return NULL;
}

static oa2_err_t *unavailable(oa2_err_t *err, int retry)
{
    err->retry_after = retry;
    return err;
}

static oa2_err_t *away(oa2_ctx_t *ctx)
{
    return unavailable(oa2_err_make(
        ctx->pool, &oa2_temporarily_unavailable, OA2_ID(2004), NULL,
        "the database is away; the next attempt follows within a second"),
        RETRY_DOWN);
}

oa2_err_t *oa2_pool_acquire(oa2_slot_t **out, oa2_ctx_t *ctx)
{
    oa2_store_t *store = ctx->store;
    oa2_slot_t *slot;
    const char *wrong;
    apr_status_t rv;
    void *resource;
    int probe;

    if (!gate_enter(store, &probe))
        return away(ctx);
    rv = apr_reslist_acquire(store->slots, &resource);
    if (rv != APR_SUCCESS) {
        if (probe)
            probe_end(store);
        return unavailable(oa2_err_make(
            ctx->pool, &oa2_temporarily_unavailable, OA2_ID(2005), NULL,
            "no database connection became free in time (%pm): allow more "
            "connections, or look for what keeps the database busy", &rv),
            RETRY_BUSY);
    }
    slot = resource;
    slot->probe = probe;
    /* It may have been found away while we waited for the slot. */
    if (!probe && apr_atomic_read32(&store->down)) {
        oa2_pool_release(store, slot, OA2_SLOT_UNUSED);
        return away(ctx);
    }
    if (slot->dbd && store->is_pgsql && !oa2_pgsql_is_alive(store, slot))
        oa2_pool_close(store, slot);
    if (!slot->dbd && (wrong = slot_connect(store, slot, ctx->pool))) {
        oa2_pool_release(store, slot, OA2_SLOT_DEAD);
        return unavailable(oa2_err_make(
            ctx->pool, &oa2_temporarily_unavailable, OA2_ID(2006), NULL,
            "could not connect to the database: %s", wrong), RETRY_DOWN);
    }
    *out = slot;
    return NULL;
}

void oa2_pool_release(oa2_store_t *store, oa2_slot_t *slot,
                      oa2_slot_state_t state)
{
    int probe = slot->probe;

    slot->probe = 0;
    if (state == OA2_SLOT_SPOILT || state == OA2_SLOT_DEAD)
        oa2_pool_close(store, slot);
    /* A file that cannot be opened costs nobody time: no gate for SQLite. */
    if (store->is_pgsql && state == OA2_SLOT_GOOD)
        gate_up(store);
    if (store->is_pgsql && state == OA2_SLOT_DEAD)
        gate_down(store);
    if (probe)
        probe_end(store);
    apr_reslist_release(store->slots, slot);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * foreign.c - a look into tables that are not ours.
 *
 * Nobody knows how fast the query is.  So it never has all connections, and
 * one that hangs is left alone for a while: tokens are more urgent.
 */
#include "store/foreign.h"

#include "base/clock.h"
#include "store/db/pool.h"

#define PAUSE apr_time_from_sec(2)
#define TOLD_SPAN 60                    /* seconds */

static int begin(oa2_store_t *store)
{
    int may;

    pthread_mutex_lock(&store->lock);
    may = oa2_clock() >= store->look_again
        && store->looking < (store->most + 1) / 2;
    store->looking += may;
    pthread_mutex_unlock(&store->lock);
    return may;
}

static void end(oa2_store_t *store, int was_late)
{
    pthread_mutex_lock(&store->lock);
    store->looking--;
    if (was_late)
        store->look_again = oa2_clock() + PAUSE;
    pthread_mutex_unlock(&store->lock);
}

/* The log names no value: which user's row it was is nobody's business. */
static const oa2_err_t *problem(oa2_ctx_t *ctx, const char *what)
{
    apr_uint32_t held;
    oa2_err_t *err = oa2_err_make(
        ctx->pool, &oa2_warning, OA2_ID(2910), NULL,
        "OAuth2ClaimQuery has told nothing, and its claims are missing: %s",
        what);

    if (!oa2_pace_take(&ctx->store->looks_told, &held, "", ctx->now,
                       TOLD_SPAN, 1))
        err->severity = OA2_LOG_INFO;
    return err;
}

oa2_err_t *oa2_foreign_find(const char **row, const oa2_err_t **why,
                            oa2_ctx_t *ctx, const char *query,
                            const char *value)
{
    oa2_store_t *store = ctx->store;
    oa2_fault_t *fault;
    oa2_slot_t *slot;
    oa2_err_t *err;
    int count = 0;

    *row = NULL;
    *why = NULL;
    if (!begin(store)) {
        *why = problem(ctx, "it is slow, or is asked too often, and was not "
                       "asked now");
        return NULL;
    }
    err = oa2_pool_acquire(&slot, ctx);
    if (err) {
        end(store, 0);
        return err;
    }
    fault = store->driver->look(row, &count, ctx, slot, query, value);
    oa2_pool_release(store, slot, fault && fault->close ? OA2_SLOT_SPOILT
                                                        : OA2_SLOT_GOOD);
    end(store, fault && (fault->kind == OA2_FAULT_BUSY
                         || fault->kind == OA2_FAULT_HUNG));
    if (fault)
        *why = problem(ctx, fault->text);
    else if (count > 1)
        *why = problem(ctx, "it has more than one row for a user; let it have "
                       "one (lists as json_agg())");
    if (*why)
        *row = NULL;
    return NULL;
}

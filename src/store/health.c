/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health.c - whether the database answers, told when that changes.
 *
 * What strangers ask for must not fill the log: so each refusal is told at
 * info, with its request, and the state once each way.  A busy database
 * answers some and refuses others; it is well again when it has refused
 * nobody for a while.
 *
 * The words are all processes'.  Whoever changes the first one tells.
 */
#include "store/health.h"

#include <apr_atomic.h>

#include "base/clock.h"
#include "base/shm/counter.h"
#include "store/db/pool.h"

#define QUIET_FOR 3                     /* seconds without a refusal */

/* Wraps after 136 years of uptime. */
static apr_uint32_t seconds(void)
{
    return (apr_uint32_t)apr_time_sec(oa2_clock_coarse());
}

static void refused(const oa2_ctx_t *ctx, const oa2_watch_t *watch,
                    oa2_err_t *err)
{
    oa2_health_t *health = watch->health;

    apr_atomic_set32(&health->last, seconds());
    apr_atomic_inc32(&health->refused);
    if (apr_atomic_cas32(&health->is_away, 1, 0) == 0) {
        OA2_COUNT(ctx->counter, away, 0);
        watch->away(watch->baton, err);
    }
    err->severity = OA2_LOG_INFO;
}

static void answered(const oa2_watch_t *watch)
{
    oa2_health_t *health = watch->health;

    if (!apr_atomic_read32(&health->is_away)
        || seconds() - apr_atomic_read32(&health->last) < QUIET_FOR)
        return;
    if (apr_atomic_cas32(&health->is_away, 0, 1) == 1)
        watch->back(watch->baton, apr_atomic_xchg32(&health->refused, 0));
}

void oa2_health_note(oa2_ctx_t *ctx, oa2_err_t *err)
{
    const oa2_watch_t *watch = ctx->store->watch;

    if (err && err->kind == &oa2_temporarily_unavailable)
        OA2_COUNT(ctx->counter, refused, 0);
    if (!watch)
        return;
    if (!err)
        answered(watch);
    else if (err->kind == &oa2_temporarily_unavailable)
        refused(ctx, watch, err);
}

void oa2_health_heard(oa2_store_t *store, apr_time_t said)
{
    apr_time_t lag = oa2_clock() - said;

    if (!store->watch)
        return;
    apr_atomic_set32(&store->watch->health->heard, seconds());
    apr_atomic_set32(&store->watch->health->lag, (apr_uint32_t)lag);
}

void oa2_health_purged(oa2_store_t *store, apr_int64_t overdue)
{
    oa2_health_t *health = store->watch ? store->watch->health : NULL;

    if (!health)
        return;
    apr_atomic_set32(&health->overdue, (apr_uint32_t)overdue);
    apr_atomic_set32(&health->purged, seconds());
}

apr_int64_t oa2_health_age(apr_uint32_t when)
{
    return when ? (apr_int64_t)(apr_uint32_t)(seconds() - when) : -1;
}

int oa2_health_look(oa2_health_now_t *out, const oa2_store_t *store)
{
    oa2_health_t *health = store->watch ? store->watch->health : NULL;

    if (!health)
        return 0;
    out->is_away = apr_atomic_read32(&health->is_away) != 0;
    out->heard = oa2_health_age(apr_atomic_read32(&health->heard));
    out->lag = apr_atomic_read32(&health->lag);
    out->purged = oa2_health_age(apr_atomic_read32(&health->purged));
    return 1;
}

void oa2_store_watch(oa2_store_t *store, const oa2_watch_t *watch)
{
    store->watch = watch;
    store->wanted = &watch->health->wanted;
}

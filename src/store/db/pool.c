/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool.c - connections to the database, and when not to ask for one.
 *
 * A list of our own: mod_dbd never prepares again after the database was
 * restarted, and apr_reslist gives out what came back last, connected or not.
 *
 * A slot speaks for itself.  A connection that could not be made, or does not
 * answer, says nothing of the others: a limit may have been reached, or a
 * firewall have forgotten one.  Connected slots go before empty ones, and who
 * cannot connect waits for one of them.  Only when none of this process works
 * the gate is shut: then one caller a second tries, and the others are told
 * at once.
 *
 * The lock is never held while anything is asked of the network.
 */
#include "store/db/pool.h"

#include <string.h>
#include <time.h>

#include <apr_atomic.h>
#include <apr_strings.h>

#include "base/clock.h"
#include "base/shm/counter.h"
#include "base/text/line.h"

#define DOWN_FOR apr_time_from_sec(1)
/* While somebody looks whether all is lost, the others wait so long. */
#define LOOK_FOR apr_time_from_msec(200)
/* Longer than statement_timeout: past it the server has not even managed to
   give up.  With a second try at another connection it is 2.8 s in all. */
#define ANSWER_WITHIN apr_time_from_msec(2300)
#define SECOND_WITHIN apr_time_from_msec(500)
#define WANTED_FOR 2                    /* seconds: it tries once a second */
#define RETRY_BUSY 1                    /* seconds for Retry-After */
#define RETRY_DOWN 2

/* ------------------------------------------------------------ making */

/* The next acquire of this slot opens it again. */
static void slot_close(oa2_store_t *store, oa2_slot_t *slot)
{
    if (slot->dbd)
        apr_dbd_close(store->apr, slot->dbd);
    if (slot->pool)
        apr_pool_destroy(slot->pool);
    slot->dbd = NULL;
    slot->pool = NULL;
    slot->statements = NULL;
}

static apr_status_t pool_unmake(void *baton)
{
    oa2_store_t *store = baton;
    int i;

    for (i = 0; i < store->most; i++)
        slot_close(store, &store->slots[i]);
    pthread_cond_destroy(&store->moved);
    pthread_mutex_destroy(&store->lock);
    return APR_SUCCESS;
}

static void slot_push(oa2_slot_t **list, oa2_slot_t *slot)
{
    slot->next = *list;
    *list = slot;
}

static oa2_slot_t *slot_pop(oa2_slot_t **list)
{
    oa2_slot_t *slot = *list;

    if (slot)
        *list = slot->next;
    return slot;
}

/* pthread's own: APR waits by the time of day, which may be set back. */
apr_status_t oa2_pool_make(oa2_store_t *store, int most, int wait_ms,
                           apr_pool_t *pool)
{
    pthread_condattr_t by;
    int rv;
    int i;

    rv = pthread_mutex_init(&store->lock, NULL);
    if (rv != 0)
        return rv;
    pthread_condattr_init(&by);
    pthread_condattr_setclock(&by, CLOCK_MONOTONIC);
    rv = pthread_cond_init(&store->moved, &by);
    pthread_condattr_destroy(&by);
    if (rv != 0) {
        pthread_mutex_destroy(&store->lock);
        return rv;
    }
    store->wait = apr_time_from_msec((apr_time_t)wait_ms);
    store->most = most;
    store->slots = apr_pcalloc(pool, (apr_size_t)most * sizeof(oa2_slot_t));
    for (i = most - 1; i >= 0; i--)
        slot_push(&store->empty, &store->slots[i]);
    apr_pool_cleanup_register(pool, store, pool_unmake,
                              apr_pool_cleanup_null);
    return APR_SUCCESS;
}

/* ------------------------------------------------------------ connecting */

static const char *slot_connect(oa2_store_t *store, oa2_slot_t *slot,
                                apr_pool_t *pool)
{
    const char *wrong = NULL;

    /* A pool without a parent: threads make and destroy these at will. */
    if (apr_pool_create_unmanaged(&slot->pool) != APR_SUCCESS)
        return "out of memory";
    apr_pool_tag(slot->pool, "oa2_slot");
    wrong = store->driver->prepare(store, pool);
    if (wrong) {
        slot_close(store, slot);
        return wrong;
    }
    if (apr_dbd_open_ex(store->apr, slot->pool, store->params, &slot->dbd,
                        &wrong) != APR_SUCCESS) {
        slot->dbd = NULL;
        wrong = oa2_line(wrong ? wrong : "unknown reason", pool);
        slot_close(store, slot);
        return wrong;
    }
    slot->statements = apr_hash_make(slot->pool);
    wrong = store->driver->setup(store, slot, pool);
    if (wrong)
        slot_close(store, slot);
    return wrong;
}

/* ------------------------------------------------------------ the gate */

/* All of these with the lock held. */

static void gate_up(oa2_store_t *store)
{
    store->answered = oa2_clock();
    if (store->down)
        pthread_cond_broadcast(&store->moved);
    store->down = 0;
}

/* A file that cannot be opened costs nobody time: no gate for SQLite. */
static void gate_down(oa2_store_t *store, apr_interval_time_t how_long)
{
    if (!store->driver->is_server)
        return;
    store->down = 1;
    store->down_until = oa2_clock() + how_long;
    pthread_cond_broadcast(&store->moved);
}

static void probe_end(oa2_store_t *store, int probe)
{
    if (!probe)
        return;
    store->probing = 0;
    pthread_cond_broadcast(&store->moved);
}

/* 1 when this caller may ask.  At the gate one of all becomes the probe: of
   those who have just come, and not waited long enough already. */
static int may_enter(oa2_store_t *store, int *probe, int fresh,
                     apr_time_t now)
{
    if (!store->down || *probe)
        return 1;
    if (!fresh || store->probing || now < store->down_until)
        return 0;
    store->probing = now;
    *probe = 1;
    return 1;
}

static void await(oa2_store_t *store, apr_time_t until)
{
    struct timespec at;

    at.tv_sec = (time_t)apr_time_sec(until);
    at.tv_nsec = (long)apr_time_usec(until) * 1000;
    pthread_cond_timedwait(&store->moved, &store->lock, &at);
}

/*
 * A process that has no connection could not make one.  As long as that was a
 * moment ago, the others keep one each, so that it finds room; else it would be
 * refused for as long as they keep what they do not use.
 */
static apr_uint32_t this_second(void)
{
    return (apr_uint32_t)apr_time_sec(oa2_clock_coarse()) + 1;
}

static void want_room(oa2_store_t *store)
{
    if (store->wanted && store->driver->is_server)
        apr_atomic_set32(store->wanted, this_second());
}

static int is_room_wanted(const oa2_store_t *store)
{
    apr_uint32_t since = store->wanted ? apr_atomic_read32(store->wanted) : 0;

    return since && this_second() - since <= WANTED_FOR;
}

/* Whether an empty slot may be connected. */
static int may_connect(oa2_store_t *store, apr_time_t now)
{
    if (!store->connected)      /* then this is how to find out */
        return 1;
    if (is_room_wanted(store)) {
        store->closed_until = now + DOWN_FOR;
        apr_cpystrn(store->wrong, "another process has none yet",
                    sizeof(store->wrong));
    }
    return now >= store->closed_until;
}

typedef enum { TAKEN, AWAY, BUSY } take_t;

/*
 * TAKEN: a slot that is this caller's, connected or not.  Waits until then at
 * most.
 */
static take_t slot_take(oa2_slot_t **out, oa2_ctx_t *ctx, int *probe,
                        int fresh, apr_time_t until)
{
    oa2_store_t *store = ctx->store;
    apr_time_t now = oa2_clock();
    take_t result = TAKEN;
    oa2_slot_t *slot = NULL;
    int waits = 0;

    pthread_mutex_lock(&store->lock);
    for (;; now = oa2_clock(), fresh = 0) {
        apr_time_t next = until;

        if (!may_enter(store, probe, fresh, now)) {
            result = AWAY;
            next = store->probing ? store->probing + LOOK_FOR : now;
        }
        else {
            result = BUSY;
            slot = slot_pop(&store->idle);
            if (!slot && store->empty && may_connect(store, now))
                slot = slot_pop(&store->empty);
            if (slot) {
                result = TAKEN;
                break;
            }
            if (store->empty && store->closed_until < next)
                next = store->closed_until;
        }
        if (now >= until || now >= next)
            break;
        if (!waits++)
            OA2_COUNT(ctx->counter, waits, 0);
        await(store, next);
    }
    pthread_mutex_unlock(&store->lock);
    *out = slot;
    return result;
}

/* It has no connection (any more); whoever waits may make one. */
static void slot_put_away(oa2_store_t *store, oa2_slot_t *slot,
                          int was_connected)
{
    pthread_mutex_lock(&store->lock);
    store->connected -= was_connected;
    slot_push(&store->empty, slot);
    pthread_cond_signal(&store->moved);
    pthread_mutex_unlock(&store->lock);
}

static void slot_is_connected(oa2_store_t *store)
{
    pthread_mutex_lock(&store->lock);
    store->connected++;
    store->closed_until = 0;
    pthread_mutex_unlock(&store->lock);
}

/*
 * 1 when there are others to wait for: no new connection is tried for a
 * second.  0: the gate is shut.
 */
static int connect_failed(oa2_store_t *store, oa2_slot_t *slot, int probe,
                          const char *wrong)
{
    int others;

    pthread_mutex_lock(&store->lock);
    others = store->connected > 0;
    store->closed_until = oa2_clock() + DOWN_FOR;
    apr_cpystrn(store->wrong, wrong, sizeof(store->wrong));
    slot_push(&store->empty, slot);
    if (!others) {
        want_room(store);
        gate_down(store, DOWN_FOR);
        probe_end(store, probe);
    }
    pthread_mutex_unlock(&store->lock);
    return others;
}

/* ------------------------------------------------------------ acquiring */

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

static oa2_err_t *busy(oa2_ctx_t *ctx, int probe)
{
    oa2_store_t *store = ctx->store;
    const char *wrong = "";

    pthread_mutex_lock(&store->lock);
    probe_end(store, probe);
    if (store->closed_until)
        wrong = apr_pstrcat(ctx->pool, "; no new one could be made: ",
                            store->wrong, NULL);
    pthread_mutex_unlock(&store->lock);
    return unavailable(oa2_err_make(
        ctx->pool, &oa2_temporarily_unavailable, OA2_ID(2005), NULL,
        "no database connection became free in time: allow more connections, "
        "or look for what keeps the database busy%s", wrong), RETRY_BUSY);
}

static oa2_err_t *not_connected(oa2_ctx_t *ctx, const char *wrong)
{
    return unavailable(oa2_err_make(
        ctx->pool, &oa2_temporarily_unavailable, OA2_ID(2006), NULL,
        "could not connect to the database: %s", wrong), RETRY_DOWN);
}

oa2_err_t *oa2_pool_acquire(oa2_slot_t **out, oa2_ctx_t *ctx)
{
    oa2_store_t *store = ctx->store;
    apr_time_t until = oa2_clock() + store->wait;
    const char *wrong;
    oa2_slot_t *slot;
    int fresh = 1;
    int probe = 0;
    take_t take;

    for (;; fresh = 0) {
        take = slot_take(&slot, ctx, &probe, fresh, until);
        if (take != TAKEN)
            return take == AWAY ? away(ctx) : busy(ctx, probe);
        if (slot->dbd && !store->driver->is_alive(store, slot)) {
            slot_close(store, slot);
            slot_put_away(store, slot, 1);
            continue;
        }
        if (slot->dbd)
            break;
        wrong = slot_connect(store, slot, ctx->pool);
        if (!wrong) {
            slot_is_connected(store);
            break;
        }
        if (!connect_failed(store, slot, probe, wrong))
            return not_connected(ctx, wrong);
    }
    slot->probe = probe;
    slot->since = oa2_clock();
    slot->within = ANSWER_WITHIN;
    *out = slot;
    return NULL;
}

oa2_slot_t *oa2_pool_another(oa2_store_t *store, apr_time_t since)
{
    oa2_slot_t *slot;

    for (;;) {
        pthread_mutex_lock(&store->lock);
        slot = slot_pop(&store->idle);
        pthread_mutex_unlock(&store->lock);
        if (!slot)
            return NULL;
        if (store->driver->is_alive(store, slot)) {
            slot->probe = 0;
            slot->since = since;
            slot->within = SECOND_WITHIN;
            return slot;
        }
        slot_close(store, slot);
        slot_put_away(store, slot, 1);
    }
}

/* ------------------------------------------------------------ releasing */

/*
 * This one did not answer.  The gate is for when none does: nobody else has
 * been answered since, and this was the second try, or the only connection
 * there was.  Then whoever comes next looks at once.
 */
static void slot_was_silent(oa2_store_t *store, const oa2_slot_t *slot,
                            oa2_slot_state_t state)
{
    if (store->answered >= slot->since)
        return;
    if (state == OA2_SLOT_DEAD)
        gate_down(store, DOWN_FOR);
    else if (!store->connected)
        gate_down(store, 0);
}

/* 1: this connection is not counted any more, for another process's sake. */
static int give_up(oa2_store_t *store)
{
    int gives = 0;

    if (!is_room_wanted(store))
        return 0;
    pthread_mutex_lock(&store->lock);
    if (store->connected > 1) {
        store->connected--;
        gives = 1;
    }
    pthread_mutex_unlock(&store->lock);
    return gives;
}

void oa2_pool_release(oa2_store_t *store, oa2_slot_t *slot,
                      oa2_slot_state_t state)
{
    int keeps = state == OA2_SLOT_GOOD && !give_up(store);
    int probe = slot->probe;

    if (!keeps)
        slot_close(store, slot);
    pthread_mutex_lock(&store->lock);
    if (state == OA2_SLOT_GOOD)
        gate_up(store);
    else
        store->connected--;
    slot_push(keeps ? &store->idle : &store->empty, slot);
    if (state == OA2_SLOT_SILENT || state == OA2_SLOT_DEAD)
        slot_was_silent(store, slot, state);
    probe_end(store, probe);
    pthread_cond_signal(&store->moved);
    pthread_mutex_unlock(&store->lock);
}

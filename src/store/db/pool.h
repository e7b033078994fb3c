/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool.h - connections to the database, and when not to ask for one.
 *
 * A slot belongs to one thread from acquire to release.
 *
 * SQLite gets a single slot: apr_dbd runs its statements under one mutex of
 * the process anyway, and with two connections a writer would wait, inside
 * that mutex, for the lock of a transaction that cannot go on without it.
 */
#ifndef OA2_STORE_DB_POOL_H
#define OA2_STORE_DB_POOL_H

#include <pthread.h>

#include <apr_dbd.h>
#include <apr_time.h>
#include "base/shm/cache.h"
#include "base/pace.h"
#include "store/db/driver.h"

struct oa2_watch_t;                     /* store/health.h */

/* Times are base/clock.h's. */
struct oa2_store_t {
    const oa2_driver_t *driver;
    const apr_dbd_driver_t *apr;
    const char *params;                 /* with our defaults; has secrets */
    int is_memory;                      /* SQLite's ":memory:" */
    oa2_cache_t *tokens;
    oa2_cache_t *clients;
    const struct oa2_watch_t *watch;    /* NULL: nobody is told */
    char name[24];                      /* nobody else's; see listener.c */
    /* All processes': when one that has no connection got none, by
       base/clock, in seconds, and 1.  NULL: there are no others. */
    volatile apr_uint32_t *wanted;
    volatile apr_uint32_t unprepared;   /* pgsql.c: nothing keeps a name */
    /* pool.c's: */
    int most;                           /* slots */
    oa2_slot_t *slots;
    apr_interval_time_t wait;           /* longest, for one of them */
    pthread_mutex_t lock;               /* for all below */
    pthread_cond_t moved;               /* a slot came back; the gate moved */
    oa2_slot_t *idle;                   /* connected, the last used first */
    oa2_slot_t *empty;
    int connected;                      /* idle, or somebody's */
    apr_time_t answered;                /* when anybody last was */
    apr_time_t closed_until;            /* no new connection before; 0: none
                                           has failed */
    char wrong[256];                    /* what the last one failed of */
    int down;                           /* the gate is shut */
    apr_time_t down_until;              /* then somebody tries */
    apr_time_t probing;                 /* since when; 0: nobody */
    apr_time_t beaten;                  /* listener.c: the last beat */
    int looking;                        /* foreign.c: how many look */
    apr_time_t look_again;              /* and nobody does before */
    oa2_pace_t looks_told;              /* without the lock */
};

/* How a slot comes back. */
typedef enum {
    OA2_SLOT_GOOD,                      /* the database has answered */
    OA2_SLOT_SPOILT,                    /* close it; says nothing of others */
    OA2_SLOT_SILENT,                    /* close it; it did not answer */
    OA2_SLOT_DEAD                       /* the same, and was the second */
} oa2_slot_state_t;

/* The slots, all empty, and the gate; closed with the pool. */
apr_status_t oa2_pool_make(oa2_store_t *store, int most, int wait_ms,
                           apr_pool_t *pool);
/*
 * A connected slot.  Waits at most conf->wait_ms for one to be free, and as
 * long as a connect may take (2 s on PostgreSQL).  When that failed and no
 * other is connected, all callers are refused at once for a second; then one
 * of them tries again.
 */
oa2_err_t *oa2_pool_acquire(oa2_slot_t **out, oa2_ctx_t *ctx);
/*
 * PostgreSQL: for a second try after silence, on a connection that is there
 * and free just now; NULL when there is none.  Waits for nothing, and an
 * answer has to come at once.  since: of the first.
 */
oa2_slot_t *oa2_pool_another(oa2_store_t *store, apr_time_t since);
void oa2_pool_release(oa2_store_t *store, oa2_slot_t *slot,
                      oa2_slot_state_t state);

#endif

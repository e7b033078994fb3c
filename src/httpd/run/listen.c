/* SPDX-License-Identifier: Apache-2.0 */
/* listen.c - see listen.h */
#include "httpd/run/listen.h"

#include "base/shm/counter.h"
#include "httpd/module.h"
#include "httpd/run/log.h"
#include "store/listener.h"
#include "store/store.h"

#define BEAT apr_time_from_sec(1)
/* The pool, which the listener asks first, knows when to ask the network. */
#define RETRY apr_time_from_sec(1)

/* The listening thread's state. */
typedef struct {
    oa2_listener_t *listener;           /* NULL: not connected */
    int was_lost;                       /* and was said so */
} ear_t;

static void lose(ear_t *ear, const oa2_db_t *db, const oa2_err_t *err)
{
    if (ear->listener)
        oa2_listener_close(ear->listener);
    ear->listener = NULL;
    if (!ear->was_lost) {
        OA2_COUNT(db->counter, deaf, 0);
        oa2_log_server(db->server, APLOG_WARNING, err->id,
                       "%s; until it is back, cached tokens are asked for "
                       "again after %d seconds", err->meant, OA2_CACHE_TRUST);
    }
    ear->was_lost = 1;
}

static void open_ear(ear_t *ear, oa2_worker_t *worker)
{
    oa2_err_t *err;

    apr_pool_clear(worker->scratch);
    err = oa2_listener_open(&ear->listener, worker->db->store,
                            worker->scratch);
    if (err) {
        lose(ear, worker->db, err);
        return;
    }
    oa2_log_server(worker->db->server,
                   ear->was_lost ? APLOG_NOTICE : APLOG_INFO, OA2_ID(7051),
                   "listening for what other servers change in the database");
    ear->was_lost = 0;
}

/* The listener lives in scratch, what it says in a pool below. */
static void hear(ear_t *ear, oa2_worker_t *worker)
{
    apr_pool_t *pool;
    oa2_err_t *err;

    apr_pool_create(&pool, worker->scratch);
    err = oa2_listener_hear(ear->listener, pool);
    if (err)
        lose(ear, worker->db, err);
    apr_pool_destroy(pool);
}

void oa2_listen_always(oa2_worker_t *worker)
{
    ear_t ear = { NULL, 0 };
    apr_interval_time_t most;

    do {
        if (ear.listener) {
            hear(&ear, worker);
        }
        else {
            open_ear(&ear, worker);
        }
        most = ear.listener ? oa2_listener_rest(ear.listener)
            : RETRY + oa2_worker_jitter(RETRY);
    } while (!oa2_stop_within(worker->stop, most, ear.listener
                          ? oa2_listener_socket(ear.listener) : -1));
    if (ear.listener)
        oa2_listener_close(ear.listener);
}

/* That it could not be said, the listener tells: it hears nothing. */
void oa2_beat_always(oa2_worker_t *worker)
{
    do {
        oa2_ctx_t ctx;

        apr_pool_clear(worker->scratch);
        ctx = oa2_db_ctx(worker->db, worker->scratch);
        oa2_listener_beat(&ctx);
    } while (!oa2_stop_within(worker->stop, BEAT, -1));
}

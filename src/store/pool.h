/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool.h - connections to the database, and when not to ask for one.
 *
 * Only the store floor includes this.  A slot is one connection, or the place
 * for one; it belongs to one thread from acquire to release.
 *
 * SQLite gets a single slot: apr_dbd runs its statements under one mutex of
 * the process anyway, and with two connections a writer would wait, inside
 * that mutex, for the lock of a transaction that cannot go on without it.
 */
#ifndef OA2_STORE_POOL_H
#define OA2_STORE_POOL_H

#include <pthread.h>

#include <apr_dbd.h>
#include <apr_hash.h>
#include <apr_time.h>
#include "store/sql.h"

typedef struct oa2_slot_t {
    struct oa2_slot_t *next;            /* in a list of the store's */
    apr_dbd_t *dbd;                     /* NULL: not connected */
    apr_pool_t *pool;                   /* the connection's */
    apr_hash_t *statements;             /* by the address of their text */
    int probe;                          /* this one asks for all */
    apr_time_t since;                   /* when the caller began to ask */
    apr_interval_time_t within;         /* how long an answer may take */
} oa2_slot_t;

/* Times are base/clock.h's. */
struct oa2_store_t {
    const apr_dbd_driver_t *driver;
    const char *params;                 /* with our defaults; has secrets */
    int is_pgsql;
    int is_memory;                      /* SQLite's ":memory:" */
    oa2_cache_t *tokens;
    oa2_cache_t *clients;
    const oa2_watch_t *watch;           /* NULL: nobody is told */
    char name[24];                      /* nobody else's; see listener.c */
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
};

/* What became of a statement; health.c tells when it makes a difference. */
void oa2_health_note(oa2_store_t *store, oa2_err_t *err);

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
/* Closes the connection; the next acquire of this slot opens it again. */
void oa2_pool_close(oa2_store_t *store, oa2_slot_t *slot);

/* pgsql.c: libpq's string with our bounds where the administrator gave none;
   NULL when libpq does not understand params. */
const char *oa2_pgsql_conninfo(const char *params, apr_pool_t *pool);
/* keyword='value', as libpq reads it. */
const char *oa2_pgsql_pair(const char *keyword, const char *value,
                           apr_pool_t *pool);
/* 1 when an idle connection is still one, as far as this end can know. */
int oa2_pgsql_is_alive(const oa2_store_t *store, const oa2_slot_t *slot);

/* What went wrong, for sql.c to decide upon. */
typedef struct oa2_fault_t {
    enum {
        OA2_FAULT_SQL,                  /* refused: ours to mend */
        OA2_FAULT_VALUE,                /* refused: characters it lacks */
        OA2_FAULT_BUSY,                 /* not now: rolled back */
        OA2_FAULT_AGAIN,                /* rolled back; may succeed at once */
        OA2_FAULT_LOST,                 /* no answer: nobody knows */
        OA2_FAULT_HUNG                  /* no answer in time */
    } kind;
    int close;                          /* the connection is of no more use */
    const char *text;                   /* for the log */
} oa2_fault_t;

typedef struct oa2_args_t {
    int count;
    const char *const *values;          /* $1 is the first */
} oa2_args_t;

/* Each runs a statement once; NULL: *rows is the answer. */
oa2_fault_t *oa2_pgsql_run(apr_array_header_t **rows, oa2_ctx_t *ctx,
                           oa2_slot_t *slot, const oa2_sql_t *sql,
                           const oa2_args_t *args);
oa2_fault_t *oa2_sqlite_run(apr_array_header_t **rows, oa2_ctx_t *ctx,
                            oa2_slot_t *slot, const oa2_sql_t *sql,
                            const oa2_args_t *args);
oa2_fault_t *oa2_sqlite_fault(oa2_ctx_t *ctx, oa2_slot_t *slot);
/* The folder that path is in. */
const char *oa2_sqlite_folder(const char *path, apr_pool_t *pool);
/* Makes the file, for the server's user only, when it is not there. */
void oa2_sqlite_create(const char *path, apr_pool_t *pool);
/* PRAGMAs of a new connection; NULL, or what went wrong. */
const char *oa2_sqlite_setup(oa2_store_t *store, oa2_slot_t *slot,
                             apr_pool_t *pool);

/* sql.c: a text made ready once per connection. */
typedef struct oa2_prepared_t {
    const char *key;                    /* the text's address */
    const char *text;                   /* as the driver wants it */
    int count;                          /* of its arguments */
    unsigned char order[OA2_SQL_ARGS * 3];
    apr_dbd_prepared_t *dbd;            /* SQLite */
    const char *name;                   /* PostgreSQL; NULL: not yet */
    int uses;
} oa2_prepared_t;

oa2_prepared_t *oa2_sql_prepare(oa2_ctx_t *ctx, oa2_slot_t *slot,
                                const char *text);
/* values: the arguments in the order in which they are wanted, and as often;
   0 when one is wanted that there is not. */
int oa2_sql_bind(const char **values, const oa2_prepared_t *prepared,
                 const oa2_args_t *args);

#endif

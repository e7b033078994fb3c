/* SPDX-License-Identifier: Apache-2.0 */
/*
 * driver.h - what is different between the databases, as a row.
 *
 * Nobody compares a driver's name: what depends on the database is a member
 * here, and a new database is one file with its row, named in drivers.c, and
 * its dialect in the statements.
 */
#ifndef OA2_STORE_DB_DRIVER_H
#define OA2_STORE_DB_DRIVER_H

#include <apr_dbd.h>
#include <apr_hash.h>
#include <apr_tables.h>
#include <apr_time.h>
#include "base/ctx.h"

struct oa2_sql_t;                       /* store/db/sql.h */
struct oa2_prepared_t;                  /* store/db/statement.h */

#define OA2_LOOK_WITHIN apr_time_from_sec(1)

/* One connection, or the place for one; it belongs to one thread. */
typedef struct oa2_slot_t {
    struct oa2_slot_t *next;            /* in a list of the store's */
    apr_dbd_t *dbd;                     /* NULL: not connected */
    apr_pool_t *pool;                   /* the connection's */
    apr_hash_t *statements;             /* by the address of their text */
    int probe;                          /* this one asks for all */
    apr_time_t since;                   /* when the caller began to ask */
    apr_interval_time_t within;         /* how long an answer may take */
} oa2_slot_t;

typedef struct oa2_args_t {
    int count;
    const char *const *values;          /* $1 is the first */
} oa2_args_t;

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
    const char *remedy;                 /* where the statement and the tables
                                           are ours; NULL: none */
} oa2_fault_t;

typedef struct oa2_driver_t {
    const char *name;                   /* apr_dbd's and administrators' */
    /* 1: a server, reached over a network: connecting costs time, and others
       may change its tables.  0: a file. */
    int is_server;
    /* 1 when what is open can be a file of its, or one that it will begin with.
       NULL: it has none. */
    int (*is_file)(int fd);
    const char *begin;                  /* a transaction that writes */

    /* NULL, or a sentence that says what is wrong; quotes no value. */
    const char *(*check)(const char *params, apr_pool_t *pool);
    /* Without passwords; *secret: there was one.  Of params that are right. */
    const char *(*show)(int *secret, const char *params, apr_pool_t *pool);
    /* With our own where the administrator gave none; NULL: not understood. */
    const char *(*complete)(const char *params, apr_pool_t *pool);

    /* Before a connection is made; NULL, or why none must be. */
    const char *(*prepare)(const oa2_store_t *store, apr_pool_t *pool);
    /* What a new connection needs; NULL, or what went wrong. */
    const char *(*setup)(oa2_store_t *store, oa2_slot_t *slot,
                         apr_pool_t *pool);
    /* 1 when an idle connection is still one, as far as this end can know. */
    int (*is_alive)(const oa2_store_t *store, const oa2_slot_t *slot);

    /* $n, as the driver wants its n-th argument; at most 3 characters. */
    int (*write_argument)(char *to, int n);
    const char *escape;                 /* characters to be written twice */
    /* Makes a text ready that was not before; 0: could not. */
    int (*ready)(oa2_store_t *store, oa2_slot_t *slot,
                 struct oa2_prepared_t *prepared);
    /* Runs a statement once; NULL: *rows is the answer. */
    oa2_fault_t *(*run)(apr_array_header_t **rows, oa2_ctx_t *ctx,
                        oa2_slot_t *slot, const struct oa2_sql_t *sql,
                        const oa2_args_t *args);
    /*
     * Runs a query of an administrator's with its $1, in a transaction that
     * only reads, for at most OA2_LOOK_WITHIN.  NULL: *row is JSON, an object
     * with a member for each column, of the first row; NULL when there is
     * none.  *count: of rows, 2 for more than one.
     */
    oa2_fault_t *(*look)(const char **row, int *count, oa2_ctx_t *ctx,
                         oa2_slot_t *slot, const char *query,
                         const char *value);
    /* Runs a text without arguments or an answer; 0: it did not work. */
    int (*execute)(oa2_store_t *store, oa2_slot_t *slot, const char *text);
    /* After that: 1 when all was rolled back and may succeed another time. */
    int (*may_repeat)(oa2_ctx_t *ctx, oa2_slot_t *slot);
} oa2_driver_t;

#endif

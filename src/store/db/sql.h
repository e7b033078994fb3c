/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sql.h - one statement in two dialects, and how it is run.
 *
 * Arguments are written $1 … $40, in any order and as often as needed;
 * statement.c turns them into what the driver wants.  All are text: PostgreSQL
 * infers each one's type from where it stands, SQLite from the column it is
 * compared with or put into; anywhere else it has to be CAST.  Every statement
 * answers rows (use RETURNING): then all are run the same way.
 */
#ifndef OA2_STORE_DB_SQL_H
#define OA2_STORE_DB_SQL_H

#include <apr_tables.h>
#include "base/ctx.h"

#define OA2_SQL_STEPS 8
#define OA2_SQL_ARGS 40              /* most $n of a statement */

/*
 * repeats: to run it twice is as good as once, for the tables and for the
 * answer.  Then it is run again, on another connection, when nobody knows
 * what became of it (the connection broke, or was silent): a statement that
 * reads; one that sets what it says; one that stores under a random digest,
 * and finds that it has been there.  All others must not be: the caller is
 * told that the database is away, and what was asked may have been done.
 *
 * On SQLite several steps are one BEGIN IMMEDIATE transaction: the rows of
 * the last one are the answer; a step before it that gives no row ends the
 * verb there, committed, with no rows - unless it starts with '?': then its
 * rows do not matter.  All steps see the same arguments.
 */
typedef struct oa2_sql_t {
    const char *name;           /* for the log */
    const char *pgsql;
    const char *sqlite[OA2_SQL_STEPS];
    int repeats;
} oa2_sql_t;

/* A row is an array of nul-terminated values, NULL for SQL's NULL. */
typedef const char *const *oa2_row_t;

/* *rows: oa2_row_t, all in ctx->pool. */
oa2_err_t *oa2_sql_run(apr_array_header_t **rows, oa2_ctx_t *ctx,
                       const oa2_sql_t *sql, int nargs,
                       const char *const *values);

/* OA2_SQL(&rows, ctx, &statement, a, b, c) */
#define OA2_SQL(rows, ctx, sql, ...)                                        \
    oa2_sql_run((rows), (ctx), (sql),                                       \
                (int)(sizeof((const char *const[]){ __VA_ARGS__ }) /          \
                      sizeof(const char *)),                                \
                (const char *const[]){ __VA_ARGS__ })

const char *oa2_sql_number(apr_pool_t *pool, apr_int64_t n);
/* NULL and what is no number: 0. */
apr_int64_t oa2_row_number(oa2_row_t row, int column);
/* NULL becomes "". */
const char *oa2_row_text(oa2_row_t row, int column);

#endif

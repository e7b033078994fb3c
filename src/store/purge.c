/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purge.c - takes away what nothing can need any more.
 *
 * In batches, each one statement: short locks, and rows that somebody else
 * has locked are left for the next time.  Rows are found by an index on the
 * time, so a purge costs what it removes, however large the table is.
 */
#include "store/purge.h"

#include "base/shm/counter.h"
#include "store/db/sql.h"
#include "store/refresh.h"

/* $1 now, $2 how many rows at most */
#define LIMIT " LIMIT CAST($2 AS BIGINT)"

#define SIMPLE(table) { \
    "purge: " table, \
    "WITH gone AS (DELETE FROM " table " WHERE ctid = ANY (ARRAY(" \
    "SELECT ctid FROM " table " WHERE expires <= $1 ORDER BY expires" LIMIT \
    " FOR UPDATE SKIP LOCKED)) RETURNING 1) SELECT count(*) FROM gone", \
    { "?DELETE FROM " table " WHERE rowid IN (SELECT rowid FROM " table \
      " WHERE expires <= $1" LIMIT ")", \
      "SELECT changes()" }, .repeats = 1 }

/*
 * A code or spent refresh token is of use as long as its grant lives: to
 * notice that it is used again.  With a dead grant, both may go; grants come
 * last, when nothing hangs on them.
 *
 * LATERAL, and a sub-select as a value, leave PostgreSQL no other way than to
 * go from each dead grant to its rows: a join might read all of both tables.
 */
#define DEAD "oauth2_grant WHERE sweep <= $1 ORDER BY sweep" LIMIT
#define OF_DEAD(table) { \
    "purge: " table " of dead grants", \
    "WITH gone AS (DELETE FROM " table " WHERE ctid = ANY (ARRAY(" \
    "SELECT r.ctid FROM (SELECT id FROM " DEAD ") g" \
    " CROSS JOIN LATERAL (SELECT ctid FROM " table " WHERE grant_id = g.id" \
    LIMIT " FOR UPDATE SKIP LOCKED) r" LIMIT \
    ")) RETURNING 1) SELECT count(*) FROM gone", \
    { "?DELETE FROM " table " WHERE rowid IN (SELECT r.rowid" \
      " FROM oauth2_grant g CROSS JOIN " table " r ON r.grant_id = g.id" \
      " WHERE g.sweep <= $1" LIMIT ")", \
      "SELECT changes()" }, .repeats = 1 }

/* A spent token stays, to be known when it is used again; its answer, of use
   for the grace only, does not. */
#define KEPT_UNTIL "CAST($1 AS BIGINT) - " APR_STRINGIFY(OA2_REFRESH_GRACE_MAX)
#define ANSWERS { \
    "purge: answers of oauth2_refresh", \
    "WITH gone AS (UPDATE oauth2_refresh SET reply = NULL" \
    " WHERE ctid = ANY (ARRAY(SELECT ctid FROM oauth2_refresh" \
    " WHERE reply IS NOT NULL AND spent <= " KEPT_UNTIL \
    " ORDER BY spent" LIMIT \
    " FOR UPDATE SKIP LOCKED)) RETURNING 1) SELECT count(*) FROM gone", \
    { "?UPDATE oauth2_refresh SET reply = NULL WHERE rowid IN" \
      " (SELECT rowid FROM oauth2_refresh WHERE reply IS NOT NULL" \
      " AND spent <= " KEPT_UNTIL LIMIT ")", \
      "SELECT changes()" }, .repeats = 1 }

#define NONE_OF(table) "(SELECT 1 FROM " table " WHERE grant_id = g.id" \
    " LIMIT 1) IS NULL"
#define BARE NONE_OF("oauth2_refresh") " AND " NONE_OF("oauth2_code")

static const oa2_sql_t kinds[] = {
    SIMPLE("oauth2_session"),
    SIMPLE("oauth2_answer"),
    SIMPLE("oauth2_flow"),      /* of the version before */
    SIMPLE("oauth2_throttle"),
    SIMPLE("oauth2_audit"),
    SIMPLE("oauth2_token"),
    SIMPLE("oauth2_refresh"),
    OF_DEAD("oauth2_refresh"),
    OF_DEAD("oauth2_code"),
    ANSWERS,
    { "purge: oauth2_grant",
      "WITH gone AS (DELETE FROM oauth2_grant WHERE ctid = ANY (ARRAY("
      "SELECT g.ctid FROM oauth2_grant g WHERE g.sweep <= $1 AND " BARE
      " ORDER BY g.sweep" LIMIT " FOR UPDATE OF g SKIP LOCKED)) RETURNING 1)"
      " SELECT count(*) FROM gone",
      { "?DELETE FROM oauth2_grant WHERE rowid IN (SELECT g.rowid"
        " FROM oauth2_grant g WHERE g.sweep <= $1 AND " BARE LIMIT ")",
        "SELECT changes()" },
      .repeats = 1 },
    /* Of version 3; behind what a schema of the version before has. */
    SIMPLE("oauth2_job"),
    SIMPLE("oauth2_ticket"),
    SIMPLE("oauth2_user"),
    SIMPLE("oauth2_app_invitation"),
    SIMPLE("oauth2_apikey")
};

oa2_err_t *oa2_purge(apr_int64_t *removed, oa2_ctx_t *ctx, int n)
{
    const char *now = oa2_sql_number(ctx->pool, ctx->now);
    const char *most = oa2_sql_number(ctx->pool, n);
    apr_int64_t sum = 0;
    apr_size_t i;

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        apr_array_header_t *rows;

        OA2_TRY(OA2_SQL(&rows, ctx, &kinds[i], now, most));
        sum += oa2_row_number(APR_ARRAY_IDX(rows, 0, oa2_row_t), 0);
    }
    *removed = sum;
    OA2_COUNT_N(ctx->counter, purged, 0, (apr_uint64_t)sum);
    return NULL;
}

/* Codes and grants go with what they belong to. */
#define OLDEST(table) "SELECT min(expires) AS oldest FROM " table
#define OVERDUE "SELECT min(oldest) FROM (" OLDEST("oauth2_session") \
    " UNION ALL " OLDEST("oauth2_answer") \
    " UNION ALL " OLDEST("oauth2_throttle") \
    " UNION ALL " OLDEST("oauth2_audit") \
    " UNION ALL " OLDEST("oauth2_token") \
    " UNION ALL " OLDEST("oauth2_refresh") ") AS t"
static const oa2_sql_t overdue_sql = {
    "purge_overdue", OVERDUE, { OVERDUE }, .repeats = 1
};

oa2_err_t *oa2_purge_overdue(apr_int64_t *overdue, oa2_ctx_t *ctx)
{
    apr_array_header_t *rows;
    oa2_row_t row;

    OA2_TRY(oa2_sql_run(&rows, ctx, &overdue_sql, 0, NULL));
    row = APR_ARRAY_IDX(rows, 0, oa2_row_t);
    *overdue = row[0] && oa2_row_number(row, 0) <= ctx->now
        ? ctx->now - oa2_row_number(row, 0) + 1 : 0;
    return NULL;
}

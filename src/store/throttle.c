/* SPDX-License-Identifier: Apache-2.0 */
/*
 * throttle.c - attempts to guess a password, counted in the store, so that
 * all processes and machines count together (RFC 6749 section 10.10: "MUST
 * prevent attackers from guessing"; RFC 6819 section 5.1.4.2.3).
 *
 * One UPSERT: the row's lock lines racing attempts up, and each sees what the
 * one before it left.  The window is fixed: it starts with the first attempt
 * and counts anew when it is over.  Attempts during a pause are refused, and
 * neither counted nor do they lengthen it, or an attacker could keep the
 * user out for ever.
 */
#include "store/throttle.h"

#include "store/db/sql.h"
#include "store/realm_key.h"

/* $1 key, $2 now, $3 limit, $4 window, $5 max_wait; t is the row before. */
#define NOW "CAST($2 AS BIGINT)"
#define IN_PAUSE "t.until > " NOW
#define OVER "t.since + CAST($4 AS BIGINT) <= " NOW
#define COUNT "(CASE WHEN " OVER " THEN 1 ELSE t.count + 1 END)"
/* 1 s, 2 s, 4 s … after attempt number n; 0 below the limit */
#define PAUSE(n, least) "(CASE WHEN " n " < CAST($3 AS BIGINT) THEN 0" \
    " ELSE " NOW " + " least "(CAST($5 AS BIGINT), CAST(1 AS BIGINT) <<" \
    " CAST(" least "(" n " - CAST($3 AS BIGINT), 40) AS INTEGER)) END)"

#define COUNT_SQL(least, greatest) \
    "INSERT INTO oauth2_throttle AS t" \
    " (key, count, since, until, wait, expires)" \
    " VALUES ($1, 1, " NOW ", " PAUSE("1", least) ", 0, " greatest "(" \
    NOW " + CAST($4 AS BIGINT), " PAUSE("1", least) "))" \
    " ON CONFLICT (key) DO UPDATE SET" \
    " wait = CASE WHEN " IN_PAUSE " THEN t.until - " NOW " ELSE 0 END," \
    " count = CASE WHEN " IN_PAUSE " THEN t.count ELSE " COUNT " END," \
    " since = CASE WHEN " IN_PAUSE " THEN t.since" \
    " WHEN " OVER " THEN " NOW " ELSE t.since END," \
    " until = CASE WHEN " IN_PAUSE " THEN t.until" \
    " ELSE " PAUSE(COUNT, least) " END," \
    " expires = CASE WHEN " IN_PAUSE " THEN t.expires" \
    " ELSE " greatest "(" NOW " + CAST($4 AS BIGINT), " \
    PAUSE(COUNT, least) ") END" \
    " RETURNING wait, count"

static const oa2_sql_t count_sql = {
    "throttle_count", COUNT_SQL("LEAST", "GREATEST"),
    { COUNT_SQL("MIN", "MAX") },
    .repeats = 0                        /* it would count twice */
};

#define CLEAR "DELETE FROM oauth2_throttle WHERE key = $1 RETURNING 1"
static const oa2_sql_t clear_sql = {
    "throttle_clear", CLEAR, { CLEAR }, .repeats = 1
};

static const char *key_of(const oa2_ctx_t *ctx, const oa2_throttle_t *throttle)
{
    return throttle->is_everywhere ? throttle->key
                                   : oa2_realm_key(ctx, throttle->key);
}

oa2_err_t *oa2_throttle_count(apr_int64_t *wait, oa2_ctx_t *ctx,
                              oa2_throttle_t *throttle)
{
    apr_pool_t *pool = ctx->pool;
    apr_array_header_t *rows;
    oa2_row_t row;

    OA2_TRY(OA2_SQL(&rows, ctx, &count_sql, key_of(ctx, throttle),
                    oa2_sql_number(pool, ctx->now),
                    oa2_sql_number(pool, throttle->limit),
                    oa2_sql_number(pool, throttle->window),
                    oa2_sql_number(pool, throttle->max_wait)));
    row = APR_ARRAY_IDX(rows, 0, oa2_row_t);
    *wait = oa2_row_number(row, 0);
    throttle->counted = oa2_row_number(row, 1);
    return NULL;
}

/* Below the limit there is no pause. */
#define GIVE "UPDATE oauth2_throttle SET count = count - 1," \
    " until = CASE WHEN count <= CAST($2 AS BIGINT) THEN 0 ELSE until END" \
    " WHERE key = $1 AND count > 0 RETURNING 1"
static const oa2_sql_t give_sql = {
    "throttle_give_back", GIVE, { GIVE },
    .repeats = 0                        /* it would give back twice */
};

oa2_err_t *oa2_throttle_give_back(oa2_ctx_t *ctx,
                                  const oa2_throttle_t *throttle)
{
    apr_array_header_t *rows;

    return OA2_SQL(&rows, ctx, &give_sql, key_of(ctx, throttle),
                   oa2_sql_number(ctx->pool, throttle->limit));
}

oa2_err_t *oa2_throttle_clear(oa2_ctx_t *ctx, const char *key)
{
    apr_array_header_t *rows;

    return OA2_SQL(&rows, ctx, &clear_sql, oa2_realm_key(ctx, key));
}

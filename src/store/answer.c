/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer.c - sealed answers to forms, kept for some seconds for whoever sends
 * the same form once more.
 */
#include "store/answer.h"

#include "store/db/sql.h"

/* $1 digest, $2 reply, $3 expires, $4 now */
#define PUT "INSERT INTO oauth2_answer (digest, reply, expires)" \
    " VALUES ($1, $2, $3)" OA2_ANSWER_FIRST("$4") " RETURNING 1"
/* Who runs it twice finds its own. */
static const oa2_sql_t put_sql = {
    "answer_put", PUT, { PUT }, .repeats = 1
};

#define FIND "SELECT reply FROM oauth2_answer" \
    " WHERE digest = $1 AND expires > $2"
static const oa2_sql_t find_sql = {
    "answer_find", FIND, { FIND }, .repeats = 1
};

oa2_err_t *oa2_answer_put(int *first, oa2_ctx_t *ctx,
                          const oa2_kept_t *answer)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &put_sql, answer->digest, answer->reply,
                    oa2_sql_number(ctx->pool, answer->expires),
                    oa2_sql_number(ctx->pool, ctx->now)));
    *first = rows->nelts > 0;
    return NULL;
}

oa2_err_t *oa2_answer_find(const char **reply, oa2_ctx_t *ctx,
                           const char *digest)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &find_sql, digest,
                    oa2_sql_number(ctx->pool, ctx->now)));
    *reply = rows->nelts
        ? oa2_row_text(APR_ARRAY_IDX(rows, 0, oa2_row_t), 0) : NULL;
    return NULL;
}

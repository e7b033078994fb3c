/* SPDX-License-Identifier: Apache-2.0 */
/* issue.c - runs a statement that spends one thing and stores what it gives. */
#include "store/issue.h"

oa2_err_t *oa2_issue_run(int *first, oa2_ctx_t *ctx, const oa2_sql_t *sql,
                         const oa2_issue_t *issue)
{
    static const oa2_token_t none;
    const oa2_token_t *access = issue->access;
    const oa2_token_t *refresh = issue->refresh ? issue->refresh : &none;
    apr_int64_t last = access->expires > refresh->expires
        ? access->expires : refresh->expires;
    apr_pool_t *pool = ctx->pool;
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, sql, issue->spent,
                    oa2_sql_number(pool, issue->grant),
                    oa2_sql_number(pool, ctx->now),
                    access->digest, oa2_sql_number(pool, access->issued),
                    oa2_sql_number(pool, access->expires), access->scope,
                    access->audience,
                    refresh->digest, oa2_sql_number(pool, refresh->issued),
                    oa2_sql_number(pool, refresh->expires), refresh->scope,
                    refresh->audience,
                    oa2_sql_number(pool, last),
                    oa2_sql_number(pool, last + issue->slack),
                    issue->reply, issue->unused_refresh,
                    issue->unused_access));
    *first = rows->nelts > 0;
    return NULL;
}

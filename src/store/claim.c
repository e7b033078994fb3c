/* SPDX-License-Identifier: Apache-2.0 */
/*
 * claim.c - what is kept of people.
 *
 * Rows go with their user, by the foreign key.
 */
#include "store/claim.h"

#include "store/db/sql.h"
#include "store/realm_key.h"

#define COLUMNS "c.name, c.source, c.value, c.updated"

/* From this column on. */
static void push(apr_array_header_t *out, oa2_row_t row, int at)
{
    oa2_claim_t *claim = apr_array_push(out);

    claim->name = row[at];
    claim->source = row[at + 1];
    claim->value = row[at + 2];
    claim->updated = oa2_row_number(row, at + 3);
}

/* ------------------------------------------------------------ list */

#define LIST "SELECT " COLUMNS " FROM oauth2_claim c WHERE c.user_name = $1" \
    " ORDER BY c.name, c.source"
static const oa2_sql_t list_sql = {
    "claim_list", LIST, { LIST }, .repeats = 1
};

oa2_err_t *oa2_claim_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                          const char *user)
{
    apr_array_header_t *rows;
    int i;

    OA2_TRY(OA2_SQL(&rows, ctx, &list_sql, oa2_realm_key(ctx, user)));
    *out = apr_array_make(ctx->pool, rows->nelts, sizeof(oa2_claim_t));
    for (i = 0; i < rows->nelts; i++)
        push(*out, APR_ARRAY_IDX(rows, i, oa2_row_t), 0);
    return NULL;
}

#define OF_GRANT(realm) "SELECT g.claims, " COLUMNS " FROM oauth2_grant g" \
    " LEFT JOIN oauth2_claim c ON c.user_name = g.user_name" \
    " WHERE g.id = $1 AND g.revoked = 0 AND " realm("g.client_id", "$2") \
    " ORDER BY c.name, c.source"
static const oa2_sql_t of_grant_sql = {
    "claim_of_grant", OF_GRANT(OA2_REALM_PGSQL),
    { OF_GRANT(OA2_REALM_SQLITE) }, .repeats = 1
};

oa2_err_t *oa2_claim_of_grant(const char **consented,
                              apr_array_header_t **out, oa2_ctx_t *ctx,
                              apr_int64_t grant)
{
    apr_array_header_t *rows;
    int i;

    OA2_TRY(OA2_SQL(&rows, ctx, &of_grant_sql,
                    oa2_sql_number(ctx->pool, grant), oa2_realm_prefix(ctx)));
    *consented = rows->nelts
        ? oa2_row_text(APR_ARRAY_IDX(rows, 0, oa2_row_t), 0) : "";
    *out = apr_array_make(ctx->pool, rows->nelts, sizeof(oa2_claim_t));
    for (i = 0; i < rows->nelts; i++) {
        oa2_row_t row = APR_ARRAY_IDX(rows, i, oa2_row_t);

        if (row[1])
            push(*out, row, 1);
    }
    return NULL;
}

/* ------------------------------------------------------------ set */

#define SET "INSERT INTO oauth2_claim (user_name, name, source, value," \
    " updated) SELECT name, CAST($2 AS TEXT), CAST($3 AS TEXT)," \
    " CAST($4 AS TEXT), CAST($5 AS BIGINT) FROM oauth2_user WHERE name = $1" \
    " ON CONFLICT (user_name, name, source) DO UPDATE" \
    " SET value = excluded.value, updated = excluded.updated RETURNING 1"
static const oa2_sql_t set_sql = {
    "claim_set", SET, { SET }, .repeats = 1
};

#define REMOVE "DELETE FROM oauth2_claim WHERE user_name = $1 AND name = $2" \
    " AND source = $3 RETURNING 1"
static const oa2_sql_t remove_sql = {
    "claim_set: remove", REMOVE, { REMOVE }, .repeats = 1
};

oa2_err_t *oa2_claim_set(int *done, oa2_ctx_t *ctx, const char *user,
                         const oa2_claim_t *claim)
{
    const char *key = oa2_realm_key(ctx, user);
    apr_array_header_t *rows;

    if (claim->value)
        OA2_TRY(OA2_SQL(&rows, ctx, &set_sql, key, claim->name,
                        claim->source, claim->value,
                        oa2_sql_number(ctx->pool, ctx->now)));
    else
        OA2_TRY(OA2_SQL(&rows, ctx, &remove_sql, key, claim->name,
                        claim->source));
    *done = rows->nelts > 0;
    return NULL;
}

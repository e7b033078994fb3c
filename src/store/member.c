/* SPDX-License-Identifier: Apache-2.0 */
/*
 * member.c - the team of an app.
 *
 * The client's row counts the changes of its team.  Who changes it says which
 * count the decision was made on: PostgreSQL looks again once a row that it
 * had to wait for is free, so of two at once one is told to look again.
 */
#include "store/member.h"

#include "store/db/sql.h"
#include "store/realm_key.h"

#define LIST "SELECT user_name, role, created FROM oauth2_app_member" \
    " WHERE client_id = $1 ORDER BY user_name"
static const oa2_sql_t list_sql = {
    "member_list", LIST, { LIST }, .repeats = 1
};

oa2_err_t *oa2_member_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                           const char *id)
{
    apr_array_header_t *rows;
    int i;

    OA2_TRY(OA2_SQL(&rows, ctx, &list_sql, oa2_realm_key(ctx, id)));
    *out = apr_array_make(ctx->pool, rows->nelts, sizeof(oa2_member_t));
    for (i = 0; i < rows->nelts; i++) {
        oa2_row_t row = APR_ARRAY_IDX(rows, i, oa2_row_t);
        oa2_member_t *one = apr_array_push(*out);

        one->user = oa2_realm_name(ctx, row[0]);
        one->role = row[1];
        one->since = oa2_row_number(row, 2);
    }
    return NULL;
}

#define ROLE "SELECT role FROM oauth2_app_member" \
    " WHERE client_id = $1 AND user_name = $2"
static const oa2_sql_t role_sql = {
    "member_role", ROLE, { ROLE }, .repeats = 1
};

oa2_err_t *oa2_member_role(const char **role, oa2_ctx_t *ctx, const char *id,
                           const char *user)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &role_sql, oa2_realm_key(ctx, id),
                    oa2_realm_key(ctx, user)));
    *role = rows->nelts
        ? oa2_row_text(APR_ARRAY_IDX(rows, 0, oa2_row_t), 0) : NULL;
    return NULL;
}

/* $1 client, $2 count, $3 user, $4 role, $5 now */
#define CLAIM "UPDATE oauth2_client SET team = team + 1" \
    " WHERE id = $1 AND team = CAST($2 AS BIGINT)" \
    " AND EXISTS (SELECT 1 FROM oauth2_user WHERE name = $3)" \
    " RETURNING id"
#define PUT(from) "INSERT INTO oauth2_app_member (client_id, user_name," \
    " role, created) SELECT id, CAST($3 AS TEXT), CAST($4 AS TEXT)," \
    " CAST($5 AS BIGINT) FROM " from \
    " ON CONFLICT (client_id, user_name) DO UPDATE SET role = excluded.role"
static const oa2_sql_t put_sql = {
    "member_set",
    "WITH c AS (" CLAIM "), m AS (" PUT("c") ") SELECT id FROM c",
    { CLAIM, "?" PUT("oauth2_client WHERE id = $1"),
      "SELECT id FROM oauth2_client WHERE id = $1" },
    .repeats = 0
};
#define REMOVE "DELETE FROM oauth2_app_member"
static const oa2_sql_t remove_sql = {
    "member_set: remove",
    "WITH c AS (" CLAIM "), m AS (" REMOVE " USING c"
    " WHERE client_id = c.id AND user_name = $3) SELECT id FROM c",
    { CLAIM, "?" REMOVE " WHERE client_id = $1 AND user_name = $3",
      "SELECT id FROM oauth2_client WHERE id = $1" },
    .repeats = 0
};

oa2_err_t *oa2_member_set(int *done, oa2_ctx_t *ctx, const char *id,
                          apr_int64_t team, const char *user,
                          const char *role)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, role ? &put_sql : &remove_sql,
                    oa2_realm_key(ctx, id), oa2_sql_number(ctx->pool, team),
                    oa2_realm_key(ctx, user), role,
                    oa2_sql_number(ctx->pool, ctx->now)));
    *done = rows->nelts > 0;
    return NULL;
}

#define SOLE "SELECT name, id FROM oauth2_client" \
    " WHERE id IN (" OA2_OWNED_ALONE("$1") ") ORDER BY id LIMIT 1"
static const oa2_sql_t sole_sql = {
    "member_sole", SOLE, { SOLE }, .repeats = 1
};

oa2_err_t *oa2_member_sole(const char **name, oa2_ctx_t *ctx, const char *user)
{
    apr_array_header_t *rows;
    oa2_row_t row;

    *name = NULL;
    OA2_TRY(OA2_SQL(&rows, ctx, &sole_sql, oa2_realm_key(ctx, user)));
    if (!rows->nelts)
        return NULL;
    row = APR_ARRAY_IDX(rows, 0, oa2_row_t);
    *name = *oa2_row_text(row, 0) ? row[0] : oa2_realm_name(ctx, row[1]);
    return NULL;
}

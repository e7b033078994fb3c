/* SPDX-License-Identifier: Apache-2.0 */
/* invitation.c - see invitation.h */
#include "store/invitation.h"

#include "store/db/sql.h"
#include "store/realm_key.h"

#define COLUMNS "i.client_id, c.name, i.user_name, i.role, i.by_name," \
    " i.created, i.expires"
#define FROM " FROM oauth2_app_invitation i" \
    " JOIN oauth2_client c ON c.id = i.client_id"

static oa2_invitation_t *invitation_read(const oa2_ctx_t *ctx, oa2_row_t row)
{
    oa2_invitation_t *one = apr_pcalloc(ctx->pool, sizeof(*one));

    one->client_id = oa2_realm_name(ctx, row[0]);
    one->app = oa2_row_text(row, 1);
    one->user = oa2_realm_name(ctx, row[2]);
    one->role = row[3];
    one->by = row[4];
    one->created = oa2_row_number(row, 5);
    one->expires = oa2_row_number(row, 6);
    return one;
}

static apr_array_header_t *invitations_of(const oa2_ctx_t *ctx,
                                          const apr_array_header_t *rows)
{
    apr_array_header_t *out = apr_array_make(ctx->pool, rows->nelts,
                                             sizeof(oa2_invitation_t));
    int i;

    for (i = 0; i < rows->nelts; i++)
        APR_ARRAY_PUSH(out, oa2_invitation_t) = *invitation_read(
            ctx, APR_ARRAY_IDX(rows, i, oa2_row_t));
    return out;
}

#define PUT "INSERT INTO oauth2_app_invitation (client_id, user_name, role," \
    " by_name, created, expires) SELECT c.id, u.name, CAST($3 AS TEXT)," \
    " CAST($4 AS TEXT), CAST($5 AS BIGINT), CAST($6 AS BIGINT)" \
    " FROM oauth2_client c, oauth2_user u WHERE c.id = $1 AND u.name = $2" \
    " ON CONFLICT (client_id, user_name) DO UPDATE SET role = excluded.role," \
    " by_name = excluded.by_name, created = excluded.created," \
    " expires = excluded.expires RETURNING 1"
static const oa2_sql_t put_sql = {
    "invitation_put", PUT, { PUT }, .repeats = 1
};

oa2_err_t *oa2_invitation_put(int *done, oa2_ctx_t *ctx,
                              const oa2_invitation_t *invitation)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &put_sql,
                    oa2_realm_key(ctx, invitation->client_id),
                    oa2_realm_key(ctx, invitation->user), invitation->role,
                    invitation->by,
                    oa2_sql_number(ctx->pool, invitation->created),
                    oa2_sql_number(ctx->pool, invitation->expires)));
    *done = rows->nelts > 0;
    return NULL;
}

#define LIST "SELECT " COLUMNS FROM " WHERE i.client_id = $1" \
    " AND i.expires > CAST($2 AS BIGINT) ORDER BY i.user_name"
static const oa2_sql_t list_sql = {
    "invitation_list", LIST, { LIST }, .repeats = 1
};

oa2_err_t *oa2_invitation_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                               const char *id)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &list_sql, oa2_realm_key(ctx, id),
                    oa2_sql_number(ctx->pool, ctx->now)));
    *out = invitations_of(ctx, rows);
    return NULL;
}

#define LIST_USER "SELECT " COLUMNS FROM " WHERE i.user_name = $1" \
    " AND i.expires > CAST($2 AS BIGINT) AND i.client_id > $3" \
    " ORDER BY i.client_id LIMIT CAST($4 AS BIGINT)"
static const oa2_sql_t list_user_sql = {
    "invitation_list_user", LIST_USER, { LIST_USER }, .repeats = 1
};

oa2_err_t *oa2_invitation_list_user(apr_array_header_t **out, oa2_ctx_t *ctx,
                                    const char *user, const char *after,
                                    int n)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &list_user_sql, oa2_realm_key(ctx, user),
                    oa2_sql_number(ctx->pool, ctx->now),
                    after ? oa2_realm_key(ctx, after) : "",
                    oa2_sql_number(ctx->pool, n)));
    *out = invitations_of(ctx, rows);
    return NULL;
}

#define TAKE "DELETE FROM oauth2_app_invitation WHERE client_id = $1" \
    " AND user_name = $2 AND expires > CAST($3 AS BIGINT)" \
    " RETURNING client_id, '', user_name, role, by_name, created, expires"
static const oa2_sql_t take_sql = {
    "invitation_take", TAKE, { TAKE },
    .repeats = 0                        /* the second time it is gone */
};

oa2_err_t *oa2_invitation_take(oa2_invitation_t **out, oa2_ctx_t *ctx,
                               const char *id, const char *user)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &take_sql, oa2_realm_key(ctx, id),
                    oa2_realm_key(ctx, user),
                    oa2_sql_number(ctx->pool, ctx->now)));
    *out = rows->nelts ? invitation_read(ctx, APR_ARRAY_IDX(rows, 0,
                                                            oa2_row_t))
                       : NULL;
    return NULL;
}

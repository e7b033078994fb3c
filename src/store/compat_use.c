/* SPDX-License-Identifier: Apache-2.0 */
/* compat_use.c - see compat_use.h */
#include "store/compat_use.h"

#include "store/db/sql.h"
#include "store/realm_key.h"

/* $1 client, $2 name, $3 now.  An answer that got lost is not asked for again:
   that would count twice. */
#define ADD "INSERT INTO oauth2_compat_use AS u (client_id, name, uses, last)" \
    " SELECT id, CAST($2 AS TEXT), 1, CAST($3 AS BIGINT) FROM oauth2_client" \
    " WHERE id = $1 ON CONFLICT (client_id, name) DO UPDATE" \
    " SET uses = u.uses + 1, last = excluded.last RETURNING name"
static const oa2_sql_t add_sql = {
    "compat_use_add", ADD, { ADD }, .repeats = 0
};

oa2_err_t *oa2_compat_use_add(oa2_ctx_t *ctx, const char *client_id,
                              const char *name)
{
    apr_array_header_t *rows;

    return OA2_SQL(&rows, ctx, &add_sql, oa2_realm_key(ctx, client_id), name,
                   oa2_sql_number(ctx->pool, ctx->now));
}

#define LIST "SELECT name, uses, last FROM oauth2_compat_use" \
    " WHERE client_id = $1 ORDER BY name"
static const oa2_sql_t list_sql = {
    "compat_use_list", LIST, { LIST }, .repeats = 1
};

oa2_err_t *oa2_compat_use_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                               const char *client_id)
{
    apr_array_header_t *rows;
    int i;

    OA2_TRY(OA2_SQL(&rows, ctx, &list_sql, oa2_realm_key(ctx, client_id)));
    *out = apr_array_make(ctx->pool, rows->nelts, sizeof(oa2_compat_use_t));
    for (i = 0; i < rows->nelts; i++) {
        oa2_row_t row = APR_ARRAY_IDX(rows, i, oa2_row_t);
        oa2_compat_use_t *use = apr_array_push(*out);

        use->name = oa2_row_text(row, 0);
        use->uses = oa2_row_number(row, 1);
        use->last = oa2_row_number(row, 2);
    }
    return NULL;
}

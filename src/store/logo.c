/* SPDX-License-Identifier: Apache-2.0 */
/* logo.c - the picture of an app, in a table of its own, since clients are
   read by every request. */
#include "store/logo.h"

#include <apr_base64.h>

#include "store/client_row.h"
#include "store/db/sql.h"
#include "store/realm_key.h"
#include "store/tell.h"

#define GET "SELECT type, digest, image FROM oauth2_app_logo" \
    " WHERE client_id = $1"
static const oa2_sql_t get_sql = {
    "logo_get", GET, { GET }, .repeats = 1
};

oa2_err_t *oa2_logo_get(oa2_logo_t **out, oa2_ctx_t *ctx, const char *id)
{
    apr_array_header_t *rows;
    oa2_logo_t *logo;
    oa2_row_t row;
    char *bytes;

    *out = NULL;
    OA2_TRY(OA2_SQL(&rows, ctx, &get_sql, oa2_realm_key(ctx, id)));
    if (!rows->nelts)
        return NULL;
    row = APR_ARRAY_IDX(rows, 0, oa2_row_t);
    logo = apr_pcalloc(ctx->pool, sizeof(*logo));
    logo->type = row[0];
    logo->digest = row[1];
    bytes = apr_palloc(ctx->pool, (apr_size_t)apr_base64_decode_len(row[2]));
    logo->len = (apr_size_t)apr_base64_decode_binary((unsigned char *)bytes,
                                                     row[2]);
    logo->bytes = bytes;
    *out = logo;
    return NULL;
}

/* $1 client, $2 type, $3 digest, $4 image */
#define MARK "UPDATE oauth2_client SET logo = $3 WHERE id = $1 RETURNING id"
#define PUT(from) "INSERT INTO oauth2_app_logo (client_id, type, digest," \
    " image) SELECT id, CAST($2 AS TEXT), CAST($3 AS TEXT)," \
    " CAST($4 AS TEXT) FROM " from " ON CONFLICT (client_id) DO UPDATE" \
    " SET type = excluded.type, digest = excluded.digest," \
    " image = excluded.image"
#define TOLD " SELECT id, " OA2_TELL(OA2_OF_CLIENT, "id") " FROM c"
static const oa2_sql_t put_sql = {
    "logo_put",
    "WITH c AS (" MARK "), l AS (" PUT("c") ")" TOLD,
    { MARK, "?" PUT("oauth2_client WHERE id = $1"),
      "SELECT id FROM oauth2_client WHERE id = $1" },
    .repeats = 1
};
#define UNMARK "UPDATE oauth2_client SET logo = NULL WHERE id = $1" \
    " RETURNING id"
#define REMOVE "DELETE FROM oauth2_app_logo"
static const oa2_sql_t remove_sql = {
    "logo_remove",
    "WITH c AS (" UNMARK "), l AS (" REMOVE " USING c"
    " WHERE client_id = c.id)" TOLD,
    { UNMARK, "?" REMOVE " WHERE client_id = $1",
      "SELECT id FROM oauth2_client WHERE id = $1" },
    .repeats = 1
};

oa2_err_t *oa2_logo_put(int *done, oa2_ctx_t *ctx, const char *id,
                        const oa2_logo_t *logo)
{
    char *text = apr_palloc(ctx->pool, (apr_size_t)
                            apr_base64_encode_len((int)logo->len));
    apr_array_header_t *rows;
    oa2_err_t *err;

    apr_base64_encode_binary(text, logo->bytes, (int)logo->len);
    err = OA2_SQL(&rows, ctx, &put_sql, oa2_realm_key(ctx, id), logo->type,
                  logo->digest, text);
    oa2_client_bump(ctx, id);
    OA2_TRY(err);
    *done = rows->nelts > 0;
    return NULL;
}

oa2_err_t *oa2_logo_remove(int *done, oa2_ctx_t *ctx, const char *id)
{
    apr_array_header_t *rows;
    oa2_err_t *err = OA2_SQL(&rows, ctx, &remove_sql,
                             oa2_realm_key(ctx, id));

    oa2_client_bump(ctx, id);
    OA2_TRY(err);
    *done = rows->nelts > 0;
    return NULL;
}

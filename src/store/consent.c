/* SPDX-License-Identifier: Apache-2.0 */
/*
 * consent.c - what a user has allowed a client once and need not be asked
 * again.
 *
 * It counts for the client that it was given to, by serial: not for another
 * one that gets the same id later.
 */
#include "store/realm.h"

#define FIND "SELECT k.scope FROM oauth2_consent k JOIN oauth2_client c" \
    " ON c.id = k.client_id AND c.serial = k.serial" \
    " WHERE k.user_name = $1 AND k.client_id = $2"
static const oa2_sql_t find_sql = {
    "consent_find", FIND, { FIND }, .repeats = 1
};

#define PUT "INSERT INTO oauth2_consent (user_name, client_id, serial," \
    " scope) SELECT CAST($1 AS TEXT), id, serial, CAST($3 AS TEXT)" \
    " FROM oauth2_client WHERE id = $2" \
    " ON CONFLICT (user_name, client_id) DO UPDATE" \
    " SET serial = excluded.serial, scope = excluded.scope RETURNING 1"
static const oa2_sql_t put_sql = {
    "consent_put", PUT, { PUT }, .repeats = 1
};

oa2_err_t *oa2_consent_find(const char **scope, oa2_ctx_t *ctx,
                            const char *user, const char *client_id)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &find_sql, oa2_realm_key(ctx, user),
                    oa2_realm_key(ctx, client_id)));
    *scope = rows->nelts
        ? oa2_row_text(APR_ARRAY_IDX(rows, 0, oa2_row_t), 0) : "";
    return NULL;
}

oa2_err_t *oa2_consent_put(oa2_ctx_t *ctx, const char *user,
                           const char *client_id, const char *scope)
{
    apr_array_header_t *rows;

    return OA2_SQL(&rows, ctx, &put_sql, oa2_realm_key(ctx, user),
                   oa2_realm_key(ctx, client_id), scope);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * consent.c - what a user has allowed a client once and need not be asked
 * again.
 *
 * It counts for the client that it was given to, by serial: not for another
 * one that gets the same id later.
 */
#include "store/consent.h"

#include "store/db/sql.h"
#include "store/realm_key.h"

#define FIND "SELECT k.scope FROM oauth2_consent k JOIN oauth2_client c" \
    " ON c.id = k.client_id AND c.serial = k.serial" \
    " WHERE k.user_name = $1 AND k.client_id = $2"
static const oa2_sql_t find_sql = {
    "consent_find", FIND, { FIND }, .repeats = 1
};

/* The lock: see code.c. */
#define USER(n) "SELECT name FROM oauth2_user WHERE name = $1" \
    " AND credential = " n " AND disabled = 0"
#define USER_PGSQL(n) "WITH u AS (" USER(n) " FOR SHARE) "
#define USER_SQLITE(n) "(" USER(n) ") u"

/* Nothing was allowed: there is no row, or one of another client. */
#define ADD(u) "INSERT INTO oauth2_consent AS k" \
    " (user_name, client_id, serial, scope)" \
    " SELECT u.name, c.id, c.serial, CAST($3 AS TEXT)" \
    " FROM oauth2_client c, " u " WHERE c.id = $2" \
    " ON CONFLICT (user_name, client_id) DO UPDATE" \
    " SET serial = excluded.serial, scope = excluded.scope" \
    " WHERE k.serial <> excluded.serial OR k.scope IN ('', excluded.scope)" \
    " RETURNING 1"
static const oa2_sql_t add_sql = {
    "consent_put: add", USER_PGSQL("$4") ADD("u"),
    { ADD(USER_SQLITE("$4")) }, .repeats = 1
};

#define CHANGE(u) "UPDATE oauth2_consent SET scope = $3" \
    " WHERE user_name = $1 AND client_id = $2 AND serial =" \
    " (SELECT serial FROM oauth2_client WHERE id = $2)" \
    " AND scope IN ($3, $4) AND EXISTS (SELECT 1 FROM " u ") RETURNING 1"
static const oa2_sql_t change_sql = {
    "consent_put: change", USER_PGSQL("$5") CHANGE("u"),
    { CHANGE(USER_SQLITE("$5")) }, .repeats = 1
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

oa2_err_t *oa2_consent_put(int *done, oa2_ctx_t *ctx,
                           const oa2_consent_t *consent, const char *before)
{
    const char *user = oa2_realm_key(ctx, consent->user);
    const char *client_id = oa2_realm_key(ctx, consent->client_id);
    apr_array_header_t *rows;

    if (*before)
        OA2_TRY(OA2_SQL(&rows, ctx, &change_sql, user, client_id,
                        consent->scope, before, consent->credential));
    else
        OA2_TRY(OA2_SQL(&rows, ctx, &add_sql, user, client_id,
                        consent->scope, consent->credential));
    *done = rows->nelts > 0;
    return NULL;
}

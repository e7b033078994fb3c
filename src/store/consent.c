/* SPDX-License-Identifier: Apache-2.0 */
/*
 * consent.c - what a user has allowed a client once and need not be asked
 * again.
 *
 * It counts for the client that it was given to, by serial: not for another
 * one that gets the same id later.
 */
#include "store/consent.h"

#include "base/text/words.h"
#include "store/db/sql.h"
#include "store/realm_key.h"

#define FIND "SELECT k.scope, k.claims FROM oauth2_consent k" \
    " JOIN oauth2_client c" \
    " ON c.id = k.client_id AND c.serial = k.serial" \
    " WHERE k.user_name = $1 AND k.client_id = $2"
static const oa2_sql_t find_sql = {
    "consent_find", FIND, { FIND }, .repeats = 1
};

/* The lock: see code.c. */
#define USER "SELECT name FROM oauth2_user WHERE name = $1" \
    " AND credential = $5 AND disabled = 0"
#define USER_PGSQL "WITH u AS (" USER " FOR NO KEY UPDATE) "
#define USER_SQLITE "(" USER ") u"

/* Nothing was allowed: there is no row, or one of another client. */
#define ADD(u) "INSERT INTO oauth2_consent AS k" \
    " (user_name, client_id, serial, scope, claims, since)" \
    " SELECT u.name, c.id, c.serial, CAST($3 AS TEXT), CAST($4 AS TEXT)," \
    " CAST($6 AS BIGINT)" \
    " FROM oauth2_client c, " u " WHERE c.id = $2" \
    " ON CONFLICT (user_name, client_id) DO UPDATE" \
    " SET serial = excluded.serial, scope = excluded.scope," \
    " claims = excluded.claims, since = excluded.since" \
    " WHERE k.serial <> excluded.serial OR k.scope = ''" \
    " OR (k.scope = excluded.scope AND k.claims = excluded.claims)" \
    " RETURNING 1"
static const oa2_sql_t add_sql = {
    "consent_put: add", USER_PGSQL ADD("u"),
    { ADD(USER_SQLITE) }, .repeats = 1
};

/* From $6 and $7, or done before. */
#define CHANGE(u) "UPDATE oauth2_consent SET scope = $3, claims = $4" \
    " WHERE user_name = $1 AND client_id = $2 AND serial =" \
    " (SELECT serial FROM oauth2_client WHERE id = $2)" \
    " AND ((scope = $6 AND claims = $7) OR (scope = $3 AND claims = $4))" \
    " AND EXISTS (SELECT 1 FROM " u ") RETURNING 1"
static const oa2_sql_t change_sql = {
    "consent_put: change", USER_PGSQL CHANGE("u"),
    { CHANGE(USER_SQLITE) }, .repeats = 1
};

oa2_err_t *oa2_consent_find(oa2_allowed_t *out, oa2_ctx_t *ctx,
                            const char *user, const char *client_id)
{
    apr_array_header_t *rows;
    oa2_row_t row;

    OA2_TRY(OA2_SQL(&rows, ctx, &find_sql, oa2_realm_key(ctx, user),
                    oa2_realm_key(ctx, client_id)));
    out->scope = out->claims = "";
    if (rows->nelts) {
        row = APR_ARRAY_IDX(rows, 0, oa2_row_t);
        out->scope = oa2_row_text(row, 0);
        out->claims = oa2_row_text(row, 1);
    }
    return NULL;
}

oa2_err_t *oa2_consent_put(int *done, oa2_ctx_t *ctx,
                           const oa2_consent_t *consent,
                           const oa2_allowed_t *before)
{
    const char *user = oa2_realm_key(ctx, consent->user);
    const char *client_id = oa2_realm_key(ctx, consent->client_id);
    const oa2_allowed_t *now = &consent->allowed;
    apr_array_header_t *rows;

    if (*before->scope)
        OA2_TRY(OA2_SQL(&rows, ctx, &change_sql, user, client_id, now->scope,
                        now->claims, consent->credential, before->scope,
                        before->claims));
    else
        OA2_TRY(OA2_SQL(&rows, ctx, &add_sql, user, client_id, now->scope,
                        now->claims, consent->credential,
                        oa2_sql_number(ctx->pool, ctx->now)));
    *done = rows->nelts > 0;
    return NULL;
}

/* ------------------------------------------------------------ list */

/*
 * What was allowed and what is granted are two tables: a trusted client has
 * grants and no consent, a consent stays when its tokens have expired.  All
 * that is read is the user's.  An access token leaves no trace when it is used;
 * a refresh token does.
 */
#define LIST(joined) \
    "WITH k AS (SELECT client_id, serial, scope, since FROM oauth2_consent" \
    " WHERE user_name = $1 AND client_id > $2 AND scope <> '')," \
    " g AS (SELECT client_id, serial, " joined " AS scope," \
    " MIN(created) AS since, MAX(created) AS made, MAX((" \
    "SELECT MAX(issued) FROM oauth2_refresh r WHERE r.grant_id = x.id" \
    ")) AS renewed FROM oauth2_grant x WHERE user_name = $1" \
    " AND client_id > $2 AND revoked = 0 AND expires > $3" \
    " GROUP BY client_id, serial)," \
    " a AS (SELECT client_id, serial FROM k UNION" \
    " SELECT client_id, serial FROM g)" \
    " SELECT c.id, c.name, k.scope, g.scope, k.since, g.since, g.made," \
    " g.renewed, c.logo FROM a JOIN oauth2_client c" \
    " ON c.id = a.client_id AND c.serial = a.serial" \
    " LEFT JOIN k ON k.client_id = c.id AND k.serial = c.serial" \
    " LEFT JOIN g ON g.client_id = c.id AND g.serial = c.serial" \
    " ORDER BY c.id LIMIT CAST($4 AS BIGINT)"
static const oa2_sql_t list_sql = {
    "consent_list", LIST("STRING_AGG(scope, ' ')"),
    { LIST("GROUP_CONCAT(scope, ' ')") }, .repeats = 1
};

static apr_int64_t later(apr_int64_t a, apr_int64_t b)
{
    return a > b ? a : b;
}

static oa2_consented_t *consented_read(const oa2_ctx_t *ctx, oa2_row_t row)
{
    oa2_consented_t *app = apr_pcalloc(ctx->pool, sizeof(*app));

    app->client_id = oa2_realm_name(ctx, row[0]);
    app->name = oa2_row_text(row, 1);
    app->scope = oa2_words_union(oa2_row_text(row, 2), oa2_row_text(row, 3),
                                 ctx->pool);
    app->since = oa2_row_number(row, 4);
    if (!app->since)
        app->since = oa2_row_number(row, 5);
    app->used = later(oa2_row_number(row, 6), oa2_row_number(row, 7));
    app->logo = row[8];
    return app;
}

oa2_err_t *oa2_consent_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                            const char *user, const char *after, int n)
{
    apr_array_header_t *rows;
    int i;

    OA2_TRY(OA2_SQL(&rows, ctx, &list_sql, oa2_realm_key(ctx, user),
                    after ? oa2_realm_key(ctx, after) : "",
                    oa2_sql_number(ctx->pool, ctx->now),
                    oa2_sql_number(ctx->pool, n)));
    *out = apr_array_make(ctx->pool, rows->nelts, sizeof(oa2_consented_t *));
    for (i = 0; i < rows->nelts; i++)
        APR_ARRAY_PUSH(*out, oa2_consented_t *) =
            consented_read(ctx, APR_ARRAY_IDX(rows, i, oa2_row_t));
    return NULL;
}

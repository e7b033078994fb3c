/* SPDX-License-Identifier: Apache-2.0 */
/* refresh.c - refresh tokens, RFC 6749 section 1.5, and their rotation. */
#include "store/refresh.h"

#include "store/db/sql.h"
#include "store/issue.h"
#include "store/realm_key.h"
#include "store/tell.h"

#define SLACK 16        /* a sixteenth of its life the sweep of a grant waits */

#define REFRESH_FIND "SELECT r.digest, r.grant_id, g.client_id, u.name," \
    " u.sub, r.scope, r.audience, r.issued, r.expires, r.spent, r.reply," \
    " g.revoked, g.created, r.successor, r.successor_access" \
    " FROM oauth2_refresh r" \
    " JOIN oauth2_grant g ON g.id = r.grant_id" \
    " JOIN oauth2_client c ON c.id = g.client_id AND c.serial = g.serial" \
    " JOIN oauth2_user u ON u.name = g.user_name AND u.sub = g.sub" \
    " WHERE r.digest = $1 AND c.disabled = 0 AND u.disabled = 0"
static const oa2_sql_t refresh_sql = {
    "refresh_find", REFRESH_FIND, { REFRESH_FIND }, .repeats = 1
};

oa2_err_t *oa2_refresh_find(oa2_token_t **out, oa2_ctx_t *ctx,
                            const char *digest)
{
    apr_array_header_t *rows;
    oa2_token_t *token;
    oa2_row_t row;

    OA2_TRY(OA2_SQL(&rows, ctx, &refresh_sql, digest));
    if (!rows->nelts) {
        *out = NULL;
        return NULL;
    }
    row = APR_ARRAY_IDX(rows, 0, oa2_row_t);
    token = apr_pcalloc(ctx->pool, sizeof(*token));
    token->refresh = 1;
    token->digest = row[0];
    token->grant = oa2_row_number(row, 1);
    token->client_id = row[2];
    token->user = row[3];
    token->sub = row[4];
    token->scope = oa2_row_text(row, 5);
    token->audience = oa2_row_text(row, 6);
    token->issued = oa2_row_number(row, 7);
    token->expires = oa2_row_number(row, 8);
    token->spent = oa2_row_number(row, 9);
    token->reply = row[10];
    token->revoked = oa2_row_number(row, 11) != 0;
    token->granted = oa2_row_number(row, 12);
    token->successor = row[13];
    token->successor_access = row[14];
    token->client_id = oa2_realm_name(ctx, token->client_id);
    token->user = oa2_realm_name(ctx, token->user);
    *out = token->client_id ? token : NULL;
    return NULL;
}

/* $1 grant, $2 client, $3 user, $4 scope, $5 digest, $6 issued, $7 expires,
   $8 claims.
   An answer that got lost is not asked for again: by then it is there. */
#define TAKE_GRANT "INSERT INTO oauth2_grant (id, client_id, serial," \
    " user_name, sub, scope, audience, created, expires, revoked, sweep," \
    " claims)" \
    " SELECT CAST($1 AS BIGINT), c.id, c.serial, u.name, u.sub," \
    " CAST($4 AS TEXT), '', CAST($6 AS BIGINT), CAST($7 AS BIGINT), 0," \
    " CAST($7 AS BIGINT), CAST($8 AS TEXT)" \
    " FROM oauth2_client c, oauth2_user u" \
    " WHERE c.id = $2 AND u.name = $3 AND NOT EXISTS" \
    " (SELECT 1 FROM oauth2_refresh WHERE digest = CAST($5 AS TEXT))" \
    " RETURNING id"
#define TAKE_TOKEN "INSERT INTO oauth2_refresh (digest, grant_id, issued," \
    " expires, spent, scope, audience) SELECT CAST($5 AS TEXT), id," \
    " CAST($6 AS BIGINT), CAST($7 AS BIGINT), 0, CAST($4 AS TEXT), ''"

static const oa2_sql_t take_over_sql = {
    "refresh_take_over",
    "WITH g AS (" TAKE_GRANT ") " TAKE_TOKEN " FROM g RETURNING grant_id",
    { TAKE_GRANT, TAKE_TOKEN " FROM oauth2_grant"
      " WHERE id = CAST($1 AS BIGINT) RETURNING grant_id" },
    .repeats = 0
};

oa2_err_t *oa2_refresh_take_over(int *done, oa2_ctx_t *ctx,
                                 const oa2_grant_t *grant,
                                 const oa2_token_t *token)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &take_over_sql,
                    oa2_sql_number(ctx->pool, grant->id),
                    oa2_realm_key(ctx, grant->client_id),
                    oa2_realm_key(ctx, grant->user), token->scope,
                    token->digest, oa2_sql_number(ctx->pool, token->issued),
                    oa2_sql_number(ctx->pool, token->expires),
                    grant->claims));
    *done = rows->nelts > 0;
    return NULL;
}

static const oa2_sql_t rotate_sql = {
    "refresh_rotate",
    OA2_ISSUE_PGSQL("UPDATE oauth2_refresh SET spent = $3, reply = $16,"
                    " successor = $9, successor_access = $4 FROM g"
                    " WHERE digest = $1 AND grant_id = g.id"
                    " AND " OA2_ISSUE_UNSPENT),
    OA2_ISSUE_SQLITE("UPDATE oauth2_refresh SET spent = $3, reply = $16,"
                     " successor = $9, successor_access = $4"
                     " WHERE digest = $1 AND grant_id = $2"
                     " AND " OA2_ISSUE_UNSPENT " RETURNING 1"),
    .repeats = 1
};

static apr_int64_t slack_of(const oa2_ctx_t *ctx, const oa2_token_t *access,
                            const oa2_token_t *refresh)
{
    apr_int64_t life = (refresh ? refresh : access)->expires - ctx->now;

    return life > 0 ? life / SLACK : 0;
}

oa2_err_t *oa2_refresh_rotate(int *first, oa2_ctx_t *ctx,
                              const oa2_token_t *old, const char *reply,
                              const oa2_token_t *access,
                              const oa2_token_t *refresh)
{
    oa2_issue_t issue = { old->digest, old->grant, access, refresh,
                          slack_of(ctx, access, refresh), reply, NULL, NULL };

    return oa2_issue_run(first, ctx, &rotate_sql, &issue);
}

/*
 * The successor is spent first, as if somebody had used it: so of racing ones
 * one does it, and none when it was used.  It leaves nothing behind: whoever
 * comes with it is replaying.
 */
#define KILL "UPDATE oauth2_refresh SET spent = $3, reply = NULL," \
    " successor = NULL, successor_access = $4"
#define KEEP "UPDATE oauth2_refresh SET spent = $3, reply = $16," \
    " successor = $9, successor_access = $4"
#define NEXT_IS "(successor = $17 OR successor_access = $4)"

static const oa2_sql_t replace_sql = {
    "refresh_replace",
    OA2_ISSUE_PGSQL_AFTER(
        " k AS (" KILL " FROM g WHERE digest = $17 AND grant_id = g.id"
        " AND " OA2_ISSUE_UNSPENT " RETURNING g.id),"
        " d AS (DELETE FROM oauth2_token USING k WHERE digest = $18"
        " AND grant_id = k.id),",
        KEEP " FROM g, k WHERE digest = $1 AND grant_id = g.id"
        " AND g.id = k.id AND " NEXT_IS,
        ", " OA2_TELL(OA2_OF_GRANT, "id")),
    OA2_ISSUE_SQLITE(KILL " WHERE digest = $17 AND grant_id = $2"
                     " AND " OA2_ISSUE_UNSPENT " RETURNING 1",
                     KEEP " WHERE digest = $1 AND grant_id = $2"
                     " AND " NEXT_IS " RETURNING 1",
                     "?DELETE FROM oauth2_token WHERE digest = $18"
                     " AND grant_id = $2"),
    .repeats = 1
};

oa2_err_t *oa2_refresh_replace(int *first, oa2_ctx_t *ctx,
                               const oa2_token_t *old, const char *reply,
                               const oa2_token_t *access,
                               const oa2_token_t *refresh)
{
    oa2_issue_t issue = { old->digest, old->grant, access, refresh,
                          slack_of(ctx, access, refresh), reply,
                          old->successor, old->successor_access };
    oa2_err_t *err = oa2_issue_run(first, ctx, &replace_sql, &issue);

    /* After a failure too: it may have been done and only the answer lost. */
    oa2_tell_caches(ctx->store, OA2_OF_GRANT,
                    oa2_sql_number(ctx->pool, old->grant));
    return err;
}

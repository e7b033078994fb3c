/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token.c - access tokens, RFC 6749 section 1.4.
 *
 * An access token is a row that is never changed; everything that can end it
 * early is somewhere else: its grant, its client (by serial; without a grant,
 * by credential too), its user (by sub).  All of these are looked at by one
 * join over primary keys, and are tags of what the cache remembers of it.
 */
#include "store/token.h"

#include <apr_strings.h>

#include "base/shm/counter.h"
#include "base/text/encode.h"
#include "store/cached.h"
#include "store/db/pool.h"
#include "store/db/sql.h"
#include "store/realm_key.h"
#include "store/tell.h"

/* ------------------------------------------------------------ find */

#define COLUMNS "t.grant_id, t.client_id, u.name, u.sub, t.scope," \
    " t.audience, t.issued, t.expires"
#define COLUMN_COUNT 8
#define JOINED \
    " JOIN oauth2_client c ON c.id = t.client_id AND c.serial = t.serial" \
    " LEFT JOIN oauth2_grant g ON g.id = t.grant_id" \
    " LEFT JOIN oauth2_user u ON u.name = g.user_name"
#define LIVES "c.disabled = 0" \
    " AND ((t.grant_id = 0 AND t.credential = c.credential)" \
    " OR (g.revoked = 0 AND u.sub = g.sub AND u.disabled = 0))"

#define FIND "SELECT " COLUMNS " FROM oauth2_token t" JOINED \
    " WHERE t.digest = $1 AND t.expires > $2 AND " LIVES
static const oa2_sql_t find_sql = {
    "token_find", FIND, { FIND }, .repeats = 1
};

static oa2_token_t *access_read(apr_pool_t *pool, oa2_row_t row)
{
    oa2_token_t *token = apr_pcalloc(pool, sizeof(*token));

    token->grant = oa2_row_number(row, 0);
    token->client_id = row[1];
    token->user = row[2];
    token->sub = row[3];
    token->scope = oa2_row_text(row, 4);
    token->audience = oa2_row_text(row, 5);
    token->issued = oa2_row_number(row, 6);
    token->expires = oa2_row_number(row, 7);
    return token;
}

static void access_pack(oa2_pack_t *pack, const oa2_token_t *token)
{
    oa2_pack_number(pack, token->grant);
    oa2_pack_number(pack, token->issued);
    oa2_pack_number(pack, token->expires);
    oa2_pack_text(pack, token->client_id);
    oa2_pack_text(pack, token->user);
    oa2_pack_text(pack, token->sub);
    oa2_pack_text(pack, token->scope);
    oa2_pack_text(pack, token->audience);
}

static oa2_token_t *access_unpack(oa2_pack_t *pack, apr_pool_t *pool)
{
    oa2_token_t *token = apr_pcalloc(pool, sizeof(*token));

    token->grant = oa2_unpack_number(pack);
    token->issued = oa2_unpack_number(pack);
    token->expires = oa2_unpack_number(pack);
    token->client_id = oa2_unpack_text(pack, pool);
    token->user = oa2_unpack_text(pack, pool);
    token->sub = oa2_unpack_text(pack, pool);
    token->scope = oa2_unpack_text(pack, pool);
    token->audience = oa2_unpack_text(pack, pool);
    return pack->ok ? token : NULL;
}

/* Rows and cached answers hold keys: NULL for those of another realm. */
static oa2_token_t *in_realm(const oa2_ctx_t *ctx, oa2_token_t *token)
{
    token->client_id = oa2_realm_name(ctx, token->client_id);
    token->user = oa2_realm_name(ctx, token->user);
    return token->client_id ? token : NULL;
}

/* Three tags at most: with a family, its tag stands for the token's own. */
static void access_remember(oa2_ctx_t *ctx, const oa2_token_t *token,
                            const oa2_cached_t *cached)
{
    oa2_cache_entry_t entry = { .expires = token->expires };
    oa2_pack_t pack;

    if (!oa2_cached_begin(&pack, ctx))
        return;
    access_pack(&pack, token);
    entry.tags[0] = token->grant
        ? oa2_tell_tag(OA2_OF_GRANT, oa2_sql_number(ctx->pool, token->grant))
        : oa2_tell_tag(OA2_OF_TOKEN, token->digest);
    entry.tags[1] = oa2_tell_tag(OA2_OF_CLIENT, token->client_id);
    entry.tags[2] = token->user ? oa2_tell_tag(OA2_OF_USER, token->user) : 0;
    oa2_cached_put(ctx, cached, &entry, &pack);
}

oa2_token_t *oa2_token_recall(oa2_ctx_t *ctx,
                              const unsigned char key[OA2_KEY_LEN])
{
    oa2_token_t *token;
    oa2_pack_t pack;

    if (!oa2_cached_find(&pack, ctx, OA2_CACHED_TOKEN, key))
        return NULL;
    token = access_unpack(&pack, ctx->pool);
    if (!token || !in_realm(ctx, token))
        return NULL;
    OA2_COUNT(ctx->counter, cache_hits, OA2_CACHE_TOKENS);
    token->digest = oa2_b64url_encode(ctx->pool, key, OA2_KEY_LEN);
    return token;
}

oa2_err_t *oa2_token_find(oa2_token_t **out, oa2_ctx_t *ctx,
                          const char *digest)
{
    const unsigned char *key = oa2_cached_key(digest, ctx->pool);
    apr_array_header_t *rows;
    oa2_cached_t cached;
    oa2_token_t *token;

    *out = key ? oa2_token_recall(ctx, key) : NULL;
    if (!key || *out)
        return NULL;
    cached = oa2_cached_missed(ctx, OA2_CACHED_TOKEN, key);
    OA2_TRY(OA2_SQL(&rows, ctx, &find_sql, digest,
                    oa2_sql_number(ctx->pool, ctx->now)));
    if (!rows->nelts)
        return NULL;
    token = access_read(ctx->pool, APR_ARRAY_IDX(rows, 0, oa2_row_t));
    token->digest = apr_pstrdup(ctx->pool, digest);
    access_remember(ctx, token, &cached);
    *out = in_realm(ctx, token);
    return NULL;
}

/* ------------------------------------------------------------ list */

/* $1 client, $2 now, $3 and $4 where the last page ended, $5 how many */
#define LIST "SELECT " COLUMNS ", t.digest FROM oauth2_token t" JOINED \
    " WHERE t.client_id = $1 AND t.expires > $2 AND " LIVES \
    " AND (t.expires, t.digest) < (CAST($3 AS BIGINT), CAST($4 AS TEXT))" \
    " ORDER BY t.expires DESC, t.digest DESC LIMIT CAST($5 AS BIGINT)"
static const oa2_sql_t list_sql = {
    "token_list", LIST, { LIST }, .repeats = 1
};

oa2_err_t *oa2_token_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                          const char *client_id, const oa2_token_t *before,
                          int n)
{
    apr_pool_t *pool = ctx->pool;
    apr_array_header_t *rows;
    int i;

    OA2_TRY(OA2_SQL(&rows, ctx, &list_sql, oa2_realm_key(ctx, client_id),
                    oa2_sql_number(pool, ctx->now),
                    oa2_sql_number(pool, before ? before->expires
                                                : APR_INT64_MAX),
                    before ? before->digest : "", oa2_sql_number(pool, n)));
    *out = apr_array_make(pool, rows->nelts, sizeof(oa2_token_t *));
    for (i = 0; i < rows->nelts; i++) {
        oa2_row_t row = APR_ARRAY_IDX(rows, i, oa2_row_t);
        oa2_token_t *token = access_read(pool, row);

        token->digest = row[COLUMN_COUNT];
        APR_ARRAY_PUSH(*out, oa2_token_t *) = in_realm(ctx, token);
    }
    return NULL;
}

/* ------------------------------------------------------------ put, revoke */

#define PUT "INSERT INTO oauth2_token (digest, grant_id, serial, issued," \
    " expires, client_id, scope, audience, credential)" \
    " SELECT CAST($1 AS TEXT), 0, serial, CAST($3 AS BIGINT)," \
    " CAST($4 AS BIGINT), id, CAST($5 AS TEXT), CAST($6 AS TEXT)," \
    " credential FROM oauth2_client" \
    " WHERE id = $2 AND disabled = 0 AND (secret = $7" \
    " OR (old_secret = $7 AND old_secret_until > CAST($3 AS BIGINT)))" \
    " ON CONFLICT (digest) DO UPDATE SET digest = excluded.digest RETURNING 1"
static const oa2_sql_t put_sql = {
    "token_put", PUT, { PUT }, .repeats = 1
};

oa2_err_t *oa2_token_put(oa2_ctx_t *ctx, const oa2_token_t *token,
                         const char *secret)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &put_sql, token->digest,
                    oa2_realm_key(ctx, token->client_id),
                    oa2_sql_number(ctx->pool, token->issued),
                    oa2_sql_number(ctx->pool, token->expires), token->scope,
                    token->audience, secret));
    if (!rows->nelts)
        return oa2_err_make(ctx->pool, &oa2_invalid_client, OA2_ID(2021),
                            "The client was removed, disabled or given "
                            "another secret meanwhile.", NULL);
    return NULL;
}

static const oa2_sql_t revoke_sql = {
    "token_revoke",
    "WITH t AS (DELETE FROM oauth2_token WHERE digest = $1"
    " RETURNING digest, grant_id)"
    " SELECT 1, " OA2_TELL_TEXT("CASE WHEN grant_id = 0 THEN '" OA2_OF_TOKEN
    "' || digest ELSE '" OA2_OF_GRANT "' || grant_id END") " FROM t",
    { "DELETE FROM oauth2_token WHERE digest = $1 RETURNING 1" },
    .repeats = 1
};

oa2_err_t *oa2_token_revoke(int *done, oa2_ctx_t *ctx,
                            const oa2_token_t *token)
{
    apr_array_header_t *rows;
    oa2_err_t *err = OA2_SQL(&rows, ctx, &revoke_sql, token->digest);

    /* After a failure too: it may have been done and only the answer lost. */
    if (token->grant)
        oa2_tell_caches(ctx->store, OA2_OF_GRANT,
                        oa2_sql_number(ctx->pool, token->grant));
    else
        oa2_tell_caches(ctx->store, OA2_OF_TOKEN, token->digest);
    OA2_TRY(err);
    *done = rows->nelts > 0;
    return NULL;
}

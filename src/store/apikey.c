/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apikey.c - API keys.
 *
 * Owner and key are joined, and tags of what is cached, so nothing has to be
 * hunted down: a disabled owner's keys are refused at once, everywhere.
 *
 * An ID is "k", the time in seconds as ten hexadecimal digits, and eight
 * random letters: lists are by ID, newest first, and as those of the audit
 * trail each realm's are one range.
 */
#include "store/apikey.h"

#include <apr_strings.h>

#include "base/shm/counter.h"
#include "base/text/encode.h"
#include "base/text/words.h"
#include "store/cached.h"
#include "store/db/pool.h"
#include "store/db/sql.h"
#include "store/realm_key.h"
#include "store/tell.h"

#define MARK "k"
#define BEHIND "l"
#define LETTERS 8

const char *oa2_apikey_id(const oa2_ctx_t *ctx)
{
    return apr_psprintf(ctx->pool, MARK "%010" APR_UINT64_T_HEX_FMT "%s",
                        (apr_uint64_t)ctx->now,
                        oa2_random_letters(ctx->pool, LETTERS));
}

/* ------------------------------------------------------------ put */

/* $3 and $4: the owner, one of them NULL.  A statement for each kind, so that
   the owner's row is found and locked by its key. */
#define COUNT(column, arg) "(SELECT count(*) FROM oauth2_apikey k" \
    " WHERE k." column " = " arg " AND k.digest <> $1)"
#define PUT(column, arg, table, key) \
    "INSERT INTO oauth2_apikey (digest, id, user_name, client_id, name," \
    " scope, created, expires, own)" \
    " SELECT CAST($1 AS TEXT), CAST($2 AS TEXT)," \
    " CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT)," \
    " CAST($6 AS TEXT), CAST($7 AS BIGINT), CAST($8 AS BIGINT)," \
    " CAST($9 AS SMALLINT)" \
    " FROM " table " WHERE " key " = " arg " AND " COUNT(column, arg) \
    " < " APR_STRINGIFY(OA2_APIKEYS_MOST) \
    " ON CONFLICT (digest) DO UPDATE SET digest = excluded.digest"
#define OWNER(table, key, arg) "SELECT 1 FROM " table " WHERE " key " = " arg
#define PUT_SQL(verb, column, arg, table, key) { \
    verb, \
    "WITH o AS (" OWNER(table, key, arg) " FOR KEY SHARE)," \
    " p AS (" PUT(column, arg, table, key) " RETURNING 1)" \
    " SELECT (SELECT count(*) FROM o), (SELECT count(*) FROM p)", \
    { "?" PUT(column, arg, table, key), \
      "SELECT (SELECT count(*) FROM " table " WHERE " key " = " arg ")," \
      " (SELECT count(*) FROM oauth2_apikey WHERE digest = $1)" }, \
    .repeats = 1 }

static const oa2_sql_t put_user_sql =
    PUT_SQL("apikey_put: user", "user_name", "$3", "oauth2_user", "name");
static const oa2_sql_t put_client_sql =
    PUT_SQL("apikey_put: client", "client_id", "$4", "oauth2_client", "id");

/*
 * On PostgreSQL those who put at once do not count each other's key.  So each
 * looks again once its own is there for all to see, and takes it back when they
 * are too many.  Later ones than that have counted it.
 */
#define LOOK(column) "DELETE FROM oauth2_apikey WHERE digest = $1" \
    " AND (SELECT count(*) FROM oauth2_apikey k WHERE k." column " = $2)" \
    " > " APR_STRINGIFY(OA2_APIKEYS_MOST) " RETURNING 1"
#define LOOK_SQL(verb, column) { \
    verb, LOOK(column), { LOOK(column) }, .repeats = 0 }
static const oa2_sql_t look_user_sql =
    LOOK_SQL("apikey_put: look, user", "user_name");
static const oa2_sql_t look_client_sql =
    LOOK_SQL("apikey_put: look, client", "client_id");

static oa2_err_t *look_again(oa2_apikey_put_t *out, oa2_ctx_t *ctx,
                             const oa2_apikey_t *key)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, key->user ? &look_user_sql : &look_client_sql,
                    key->digest,
                    oa2_realm_key(ctx, key->user ? key->user
                                                 : key->client_id)));
    if (rows->nelts)
        *out = OA2_APIKEY_TOO_MANY;
    return NULL;
}

/* NULL for 0: it never expires. */
static const char *date(const oa2_ctx_t *ctx, apr_int64_t expires)
{
    return expires ? oa2_sql_number(ctx->pool, expires) : NULL;
}

oa2_err_t *oa2_apikey_put(oa2_apikey_put_t *out, oa2_ctx_t *ctx,
                          const oa2_apikey_t *key)
{
    apr_array_header_t *rows;
    oa2_row_t row;

    OA2_TRY(OA2_SQL(&rows, ctx, key->user ? &put_user_sql : &put_client_sql,
                    key->digest, oa2_realm_key(ctx, key->id),
                    oa2_realm_key(ctx, key->user),
                    oa2_realm_key(ctx, key->client_id), key->name,
                    key->scope, oa2_sql_number(ctx->pool, key->created),
                    date(ctx, key->expires), key->is_own ? "1" : "0"));
    row = APR_ARRAY_IDX(rows, 0, oa2_row_t);
    *out = oa2_row_number(row, 1) ? OA2_APIKEY_PUT
        : oa2_row_number(row, 0) ? OA2_APIKEY_TOO_MANY : OA2_APIKEY_NO_OWNER;
    return *out == OA2_APIKEY_PUT && ctx->store->driver->is_server
        ? look_again(out, ctx, key) : NULL;
}

/* ------------------------------------------------------------ find */

#define FIND "SELECT k.id, k.user_name, u.sub, k.client_id, k.scope," \
    " c.scope, k.expires, k.used, k.own FROM oauth2_apikey k" \
    " LEFT JOIN oauth2_user u ON u.name = k.user_name" \
    " LEFT JOIN oauth2_client c ON c.id = k.client_id" \
    " WHERE k.digest = $1 AND (k.expires IS NULL OR k.expires > $2)" \
    " AND (u.disabled = 0 OR k.user_name IS NULL)" \
    " AND (c.disabled = 0 OR k.client_id IS NULL)"
static const oa2_sql_t find_sql = {
    "apikey_find", FIND, { FIND }, .repeats = 1
};

/* A client's key can do what the client still may. */
static oa2_apikey_t *key_read(oa2_ctx_t *ctx, oa2_row_t row)
{
    oa2_apikey_t *key = apr_pcalloc(ctx->pool, sizeof(*key));

    key->id = row[0];
    key->user = row[1];
    key->sub = row[2];
    key->client_id = row[3];
    key->scope = key->client_id
        ? oa2_words_common(oa2_row_text(row, 4), oa2_row_text(row, 5),
                           ctx->pool)
        : oa2_row_text(row, 4);
    key->expires = oa2_row_number(row, 6);
    key->used = oa2_row_number(row, 7);
    key->is_own = oa2_row_number(row, 8) != 0;
    return key;
}

static void key_pack(oa2_pack_t *pack, const oa2_apikey_t *key)
{
    oa2_pack_text(pack, key->id);
    oa2_pack_text(pack, key->user);
    oa2_pack_text(pack, key->sub);
    oa2_pack_text(pack, key->client_id);
    oa2_pack_text(pack, key->scope);
    oa2_pack_number(pack, key->expires);
    oa2_pack_number(pack, key->is_own);
}

static oa2_apikey_t *key_unpack(oa2_pack_t *pack, apr_pool_t *pool)
{
    oa2_apikey_t *key = apr_pcalloc(pool, sizeof(*key));

    key->id = oa2_unpack_text(pack, pool);
    key->user = oa2_unpack_text(pack, pool);
    key->sub = oa2_unpack_text(pack, pool);
    key->client_id = oa2_unpack_text(pack, pool);
    key->scope = oa2_unpack_text(pack, pool);
    key->expires = oa2_unpack_number(pack);
    key->is_own = oa2_unpack_number(pack) != 0;
    return pack->ok ? key : NULL;
}

/* Rows and cached answers hold keys of tables: NULL for another realm's. */
static oa2_apikey_t *in_realm(const oa2_ctx_t *ctx, oa2_apikey_t *key)
{
    key->id = oa2_realm_name(ctx, key->id);
    key->user = oa2_realm_name(ctx, key->user);
    key->client_id = oa2_realm_name(ctx, key->client_id);
    return key->id ? key : NULL;
}

/* Not for longer than an hour: who asks the database then finds out that its
   use has to be noted. */
static void remember(oa2_ctx_t *ctx, const oa2_apikey_t *key,
                     const oa2_cached_t *cached)
{
    oa2_cache_entry_t entry = { .expires = ctx->now + OA2_APIKEY_USED };
    oa2_pack_t pack;

    if (!oa2_cached_begin(&pack, ctx))
        return;
    key_pack(&pack, key);
    entry.tags[0] = oa2_tell_tag(OA2_OF_APIKEY, key->id);
    entry.tags[1] = key->user ? oa2_tell_tag(OA2_OF_USER, key->user)
                              : oa2_tell_tag(OA2_OF_CLIENT, key->client_id);
    if (key->expires && key->expires < entry.expires)
        entry.expires = key->expires;
    oa2_cached_put(ctx, cached, &entry, &pack);
}

oa2_apikey_t *oa2_apikey_recall(oa2_ctx_t *ctx,
                                const unsigned char digest[OA2_KEY_LEN])
{
    oa2_apikey_t *key;
    oa2_pack_t pack;

    if (!oa2_cached_find(&pack, ctx, OA2_CACHED_APIKEY, digest))
        return NULL;
    key = key_unpack(&pack, ctx->pool);
    if (!key || !in_realm(ctx, key))
        return NULL;
    OA2_COUNT(ctx->counter, cache_hits, OA2_CACHE_TOKENS);
    key->digest = oa2_b64url_encode(ctx->pool, digest, OA2_KEY_LEN);
    return key;
}

oa2_err_t *oa2_apikey_find(oa2_apikey_t **out, oa2_ctx_t *ctx,
                           const char *digest)
{
    const unsigned char *bytes = oa2_cached_key(digest, ctx->pool);
    apr_array_header_t *rows;
    oa2_cached_t cached;
    oa2_apikey_t *key;

    *out = bytes ? oa2_apikey_recall(ctx, bytes) : NULL;
    if (!bytes || *out)
        return NULL;
    cached = oa2_cached_missed(ctx, OA2_CACHED_APIKEY, bytes);
    OA2_TRY(OA2_SQL(&rows, ctx, &find_sql, digest,
                    oa2_sql_number(ctx->pool, ctx->now)));
    if (!rows->nelts)
        return NULL;
    key = key_read(ctx, APR_ARRAY_IDX(rows, 0, oa2_row_t));
    key->digest = apr_pstrdup(ctx->pool, digest);
    remember(ctx, key, &cached);
    *out = in_realm(ctx, key);
    return NULL;
}

/* ------------------------------------------------------------ touch */

#define DUE "digest = $1 AND used <= CAST($2 AS BIGINT) - " \
    APR_STRINGIFY(OA2_APIKEY_USED)
static const oa2_sql_t touch_sql = {
    "apikey_touch",
    "UPDATE oauth2_apikey SET used = CAST($2 AS BIGINT) WHERE digest IN"
    " (SELECT digest FROM oauth2_apikey WHERE " DUE
    " FOR NO KEY UPDATE SKIP LOCKED) RETURNING 1",
    { "UPDATE oauth2_apikey SET used = CAST($2 AS BIGINT) WHERE " DUE
      " RETURNING 1" },
    .repeats = 1
};

oa2_err_t *oa2_apikey_touch(oa2_ctx_t *ctx, const oa2_apikey_t *key)
{
    apr_array_header_t *rows;

    return OA2_SQL(&rows, ctx, &touch_sql, key->digest,
                   oa2_sql_number(ctx->pool, ctx->now));
}

/* ------------------------------------------------------------ list */

#define LIST(which) "SELECT id, user_name, client_id, name, scope, created," \
    " expires, used FROM oauth2_apikey WHERE " which \
    " id >= $1 AND id < $2 ORDER BY id DESC LIMIT CAST($4 AS BIGINT)"
#define OF_USER LIST("user_name = $3 AND")
#define OF_CLIENT LIST("client_id = $3 AND")
#define OF_ALL LIST("CAST($3 AS TEXT) IS NULL AND")
static const oa2_sql_t list_user_sql = {
    "apikey_list: user", OF_USER, { OF_USER }, .repeats = 1
};
static const oa2_sql_t list_client_sql = {
    "apikey_list: client", OF_CLIENT, { OF_CLIENT }, .repeats = 1
};
static const oa2_sql_t list_all_sql = {
    "apikey_list: all", OF_ALL, { OF_ALL }, .repeats = 1
};

oa2_err_t *oa2_apikey_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                           const char *user, const char *client_id,
                           const char *before, int n)
{
    const oa2_sql_t *sql = user ? &list_user_sql
        : client_id ? &list_client_sql : &list_all_sql;
    apr_array_header_t *rows;
    int i;

    OA2_TRY(OA2_SQL(&rows, ctx, sql, oa2_realm_key(ctx, MARK),
                    oa2_realm_key(ctx, before ? before : BEHIND),
                    oa2_realm_key(ctx, user ? user : client_id),
                    oa2_sql_number(ctx->pool, n)));
    *out = apr_array_make(ctx->pool, rows->nelts, sizeof(oa2_apikey_t));
    for (i = 0; i < rows->nelts; i++) {
        oa2_row_t row = APR_ARRAY_IDX(rows, i, oa2_row_t);
        oa2_apikey_t *key = apr_array_push(*out);

        *key = (oa2_apikey_t){
            .id = oa2_realm_name(ctx, row[0]),
            .user = oa2_realm_name(ctx, row[1]),
            .client_id = oa2_realm_name(ctx, row[2]),
            .name = oa2_row_text(row, 3),
            .scope = oa2_row_text(row, 4),
            .created = oa2_row_number(row, 5),
            .expires = oa2_row_number(row, 6),
            .used = oa2_row_number(row, 7),
        };
    }
    return NULL;
}

/* ------------------------------------------------------------ revoke */

#define REVOKE "DELETE FROM oauth2_apikey WHERE id = $1" \
    " AND (CAST($2 AS TEXT) IS NULL OR user_name = $2)" \
    " AND (CAST($3 AS TEXT) IS NULL OR client_id = $3)" \
    " RETURNING id, user_name, client_id, name"
static const oa2_sql_t revoke_sql = {
    "apikey_revoke",
    "WITH k AS (" REVOKE ") SELECT id, user_name, client_id, name, "
    OA2_TELL(OA2_OF_APIKEY, "id") " FROM k",
    { REVOKE },
    .repeats = 0                        /* what is gone has no owner */
};

oa2_err_t *oa2_apikey_revoke(oa2_apikey_t **out, oa2_ctx_t *ctx,
                             const char *id, const char *user,
                             const char *client_id)
{
    const char *row_key = oa2_realm_key(ctx, id);
    apr_array_header_t *rows;
    oa2_apikey_t *key;
    oa2_row_t row;
    oa2_err_t *err = OA2_SQL(&rows, ctx, &revoke_sql, row_key,
                             oa2_realm_key(ctx, user),
                             oa2_realm_key(ctx, client_id));

    /* After a failure too: it may have been done and only the answer lost. */
    oa2_tell_caches(ctx->store, OA2_OF_APIKEY, row_key);
    OA2_TRY(err);
    *out = NULL;
    if (!rows->nelts)
        return NULL;
    row = APR_ARRAY_IDX(rows, 0, oa2_row_t);
    key = apr_pcalloc(ctx->pool, sizeof(*key));
    key->id = oa2_realm_name(ctx, row[0]);
    key->user = oa2_realm_name(ctx, row[1]);
    key->client_id = oa2_realm_name(ctx, row[2]);
    key->name = oa2_row_text(row, 3);
    *out = key;
    return NULL;
}

/* At most as many as an owner can have: one statement. */
#define REVOKE_ALL(column) "DELETE FROM oauth2_apikey WHERE " column " = $1"
#define REVOKE_ALL_SQL(verb, column) { \
    verb, \
    "WITH k AS (" REVOKE_ALL(column) " RETURNING 1)" \
    " SELECT count(*), " OA2_TELL_TEXT("CAST($2 AS TEXT)") " FROM k", \
    { "?" REVOKE_ALL(column), "SELECT changes()" }, .repeats = 0 }
static const oa2_sql_t revoke_users_sql =
    REVOKE_ALL_SQL("apikey_revoke_all: user", "user_name");
static const oa2_sql_t revoke_clients_sql =
    REVOKE_ALL_SQL("apikey_revoke_all: client", "client_id");

oa2_err_t *oa2_apikey_revoke_all(int *count, oa2_ctx_t *ctx,
                                 const char *user, const char *client_id)
{
    const char *kind = user ? OA2_OF_USER : OA2_OF_CLIENT;
    const char *owner = oa2_realm_key(ctx, user ? user : client_id);
    apr_array_header_t *rows;
    oa2_err_t *err = OA2_SQL(&rows, ctx, user ? &revoke_users_sql
                                              : &revoke_clients_sql,
                             owner, apr_pstrcat(ctx->pool, kind, owner,
                                                NULL));

    oa2_tell_caches(ctx->store, kind, owner);
    OA2_TRY(err);
    *count = (int)oa2_row_number(APR_ARRAY_IDX(rows, 0, oa2_row_t), 0);
    return NULL;
}

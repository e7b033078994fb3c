/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.c - a browser's login.
 *
 * It is remembered beside the tokens, since every request to a protected path
 * asks for it.  What ends it early is a tag: the session itself, and its user.
 */
#include "store/session.h"

#include <string.h>

#include <apr_strings.h>

#include "base/shm/counter.h"
#include "base/shm/pack.h"
#include "base/text/encode.h"
#include "base/text/units.h"
#include "store/cached.h"
#include "store/db/pool.h"
#include "store/db/sql.h"
#include "store/realm_key.h"
#include "store/tell.h"
#include "store/user_account.h"

/* The lock is against a removal: the row that is referred to stays there. */
#define USER "SELECT name FROM oauth2_user WHERE name = $2" \
    " AND credential = $5 AND disabled = 0"
#define PUT "INSERT INTO oauth2_session (digest, user_name, authenticated," \
    " expires, credential, device, address, used)" \
    " SELECT CAST($1 AS TEXT), u.name, CAST($3 AS BIGINT)," \
    " CAST($4 AS BIGINT), CAST($5 AS TEXT), CAST($6 AS TEXT)," \
    " CAST($7 AS TEXT), CAST($3 AS BIGINT)"
#define AGAIN " WHERE 1 = 1 ON CONFLICT (digest) DO UPDATE" \
    " SET digest = excluded.digest RETURNING 1"
static const oa2_sql_t put_sql = {
    "session_put",
    "WITH u AS (" USER " FOR KEY SHARE) " PUT " FROM u" AGAIN,
    { PUT " FROM (" USER ") u" AGAIN }, .repeats = 1
};

#define FIND "SELECT s.digest, u.name, u.sub, s.authenticated, s.expires," \
    " u.credential, u.roles, s.device, s.address, s.used, u.language" \
    " FROM oauth2_session s JOIN oauth2_user u ON u.name = s.user_name" \
    " AND u.credential = s.credential" \
    " WHERE s.digest = $1 AND s.expires > $2 AND u.disabled = 0"
static const oa2_sql_t find_sql = {
    "session_find", FIND, { FIND }, .repeats = 1
};

#define END(in_realm) "DELETE FROM oauth2_session WHERE digest = $1" \
    " AND " in_realm " RETURNING digest"
static const oa2_sql_t end_sql = {
    "session_end",
    "WITH s AS (" END(OA2_REALM_PGSQL("user_name", "$2")) ")"
    " SELECT 1, " OA2_TELL(OA2_OF_SESSION, "digest") " FROM s",
    { END(OA2_REALM_SQLITE("user_name", "$2")) },
    .repeats = 1
};

/* Whoever signs in at this moment, without another session, stays. */
#define CHANGED(in_realm) "UPDATE oauth2_user SET credential = $2" \
    " WHERE name IN (SELECT user_name FROM oauth2_session WHERE " in_realm ")"
#define IN_SQLITE OA2_REALM_SQLITE("user_name", "$1")
static const oa2_sql_t end_all_sql = {
    "session_end_all",
    "WITH u AS (" CHANGED(OA2_REALM_PGSQL("user_name", "$1"))
    " RETURNING name), s AS (DELETE FROM oauth2_session USING u"
    " WHERE user_name = u.name RETURNING 1) SELECT count(*), "
    OA2_TELL(OA2_OF_ALL, "''") " FROM s",
    { "?" CHANGED(IN_SQLITE),
      "?DELETE FROM oauth2_session WHERE " IN_SQLITE,
      "SELECT changes()" },
    .repeats = 0                        /* the second time none is left */
};

oa2_err_t *oa2_session_put(int *put, oa2_ctx_t *ctx,
                           const oa2_session_t *session)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &put_sql, session->digest,
                    oa2_realm_key(ctx, session->user),
                    oa2_sql_number(ctx->pool, session->authenticated),
                    oa2_sql_number(ctx->pool, session->expires),
                    session->credential,
                    session->device ? session->device : "",
                    session->address ? session->address : ""));
    *put = rows->nelts > 0;
    return NULL;
}

/* ------------------------------------------------------------ find */

static void session_pack(oa2_pack_t *pack, const oa2_session_t *session)
{
    oa2_pack_number(pack, session->authenticated);
    oa2_pack_number(pack, session->expires);
    oa2_pack_text(pack, session->user);
    oa2_pack_text(pack, session->sub);
    oa2_pack_text(pack, session->credential);
    oa2_pack_text(pack, session->roles);
}

static oa2_session_t *session_unpack(oa2_pack_t *pack, apr_pool_t *pool)
{
    oa2_session_t *session = apr_pcalloc(pool, sizeof(*session));

    session->authenticated = oa2_unpack_number(pack);
    session->expires = oa2_unpack_number(pack);
    session->user = oa2_unpack_text(pack, pool);
    session->sub = oa2_unpack_text(pack, pool);
    session->credential = oa2_unpack_text(pack, pool);
    session->roles = oa2_unpack_text(pack, pool);
    return pack->ok ? session : NULL;
}

static oa2_session_t *session_read(apr_pool_t *pool, oa2_row_t row)
{
    oa2_session_t *session = apr_pcalloc(pool, sizeof(*session));

    session->digest = row[0];
    session->user = row[1];
    session->sub = row[2];
    session->authenticated = oa2_row_number(row, 3);
    session->expires = oa2_row_number(row, 4);
    session->credential = oa2_row_text(row, 5);
    session->roles = oa2_row_text(row, 6);
    session->device = oa2_row_text(row, 7);
    session->address = oa2_row_text(row, 8);
    session->used = oa2_row_number(row, 9);
    session->language = oa2_row_text(row, 10);
    return session;
}

/* Rows and cached answers hold keys: NULL for those of another realm. */
static oa2_session_t *in_realm(const oa2_ctx_t *ctx, oa2_session_t *session)
{
    session->user = oa2_realm_name(ctx, session->user);
    return session->user ? session : NULL;
}

/* Not for longer than an hour: who asks the database then finds out that its
   use has to be noted. */
static void remember(oa2_ctx_t *ctx, const oa2_session_t *session,
                     const oa2_cached_t *cached)
{
    oa2_cache_entry_t entry = { .expires = ctx->now + OA2_SESSION_USED };
    oa2_pack_t pack;

    if (!oa2_cached_begin(&pack, ctx))
        return;
    session_pack(&pack, session);
    entry.tags[0] = oa2_tell_tag(OA2_OF_SESSION, session->digest);
    entry.tags[1] = oa2_tell_tag(OA2_OF_USER, session->user);
    if (session->expires < entry.expires)
        entry.expires = session->expires;
    oa2_cached_put(ctx, cached, &entry, &pack);
}

oa2_session_t *oa2_session_recall(oa2_ctx_t *ctx,
                                  const unsigned char key[OA2_KEY_LEN])
{
    oa2_session_t *session;
    oa2_pack_t pack;

    if (!oa2_cached_find(&pack, ctx, OA2_CACHED_SESSION, key))
        return NULL;
    session = session_unpack(&pack, ctx->pool);
    if (!session || !in_realm(ctx, session))
        return NULL;
    OA2_COUNT(ctx->counter, cache_hits, OA2_CACHE_TOKENS);
    session->digest = oa2_b64url_encode(ctx->pool, key, OA2_KEY_LEN);
    return session;
}

oa2_err_t *oa2_session_find(oa2_session_t **out, oa2_ctx_t *ctx,
                            const char *digest)
{
    const unsigned char *key = oa2_cached_key(digest, ctx->pool);
    apr_array_header_t *rows;
    oa2_cached_t cached;
    oa2_session_t *session;

    *out = NULL;
    if (key)
        cached = oa2_cached_missed(ctx, OA2_CACHED_SESSION, key);
    OA2_TRY(OA2_SQL(&rows, ctx, &find_sql, digest,
                    oa2_sql_number(ctx->pool, ctx->now)));
    if (!rows->nelts)
        return NULL;
    session = session_read(ctx->pool, APR_ARRAY_IDX(rows, 0, oa2_row_t));
    if (key)
        remember(ctx, session, &cached);
    *out = in_realm(ctx, session);
    return NULL;
}

/* ------------------------------------------------------------ touch */

#define DUE "digest = $1 AND used <= CAST($2 AS BIGINT) - " \
    APR_STRINGIFY(OA2_SESSION_USED)
static const oa2_sql_t touch_sql = {
    "session_touch",
    "UPDATE oauth2_session SET used = CAST($2 AS BIGINT) WHERE digest IN"
    " (SELECT digest FROM oauth2_session WHERE " DUE
    " FOR NO KEY UPDATE SKIP LOCKED) RETURNING 1",
    { "UPDATE oauth2_session SET used = CAST($2 AS BIGINT) WHERE " DUE
      " RETURNING 1" },
    .repeats = 1
};

oa2_err_t *oa2_session_touch(oa2_ctx_t *ctx, const oa2_session_t *session)
{
    apr_array_header_t *rows;

    return OA2_SQL(&rows, ctx, &touch_sql, session->digest,
                   oa2_sql_number(ctx->pool, ctx->now));
}

/* ------------------------------------------------------------ list */

/* The beginning of the digest: enough to tell a person's sessions apart. */
#define ID_LEN 16
#define ID "substr(digest, 1, " APR_STRINGIFY(ID_LEN) ")"

const char *oa2_session_id(const oa2_session_t *session, apr_pool_t *pool)
{
    return apr_pstrmemdup(pool, session->digest, ID_LEN);
}

const char *oa2_session_key(const oa2_session_t *session, apr_pool_t *pool)
{
    return apr_psprintf(pool, "%" APR_INT64_T_FMT ".%s",
                        session->authenticated,
                        oa2_session_id(session, pool));
}

/* $3 and $4: what is behind the last one that was listed. */
#define LIST "SELECT s.digest, u.name, u.sub, s.authenticated, s.expires," \
    " u.credential, u.roles, s.device, s.address, s.used, u.language" \
    " FROM oauth2_session s JOIN oauth2_user u ON u.name = s.user_name" \
    " AND u.credential = s.credential" \
    " WHERE s.user_name = $1 AND s.expires > $2 AND u.disabled = 0" \
    " AND (s.authenticated, s.digest) < (CAST($3 AS BIGINT)," \
    " CAST($4 AS TEXT)) ORDER BY s.authenticated DESC, s.digest DESC" \
    " LIMIT CAST($5 AS BIGINT)"
static const oa2_sql_t list_sql = {
    "session_list", LIST, { LIST }, .repeats = 1
};

oa2_err_t *oa2_session_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                            const char *user, const char *after, int n)
{
    const char *id = after ? strchr(after, '.') : NULL;
    apr_int64_t at = APR_INT64_MAX;
    apr_array_header_t *rows;
    int i;

    /* What is no key of ours leads to the beginning. */
    if (id && oa2_units_number(&at, apr_pstrmemdup(
            ctx->pool, after, (apr_size_t)(id - after)), 0, APR_INT64_MAX - 1,
            ctx->pool))
        at = APR_INT64_MAX;
    OA2_TRY(OA2_SQL(&rows, ctx, &list_sql, oa2_realm_key(ctx, user),
                    oa2_sql_number(ctx->pool, ctx->now),
                    oa2_sql_number(ctx->pool, at), id ? id + 1 : "",
                    oa2_sql_number(ctx->pool, n)));
    *out = apr_array_make(ctx->pool, rows->nelts, sizeof(oa2_session_t));
    for (i = 0; i < rows->nelts; i++) {
        oa2_session_t *session = apr_array_push(*out);

        *session = *session_read(ctx->pool,
                                 APR_ARRAY_IDX(rows, i, oa2_row_t));
        session->user = oa2_realm_name(ctx, session->user);
    }
    return NULL;
}

/* ------------------------------------------------------------ end */

#define END_ONE "DELETE FROM oauth2_session WHERE user_name = $1 AND " ID \
    " = $2 RETURNING digest"
static const oa2_sql_t end_one_sql = {
    "session_end_one",
    "WITH s AS (" END_ONE ") SELECT digest, "
    OA2_TELL(OA2_OF_SESSION, "digest") " FROM s",
    { END_ONE }, .repeats = 1
};

/* The user's credential becomes another one, and that session's with it. */
#define OTHERS "DELETE FROM oauth2_session"
#define OTHER " user_name = $1 AND digest <> $2"
#define KEEP "UPDATE oauth2_session SET credential = $3"
#define KEPT " user_name = $1 AND digest = $2"
#define CREDENTIAL "UPDATE oauth2_user SET credential = $3 WHERE name = $1" \
    " RETURNING name"
static const oa2_sql_t end_others_sql = {
    "session_end_others",
    "WITH u AS (" CREDENTIAL "), s AS (" OTHERS " WHERE" OTHER "),"
    " k AS (" KEEP " WHERE" KEPT ")"
    " SELECT name, " OA2_TELL(OA2_OF_USER, "name") " FROM u",
    { "?" OTHERS " WHERE" OTHER, "?" KEEP " WHERE" KEPT, CREDENTIAL },
    .repeats = 1
};

oa2_err_t *oa2_session_end(int *done, oa2_ctx_t *ctx, const char *digest)
{
    apr_array_header_t *rows;
    oa2_err_t *err = OA2_SQL(&rows, ctx, &end_sql, digest,
                             oa2_realm_prefix(ctx));

    /* After a failure too: it may have been done and only the answer lost. */
    oa2_tell_caches(ctx->store, OA2_OF_SESSION, digest);
    OA2_TRY(err);
    *done = rows->nelts > 0;
    return NULL;
}

oa2_err_t *oa2_session_end_all(apr_int64_t *ended, oa2_ctx_t *ctx)
{
    apr_array_header_t *rows;
    oa2_err_t *err = OA2_SQL(&rows, ctx, &end_all_sql, oa2_realm_prefix(ctx),
                             oa2_user_new_credential(ctx));

    oa2_tell_caches(ctx->store, OA2_OF_ALL, "");
    OA2_TRY(err);
    *ended = oa2_row_number(APR_ARRAY_IDX(rows, 0, oa2_row_t), 0);
    return NULL;
}

oa2_err_t *oa2_session_end_one(int *done, oa2_ctx_t *ctx, const char *user,
                               const char *id)
{
    const char *key = oa2_realm_key(ctx, user);
    apr_array_header_t *rows;
    oa2_err_t *err = OA2_SQL(&rows, ctx, &end_one_sql, key, id);

    /* It may have been done and only the answer lost, and with it which. */
    if (err)
        oa2_tell_caches(ctx->store, OA2_OF_USER, key);
    OA2_TRY(err);
    *done = rows->nelts > 0;
    if (*done)
        oa2_tell_caches(ctx->store, OA2_OF_SESSION,
                        oa2_row_text(APR_ARRAY_IDX(rows, 0, oa2_row_t), 0));
    return NULL;
}

oa2_err_t *oa2_session_end_others(int *done, oa2_ctx_t *ctx, const char *user,
                                  const char *digest)
{
    const char *key = oa2_realm_key(ctx, user);
    apr_array_header_t *rows;
    oa2_err_t *err = OA2_SQL(&rows, ctx, &end_others_sql, key,
                             digest ? digest : "",
                             oa2_user_new_credential(ctx));

    oa2_tell_caches(ctx->store, OA2_OF_USER, key);
    OA2_TRY(err);
    *done = rows->nelts > 0;
    return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.c - a browser's login.
 */
#include "store/session.h"

#include "store/db/sql.h"
#include "store/realm_key.h"
#include "store/user_account.h"

/* The lock is against a removal: the row that is referred to stays there. */
#define USER "SELECT name FROM oauth2_user WHERE name = $2" \
    " AND credential = $5 AND disabled = 0"
#define PUT "INSERT INTO oauth2_session (digest, user_name, authenticated," \
    " expires, credential) SELECT CAST($1 AS TEXT), u.name," \
    " CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS TEXT)"
#define AGAIN " WHERE 1 = 1 ON CONFLICT (digest) DO UPDATE" \
    " SET digest = excluded.digest RETURNING 1"
static const oa2_sql_t put_sql = {
    "session_put",
    "WITH u AS (" USER " FOR KEY SHARE) " PUT " FROM u" AGAIN,
    { PUT " FROM (" USER ") u" AGAIN }, .repeats = 1
};

#define FIND "SELECT s.digest, u.name, u.sub, s.authenticated, s.expires," \
    " u.credential, u.roles" \
    " FROM oauth2_session s JOIN oauth2_user u ON u.name = s.user_name" \
    " AND u.credential = s.credential" \
    " WHERE s.digest = $1 AND s.expires > $2 AND u.disabled = 0"
static const oa2_sql_t find_sql = {
    "session_find", FIND, { FIND }, .repeats = 1
};

#define END(in_realm) "DELETE FROM oauth2_session WHERE digest = $1" \
    " AND " in_realm " RETURNING 1"
static const oa2_sql_t end_sql = {
    "session_end", END(OA2_REALM_PGSQL("user_name", "$2")),
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
    " WHERE user_name = u.name RETURNING 1) SELECT count(*) FROM s",
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
                    session->credential));
    *put = rows->nelts > 0;
    return NULL;
}

oa2_err_t *oa2_session_find(oa2_session_t **out, oa2_ctx_t *ctx,
                            const char *digest)
{
    apr_array_header_t *rows;
    oa2_session_t *session;
    const char *user = NULL;
    oa2_row_t row = NULL;

    OA2_TRY(OA2_SQL(&rows, ctx, &find_sql, digest,
                    oa2_sql_number(ctx->pool, ctx->now)));
    if (rows->nelts) {
        row = APR_ARRAY_IDX(rows, 0, oa2_row_t);
        user = oa2_realm_name(ctx, row[1]);
    }
    if (!user) {
        *out = NULL;
        return NULL;
    }
    session = apr_pcalloc(ctx->pool, sizeof(*session));
    session->digest = row[0];
    session->user = user;
    session->sub = row[2];
    session->authenticated = oa2_row_number(row, 3);
    session->expires = oa2_row_number(row, 4);
    session->credential = oa2_row_text(row, 5);
    session->roles = oa2_row_text(row, 6);
    *out = session;
    return NULL;
}

oa2_err_t *oa2_session_end(int *done, oa2_ctx_t *ctx, const char *digest)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &end_sql, digest,
                    oa2_realm_prefix(ctx)));
    *done = rows->nelts > 0;
    return NULL;
}

oa2_err_t *oa2_session_end_all(apr_int64_t *ended, oa2_ctx_t *ctx)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &end_all_sql, oa2_realm_prefix(ctx),
                    oa2_user_new_credential(ctx)));
    *ended = oa2_row_number(APR_ARRAY_IDX(rows, 0, oa2_row_t), 0);
    return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * code.c - authorization codes, RFC 6749 section 4.1.2.
 *
 * A spent code stays as long as its grant, so that a second use is known for
 * what it is: "the authorization server MUST deny the request and SHOULD
 * revoke (when possible) all tokens previously issued".
 */
#include "store/code.h"

#include "store/answer.h"
#include "store/db/sql.h"
#include "store/issue.h"
#include "store/realm_key.h"

/* ------------------------------------------------------------ issue */

/*
 * The lock lets a change of the credential come either before, and then there
 * is no such row, or when the grant is there to be found by who revokes next.
 * Not FOR SHARE: whoever shares a lock lets others join, so that who wants to
 * change the row would wait as long as somebody keeps asking for codes.
 */
#define USER "SELECT name, sub FROM oauth2_user WHERE name = $3" \
    " AND credential = $18 AND disabled = 0"
#define USER_PGSQL "u AS (" USER " FOR NO KEY UPDATE)"
#define USER_SQLITE "(" USER ") u"
/* Its own team tests an app that waits for approval. */
#define MAY_ASK "(c.disabled = 0 OR (c.disabled = 2" \
    " AND c.state IN ('draft', 'pending') AND EXISTS (SELECT 1" \
    " FROM oauth2_app_member m WHERE m.client_id = c.id" \
    " AND m.user_name = $3)))"
#define GRANT(u) "INSERT INTO oauth2_grant (id, client_id, serial, user_name," \
    " sub, scope, audience, created, expires, revoked, sweep, claims," \
    " session)" \
    " SELECT CAST($1 AS BIGINT), c.id, c.serial, u.name, u.sub," \
    " CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS BIGINT)," \
    " CAST($7 AS BIGINT), 0, CAST($7 AS BIGINT), CAST($19 AS TEXT)," \
    " CAST($20 AS TEXT)" \
    " FROM oauth2_client c, " u " WHERE c.id = $2 AND " MAY_ASK
#define GRANT_ONCE " ON CONFLICT (id) DO UPDATE SET id = excluded.id" \
    " WHERE oauth2_grant.client_id = excluded.client_id" \
    " AND oauth2_grant.sub = excluded.sub RETURNING id"
#define CODE "INSERT INTO oauth2_code (digest, grant_id, redirect_uri," \
    " redirect_sent, challenge, scope, audience, expires, spent)"
#define VALUES "$8, CAST($1 AS BIGINT), $9, CAST($10 AS SMALLINT), $11," \
    " $12, $13, CAST($14 AS BIGINT), 0"

#define PUT_ONCE " ON CONFLICT (digest) DO UPDATE" \
    " SET digest = excluded.digest RETURNING 1"
#define ANSWER(u) "INSERT INTO oauth2_answer (digest, reply, expires)" \
    " SELECT CAST($15 AS TEXT), CAST($16 AS TEXT), CAST($17 AS BIGINT)" \
    " WHERE EXISTS (SELECT 1 FROM oauth2_client c, " u \
    " WHERE c.id = $2 AND " MAY_ASK ")" \
    OA2_ANSWER_FIRST("$6") " RETURNING 1"

static const oa2_sql_t issue_sql = {
    "code_issue",
    "WITH " USER_PGSQL ", g AS (" GRANT("u") GRANT_ONCE ") " CODE " SELECT "
    VALUES " FROM g" PUT_ONCE,
    { GRANT(USER_SQLITE) GRANT_ONCE, CODE " VALUES (" VALUES ")" PUT_ONCE },
    .repeats = 1
};

/* The same, for who is the first to claim the answer.  Who runs it twice finds
   the answer that it has left itself, and in it the code. */
static const oa2_sql_t answer_sql = {
    "code_issue: once",
    "WITH " USER_PGSQL ", a AS (" ANSWER("u") "), g AS (" GRANT("u")
    " AND EXISTS (SELECT 1 FROM a)" GRANT_ONCE ") " CODE " SELECT " VALUES
    " FROM g" PUT_ONCE,
    { ANSWER(USER_SQLITE), GRANT(USER_SQLITE) GRANT_ONCE,
      CODE " VALUES (" VALUES ")" PUT_ONCE },
    .repeats = 1
};

/* Nothing was stored. */
static oa2_err_t *not_issued(int *first, oa2_ctx_t *ctx,
                             const oa2_kept_t *answer)
{
    const char *reply = NULL;

    if (answer)
        OA2_TRY(oa2_answer_find(&reply, ctx, answer->digest));
    if (!reply)
        return oa2_err_make(ctx->pool, &oa2_access_denied, OA2_ID(2020),
                            "The user or the client was changed meanwhile.",
                            "a user's account or a client was changed while a "
                            "code was issued");
    *first = 0;
    return NULL;
}

oa2_err_t *oa2_code_issue(int *first, oa2_ctx_t *ctx,
                          const oa2_grant_t *grant, const oa2_code_t *code,
                          const oa2_kept_t *answer)
{
    apr_pool_t *pool = ctx->pool;
    apr_int64_t expires = grant->expires > code->expires ? grant->expires
                                                         : code->expires;
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, answer ? &answer_sql : &issue_sql,
                    oa2_sql_number(pool, grant->id),
                    oa2_realm_key(ctx, grant->client_id),
                    oa2_realm_key(ctx, grant->user), grant->scope,
                    grant->audience, oa2_sql_number(pool, grant->created),
                    oa2_sql_number(pool, expires), code->digest,
                    code->redirect_uri, code->redirect_sent ? "1" : "0",
                    code->challenge, code->scope, code->audience,
                    oa2_sql_number(pool, code->expires),
                    answer ? answer->digest : NULL,
                    answer ? answer->reply : NULL,
                    oa2_sql_number(pool, answer ? answer->expires : 0),
                    grant->credential, grant->claims,
                    grant->session ? grant->session : ""));
    if (!rows->nelts)
        return not_issued(first, ctx, answer);
    *first = 1;
    return NULL;
}

/* ------------------------------------------------------------ find */

#define FIND "SELECT k.digest, k.grant_id, g.client_id, u.name, u.sub," \
    " k.redirect_uri, k.redirect_sent, k.challenge, k.scope, k.audience," \
    " k.expires, k.spent, g.revoked, g.created FROM oauth2_code k" \
    " JOIN oauth2_grant g ON g.id = k.grant_id" \
    " JOIN oauth2_client c ON c.id = g.client_id AND c.serial = g.serial" \
    " JOIN oauth2_user u ON u.name = g.user_name AND u.sub = g.sub" \
    " WHERE k.digest = $1 AND c.disabled = 0 AND u.disabled = 0"
static const oa2_sql_t find_sql = {
    "code_find", FIND, { FIND }, .repeats = 1
};

oa2_err_t *oa2_code_find(oa2_code_t **out, oa2_ctx_t *ctx,
                         const char *digest)
{
    apr_array_header_t *rows;
    const char *client_id = NULL;
    oa2_row_t row = NULL;
    oa2_code_t *code;

    OA2_TRY(OA2_SQL(&rows, ctx, &find_sql, digest));
    if (rows->nelts) {
        row = APR_ARRAY_IDX(rows, 0, oa2_row_t);
        client_id = oa2_realm_name(ctx, row[2]);
    }
    if (!client_id) {
        *out = NULL;
        return NULL;
    }
    code = apr_pcalloc(ctx->pool, sizeof(*code));
    code->digest = row[0];
    code->grant = oa2_row_number(row, 1);
    code->client_id = client_id;
    code->user = oa2_realm_name(ctx, row[3]);
    code->sub = row[4];
    code->redirect_uri = row[5];
    code->redirect_sent = oa2_row_number(row, 6) != 0;
    code->challenge = oa2_row_text(row, 7);
    code->scope = oa2_row_text(row, 8);
    code->audience = oa2_row_text(row, 9);
    code->expires = oa2_row_number(row, 10);
    code->spent = oa2_row_number(row, 11) != 0;
    code->revoked = oa2_row_number(row, 12) != 0;
    code->granted = oa2_row_number(row, 13);
    *out = code;
    return NULL;
}

/* ------------------------------------------------------------ spend */

static const oa2_sql_t spend_sql = {
    "code_spend",
    OA2_ISSUE_PGSQL("UPDATE oauth2_code SET spent = $3,"
                    " successor_access = $4 FROM g WHERE digest = $1"
                    " AND grant_id = g.id AND " OA2_ISSUE_UNSPENT),
    OA2_ISSUE_SQLITE("UPDATE oauth2_code SET spent = $3,"
                     " successor_access = $4 WHERE digest = $1"
                     " AND grant_id = $2 AND " OA2_ISSUE_UNSPENT
                     " RETURNING 1"),
    .repeats = 1
};

oa2_err_t *oa2_code_spend(int *first, oa2_ctx_t *ctx, const oa2_code_t *code,
                          const oa2_token_t *access,
                          const oa2_token_t *refresh)
{
    oa2_issue_t issue = { code->digest, code->grant, access, refresh, 0,
                          NULL, NULL, NULL };

    return oa2_issue_run(first, ctx, &spend_sql, &issue);
}

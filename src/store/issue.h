/* SPDX-License-Identifier: Apache-2.0 */
/*
 * issue.h - to spend a code or refresh token and store what it gives, all or
 * nothing: one statement, shared by code.c and refresh.c.
 *
 * On PostgreSQL the grant's row comes first, and is locked.  Both races are
 * decided there: of two that spend the same thing, the second waits, then
 * sees it spent; and what is issued while the grant is being revoked either
 * waits for that and finds it revoked, or is committed before and goes down
 * with it.  PostgreSQL re-reads a row that it had to wait for, so no decision
 * rests on a snapshot that is older than the lock.
 *
 * Sent again because nobody knows what became of it, the statement finds that
 * it was itself that spent the row (by the digest of the access token, which
 * nobody else can have made), having waited for the grant's row should the
 * first one still be running; it adds nothing, and gives the same answer.
 *
 * $1 what is spent, $2 the grant, $3 now; the access token: $4 digest,
 * $5 issued, $6 expires, $7 scope, $8 audience; the refresh token, or NULL:
 * $9 to $13; $14 the last to expire, $15 when to sweep if that has to move,
 * $16 what the spent row keeps; to replace what nobody has used: $17 and $18,
 * the digests of the refresh token and the access token that go.
 */
#ifndef OA2_STORE_ISSUE_H
#define OA2_STORE_ISSUE_H

#include "store/db/sql.h"
#include "store/token.h"

/* Of the row that is spent: it is not, or by this very statement. */
#define OA2_ISSUE_UNSPENT "(spent = 0 OR successor_access = $4)"

/*
 * spend: UPDATE … FROM g …, for a row of that grant that is not spent.
 * before: what comes before it, or ""; told: what the answer says besides.
 */
#define OA2_ISSUE_PGSQL(spend) OA2_ISSUE_PGSQL_AFTER("", spend, "")
#define OA2_ISSUE_PGSQL_AFTER(before, spend, told)                          \
    "WITH g AS (UPDATE oauth2_grant"                                        \
    " SET expires = GREATEST(expires, CAST($14 AS BIGINT)),"                \
    " sweep = CASE WHEN sweep >= CAST($14 AS BIGINT) THEN sweep"            \
    " ELSE CAST($15 AS BIGINT) END"                                         \
    " WHERE id = $2 AND revoked = 0 RETURNING id, client_id, serial),"      \
    before                                                                  \
    " s AS (" spend " RETURNING g.id, g.client_id, g.serial),"              \
    " a AS (INSERT INTO oauth2_token (digest, grant_id, serial, issued,"    \
    " expires, client_id, scope, audience)"                                 \
    " SELECT $4, id, serial, CAST($5 AS BIGINT), CAST($6 AS BIGINT),"       \
    " client_id, $7, $8 FROM s ON CONFLICT (digest) DO NOTHING),"           \
    " r AS (INSERT INTO oauth2_refresh (digest, grant_id, issued, expires," \
    " spent, scope, audience)"                                              \
    " SELECT $9, id, CAST($10 AS BIGINT), CAST($11 AS BIGINT), 0, $12, $13" \
    " FROM s WHERE CAST($9 AS TEXT) IS NOT NULL"                            \
    " ON CONFLICT (digest) DO NOTHING)"                                     \
    " SELECT id" told " FROM s"

/* UPDATE … RETURNING, and more steps if need be */
#define OA2_ISSUE_SQLITE(...)                                               \
    { "SELECT id FROM oauth2_grant WHERE id = $2 AND revoked = 0",          \
      __VA_ARGS__,                                                          \
      "?UPDATE oauth2_grant"                                                \
      " SET expires = MAX(expires, CAST($14 AS BIGINT)),"                   \
      " sweep = CASE WHEN sweep >= CAST($14 AS BIGINT) THEN sweep"          \
      " ELSE CAST($15 AS BIGINT) END WHERE id = $2",                        \
      "?INSERT INTO oauth2_token (digest, grant_id, serial, issued,"        \
      " expires, client_id, scope, audience)"                               \
      " SELECT $4, id, serial, $5, $6, client_id, $7, $8"                   \
      " FROM oauth2_grant WHERE id = $2 ON CONFLICT (digest) DO NOTHING",   \
      "?INSERT INTO oauth2_refresh (digest, grant_id, issued, expires,"     \
      " spent, scope, audience) SELECT $9, id, $10, $11, 0, $12, $13"       \
      " FROM oauth2_grant WHERE id = $2 AND $9 IS NOT NULL"                 \
      " ON CONFLICT (digest) DO NOTHING",                                   \
      "SELECT id FROM oauth2_grant WHERE id = $2" }

typedef struct oa2_issue_t {
    const char *spent;                  /* digest */
    apr_int64_t grant;
    const oa2_token_t *access;
    const oa2_token_t *refresh;         /* NULL: none */
    apr_int64_t slack;                  /* seconds that the sweep may wait */
    const char *reply;
    const char *unused_refresh;         /* NULL: nothing is replaced */
    const char *unused_access;
} oa2_issue_t;

/* *first: 1 for exactly one caller, and only while the grant is good. */
oa2_err_t *oa2_issue_run(int *first, oa2_ctx_t *ctx, const oa2_sql_t *sql,
                         const oa2_issue_t *issue);

#endif

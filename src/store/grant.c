/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grant.c - one authorization: user x client x scope; the family of its codes
 * and tokens.
 *
 * Whether a code or token lives is decided by its grant's row and by nothing
 * else, so one UPDATE takes a family down, and what is issued while that runs
 * (code.c and token.c lock the row first) is dead or down with it.
 */
#include "store/grant.h"

#include <apr_strings.h>

#include "store/db/pool.h"
#include "store/db/sql.h"
#include "store/realm_key.h"
#include "store/tell.h"

#define BATCH "1000"                    /* rows of one statement */
#define BATCH_ROWS 1000
#define REMOVED "100"                   /* grants, each with all its rows */
/* Revoked grants stay for a day: a replay is still known for what it is. */
#define KEPT "86400"

/* ------------------------------------------------------------ revoke */

static const oa2_sql_t revoke_sql = {
    "grant_revoke",
    "WITH g AS (UPDATE oauth2_grant SET revoked = $2,"
    " sweep = LEAST(sweep, CAST($2 AS BIGINT) + " KEPT ")"
    " WHERE id = $1 AND revoked = 0 AND " OA2_REALM_PGSQL("client_id", "$3")
    " RETURNING id) SELECT id, " OA2_TELL(OA2_OF_GRANT, "id") " FROM g",
    { "UPDATE oauth2_grant SET revoked = CAST($2 AS BIGINT),"
      " sweep = MIN(sweep, CAST($2 AS BIGINT) + " KEPT ")"
      " WHERE id = $1 AND revoked = 0 AND "
      OA2_REALM_SQLITE("client_id", "$3") " RETURNING id" },
    .repeats = 1
};

oa2_err_t *oa2_grant_revoke(int *done, oa2_ctx_t *ctx, apr_int64_t id)
{
    const char *name = oa2_sql_number(ctx->pool, id);
    apr_array_header_t *rows;
    oa2_err_t *err = OA2_SQL(&rows, ctx, &revoke_sql, name,
                             oa2_sql_number(ctx->pool, ctx->now),
                             oa2_realm_prefix(ctx));

    /* After a failure too: it may have been done and only the answer lost. */
    oa2_tell_caches(ctx->store, OA2_OF_GRANT, name);
    OA2_TRY(err);
    *done = rows->nelts > 0;
    return NULL;
}

#define END_SESSION "DELETE FROM oauth2_session WHERE digest =" \
    " (SELECT session FROM oauth2_grant WHERE id = $1) RETURNING digest"
static const oa2_sql_t end_session_sql = {
    "grant_end_session",
    "WITH s AS (" END_SESSION ")"
    " SELECT digest, " OA2_TELL(OA2_OF_SESSION, "digest") " FROM s",
    { END_SESSION }, .repeats = 1
};

oa2_err_t *oa2_grant_end_session(int *done, oa2_ctx_t *ctx, apr_int64_t id)
{
    apr_array_header_t *rows;
    oa2_err_t *err = OA2_SQL(&rows, ctx, &end_session_sql,
                             oa2_sql_number(ctx->pool, id));

    /* It may have been done and only the answer lost, and with it whose. */
    if (err)
        oa2_tell_caches(ctx->store, OA2_OF_ALL, "");
    OA2_TRY(err);
    *done = rows->nelts > 0;
    if (*done)
        oa2_tell_caches(ctx->store, OA2_OF_SESSION,
                        oa2_row_text(APR_ARRAY_IDX(rows, 0, oa2_row_t), 0));
    return NULL;
}

/*
 * $1 user, $2 client, $3 now.  $4 tells the other machines.  $5 the realm,
 * whose keys end before $6.  A statement for each of the two that is said, so
 * that nothing is found by reading all there is.  $7: what clients have for
 * themselves hangs on no grant; it ends with their credential.
 */
#define OF_USERS(column) "user_name = $1"
#define OF_CLIENTS(column) column " = $2"
#define OF_PAIR(column) "user_name = $1 AND " column " = $2"
#define OF_ANY(column) column " >= $5 AND " column " < $6"
#define IN_PGSQL(of, column) of(column) " AND " OA2_REALM_PGSQL(column, "$5")
#define IN_SQLITE(of, column) of(column) " AND " OA2_REALM_SQLITE(column, "$5")
#define END_OWN(in, of) \
    "UPDATE oauth2_client SET credential = $7 WHERE " in(of, "id")
#define PGSQL_END_OWN(of) ", c AS (" END_OWN(IN_PGSQL, of) ")"
#define PGSQL_REVOKE(of, own) \
    "WITH batch AS (SELECT id FROM oauth2_grant WHERE revoked = 0 AND " \
    IN_PGSQL(of, "client_id") " ORDER BY id LIMIT " BATCH " FOR UPDATE)," \
    " g AS (UPDATE oauth2_grant SET revoked = $3," \
    " sweep = LEAST(sweep, CAST($3 AS BIGINT) + " KEPT ")" \
    " WHERE id IN (SELECT id FROM batch) RETURNING 1)," \
    " k AS (DELETE FROM oauth2_consent WHERE ctid = ANY (ARRAY(" \
    "SELECT ctid FROM oauth2_consent WHERE " IN_PGSQL(of, "client_id") \
    " LIMIT " BATCH ")) RETURNING 1)" own \
    " SELECT (SELECT count(*) FROM g), (SELECT count(*) FROM k)," \
    OA2_TELL_TEXT("$4")
#define SQLITE_REVOKE(of) \
    "?DELETE FROM oauth2_consent WHERE " IN_SQLITE(of, "client_id"), \
    "?UPDATE oauth2_grant SET revoked = CAST($3 AS BIGINT)," \
    " sweep = MIN(sweep, CAST($3 AS BIGINT) + " KEPT ")" \
    " WHERE revoked = 0 AND " IN_SQLITE(of, "client_id"), \
    "SELECT changes(), 0"

static const oa2_sql_t revoke_users_sql = {
    "grant_revoke_all: user", PGSQL_REVOKE(OF_USERS, ""),
    { SQLITE_REVOKE(OF_USERS) }, .repeats = 1
};
static const oa2_sql_t revoke_clients_sql = {
    "grant_revoke_all: client",
    PGSQL_REVOKE(OF_CLIENTS, PGSQL_END_OWN(OF_CLIENTS)),
    { "?" END_OWN(IN_SQLITE, OF_CLIENTS), SQLITE_REVOKE(OF_CLIENTS) },
    .repeats = 1
};
static const oa2_sql_t revoke_pair_sql = {
    "grant_revoke_all: user and client", PGSQL_REVOKE(OF_PAIR, ""),
    { SQLITE_REVOKE(OF_PAIR) }, .repeats = 1
};
static const oa2_sql_t revoke_any_sql = {
    "grant_revoke_all", PGSQL_REVOKE(OF_ANY, PGSQL_END_OWN(OF_ANY)),
    { "?" END_OWN(IN_SQLITE, OF_ANY), SQLITE_REVOKE(OF_ANY) }, .repeats = 1
};

static const oa2_sql_t *statement_of(const char *user, const char *client_id)
{
    if (user)
        return client_id ? &revoke_pair_sql : &revoke_users_sql;
    return client_id ? &revoke_clients_sql : &revoke_any_sql;
}

oa2_err_t *oa2_grant_revoke_all(int *count, oa2_ctx_t *ctx, const char *user,
                                const char *client_id)
{
    const oa2_sql_t *sql = statement_of(user, client_id);
    const char *user_key = oa2_realm_key(ctx, user);
    const char *client_key = oa2_realm_key(ctx, client_id);
    const char *kind = user ? OA2_OF_USER
        : client_id ? OA2_OF_CLIENT : OA2_OF_ALL;
    const char *name = user ? user_key : client_id ? client_key : "";
    apr_int64_t grants = 0;
    apr_int64_t consents = 0;
    apr_int64_t sum = 0;
    const char *credential = oa2_sql_number(ctx->pool, oa2_random_id());

    do {
        apr_array_header_t *rows;
        oa2_err_t *err = OA2_SQL(&rows, ctx, sql, user_key, client_key,
                                 oa2_sql_number(ctx->pool, ctx->now),
                                 apr_pstrcat(ctx->pool, kind, name, NULL),
                                 oa2_realm_prefix(ctx), oa2_realm_end(ctx),
                                 credential);

        oa2_tell_caches(ctx->store, kind, name);
        OA2_TRY(err);
        grants = oa2_row_number(APR_ARRAY_IDX(rows, 0, oa2_row_t), 0);
        consents = oa2_row_number(APR_ARRAY_IDX(rows, 0, oa2_row_t), 1);
        sum += grants;
    } while (ctx->store->driver->is_server
             && (grants == BATCH_ROWS || consents == BATCH_ROWS));
    *count = (int)sum;
    return NULL;
}

/* ------------------------------------------------------------ remove */

/* The grant first: who spends a code or token of it locks it first too. */
#define REMOVE(gone) \
    "WITH g AS (DELETE FROM oauth2_grant WHERE ctid = ANY (ARRAY(" \
    "SELECT ctid FROM oauth2_grant WHERE " gone " LIMIT " REMOVED \
    " FOR UPDATE)) RETURNING id)," \
    " k AS (DELETE FROM oauth2_code USING g WHERE grant_id = g.id)," \
    " r AS (DELETE FROM oauth2_refresh USING g WHERE grant_id = g.id)" \
    " SELECT count(*) FROM g", \
    { "?DELETE FROM oauth2_code WHERE grant_id IN" \
      " (SELECT id FROM oauth2_grant WHERE " gone ")", \
      "?DELETE FROM oauth2_refresh WHERE grant_id IN" \
      " (SELECT id FROM oauth2_grant WHERE " gone ")", \
      "?DELETE FROM oauth2_grant WHERE " gone, \
      "SELECT 0" }

static const oa2_sql_t remove_users_sql = {
    "grant_remove_all: user", REMOVE("user_name = $1 AND sub = $2"),
    .repeats = 1
};
static const oa2_sql_t remove_clients_sql = {
    "grant_remove_all: client", REMOVE("client_id = $1 AND serial = $2"),
    .repeats = 1
};

oa2_err_t *oa2_grant_remove_all(oa2_ctx_t *ctx, const char *user,
                                const char *client_id, const char *mark)
{
    const oa2_sql_t *sql = user ? &remove_users_sql : &remove_clients_sql;
    apr_array_header_t *rows;

    do {
        OA2_TRY(OA2_SQL(&rows, ctx, sql, user ? user : client_id, mark));
    } while (oa2_row_number(APR_ARRAY_IDX(rows, 0, oa2_row_t), 0) > 0);
    return NULL;
}

/* ------------------------------------------------------------ find, list */

/* When something of a family was last exchanged; an access token leaves no
   trace when it is used. */
#define COLUMNS "id, client_id, user_name, scope, audience, created, expires," \
    " revoked, (SELECT MAX(issued) FROM oauth2_refresh r" \
    " WHERE r.grant_id = g.id)"

/* $1 now, $2 and $3 where the last page ended, $4 how many, $5 user, $6
   client, $7 the realm.  A statement for each index. */
#define LIST(whose) "SELECT " COLUMNS " FROM oauth2_grant g" \
    " WHERE revoked = 0 AND expires > $1 AND " whose \
    " AND (created, id) < (CAST($2 AS BIGINT), CAST($3 AS BIGINT))" \
    " ORDER BY created DESC, id DESC LIMIT CAST($4 AS BIGINT)"
#define OF_USER LIST("user_name = $5" \
    " AND (CAST($6 AS TEXT) IS NULL OR client_id = $6)")
#define OF_CLIENT LIST("client_id = $6")

static const oa2_sql_t of_user_sql = {
    "grant_list: user", OF_USER, { OF_USER }, .repeats = 1
};
static const oa2_sql_t of_client_sql = {
    "grant_list: client", OF_CLIENT, { OF_CLIENT }, .repeats = 1
};
static const oa2_sql_t of_realm_sql = {
    "grant_list: realm", LIST(OA2_REALM_PGSQL("client_id", "$7")),
    { LIST(OA2_REALM_SQLITE("client_id", "$7")) }, .repeats = 1
};

static oa2_grant_t *grant_read(const oa2_ctx_t *ctx, oa2_row_t row)
{
    oa2_grant_t *grant = apr_pcalloc(ctx->pool, sizeof(*grant));

    grant->id = oa2_row_number(row, 0);
    grant->client_id = oa2_realm_name(ctx, row[1]);
    grant->user = oa2_realm_name(ctx, row[2]);
    grant->scope = oa2_row_text(row, 3);
    grant->audience = oa2_row_text(row, 4);
    grant->created = oa2_row_number(row, 5);
    grant->expires = oa2_row_number(row, 6);
    grant->revoked = oa2_row_number(row, 7);
    grant->used = oa2_row_number(row, 8);
    return grant;
}

oa2_err_t *oa2_grant_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                          const char *user, const char *client_id,
                          const oa2_grant_t *before, int n)
{
    apr_pool_t *pool = ctx->pool;
    apr_array_header_t *rows;
    int i;

    OA2_TRY(OA2_SQL(&rows, ctx, user ? &of_user_sql : client_id
                    ? &of_client_sql : &of_realm_sql,
                    oa2_sql_number(pool, ctx->now),
                    oa2_sql_number(pool, before ? before->created
                                                : APR_INT64_MAX),
                    oa2_sql_number(pool, before ? before->id : APR_INT64_MAX),
                    oa2_sql_number(pool, n), oa2_realm_key(ctx, user),
                    oa2_realm_key(ctx, client_id), oa2_realm_prefix(ctx)));
    *out = apr_array_make(pool, rows->nelts, sizeof(oa2_grant_t *));
    for (i = 0; i < rows->nelts; i++)
        APR_ARRAY_PUSH(*out, oa2_grant_t *) =
            grant_read(ctx, APR_ARRAY_IDX(rows, i, oa2_row_t));
    return NULL;
}

#define FIND(realm) "SELECT " COLUMNS " FROM oauth2_grant g WHERE id = $1" \
    " AND " realm("client_id", "$2")
static const oa2_sql_t find_sql = {
    "grant_find", FIND(OA2_REALM_PGSQL), { FIND(OA2_REALM_SQLITE) },
    .repeats = 1
};

oa2_err_t *oa2_grant_find(oa2_grant_t **out, oa2_ctx_t *ctx, apr_int64_t id)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &find_sql, oa2_sql_number(ctx->pool, id),
                    oa2_realm_prefix(ctx)));
    *out = rows->nelts ? grant_read(ctx, APR_ARRAY_IDX(rows, 0, oa2_row_t))
                       : NULL;
    return NULL;
}

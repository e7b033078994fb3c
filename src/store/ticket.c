/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ticket.c - see ticket.h
 *
 * A ticket holds the credential of its user's row, as a session does: whatever
 * ends sessions ends tickets, and nothing has to be hunted down.
 */
#include "store/ticket.h"

#include <apr_strings.h>

#include "store/db/sql.h"
#include "store/realm_key.h"
#include "store/tell.h"
#include "store/user_account.h"

/* $1 digest, $2 kind, $3 user, $4 credential, $5 expires */
#define OTHERS(limit) "DELETE FROM oauth2_ticket WHERE digest IN (SELECT" \
    " digest FROM oauth2_ticket WHERE user_name = $3 AND kind = $2" \
    " ORDER BY expires DESC" limit " OFFSET " \
    APR_STRINGIFY(OA2_TICKETS_MOST) " - 1)"
#define PUT "INSERT INTO oauth2_ticket (digest, kind, user_name, credential," \
    " expires) VALUES ($1, $2, $3, $4, $5)" \
    " ON CONFLICT (digest) DO UPDATE SET digest = excluded.digest RETURNING 1"
static const oa2_sql_t put_sql = {
    "ticket_put",
    "WITH o AS (" OTHERS("") ") " PUT,
    { "?" OTHERS(" LIMIT -1"), PUT },
    .repeats = 1
};

oa2_err_t *oa2_ticket_put(oa2_ctx_t *ctx, const oa2_ticket_t *ticket)
{
    apr_array_header_t *rows;

    return OA2_SQL(&rows, ctx, &put_sql, ticket->digest, ticket->kind,
                   oa2_realm_key(ctx, ticket->user), ticket->credential,
                   oa2_sql_number(ctx->pool, ticket->expires));
}

/* The user has to be there still, and known by a password here. */
#define GOOD "disabled = 0 AND COALESCE(provider, 'oauth2') = 'oauth2'"

#define FIND "SELECT t.kind, u.name, t.credential, t.expires" \
    " FROM oauth2_ticket t JOIN oauth2_user u ON u.name = t.user_name" \
    " AND u.credential = t.credential WHERE t.digest = $1" \
    " AND t.expires > $2 AND " GOOD
static const oa2_sql_t find_sql = {
    "ticket_find", FIND, { FIND }, .repeats = 1
};

oa2_err_t *oa2_ticket_find(oa2_ticket_t **out, oa2_ctx_t *ctx,
                           const char *digest)
{
    apr_array_header_t *rows;
    oa2_ticket_t *ticket;
    const char *user;
    oa2_row_t row;

    OA2_TRY(OA2_SQL(&rows, ctx, &find_sql, digest,
                    oa2_sql_number(ctx->pool, ctx->now)));
    *out = NULL;
    if (!rows->nelts) return NULL;
    row = APR_ARRAY_IDX(rows, 0, oa2_row_t);
    user = oa2_realm_name(ctx, row[1]);
    if (!user) return NULL;
    ticket = apr_pcalloc(ctx->pool, sizeof(*ticket));
    ticket->digest = apr_pstrdup(ctx->pool, digest);
    ticket->kind = row[0];
    ticket->user = user;
    ticket->credential = row[2];
    ticket->expires = oa2_row_number(row, 3);
    *out = ticket;
    return NULL;
}

/*
 * $1 digest, $2 now, $3 user, $4 hash, $5 a new credential, $6 to $8 answer.
 * Of two tickets of one user that are spent at once, the second waits for the
 * user's row and finds another credential there.
 */
#define SET "UPDATE oauth2_user SET password = $4, provider = 'oauth2'," \
    " credential = $5, expires = NULL"
#define ANSWER "INSERT INTO oauth2_answer (digest, reply, expires)" \
    " SELECT CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS BIGINT)"
static const oa2_sql_t spend_sql = {
    "ticket_spend",
    "WITH t AS (DELETE FROM oauth2_ticket WHERE digest = $1 AND expires > $2"
    " AND user_name = $3 RETURNING user_name, credential),"
    " u AS (" SET " FROM t WHERE name = t.user_name"
    " AND oauth2_user.credential = t.credential AND " GOOD
    " RETURNING name),"
    " o AS (DELETE FROM oauth2_ticket USING u WHERE user_name = u.name"
    " AND digest <> $1),"
    " s AS (DELETE FROM oauth2_session USING u WHERE user_name = u.name),"
    " a AS (" ANSWER " FROM u" OA2_ANSWER_FIRST("$2") ")"
    " SELECT name, " OA2_TELL(OA2_OF_USER, "name") " FROM u",
    { SET " WHERE name = $3 AND " GOOD " AND credential = (SELECT"
      " t.credential FROM oauth2_ticket t WHERE t.digest = $1"
      " AND t.expires > $2 AND t.user_name = $3) RETURNING name",
      "?DELETE FROM oauth2_ticket WHERE user_name = $3",
      "?DELETE FROM oauth2_session WHERE user_name = $3",
      "?" ANSWER " WHERE 1 = 1" OA2_ANSWER_FIRST("$2"),
      "SELECT name FROM oauth2_user WHERE name = $3" },
    .repeats = 0                        /* the second time it is spent */
};

oa2_err_t *oa2_ticket_spend(int *done, oa2_ctx_t *ctx,
                            const oa2_ticket_t *ticket, const char *hash,
                            const oa2_kept_t *answer)
{
    const char *key = oa2_realm_key(ctx, ticket->user);
    apr_array_header_t *rows;
    oa2_err_t *err = OA2_SQL(&rows, ctx, &spend_sql, ticket->digest,
                             oa2_sql_number(ctx->pool, ctx->now), key, hash,
                             oa2_user_new_credential(ctx), answer->digest,
                             answer->reply,
                             oa2_sql_number(ctx->pool, answer->expires));

    /* After a failure too: it may have been done. */
    oa2_tell_caches(ctx->store, OA2_OF_USER, key);
    OA2_TRY(err);
    *done = rows->nelts > 0;
    return NULL;
}

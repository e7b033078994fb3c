/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listener.c - what other machines changed, by LISTEN on a connection of its
 * own.
 *
 * libpq without apr_dbd, which knows no notifications.  The connection never
 * blocks: each wait is a poll with a deadline, so a thread that is told to
 * end does so within 3 s.
 *
 * What is heard is said by store/tell.h, on the channel that the table
 * oauth2_setting names: a kind and a key.
 */
#include <poll.h>
#include <string.h>

#include <apr_strings.h>
#include <libpq-fe.h>

#include "store/pool.h"
#include "store/tell.h"

#define CONNECT_WITHIN apr_time_from_sec(3)
#define ANSWER_WITHIN apr_time_from_sec(2)
#define PING "p"                        /* a listener tries itself */

struct oa2_listener_t {
    oa2_store_t *store;
    PGconn *conn;
};

static oa2_err_t *failure(apr_pool_t *pool, const char *what,
                          const PGconn *conn)
{
    char *why = apr_pstrdup(pool, conn ? PQerrorMessage(conn) : "");
    char *at;
    oa2_err_t *err;

    for (at = why; *at; at++)
        if ((unsigned char)*at < ' ')
            *at = ' ';
    err = oa2_err_make(pool, &oa2_temporarily_unavailable, OA2_ID(2040), NULL,
                       "%s: %s", what, *why ? why : "no answer in time");
    err->retry_after = 1;
    return err;
}

/* 1 when the socket is ready before the deadline. */
static int await(PGconn *conn, short events, apr_time_t until)
{
    struct pollfd wait = { PQsocket(conn), events, 0 };
    apr_time_t left;
    int rv;

    do {
        left = until - apr_time_now();
        if (left <= 0)
            return 0;
        rv = poll(&wait, 1, (int)apr_time_as_msec(left) + 1);
    } while (rv <= 0);
    return 1;
}

static int connect_within(PGconn *conn, apr_time_t until)
{
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;

    while (state != PGRES_POLLING_OK) {
        if (state == PGRES_POLLING_FAILED
            || !await(conn, state == PGRES_POLLING_READING ? POLLIN : POLLOUT,
                      until))
            return 0;
        state = PQconnectPoll(conn);
    }
    return PQsetnonblocking(conn, 1) == 0;
}

/* Sends one statement and reads its answer; 1 when it succeeded. */
static int ask(PGconn *conn, const char *text, apr_time_t until)
{
    PGresult *res;
    int good = 0;

    if (!PQsendQuery(conn, text))
        return 0;
    while (PQflush(conn) == 1)
        if (!await(conn, POLLOUT, until))
            return 0;
    for (;;) {
        while (PQisBusy(conn))
            if (!await(conn, POLLIN, until) || !PQconsumeInput(conn))
                return 0;
        res = PQgetResult(conn);
        if (!res)
            return good;
        good = PQresultStatus(res) == PGRES_COMMAND_OK
            || PQresultStatus(res) == PGRES_TUPLES_OK;
        PQclear(res);
    }
}

/* Bumps the cache for all that has arrived.  1 when nonce was among it. */
static int notifications_take(oa2_listener_t *listener, const char *nonce)
{
    PGnotify *note;
    int found = 0;

    while ((note = PQnotifies(listener->conn)) != NULL) {
        const char *kind = note->extra;

        if (*kind == *PING)
            found |= nonce && strcmp(kind + 1, nonce) == 0;
        /* A payload of a later version, or of somebody else: to be safe. */
        else if (!*kind || !strchr(OA2_KINDS, *kind))
            oa2_tell_caches(listener->store, OA2_OF_ALL, "");
        else
            oa2_tell_caches(listener->store, kind, kind + 1);
        PQfreemem(note);
    }
    return found;
}

static const oa2_sql_t ping_sql = {
    "listener_ping", "SELECT " OA2_TELL(PING, "$1"), { NULL },
    .repeats = 1
};

/*
 * Behind a pooler that shares connections LISTEN succeeds, and so does every
 * statement after it, but nothing is ever heard.  So something is said on
 * another connection, as other machines would say it.
 */
static oa2_err_t *prove_hearing(oa2_listener_t *listener, apr_pool_t *pool)
{
    const char *nonce = oa2_random_text(pool, 16);
    apr_time_t until;
    apr_array_header_t *rows;
    oa2_ctx_t ctx = { 0 };

    ctx.pool = pool;
    ctx.store = listener->store;
    ctx.now = apr_time_sec(apr_time_now());
    OA2_TRY(OA2_SQL(&rows, &ctx, &ping_sql, nonce));
    until = apr_time_now() + ANSWER_WITHIN;
    while (!notifications_take(listener, nonce))
        if (!await(listener->conn, POLLIN, until)
            || !PQconsumeInput(listener->conn))
            return oa2_err_make(pool, &oa2_temporarily_unavailable,
                                OA2_ID(2042), NULL, "the database accepts "
                                "LISTEN but delivers nothing: a connection "
                                "pooler is in between; connect directly, or "
                                "have it pool by session");
    return NULL;
}

static const oa2_sql_t channel_sql = {
    "listener_channel",
    "SELECT quote_ident(value) FROM oauth2_setting WHERE name = 'channel'",
    { NULL }, .repeats = 1
};

static oa2_err_t *listen_text(const char **out, oa2_store_t *store,
                              apr_pool_t *pool)
{
    apr_array_header_t *rows;
    oa2_ctx_t ctx = { 0 };

    ctx.pool = pool;
    ctx.store = store;
    OA2_TRY(oa2_sql_run(&rows, &ctx, &channel_sql, 0, NULL));
    if (!rows->nelts)
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(2043), NULL,
                            "the row \"channel\" of the table oauth2_setting "
                            "is missing: put it back, or no server hears "
                            "what others change");
    *out = apr_pstrcat(pool, "LISTEN ", oa2_row_text(
        APR_ARRAY_IDX(rows, 0, oa2_row_t), 0), NULL);
    return NULL;
}

oa2_err_t *oa2_listener_open(oa2_listener_t **out, oa2_store_t *store,
                             apr_pool_t *pool)
{
    apr_time_t until = apr_time_now() + CONNECT_WITHIN;
    oa2_listener_t *listener = apr_pcalloc(pool, sizeof(*listener));
    const char *listen;
    oa2_err_t *err;
    PGconn *conn;

    if (!store->is_pgsql)
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(2041), NULL,
                            "only PostgreSQL tells other machines what "
                            "changed");
    OA2_TRY(listen_text(&listen, store, pool));
    conn = PQconnectStart(store->params);
    if (!conn || PQstatus(conn) == CONNECTION_BAD
        || !connect_within(conn, until) || !ask(conn, listen, until)) {
        err = failure(pool, "could not listen for what other machines "
                      "change", conn);
        PQfinish(conn);
        return err;
    }
    listener->store = store;
    listener->conn = conn;
    err = prove_hearing(listener, pool);
    if (err) {
        oa2_listener_close(listener);
        return err;
    }
    /* Whatever was told before, nobody heard. */
    oa2_tell_caches(store, OA2_OF_ALL, "");
    *out = listener;
    return NULL;
}

int oa2_listener_socket(const oa2_listener_t *listener)
{
    return PQsocket(listener->conn);
}

oa2_err_t *oa2_listener_hear(oa2_listener_t *listener, int check,
                             apr_int64_t now, apr_pool_t *pool)
{
    PGconn *conn = listener->conn;
    int good = PQconsumeInput(conn);

    if (good && check)
        good = ask(conn, "SELECT 1", apr_time_now() + ANSWER_WITHIN);
    notifications_take(listener, NULL);
    if (!good)
        return failure(pool, "lost the connection that tells what other "
                       "machines change", conn);
    if (check) {
        if (listener->store->tokens)
            oa2_cache_beat(listener->store->tokens, now);
        if (listener->store->clients)
            oa2_cache_beat(listener->store->clients, now);
    }
    return NULL;
}

void oa2_listener_close(oa2_listener_t *listener)
{
    if (listener->conn)
        PQfinish(listener->conn);
    listener->conn = NULL;
}

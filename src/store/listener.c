/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listener.c - what other machines changed, by LISTEN on a connection of its
 * own.
 *
 * libpq without apr_dbd, which knows no notifications.  The connection never
 * blocks: each wait is a poll with a deadline, so a thread that is told to
 * end does so within 3 s.
 *
 * What is heard is said by store/tell.h, on the channels that the table
 * oauth2_setting names: a kind and a key.
 */
#include "store/listener.h"

#include <poll.h>
#include <string.h>

#include <apr_strings.h>
#include <libpq-fe.h>

#include "base/clock.h"
#include "base/text/line.h"
#include "store/db/pool.h"
#include "store/db/sql.h"
#include "store/health.h"
#include "store/tell.h"

#define CONNECT_WITHIN apr_time_from_sec(3)
#define ANSWER_WITHIN apr_time_from_sec(2)
/* A beat comes each second; without one for so long nothing is heard. */
#define SILENT_FOR apr_time_from_sec(4)
/* Who floods the channel shall not make every request ask the database. */
#define FLUSH_EVERY apr_time_from_msec(500)
#define REST apr_time_from_sec(1)
#define BEAT "p"

struct oa2_listener_t {
    oa2_store_t *store;
    PGconn *conn;
    apr_time_t heard;                   /* when the last beat was said */
    apr_time_t flushed;                 /* when it last told: all */
    int owes;                           /* to tell that again */
};

static oa2_err_t *failure(apr_pool_t *pool, const char *what,
                          const PGconn *conn)
{
    const char *why = oa2_line(conn ? PQerrorMessage(conn) : "", pool);
    oa2_err_t *err;

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
        left = until - oa2_clock();
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

/* Sends statements and reads their answers; 1 when all succeeded. */
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

/* ------------------------------------------------------------ beats */

/*
 * A beat is said where the pool writes and counts when it is heard here: so
 * it vouches for the whole way, the server behind the pool's connections
 * included, which after a failover need not be the listener's, and poolers
 * that share connections, where LISTEN succeeds and nothing is ever heard.
 * PostgreSQL delivers in the order of commits: what was committed before the
 * beat was said has been heard as well.
 *
 * It is "p", the store's name and when it was said, by base/clock.  The name
 * is told to nobody but those who know the channel, so not on that of version
 * 1; other processes' beats mean nothing here.
 */
static const oa2_sql_t beat_sql = {
    "listener_beat",
    "SELECT pg_notify((SELECT value FROM oauth2_setting"
    " WHERE name = '" OA2_CHANNEL "'), '" BEAT "' || $1)",
    { NULL }, .repeats = 1
};

oa2_err_t *oa2_listener_beat(oa2_ctx_t *ctx)
{
    oa2_store_t *store = ctx->store;
    apr_time_t at = oa2_clock();
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &beat_sql, apr_psprintf(
        ctx->pool, "%s %" APR_TIME_T_FMT, store->name, at)));
    pthread_mutex_lock(&store->lock);
    store->beaten = at;
    pthread_mutex_unlock(&store->lock);
    return NULL;
}

/* When it was said; 0: it is none of this store's. */
static apr_time_t beat_read(const oa2_store_t *store, const char *text)
{
    apr_size_t len = strlen(store->name);
    apr_time_t at = 0;

    if (strncmp(text, store->name, len) == 0 && text[len] == ' ')
        at = apr_strtoi64(text + len + 1, NULL, 10);
    return at <= oa2_clock() ? at : 0;
}

static void flush(oa2_listener_t *listener)
{
    apr_time_t now = oa2_clock();

    listener->owes = now - listener->flushed < FLUSH_EVERY;
    if (listener->owes)
        return;
    listener->flushed = now;
    oa2_tell_caches(listener->store, OA2_OF_ALL, "");
}

/* Bumps the cache for all that has arrived.  The last beat among it is the
   listener's; 1 when there was one. */
static int notifications_take(oa2_listener_t *listener)
{
    PGnotify *note;
    int found = 0;

    while ((note = PQnotifies(listener->conn)) != NULL) {
        const char *kind = note->extra;
        apr_time_t at;

        if (*kind == *BEAT) {
            at = beat_read(listener->store, kind + 1);
            if (at > listener->heard) {
                listener->heard = at;
                found = 1;
            }
        }
        /* A payload of a later version, or of somebody else: to be safe. */
        else if (*kind == *OA2_OF_ALL || !*kind || !strchr(OA2_KINDS, *kind))
            flush(listener);
        else
            oa2_tell_caches(listener->store, kind, kind + 1);
        PQfreemem(note);
    }
    return found;
}

static void vouch(const oa2_listener_t *listener)
{
    oa2_health_heard(listener->store, listener->heard);
    if (listener->store->tokens)
        oa2_cache_beat(listener->store->tokens, listener->heard);
    if (listener->store->clients)
        oa2_cache_beat(listener->store->clients, listener->heard);
}

static oa2_err_t *prove_hearing(oa2_listener_t *listener, apr_pool_t *pool)
{
    apr_time_t until;
    oa2_ctx_t ctx = { 0 };

    ctx.pool = pool;
    ctx.store = listener->store;
    OA2_TRY(oa2_listener_beat(&ctx));
    until = oa2_clock() + ANSWER_WITHIN;
    while (!notifications_take(listener))
        if (!await(listener->conn, POLLIN, until)
            || !PQconsumeInput(listener->conn))
            return oa2_err_make(pool, &oa2_temporarily_unavailable,
                                OA2_ID(2042), NULL, "the database accepts "
                                "LISTEN but delivers nothing: a connection "
                                "pooler is in between, or connections go to "
                                "different servers; connect directly, or "
                                "have it pool by session");
    return NULL;
}

/* ------------------------------------------------------------ listening */

static const oa2_sql_t channels_sql = {
    "listener_channels",
    "SELECT name, quote_ident(value) FROM oauth2_setting"
    " WHERE name IN " OA2_CHANNELS " ORDER BY name",
    { NULL }, .repeats = 1
};

static oa2_err_t *listen_text(const char **out, oa2_store_t *store,
                              apr_pool_t *pool)
{
    apr_array_header_t *rows;
    oa2_ctx_t ctx = { 0 };
    const char *text = "";
    int i;

    ctx.pool = pool;
    ctx.store = store;
    OA2_TRY(oa2_sql_run(&rows, &ctx, &channels_sql, 0, NULL));
    if (!rows->nelts
        || strcmp(oa2_row_text(APR_ARRAY_IDX(rows, 0, oa2_row_t), 0),
                  OA2_CHANNEL) != 0)
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(2043), NULL,
                            "the row \"" OA2_CHANNEL "\" of the table "
                            "oauth2_setting is missing: put it back, or no "
                            "server hears what others change");
    for (i = 0; i < rows->nelts; i++)
        text = apr_pstrcat(pool, text, "LISTEN ", oa2_row_text(
            APR_ARRAY_IDX(rows, i, oa2_row_t), 1), ";", NULL);
    *out = text;
    return NULL;
}

oa2_err_t *oa2_listener_open(oa2_listener_t **out, oa2_store_t *store,
                             apr_pool_t *pool)
{
    apr_time_t until = oa2_clock() + CONNECT_WITHIN;
    oa2_listener_t *listener = apr_pcalloc(pool, sizeof(*listener));
    const char *listen;
    oa2_err_t *err;
    PGconn *conn;

    if (!store->driver->is_server)
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
    vouch(listener);
    *out = listener;
    return NULL;
}

int oa2_listener_socket(const oa2_listener_t *listener)
{
    return PQsocket(listener->conn);
}

/* Of beats, for too long. */
static oa2_err_t *silence(oa2_listener_t *listener, apr_pool_t *pool)
{
    oa2_store_t *store = listener->store;
    int was_said;

    pthread_mutex_lock(&store->lock);
    was_said = store->beaten - listener->heard > SILENT_FOR / 2;
    pthread_mutex_unlock(&store->lock);
    return oa2_err_make(pool, &oa2_temporarily_unavailable, OA2_ID(2300),
                        NULL, "the connection that tells what other machines "
                        "change has become silent: %s", was_said
                        ? "what is said on other connections is not heard "
                        "there, so it is to another server, or a dead one"
                        : "no other connection answers either");
}

apr_interval_time_t oa2_listener_rest(const oa2_listener_t *listener)
{
    apr_interval_time_t left = listener->flushed + FLUSH_EVERY - oa2_clock();

    if (!listener->owes)
        return REST;
    return left > 0 ? left : 0;
}

oa2_err_t *oa2_listener_hear(oa2_listener_t *listener, apr_pool_t *pool)
{
    int good = PQconsumeInput(listener->conn);
    int has_beat = notifications_take(listener);

    if (listener->owes)
        flush(listener);
    if (has_beat && !listener->owes)
        vouch(listener);
    if (!good)
        return failure(pool, "lost the connection that tells what other "
                       "machines change", listener->conn);
    if (oa2_clock() - listener->heard > SILENT_FOR)
        return silence(listener, pool);
    return NULL;
}

void oa2_listener_close(oa2_listener_t *listener)
{
    if (listener->conn)
        PQfinish(listener->conn);
    listener->conn = NULL;
}

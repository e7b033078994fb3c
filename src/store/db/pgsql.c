/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pgsql.c - one statement on PostgreSQL.
 *
 * apr_dbd connects; statements are libpq's own business, for two reasons.
 * apr_dbd waits for an answer without any bound (a stopped server answers its
 * kernel's keep-alives for ever), or, asynchronously, sleeps 100 ms over an
 * empty result and takes an error for one.  And it can either have a statement
 * planned anew each time, which costs the server as much again as running it,
 * or prepare it with all arguments declared as text.
 */
#include "store/db/pgsql.h"

#include <poll.h>
#include <string.h>

#include <apr_atomic.h>
#include <apr_strings.h>
#include <libpq-fe.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "store/db/conninfo.h"
#include "store/db/pool.h"
#include "store/db/statement.h"

#define UNKNOWN_NAME "26000"            /* SQLSTATEs */
#define KNOWN_NAME "42P05"

/*
 * Nothing arrives on an idle connection but its end (the server stopped, the
 * session was terminated), and now and then a notice.  To see the end before
 * a statement is sent is what makes a restart harmless: afterwards nobody
 * knows whether the statement was executed.
 */
static int is_alive(const oa2_store_t *store, const oa2_slot_t *slot)
{
    PGconn *conn = apr_dbd_native_handle(store->apr, slot->dbd);
    struct pollfd wait = { PQsocket(conn), POLLIN, 0 };
    int tries;

    for (tries = 0; tries < 4; tries++) {
        if (PQstatus(conn) != CONNECTION_OK)
            return 0;
        if (poll(&wait, 1, 0) == 0)
            return 1;
        if (!PQconsumeInput(conn))
            return 0;
    }
    return 0;
}

/* ------------------------------------------------------------ faults */

static const struct {
    const char *state;                  /* the first characters of it */
    int kind;
    int close;
    const char *remedy;
} states[] = {
    { "08", OA2_FAULT_LOST, 1, NULL },
    { "57P", OA2_FAULT_LOST, 1, NULL },
    /* Bytes that this database's encoding does not have: a client's.  All
       else of class 22 is said of numbers and expressions, which are ours. */
    { "22021", OA2_FAULT_VALUE, 0, NULL },
    { "22P05", OA2_FAULT_VALUE, 0, NULL },
    /* a standby: the next connection may find the primary */
    { "25006", OA2_FAULT_AGAIN, 1,
      "this server is a read-only standby; name all servers in host= and "
      "set target_session_attrs=read-write" },
    /* prepared elsewhere, or no longer what it was: begin anew */
    { UNKNOWN_NAME, OA2_FAULT_AGAIN, 1, NULL },
    { KNOWN_NAME, OA2_FAULT_AGAIN, 1, NULL },
    { "0A000", OA2_FAULT_AGAIN, 1, NULL },
    /* somebody else has it now: the next look finds it there */
    { "23505", OA2_FAULT_AGAIN, 0, NULL },
    { "40001", OA2_FAULT_AGAIN, 0, NULL },
    { "40P01", OA2_FAULT_AGAIN, 0, NULL },
    { "57014", OA2_FAULT_BUSY, 0, "the statement took too long" },
    { "55P03", OA2_FAULT_BUSY, 0, NULL },
    { "53", OA2_FAULT_BUSY, 0, NULL },
    { "58030", OA2_FAULT_BUSY, 0, NULL },
    { "42P01", OA2_FAULT_SQL, 0, "bring the schema up to date with "
      "\"oauth2ctl db migrate\"" },
    { "42703", OA2_FAULT_SQL, 0, "bring the schema up to date with "
      "\"oauth2ctl db migrate\"" },
    { "42501", OA2_FAULT_SQL, 0, "grant the role SELECT, INSERT, UPDATE and "
      "DELETE on the oauth2_ tables" }
};

static oa2_fault_t *fault_make(apr_pool_t *pool, int kind, const char *text)
{
    oa2_fault_t *fault = apr_pcalloc(pool, sizeof(*fault));

    fault->kind = kind;
    fault->close = kind == OA2_FAULT_LOST || kind == OA2_FAULT_HUNG;
    fault->text = text;
    return fault;
}

/*
 * The primary message names relations, constraints and files; values are in
 * the details, which are left out.  Only class 22 (data exceptions) quotes
 * values there too.
 */
static oa2_fault_t *fault_read(oa2_ctx_t *ctx, const PGconn *conn,
                               const PGresult *res)
{
    apr_pool_t *pool = ctx->pool;
    const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
    oa2_fault_t *fault;
    apr_size_t i;

    if (!state)
        return PQstatus(conn) == CONNECTION_OK
            ? fault_make(pool, OA2_FAULT_SQL, "no result")
            : fault_make(pool, OA2_FAULT_LOST, "the connection broke");
    if (strcmp(state, UNKNOWN_NAME) == 0 || strcmp(state, KNOWN_NAME) == 0)
        apr_atomic_set32(&ctx->store->unprepared, 1);
    if (!message || strncmp(state, "22", 2) == 0)
        message = "data exception";
    fault = fault_make(pool, PQstatus(conn) == CONNECTION_OK
                       ? OA2_FAULT_SQL : OA2_FAULT_LOST,
                       apr_psprintf(pool, "SQLSTATE %s: %s", state, message));
    for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        if (strncmp(state, states[i].state, strlen(states[i].state)) != 0)
            continue;
        fault->kind = states[i].kind;
        fault->close = states[i].close;
        fault->remedy = states[i].remedy;
    }
    if (PQstatus(conn) != CONNECTION_OK)
        fault->close = 1;
    return fault;
}

/* ------------------------------------------------------------ answers */

static apr_status_t result_clear(void *result)
{
    PQclear(result);
    return APR_SUCCESS;
}

/* 1: PQgetResult() would not wait. */
static int answer_await(PGconn *conn, apr_time_t until)
{
    while (PQisBusy(conn)) {
        struct pollfd wait = { PQsocket(conn), POLLIN, 0 };
        apr_time_t left = until - oa2_clock();

        if (left <= 0)
            return 0;
        if (poll(&wait, 1, (int)apr_time_as_msec(left) + 1) > 0
            && !PQconsumeInput(conn))
            return 1;                   /* broken: PQgetResult() says how */
    }
    return 1;
}

/* *res: the last result that says something, an error before all. */
static oa2_fault_t *answer_take(PGresult **res, oa2_ctx_t *ctx, PGconn *conn,
                                apr_interval_time_t within)
{
    apr_time_t until = oa2_clock() + within;
    PGresult *next;

    *res = NULL;
    for (;;) {
        if (!answer_await(conn, until))
            return fault_make(ctx->pool, OA2_FAULT_HUNG, "no answer in time");
        next = PQgetResult(conn);
        if (!next)
            break;
        apr_pool_cleanup_register(ctx->pool, next, result_clear,
                                  apr_pool_cleanup_null);
        if (!*res || PQresultStatus(next) == PGRES_FATAL_ERROR)
            *res = next;
        if (PQstatus(conn) != CONNECTION_OK)
            break;
    }
    if (!*res)
        return fault_make(ctx->pool, OA2_FAULT_LOST, "the connection broke");
    if (PQresultStatus(*res) != PGRES_TUPLES_OK
        && PQresultStatus(*res) != PGRES_COMMAND_OK)
        return fault_read(ctx, conn, *res);
    return NULL;
}

/* The values stay where libpq has them, as long as ctx->pool. */
static apr_array_header_t *rows_read(apr_pool_t *pool, const PGresult *res)
{
    int columns = PQnfields(res);
    int count = PQntuples(res);
    apr_array_header_t *rows = apr_array_make(pool, count, sizeof(oa2_row_t));
    int i, k;

    for (i = 0; i < count; i++) {
        const char **row = apr_palloc(pool, sizeof(*row)
                                      * (apr_size_t)(columns + 1));

        for (k = 0; k < columns; k++)
            row[k] = PQgetisnull(res, i, k) ? NULL : PQgetvalue(res, i, k);
        APR_ARRAY_PUSH(rows, oa2_row_t) = row;
    }
    return rows;
}

/* ------------------------------------------------------------ statements */

/* By its text, so that whoever finds the name on a connection that was
   another client's before (a pooler) finds the same statement. */
static const char *statement_name(const oa2_prepared_t *prepared,
                                  apr_pool_t *pool)
{
    return apr_pstrcat(pool, "oa2_", oa2_digest_text(pool, prepared->text),
                       NULL);
}

/*
 * From its second use on: a command that runs it once has one round trip.  A
 * pooler that gives every transaction another connection loses the names;
 * once that was seen, nothing is prepared any more.
 */
static oa2_fault_t *name_statement(oa2_ctx_t *ctx, oa2_slot_t *slot,
                                   PGconn *conn, oa2_prepared_t *prepared)
{
    const char *name;
    oa2_fault_t *fault;
    PGresult *res;

    if (prepared->name || prepared->uses++ == 0
        || apr_atomic_read32(&ctx->store->unprepared))
        return NULL;
    name = statement_name(prepared, slot->pool);
    fault = PQsendPrepare(conn, name, prepared->text, 0, NULL)
        ? answer_take(&res, ctx, conn, slot->within)
        : fault_make(ctx->pool, OA2_FAULT_LOST, "the connection broke");
    if (!fault)
        prepared->name = name;
    else if (fault->kind == OA2_FAULT_LOST)
        fault->kind = OA2_FAULT_AGAIN;  /* nothing was executed yet */
    return fault;
}

static oa2_fault_t *run(apr_array_header_t **rows, oa2_ctx_t *ctx,
                        oa2_slot_t *slot, const oa2_sql_t *sql,
                        const oa2_args_t *args)
{
    PGconn *conn = apr_dbd_native_handle(ctx->store->apr, slot->dbd);
    oa2_prepared_t *prepared = oa2_statement_ready(ctx, slot, sql->pgsql);
    const char *values[OA2_SQL_ARGS * 3];
    oa2_fault_t *fault;
    PGresult *res;
    int sent;

    if (!prepared || !oa2_statement_bind(values, prepared, args))
        return fault_make(ctx->pool, OA2_FAULT_SQL, "could not prepare");
    fault = name_statement(ctx, slot, conn, prepared);
    if (fault)
        return fault;
    if (prepared->name)
        sent = PQsendQueryPrepared(conn, prepared->name, prepared->count,
                                   values, NULL, NULL, 0);
    else
        sent = PQsendQueryParams(conn, prepared->text, prepared->count, NULL,
                                 values, NULL, NULL, 0);
    if (!sent)
        return fault_make(ctx->pool, OA2_FAULT_LOST, "the connection broke");
    fault = answer_take(&res, ctx, conn, slot->within);
    if (!fault)
        *rows = rows_read(ctx->pool, res);
    return fault;
}

/* ------------------------------------------------------------ a look */

/* In its own transaction: a pooler may give each another connection. */
#define LOOK_BEGIN "BEGIN READ ONLY; SET LOCAL statement_timeout = %d"

static oa2_fault_t *ask(PGresult **res, oa2_ctx_t *ctx, oa2_slot_t *slot,
                        const char *text)
{
    PGconn *conn = apr_dbd_native_handle(ctx->store->apr, slot->dbd);

    if (!PQsendQuery(conn, text))
        return fault_make(ctx->pool, OA2_FAULT_LOST, "the connection broke");
    return answer_take(res, ctx, conn, slot->within);
}

/* The line break ends a comment that the query may end in. */
static oa2_fault_t *ask_look(PGresult **res, oa2_ctx_t *ctx, oa2_slot_t *slot,
                             const char *query, const char *value)
{
    PGconn *conn = apr_dbd_native_handle(ctx->store->apr, slot->dbd);
    const char *text = apr_pstrcat(ctx->pool, "SELECT row_to_json(oauth2_row)"
                                   " FROM (", query, "\n) AS oauth2_row"
                                   " LIMIT 2", NULL);

    if (!PQsendQueryParams(conn, text, 1, NULL, &value, NULL, NULL, 0))
        return fault_make(ctx->pool, OA2_FAULT_LOST, "the connection broke");
    return answer_take(res, ctx, conn, slot->within);
}

static oa2_fault_t *look(const char **row, int *count, oa2_ctx_t *ctx,
                         oa2_slot_t *slot, const char *query,
                         const char *value)
{
    oa2_fault_t *fault;
    oa2_fault_t *end;
    PGresult *found;
    PGresult *res;

    fault = ask(&res, ctx, slot, apr_psprintf(
        ctx->pool, LOOK_BEGIN, (int)apr_time_as_msec(OA2_LOOK_WITHIN)));
    if (fault)
        return fault;
    fault = ask_look(&found, ctx, slot, query, value);
    if (fault && fault->close)
        return fault;
    end = ask(&res, ctx, slot, "ROLLBACK");
    if (end) {
        end->close = 1;
        return end;
    }
    if (fault)
        return fault;
    *count = PQntuples(found);
    *row = *count ? PQgetvalue(found, 0, 0) : NULL;
    return NULL;
}

/* ------------------------------------------------------------ the row */

static const char *prepare(const oa2_store_t *store, apr_pool_t *pool)
{
    (void)store;
    (void)pool;
    return NULL;
}

static const char *setup(oa2_store_t *store, oa2_slot_t *slot,
                         apr_pool_t *pool)
{
    (void)store;
    (void)slot;
    (void)pool;
    return NULL;
}

static int write_argument(char *to, int n)
{
    return apr_snprintf(to, 4, "$%d", n);
}

/* By name, and not before its second use: see name_statement(). */
static int ready(oa2_store_t *store, oa2_slot_t *slot,
                 oa2_prepared_t *prepared)
{
    (void)store;
    (void)slot;
    (void)prepared;
    return 1;
}

static int execute(oa2_store_t *store, oa2_slot_t *slot, const char *text)
{
    int ignored;

    return apr_dbd_query(store->apr, slot->dbd, &ignored, text) == 0;
}

static int may_repeat(oa2_ctx_t *ctx, oa2_slot_t *slot)
{
    (void)ctx;
    (void)slot;
    return 0;
}

const oa2_driver_t oa2_pgsql_driver = {
    .name = "pgsql",
    .is_server = 1,
    .begin = "BEGIN",
    .check = oa2_conninfo_check,
    .show = oa2_conninfo_show,
    .complete = oa2_conninfo_complete,
    .prepare = prepare,
    .setup = setup,
    .is_alive = is_alive,
    .write_argument = write_argument,
    .escape = "",
    .ready = ready,
    .run = run,
    .look = look,
    .execute = execute,
    .may_repeat = may_repeat
};

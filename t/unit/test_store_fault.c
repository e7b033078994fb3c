/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_fault.c - PostgreSQL hangs, restarts, refuses; and SQLite, which
 * has no such ways to fail, is shown to need none of it.
 */
#include <pthread.h>

#include <libpq-fe.h>

#include "store/refresh.h"
#include "store/session.h"
#include "store/store.h"
#include "store/throttle.h"
#include "unit/fixture_fault.h"

/* All but the caller's: as a restart does it, seen from here. */
#define TERMINATE "SELECT pg_terminate_backend(pid) FROM pg_stat_activity" \
    " WHERE pid <> pg_backend_pid() AND usename = current_user" \
    " AND datname = current_database() AND query LIKE '%oauth2_%'"

/* A session that ended while nobody used it costs no verb its success. */
static void idle_connections_may_end(void **state)
{
    fault_t *fault = *state;
    oa2_client_t *client;
    oa2_code_t *code;
    int first;
    int i;

    for (i = 0; i < 5; i++) {
        code = fixture_store_code(fault->ctx, "app", "ann");
        if (i % 2)
            fixture_proxy_cut(fault->proxy);
        else
            fixture_psql(fault->fixture, TERMINATE);
        apr_sleep(apr_time_from_msec(30));
        fixture_good(oa2_code_spend(&first, fault->ctx, code,
                                    fixture_store_token(fault->ctx, code, 0,
                                                        60), NULL));
        assert_int_equal(first, 1);
    }
    fixture_good(oa2_client_find(&client, fault->ctx, "app"));
    assert_non_null(client);
}

/* The first within 3 s, and the one that looks whether all is lost; then at
   once; and back again by itself. */
static void a_server_that_hangs(void **state)
{
    fault_t *fault = *state;
    int i;

    fixture_good(oa2_store_ping(fault->ctx));
    fixture_proxy_freeze(fault->proxy, 1);
    assert_true(fault_away(fault->ctx) < apr_time_from_sec(3));
    assert_true(fault_away(fault->ctx) < apr_time_from_sec(3));
    for (i = 0; i < 50; i++)
        assert_true(fault_away(fault->ctx) < apr_time_from_msec(100));
    /* one asks again after a second, and waits for a connection this time */
    apr_sleep(apr_time_from_msec(1050));
    assert_true(fault_away(fault->ctx) < apr_time_from_sec(3));
    assert_true(fault_away(fault->ctx) < apr_time_from_msec(100));
    fixture_proxy_freeze(fault->proxy, 0);
    fault_comes_back(fault->ctx, apr_time_from_sec(4));
}

typedef struct {
    oa2_ctx_t *ctx;
    oa2_code_t *code;
    oa2_err_t *err;
    apr_time_t took;
    int done;
} caller_t;

static void *find_client(void *baton)
{
    caller_t *caller = baton;
    apr_time_t start = apr_time_now();
    oa2_client_t *client = NULL;

    caller->err = oa2_client_find(&client, caller->ctx, "app");
    caller->took = apr_time_now() - start;
    caller->done = client != NULL;
    return NULL;
}

static void *spend_code(void *baton)
{
    caller_t *caller = baton;
    apr_time_t start = apr_time_now();

    caller->err = oa2_code_spend(&caller->done, caller->ctx, caller->code,
                                 fixture_store_token(caller->ctx,
                                                     caller->code, 0, 60),
                                 NULL);
    caller->took = apr_time_now() - start;
    return NULL;
}

/* Many callers, all of which find the hanging server by themselves. */
static void a_server_that_hangs_with_many_waiting(void **state)
{
    enum { N = 12 };
    fault_t *fault = *state;
    pthread_t threads[N];
    caller_t callers[N];
    int i;

    fixture_good(oa2_store_ping(fault->ctx));
    fixture_proxy_freeze(fault->proxy, 1);
    for (i = 0; i < N; i++) {
        memset(&callers[i], 0, sizeof(callers[i]));
        callers[i].ctx = fixture_another(fault->fixture);
        callers[i].ctx->store = fault->ctx->store;
        assert_int_equal(pthread_create(&threads[i], NULL, find_client,
                                        &callers[i]), 0);
    }
    for (i = 0; i < N; i++) {
        pthread_join(threads[i], NULL);
        assert_non_null(callers[i].err);
        assert_ptr_equal(callers[i].err->kind, &oa2_temporarily_unavailable);
        assert_true(callers[i].took < apr_time_from_sec(3));
        apr_pool_destroy(callers[i].ctx->pool);
    }
    fixture_proxy_freeze(fault->proxy, 0);
    fault_comes_back(fault->ctx, apr_time_from_sec(4));
}

static void psql(PGconn *conn, const char *statement)
{
    PGresult *res = PQexec(conn, statement);

    if (PQresultStatus(res) != PGRES_COMMAND_OK
        && PQresultStatus(res) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", statement, PQerrorMessage(conn));
    PQclear(res);
}

/* Runs `body` in a thread while a lock keeps it from its end, and `then`
   while it waits. */
static void while_waiting(fault_t *fault, caller_t *caller,
                          void *(*body)(void *), const char *table,
                          const char *then)
{
    PGconn *conn = PQconnectdb(fault->fixture->conf.params);
    pthread_t thread;

    /* a session that was terminated takes a moment to end */
    apr_sleep(apr_time_from_msec(50));
    memset(caller, 0, sizeof(*caller));
    caller->ctx = fixture_another(fault->fixture);
    caller->ctx->store = fault->ctx->store;
    caller->code = fixture_store_code(fault->ctx, "app", "ann");
    psql(conn, "BEGIN");
    psql(conn, apr_psprintf(fault->fixture->pool,
                            "LOCK TABLE %s IN ACCESS EXCLUSIVE MODE", table));
    assert_int_equal(pthread_create(&thread, NULL, body, caller), 0);
    psql(conn, "SELECT pg_sleep(0.3)");
    psql(conn, then);
    psql(conn, "SELECT pg_sleep(0.1)");
    psql(conn, "COMMIT");
    pthread_join(thread, NULL);
    PQfinish(conn);
}

/* The connection ends while a statement runs: it is run again, and finds
   whether it was done before. */
static void connections_end_in_the_middle(void **state)
{
    fault_t *fault = *state;
    caller_t caller;

    while_waiting(fault, &caller, find_client, "oauth2_client", TERMINATE);
    fixture_good(caller.err);
    assert_int_equal(caller.done, 1);
    apr_pool_destroy(caller.ctx->pool);

    while_waiting(fault, &caller, spend_code, "oauth2_token", TERMINATE);
    fixture_good(caller.err);
    assert_int_equal(caller.done, 1);
    apr_pool_destroy(caller.ctx->pool);
    fixture_good(oa2_store_ping(fault->ctx));
}

/* ------------------------------------------------------------ answers */

static int lives(oa2_ctx_t *ctx, const oa2_token_t *token)
{
    oa2_token_t *found;

    fixture_good(oa2_token_find(&found, ctx, token->digest));
    return found != NULL;
}

/* Connected, and the next answer will get lost. */
static void lose(fault_t *fault)
{
    fixture_good(oa2_store_ping(fault->ctx));
    fixture_proxy_lose(fault->proxy);
}

/* Each was committed and only its answer lost: it is found out, and nothing
   is done twice. */
static void lost_answers_of_codes_are_resolved(void **state)
{
    fault_t *fault = *state;
    oa2_ctx_t *ctx = fault->ctx;
    oa2_code_t *code = fixture_store_code(ctx, "app", "ann");
    oa2_token_t *access = fixture_store_token(ctx, code, 0, 60);
    oa2_token_t *refresh = fixture_store_token(ctx, code, 1, 600);
    oa2_token_t *next = fixture_store_token(ctx, code, 0, 60);
    oa2_token_t *after = fixture_store_token(ctx, code, 1, 600);
    oa2_token_t *old;
    int first;

    lose(fault);
    fixture_good(oa2_code_spend(&first, ctx, code, access, refresh));
    assert_int_equal(first, 1);
    assert_int_equal(lives(ctx, access), 1);
    /* another one's is still the second */
    fixture_good(oa2_code_spend(&first, ctx, code, next, NULL));
    assert_int_equal(first, 0);
    assert_int_equal(lives(ctx, next), 0);

    fixture_good(oa2_refresh_find(&old, ctx, refresh->digest));
    lose(fault);
    fixture_good(oa2_refresh_rotate(&first, ctx, old, "sealed", next, after));
    assert_int_equal(first, 1);
    assert_int_equal(lives(ctx, next), 1);
    fixture_good(oa2_refresh_find(&old, ctx, after->digest));
    assert_non_null(old);

    fixture_good(oa2_refresh_find(&old, ctx, refresh->digest));
    lose(fault);
    next = fixture_store_token(ctx, code, 0, 60);
    fixture_good(oa2_refresh_replace(&first, ctx, old, "sealed", next,
                                     fixture_store_token(ctx, code, 1, 60)));
    assert_int_equal(first, 1);
    assert_int_equal(lives(ctx, next), 1);
    fixture_good(oa2_refresh_find(&old, ctx, after->digest));
    assert_true(old->spent && !old->successor && !old->reply);
}

/* The same, of what is put. */
static void lost_answers_are_resolved(void **state)
{
    fault_t *fault = *state;
    oa2_ctx_t *ctx = fault->ctx;
    oa2_token_t own = { .digest = fixture_digest(ctx), .client_id = "app",
                        .scope = "", .audience = "", .issued = ctx->now,
                        .expires = ctx->now + 60 };
    oa2_session_t session = { .digest = fixture_digest(ctx), .user = "ann",
                              .expires = ctx->now + 60 };
    oa2_client_t client = { .id = "new", .name = "", .redirect_uris = "",
                            .scope = "", .grants = "", .introspect = "none",
                            .resources = "", .origins = "" };
    oa2_user_t person = { .name = "dora", .sub = fixture_digest(ctx) };
    oa2_client_t *app;
    oa2_user_t *ann;
    int first;

    fixture_good(oa2_user_find(&ann, ctx, "ann"));
    session.credential = ann->credential;
    fixture_good(oa2_client_find(&app, ctx, "app"));
    lose(fault);
    fixture_good(oa2_token_put(ctx, &own, app->secret));
    lose(fault);
    fixture_store_code(ctx, "app", "ann");
    lose(fault);
    fixture_good(oa2_session_put(&first, ctx, &session));
    assert_int_equal(first, 1);
    lose(fault);
    fixture_good(oa2_client_put(&first, ctx, &client));
    assert_int_equal(first, 1);
    lose(fault);
    fixture_good(oa2_user_put(&first, ctx, &person));
    assert_int_equal(first, 1);
}

/* What would do more the second time is not run twice. */
static void what_must_not_be_repeated_is_not(void **state)
{
    fault_t *fault = *state;
    oa2_ctx_t *ctx = fault->ctx;
    oa2_throttle_t throttle = { "somebody", 3, 60, 60, 0, 0 };
    apr_int64_t wait;
    int i;

    lose(fault);
    assert_non_null(oa2_throttle_count(&wait, ctx, &throttle));
    for (i = 0; i < 2; i++) {
        fixture_good(oa2_throttle_count(&wait, ctx, &throttle));
        assert_int_equal(wait, 0);
    }
    fixture_good(oa2_throttle_count(&wait, ctx, &throttle));
    assert_true(wait > 0);
}

/* One slow statement is given up, and says nothing about the server. */
static void a_statement_that_takes_too_long(void **state)
{
    fault_t *fault = *state;
    caller_t caller;

    while_waiting(fault, &caller, spend_code, "oauth2_token",
                  "SELECT pg_sleep(2.6)");
    assert_non_null(caller.err);
    assert_ptr_equal(caller.err->kind, &oa2_temporarily_unavailable);
    assert_non_null(strstr(caller.err->meant, "57014"));
    assert_true(caller.took < apr_time_from_sec(3));
    apr_pool_destroy(caller.ctx->pool);
    fixture_good(oa2_store_ping(fault->ctx));
}

/* No value in what is logged, not even where PostgreSQL quotes it. */
static void errors_hold_no_values(void **state)
{
    fault_t *fault = *state;
    oa2_ctx_t *ctx = fault->ctx;
    oa2_user_t user = { .name = "bob", .sub = fixture_digest(ctx) };
    oa2_err_t *err;
    int put;

    fixture_good(oa2_user_put(&put, ctx, &user));
    user.name = "carol";
    err = oa2_user_put(&put, ctx, &user);
    assert_non_null(err);
    assert_non_null(strstr(err->meant, "user_put"));
    assert_non_null(strstr(err->meant, "23505"));
    assert_null(strstr(err->meant, user.sub));
}

/* A standby refuses to write: another connection may find the primary. */
static void a_server_that_only_reads(void **state)
{
    fault_t *fault = *state;
    fixture_t *fixture = fault->fixture;
    oa2_store_conf_t conf = fixture->conf;
    oa2_ctx_t *ctx = fixture_another(fixture);
    oa2_client_t *client;
    oa2_err_t *err;
    int done;

    conf.params = apr_psprintf(
        fixture->pool, "%s options='-csearch_path=\"%s\""
        " -c default_transaction_read_only=on'", fixture->server,
        fixture->schema);
    fixture_good(oa2_store_open(&ctx->store, &conf, NULL, NULL, ctx->pool));
    fixture_good(oa2_client_find(&client, ctx, "app"));
    assert_non_null(client);
    err = oa2_grant_revoke(&done, ctx, 1);
    assert_non_null(err);
    assert_ptr_equal(err->kind, &oa2_temporarily_unavailable);
    assert_non_null(strstr(err->meant, "target_session_attrs"));
    apr_pool_destroy(ctx->pool);
}

static void sqlite_has_nothing_of_this(void **state)
{
    fixture_t *fixture = fixture_open();

    (void)state;
    fixture_good(oa2_store_ping(fixture->ctx));
    assert_int_equal(oa2_store_is_server(fixture->ctx->store), 0);
    fixture_close(fixture);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, fault_setup, fault_teardown)

int main(void)
{
    const struct CMUnitTest pgsql[] = {
        TEST(idle_connections_may_end),
        TEST(a_server_that_hangs),
        TEST(a_server_that_hangs_with_many_waiting),
        TEST(connections_end_in_the_middle),
        TEST(lost_answers_of_codes_are_resolved),
        TEST(lost_answers_are_resolved),
        TEST(what_must_not_be_repeated_is_not),
        TEST(a_statement_that_takes_too_long),
        TEST(errors_hold_no_values),
        TEST(a_server_that_only_reads),
    };
    const struct CMUnitTest sqlite[] = {
        cmocka_unit_test(sqlite_has_nothing_of_this),
    };
    const char *server = getenv("OA2_TEST_PGSQL");

    return server && *server ? cmocka_run_group_tests(pgsql, NULL, NULL)
                             : cmocka_run_group_tests(sqlite, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_pool.c - what one connection's fate says of the others: nothing.
 * (SQLite has one connection, and a gate for none.)
 */
#include <pthread.h>

#include "store/db/pool.h"
#include "store/store.h"
#include "unit/fixture_fault.h"


typedef struct {
    oa2_ctx_t *ctx;
    oa2_err_t *err;
} caller_t;

/* n slots, connected as by n requests at once. */
static void connect_all(oa2_ctx_t *ctx, int n)
{
    oa2_slot_t *slots[8];
    int i;

    for (i = 0; i < n; i++)
        fixture_good(oa2_pool_acquire(&slots[i], ctx));
    for (i = 0; i < n; i++)
        oa2_pool_release(ctx->store, slots[i], OA2_SLOT_GOOD);
}

/* One of several goes silent: that one's request asks another, and the rest
   notices nothing. */
static void one_silent_connection(void **state)
{
    fault_t *fault = *state;
    oa2_ctx_t *ctx = fault->ctx;
    oa2_client_t *client;
    apr_time_t start;
    int i;

    connect_all(ctx, 3);
    fixture_proxy_mute(fault->proxy);
    start = apr_time_now();
    for (i = 0; i < 60; i++) {
        fixture_good(oa2_client_find(&client, ctx, "app"));
        assert_non_null(client);
    }
    assert_true(apr_time_now() - start < apr_time_from_sec(4));
}

/* The only one: that request is refused, and no other. */
static void the_only_connection_is_silent(void **state)
{
    fault_t *fault = *state;
    int i;

    fixture_good(oa2_store_ping(fault->ctx));
    fixture_proxy_mute(fault->proxy);
    assert_true(fault_away(fault->ctx) < apr_time_from_sec(3));
    for (i = 0; i < 20; i++)
        fixture_good(oa2_store_ping(fault->ctx));
}

/* Many more callers than connections, while no new one can be made. */
static void *ask_often(void *baton)
{
    caller_t *caller = baton;
    int i;

    for (i = 0; i < 50 && !caller->err; i++) {
        oa2_client_t *client;

        caller->err = oa2_client_find(&client, caller->ctx, "app");
        apr_pool_clear(caller->ctx->pool);
    }
    return NULL;
}

static void no_new_connection_can_be_made(void **state)
{
    enum { N = 12 };
    fault_t *fault = *state;
    pthread_t threads[N];
    caller_t callers[N];
    int i;

    connect_all(fault->ctx, 2);
    fixture_proxy_refuse(fault->proxy, 1);
    for (i = 0; i < N; i++) {
        memset(&callers[i], 0, sizeof(callers[i]));
        callers[i].ctx = apr_pmemdup(fault->fixture->pool, fault->ctx,
                                     sizeof(oa2_ctx_t));
        apr_pool_create_unmanaged(&callers[i].ctx->pool);
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often,
                                        &callers[i]), 0);
    }
    for (i = 0; i < N; i++) {
        pthread_join(threads[i], NULL);
        fixture_good(callers[i].err);
        apr_pool_destroy(callers[i].ctx->pool);
    }
    /* and afterwards, with all of them idle */
    for (i = 0; i < 50; i++)
        fixture_good(oa2_store_ping(fault->ctx));
    fixture_proxy_refuse(fault->proxy, 0);
}

/* None works any more: that is when all are told at once. */
static void the_last_connection_ends(void **state)
{
    fault_t *fault = *state;
    int i;

    connect_all(fault->ctx, 2);
    fixture_proxy_refuse(fault->proxy, 1);
    fixture_proxy_cut(fault->proxy);
    for (i = 0; i < 50; i++)
        assert_true(fault_away(fault->ctx) < apr_time_from_msec(100));
    fixture_proxy_refuse(fault->proxy, 0);
    fault_comes_back(fault->ctx, apr_time_from_sec(3));
}

static void sqlite_waits_for_its_only_one(void **state)
{
    fixture_t *fixture = fixture_open();
    oa2_slot_t *slot;
    int i;

    (void)state;
    for (i = 0; i < 3; i++) {
        fixture_good(oa2_pool_acquire(&slot, fixture->ctx));
        oa2_pool_release(fixture->ctx->store, slot, OA2_SLOT_GOOD);
    }
    assert_int_equal(fixture->ctx->store->connected, 1);
    fixture_close(fixture);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, fault_setup, fault_teardown)

int main(void)
{
    const struct CMUnitTest pgsql[] = {
        TEST(one_silent_connection),
        TEST(the_only_connection_is_silent),
        TEST(no_new_connection_can_be_made),
        TEST(the_last_connection_ends),
    };
    const struct CMUnitTest sqlite[] = {
        cmocka_unit_test(sqlite_waits_for_its_only_one),
    };
    const char *server = getenv("OA2_TEST_PGSQL");

    return server && *server ? cmocka_run_group_tests(pgsql, NULL, NULL)
                             : cmocka_run_group_tests(sqlite, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_listener.c - what another machine changed is heard here.
 *
 * Two stores with caches of their own on one database: two machines.
 */
#include <poll.h>

#include "store/listener.h"
#include "store/store.h"
#include "unit/fixture_clock.h"
#include "unit/fixture_proxy.h"
#include "unit/fixture_store.h"

#define CACHE (256 * 1024)

typedef struct {
    fixture_t *fixture;                 /* here */
    oa2_ctx_t *there;                   /* another machine */
    oa2_listener_t *listener;           /* of here */
} fleet_t;

static int setup(void **state)
{
    fixture_t *fixture = fixture_open();
    fleet_t *fleet = apr_pcalloc(fixture->pool, sizeof(*fleet));

    fixture_clock_ahead = 0;
    fixture_clock_stopped = 0;
    fleet->fixture = fixture;
    fleet->there = fixture_another(fixture);
    fixture_good(oa2_store_open(&fleet->there->store, &fixture->conf, NULL,
                                NULL, fixture->store_pool));
    fixture_good(oa2_listener_open(&fleet->listener, fixture->ctx->store,
                                   fixture->pool));
    fixture_store_client(fixture->ctx, "app");
    fixture_store_user(fixture->ctx, "ann");
    *state = fleet;
    return 0;
}

static int teardown(void **state)
{
    fleet_t *fleet = *state;

    oa2_listener_close(fleet->listener);
    apr_pool_destroy(fleet->there->pool);
    fixture_close(fleet->fixture);
    return 0;
}

static int can_hear(const fleet_t *fleet, int ms)
{
    struct pollfd wait = { oa2_listener_socket(fleet->listener), POLLIN, 0 };

    return poll(&wait, 1, ms);
}

static void hear(fleet_t *fleet)
{
    assert_int_equal(can_hear(fleet, 5000), 1);
    fixture_good(oa2_listener_hear(fleet->listener, fleet->fixture->pool));
}

/* Now and then, or it would notice that there is nobody who does. */
static void beat(fleet_t *fleet)
{
    fixture_good(oa2_listener_beat(fleet->fixture->ctx));
    hear(fleet);
}

/* An access token in this machine's cache. */
static oa2_token_t *token_cached(fleet_t *fleet, int own)
{
    oa2_ctx_t *ctx = fleet->fixture->ctx;
    oa2_code_t *code = fixture_store_code(ctx, "app", "ann");
    oa2_token_t *token = fixture_store_token(ctx, code, 0, 600);
    oa2_token_t *found;
    int first;

    beat(fleet);
    if (own) {
        token->grant = 0;
        token->user = NULL;
        fixture_good(fixture_token_put(ctx, token));
    }
    else {
        fixture_good(oa2_code_spend(&first, ctx, code, token, NULL));
    }
    fixture_good(oa2_token_find(&found, ctx, token->digest));
    assert_non_null(found);
    return token;
}

static int lives(fleet_t *fleet, const oa2_token_t *token)
{
    oa2_token_t *found;

    fixture_good(oa2_token_find(&found, fleet->fixture->ctx, token->digest));
    return found != NULL;
}

static void seconds_pass(int seconds)
{
    fixture_clock_ahead += apr_time_from_sec(seconds);
}

/* Each way in which a token can end there is heard here. */
static void revocations_are_heard(void **state)
{
    fleet_t *fleet = *state;
    oa2_ctx_t *there = fleet->there;
    oa2_client_t *client;
    int round;

    for (round = 0; round < 7; round++) {
        oa2_token_t *token = token_cached(fleet, round == 1);
        int done;

        if (round == 0)
            fixture_good(oa2_grant_revoke(&done, there, token->grant));
        else if (round == 1 || round == 2)
            fixture_good(oa2_token_revoke(&done, there, token));
        else if (round == 3)
            fixture_good(oa2_grant_revoke_all(&done, there, "ann", NULL));
        else if (round == 4)
            fixture_good(oa2_grant_revoke_all(&done, there, NULL, "app"));
        else if (round == 5)
            fixture_good(oa2_user_set_disabled(&done, there, "ann", 1));
        else
            fixture_good(oa2_client_remove(&done, there, "app"));
        assert_true(done >= 1);
        /* nobody has told this machine yet: its cache still answers */
        assert_int_equal(lives(fleet, token), 1);
        hear(fleet);
        assert_int_equal(lives(fleet, token), 0);
        if (round == 5) {
            fixture_good(oa2_user_set_disabled(&done, there, "ann", 0));
            hear(fleet);
        }
    }
    fixture_good(oa2_client_find(&client, fleet->fixture->ctx, "app"));
    assert_null(client);
}

static void changed_clients_are_heard(void **state)
{
    fleet_t *fleet = *state;
    oa2_ctx_t *here = fleet->fixture->ctx;
    oa2_client_t *client;
    int yes;

    fixture_good(oa2_client_find(&client, here, "app"));
    fixture_good(oa2_origin_is_known(&yes, here, "https://app.example.com"));
    assert_int_equal(yes, 1);
    client->name = "renamed";
    client->redirect_uris = "";
    fixture_good(oa2_client_update(&yes, fleet->there, client));
    hear(fleet);
    fixture_good(oa2_client_find(&client, here, "app"));
    assert_string_equal(client->name, "renamed");
    fixture_good(oa2_origin_is_known(&yes, here, "https://app.example.com"));
    assert_int_equal(yes, 0);
}

/* Whatever else is said on the channel: nothing cached is trusted then. */
static void strange_words_flush(void **state)
{
    static const char *const words[] = { "", "Z", "*", "zebra" };
    fleet_t *fleet = *state;
    size_t i;

    for (i = 0; i < UNIT_COUNT(words); i++) {
        oa2_token_t *token;

        seconds_pass(1);
        token = token_cached(fleet, 0);

        fixture_psql(fleet->fixture, apr_psprintf(
            fleet->fixture->pool, "UPDATE oauth2_grant SET revoked = 1;"
            " SELECT pg_notify(value, '%s') FROM oauth2_setting"
            " WHERE name = 'channel'", words[i]));
        assert_int_equal(lives(fleet, token), 1);
        hear(fleet);
        assert_int_equal(lives(fleet, token), 0);
    }
}

static void flushes_have_a_pace(void **state)
{
    static const char all[] = "SELECT pg_notify(value, '*')"
        " FROM oauth2_setting WHERE name = 'channel'";
    fleet_t *fleet = *state;
    oa2_token_t *token;

    seconds_pass(1);
    fixture_clock_stopped = oa2_clock();
    fixture_psql(fleet->fixture, all);
    hear(fleet);
    token = token_cached(fleet, 0);
    fixture_psql(fleet->fixture, all);
    fixture_psql(fleet->fixture, "UPDATE oauth2_grant SET revoked = 1");
    hear(fleet);
    assert_int_equal(lives(fleet, token), 1);
    assert_int_equal(oa2_listener_rest(fleet->listener),
                     apr_time_from_msec(500));
    fixture_clock_stopped += apr_time_from_msec(500);
    assert_int_equal(oa2_listener_rest(fleet->listener), 0);
    fixture_good(oa2_listener_hear(fleet->listener, fleet->fixture->pool));
    assert_int_equal(lives(fleet, token), 0);
    assert_int_equal(oa2_listener_rest(fleet->listener),
                     apr_time_from_sec(1));
    fixture_clock_stopped = 0;
}

/* With a beat, an entry is trusted for longer than without. */
static void a_beat_that_is_heard_vouches(void **state)
{
    fleet_t *fleet = *state;
    oa2_ctx_t *ctx = fleet->fixture->ctx;
    oa2_token_t *token = token_cached(fleet, 0);

    fixture_psql(fleet->fixture, "UPDATE oauth2_grant SET revoked = 1");
    seconds_pass(OA2_CACHE_TRUST + 1);
    fixture_good(oa2_listener_beat(ctx));
    assert_int_equal(lives(fleet, token), 0);
    hear(fleet);
    assert_int_equal(lives(fleet, token), 1);
    seconds_pass(OA2_CACHE_VOUCH + 1);
    assert_int_equal(lives(fleet, token), 0);
}

/* As of when it was said, not of when it was heard. */
static void a_beat_that_was_long_under_way_vouches_for_little(void **state)
{
    fleet_t *fleet = *state;
    oa2_ctx_t *ctx = fleet->fixture->ctx;
    oa2_token_t *token = token_cached(fleet, 0);

    fixture_psql(fleet->fixture, "UPDATE oauth2_grant SET revoked = 1");
    seconds_pass(OA2_CACHE_TRUST + 1);
    fixture_good(oa2_listener_beat(ctx));
    seconds_pass(OA2_CACHE_VOUCH);
    hear(fleet);
    assert_int_equal(lives(fleet, token), 0);
}

/*
 * After a failover the listener may still hang on the old server, which lives,
 * and the pool's connections on the new one.  What is said on theirs is not
 * heard, which is all that the two can know of it.
 */
static void what_is_said_elsewhere_vouches_for_nothing(void **state)
{
    fleet_t *fleet = *state;
    oa2_ctx_t *ctx = fleet->fixture->ctx;
    oa2_token_t *token = token_cached(fleet, 0);
    oa2_err_t *err;

    fixture_psql(fleet->fixture, "UPDATE oauth2_grant SET revoked = 1;"
                 " UPDATE oauth2_setting SET value = 'oauth2_new_server'"
                 " WHERE name = 'channel'");
    seconds_pass(2);
    fixture_good(oa2_listener_beat(ctx));
    fixture_good(oa2_listener_hear(fleet->listener, ctx->pool));
    assert_int_equal(lives(fleet, token), 1);
    seconds_pass(OA2_CACHE_TRUST - 2);
    fixture_good(oa2_listener_beat(ctx));
    assert_int_equal(can_hear(fleet, 200), 0);
    err = oa2_listener_hear(fleet->listener, ctx->pool);
    assert_int_equal(lives(fleet, token), 0);
    assert_non_null(err);
    assert_non_null(strstr(err->meant, "another server"));
    /* and again, where the others are */
    oa2_listener_close(fleet->listener);
    fixture_good(oa2_listener_open(&fleet->listener, ctx->store, ctx->pool));
    fixture_good(oa2_listener_hear(fleet->listener, ctx->pool));
}

/* What another machine says of itself, by a clock of its own. */
static void beats_of_others_vouch_for_nothing(void **state)
{
    fleet_t *fleet = *state;
    oa2_ctx_t *ctx = fleet->fixture->ctx;
    oa2_token_t *token = token_cached(fleet, 0);
    oa2_err_t *err;

    fixture_psql(fleet->fixture, "UPDATE oauth2_grant SET revoked = 1");
    seconds_pass(OA2_CACHE_TRUST);
    fixture_good(oa2_listener_beat(fleet->there));
    assert_int_equal(can_hear(fleet, 5000), 1);
    err = oa2_listener_hear(fleet->listener, ctx->pool);
    assert_int_equal(lives(fleet, token), 0);
    assert_non_null(err);
    assert_non_null(strstr(err->meant, "no other connection answers"));
}

/* The pool may have found the database away: within seconds. */
static void opens_again(oa2_listener_t **listener, oa2_store_t *store,
                        apr_pool_t *pool)
{
    apr_time_t until = apr_time_now() + apr_time_from_sec(5);

    while (oa2_listener_open(listener, store, pool)) {
        assert_true(apr_time_now() < until);
        apr_sleep(apr_time_from_msec(20));
    }
}

/* Opening flushes; a dead or hanging server is an error, in time. */
static void a_lost_connection_is_an_error(void **state)
{
    fleet_t *fleet = *state;
    fixture_t *fixture = fleet->fixture;
    oa2_ctx_t *ctx = fixture->ctx;
    oa2_token_t *token = token_cached(fleet, 0);
    fixture_proxy_t *proxy = fixture_proxy_open(fixture->server,
                                                fixture->pool);
    oa2_store_conf_t conf = fixture->conf;
    oa2_listener_t *listener;
    oa2_listener_t *again;
    oa2_store_t *store;
    apr_time_t start;

    conf.params = apr_psprintf(fixture->pool,
                               "%s options='-csearch_path=\"%s\"'",
                               fixture_proxy_params(proxy), fixture->schema);
    fixture_good(oa2_store_open(&store, &conf, oa2_store_cache(ctx->store),
                                NULL, fixture->store_pool));
    fixture_psql(fixture, "UPDATE oauth2_grant SET revoked = 1");
    assert_int_equal(lives(fleet, token), 1);
    fixture_good(oa2_listener_open(&listener, store, fixture->pool));
    assert_int_equal(lives(fleet, token), 0);

    fixture_good(oa2_listener_hear(listener, ctx->pool));
    fixture_proxy_freeze(proxy, 1);
    start = apr_time_now();
    seconds_pass(5);
    assert_non_null(oa2_listener_hear(listener, ctx->pool));
    fixture_clock_ahead = 0;
    assert_true(apr_time_now() - start < apr_time_from_sec(1));
    start = apr_time_now();
    assert_non_null(oa2_listener_open(&again, store, fixture->pool));
    assert_true(apr_time_now() - start < apr_time_from_msec(3500));
    start = apr_time_now();
    oa2_listener_close(listener);
    assert_true(apr_time_now() - start < apr_time_from_sec(1));
    fixture_proxy_freeze(proxy, 0);

    opens_again(&listener, store, fixture->pool);
    fixture_proxy_cut(proxy);
    assert_int_equal(poll(&(struct pollfd) {
        oa2_listener_socket(listener), POLLIN, 0 }, 1, 5000), 1);
    assert_non_null(oa2_listener_hear(listener, ctx->pool));
    oa2_listener_close(listener);
    fixture_proxy_close(proxy);
    assert_non_null(oa2_listener_open(&listener, store, fixture->pool));
}

static void sqlite_cannot_listen(void **state)
{
    fixture_t *fixture = fixture_open();
    oa2_listener_t *listener;

    (void)state;
    assert_non_null(oa2_listener_open(&listener, fixture->ctx->store,
                                      fixture->pool));
    fixture_close(fixture);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest pgsql[] = {
        TEST(revocations_are_heard),
        TEST(changed_clients_are_heard),
        TEST(strange_words_flush),
        TEST(flushes_have_a_pace),
        TEST(a_beat_that_is_heard_vouches),
        TEST(a_beat_that_was_long_under_way_vouches_for_little),
        TEST(what_is_said_elsewhere_vouches_for_nothing),
        TEST(beats_of_others_vouch_for_nothing),
        TEST(a_lost_connection_is_an_error),
    };
    const struct CMUnitTest sqlite[] = {
        cmocka_unit_test(sqlite_cannot_listen),
    };
    const char *server = getenv("OA2_TEST_PGSQL");

    return server && *server ? cmocka_run_group_tests(pgsql, NULL, NULL)
                             : cmocka_run_group_tests(sqlite, NULL, NULL);
}

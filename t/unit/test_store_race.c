/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_race.c - many at once: exactly one wins, and what is revoked
 * stays revoked.
 *
 * long: one table of races, on one pair of stores.
 *
 * Threads over two stores on one database, as two processes would be.
 */
#include <pthread.h>

#include "base/text/words.h"
#include "store/consent.h"
#include "store/purge.h"
#include "store/refresh.h"
#include "store/store.h"
#include "store/throttle.h"
#include "unit/fixture_store.h"

#include "domain/request/authorization.h"
#include "domain/site/settings.h"
#include "store/apikey.h"

#define THREADS 12
#define ROUNDS 6

typedef struct {
    fixture_t *fixture;
    oa2_store_t *second;
    pthread_barrier_t barrier;
    const void *what;                   /* this round's */
    const char *credential;
    const char *digests[THREADS][8];
    oa2_token_t *access[THREADS];
    oa2_token_t *refresh[THREADS];
} race_t;

typedef struct {
    race_t *race;
    int number;
    oa2_ctx_t *ctx;
    void (*run)(void *runner);
    apr_int64_t result;
    oa2_err_t *err;
} runner_t;

static int setup(void **state)
{
    fixture_t *fixture = fixture_open_file(THREADS, 0);
    race_t *race = apr_pcalloc(fixture->pool, sizeof(*race));

    race->fixture = fixture;
    fixture_good(oa2_store_open(&race->second, &fixture->conf, NULL, NULL,
                                fixture->store_pool));
    pthread_barrier_init(&race->barrier, NULL, THREADS);
    fixture_store_client(fixture->ctx, "app");
    fixture_store_user(fixture->ctx, "ann");
    *state = race;
    return 0;
}

static int teardown(void **state)
{
    race_t *race = *state;

    pthread_barrier_destroy(&race->barrier);
    fixture_close(race->fixture);
    return 0;
}

static void *runner_main(void *baton)
{
    runner_t *runner = baton;

    pthread_barrier_wait(&runner->race->barrier);
    runner->run(runner);
    return NULL;
}

/* Runs `run` in all threads at once; the sum of their results. */
static apr_int64_t race_run(race_t *race, void (*run)(void *runner))
{
    pthread_t threads[THREADS];
    runner_t runners[THREADS];
    apr_int64_t sum = 0;
    int i;

    for (i = 0; i < THREADS; i++) {
        runner_t *runner = &runners[i];

        memset(runner, 0, sizeof(*runner));
        runner->race = race;
        runner->number = i;
        runner->run = run;
        runner->ctx = fixture_another(race->fixture);
        if (i % 2)
            runner->ctx->store = race->second;
        assert_int_equal(pthread_create(&threads[i], NULL, runner_main,
                                        runner), 0);
    }
    for (i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (i = 0; i < THREADS; i++) {
        fixture_good(runners[i].err);
        sum += runners[i].result;
        apr_pool_destroy(runners[i].ctx->pool);
    }
    return sum;
}

static void tokens_prepare(race_t *race, const oa2_code_t *code)
{
    int i;

    for (i = 0; i < THREADS; i++) {
        oa2_ctx_t *ctx = race->fixture->ctx;

        race->access[i] = fixture_store_token(ctx, code, 0, 600);
        race->refresh[i] = fixture_store_token(ctx, code, 1, 86400);
    }
}

static int tokens_alive(race_t *race)
{
    oa2_ctx_t *ctx = race->fixture->ctx;
    oa2_token_t *found = NULL;
    int alive = 0;
    int i;

    for (i = 0; i < THREADS; i++) {
        fixture_good(oa2_token_find(&found, ctx, race->access[i]->digest));
        alive += found != NULL;
    }
    return alive;
}

/* ------------------------------------------------------------ spending */

static void spend_code(void *baton)
{
    runner_t *runner = baton;
    race_t *race = runner->race;
    int first = 0;

    runner->err = oa2_code_spend(&first, runner->ctx, race->what,
                                 race->access[runner->number],
                                 race->refresh[runner->number]);
    runner->result = first;
}

static void one_spends_a_code(void **state)
{
    race_t *race = *state;
    int i;

    for (i = 0; i < ROUNDS; i++) {
        oa2_code_t *code = fixture_store_code(race->fixture->ctx, "app",
                                              "ann");

        race->what = code;
        tokens_prepare(race, code);
        assert_true(race_run(race, spend_code) == 1);
        assert_int_equal(tokens_alive(race), 1);
    }
}

static void rotate(void *baton)
{
    runner_t *runner = baton;
    race_t *race = runner->race;
    int first = 0;

    runner->err = oa2_refresh_rotate(&first, runner->ctx, race->what, "reply",
                                     race->access[runner->number],
                                     race->refresh[runner->number]);
    runner->result = first;
}

/* A spent token comes again, late, from many sides. */
static void replace(void *baton)
{
    runner_t *runner = baton;
    race_t *race = runner->race;
    int first = 0;

    runner->err = oa2_refresh_replace(&first, runner->ctx, race->what, "reply",
                                      race->access[runner->number],
                                      race->refresh[runner->number]);
    runner->result = first;
}

static oa2_token_t *family_make(race_t *race)
{
    oa2_ctx_t *ctx = race->fixture->ctx;
    oa2_code_t *code = fixture_store_code(ctx, "app", "ann");
    oa2_token_t *refresh = fixture_store_token(ctx, code, 1, 86400);
    int first;

    fixture_good(oa2_code_spend(&first, ctx, code,
                                fixture_store_token(ctx, code, 0, 600),
                                refresh));
    assert_int_equal(first, 1);
    tokens_prepare(race, code);
    race->what = refresh;
    return refresh;
}

static int refresh_is_unspent(race_t *race, const char *digest)
{
    oa2_token_t *token;

    fixture_good(oa2_refresh_find(&token, race->fixture->ctx, digest));
    return token && !token->spent;
}

static void one_replaces_what_nobody_has_used(void **state)
{
    race_t *race = *state;
    oa2_ctx_t *ctx = race->fixture->ctx;
    oa2_token_t *old;
    int i;
    int n;
    int first;
    int unspent;

    for (i = 0; i < ROUNDS; i++) {
        oa2_token_t *spent = family_make(race);
        oa2_token_t next = *spent;
        oa2_token_t access = *race->access[0];

        next.digest = fixture_digest(ctx);
        access.digest = fixture_digest(ctx);
        fixture_good(oa2_refresh_rotate(&first, ctx, spent, "r", &access,
                                        &next));
        assert_int_equal(first, 1);
        fixture_good(oa2_refresh_find(&old, ctx, spent->digest));
        assert_string_equal(old->successor, next.digest);
        race->what = old;
        assert_true(race_run(race, replace) == 1);
        assert_int_equal(tokens_alive(race), 1);
        for (n = unspent = 0; n < THREADS; n++)
            unspent += refresh_is_unspent(race, race->refresh[n]->digest);
        assert_int_equal(unspent, 1);
        assert_int_equal(refresh_is_unspent(race, next.digest), 0);
    }
}

static void one_rotates_a_refresh_token(void **state)
{
    race_t *race = *state;
    int i;

    for (i = 0; i < ROUNDS; i++) {
        family_make(race);
        assert_true(race_run(race, rotate) == 1);
        assert_int_equal(tokens_alive(race), 1);
    }
}

/* The same form, sent by all of them at once. */
static void issue_once(void *baton)
{
    runner_t *runner = baton;
    oa2_ctx_t *ctx = runner->ctx;
    oa2_kept_t answer = { runner->race->what, "reply", ctx->now + 10 };
    oa2_grant_t grant = { .id = oa2_random_id(), .client_id = "app",
                          .user = "ann", .scope = "", .claims = "",
                          .audience = "", .expires = ctx->now + 60,
                          .credential = fixture_credential(ctx, "ann") };
    oa2_code_t code = { .digest = fixture_digest(ctx), .grant = grant.id,
                        .redirect_uri = "https://a/", .challenge = "",
                        .scope = "", .audience = "",
                        .expires = ctx->now + 60 };
    int first = 0;

    runner->err = oa2_code_issue(&first, ctx, &grant, &code, &answer);
    runner->result = first;
}

static void one_form_gives_one_code(void **state)
{
    race_t *race = *state;
    int i;

    for (i = 0; i < ROUNDS; i++) {
        race->what = fixture_digest(race->fixture->ctx);
        assert_true(race_run(race, issue_once) == 1);
    }
}

static void put_key(void *baton)
{
    runner_t *runner = baton;
    oa2_ctx_t *ctx = runner->ctx;
    oa2_apikey_t key = {
        .digest = fixture_digest(ctx), .id = oa2_apikey_id(ctx),
        .user = "ann", .name = "x", .scope = "", .created = ctx->now
    };
    oa2_apikey_put_t put = OA2_APIKEY_NO_OWNER;

    runner->err = oa2_apikey_put(&put, ctx, &key);
    runner->result = put == OA2_APIKEY_PUT;
}

static void nobody_has_more_keys_than_the_most(void **state)
{
    race_t *race = *state;
    oa2_ctx_t *ctx = race->fixture->ctx;
    apr_array_header_t *keys;
    apr_int64_t sum = 0;
    int i;

    for (i = 0; i < 8; i++)
        sum += race_run(race, put_key);
    fixture_good(oa2_apikey_list(&keys, ctx, "ann", NULL, NULL, 1000));
    assert_true(keys->nelts <= OA2_APIKEYS_MOST && keys->nelts == sum);
    /* who was told no at once with others is right a moment later */
    for (i = 0; i < OA2_APIKEYS_MOST; i++) {
        runner_t runner = { .race = race, .ctx = ctx };

        put_key(&runner);
        fixture_good(runner.err);
    }
    fixture_good(oa2_apikey_list(&keys, ctx, "ann", NULL, NULL, 1000));
    assert_int_equal(keys->nelts, OA2_APIKEYS_MOST);
}

static void put_client(void *baton)
{
    runner_t *runner = baton;
    oa2_client_t client = *(const oa2_client_t *)runner->race->what;
    int put = 0;

    runner->err = oa2_client_put(&put, runner->ctx, &client);
    runner->result = put;
}

static void one_gets_a_client_id(void **state)
{
    race_t *race = *state;
    oa2_client_t client = *fixture_store_client(race->fixture->ctx, "first");
    int i;

    for (i = 0; i < ROUNDS; i++) {
        client.id = apr_psprintf(race->fixture->pool, "client-%d", i);
        race->what = &client;
        assert_true(race_run(race, put_client) == 1);
    }
}

static void enter(void *baton)
{
    runner_t *runner = baton;
    const char *sub = apr_itoa(runner->ctx->pool, 1 + runner->number);
    oa2_user_t *user;

    runner->err = oa2_user_enter(&user, runner->ctx, runner->race->what,
                                 "ldap", sub);
    if (!runner->err)
        runner->result = apr_strtoi64(user->sub, NULL, 10);
}

static void all_enter_as_the_same_user(void **state)
{
    race_t *race = *state;
    int i;

    for (i = 0; i < ROUNDS; i++) {
        apr_int64_t sum;
        oa2_user_t *user;
        int done;

        race->what = "bob";
        sum = race_run(race, enter);
        fixture_good(oa2_user_find(&user, race->fixture->ctx, "bob"));
        assert_true(sum == THREADS * apr_strtoi64(user->sub, NULL, 10));
        fixture_good(oa2_user_remove(&done, race->fixture->ctx, "bob"));
        assert_int_equal(done, 1);
    }
}

/* ------------------------------------------------------------ consent */

/* One user's consents to one client, in as many tabs. */
static void allow(void *baton)
{
    runner_t *runner = baton;
    oa2_session_t session = { .user = "ann",
        .credential = fixture_credential(runner->ctx, "ann") };
    oa2_flow_t flow = { .client_id = "app" };
    const oa2_settings_t no_claims = { .claims = NULL };

    runner->ctx->settings = &no_claims;
    flow.scope = apr_psprintf(runner->ctx->pool, "s%d", runner->number);
    runner->err = oa2_authorization_allow(runner->ctx, &flow, &session);
    runner->ctx->settings = NULL;
}

static void no_consent_is_lost(void **state)
{
    race_t *race = *state;
    oa2_ctx_t *ctx = race->fixture->ctx;
    const char *scope;
    int count;
    int i;
    int j;

    for (i = 0; i < ROUNDS; i++) {
        race_run(race, allow);
        scope = fixture_consent(ctx, "ann", "app");
        for (j = 0; j < THREADS; j++)
            UNIT_ROW(oa2_words_has(scope, apr_psprintf(ctx->pool, "s%d", j)),
                     scope);
        fixture_good(oa2_grant_revoke_all(&count, ctx, "ann", "app"));
        scope = fixture_consent(ctx, "ann", "app");
        assert_string_equal(scope, "");
    }
}

/* ------------------------------------------------------------ grants */

/* One ends what a thief has: first his session, then what apps were given.  The
   others are that session, asking for codes. */
static void issue_or_end(void *baton)
{
    runner_t *runner = baton;
    race_t *race = runner->race;
    oa2_ctx_t *ctx = runner->ctx;
    int done;

    if (!runner->number) {
        runner->err = oa2_user_end_sessions(&done, ctx, "ann");
        if (!runner->err)
            runner->err = oa2_grant_revoke_all(&done, ctx, "ann", NULL);
        return;
    }
    while (!runner->err) {
        oa2_grant_t grant = { .id = oa2_random_id(), .client_id = "app",
                              .user = "ann", .scope = "", .claims = "",
                              .audience = "",
                              .expires = ctx->now + 60,
                              .credential = race->credential };
        oa2_code_t code = { .digest = fixture_digest(ctx), .grant = grant.id,
                            .redirect_uri = "https://a/", .challenge = "",
                            .scope = "", .audience = "",
                            .expires = ctx->now + 60 };

        runner->err = oa2_code_issue(&done, ctx, &grant, &code, NULL);
    }
    if (runner->err->kind == &oa2_access_denied)
        runner->err = NULL;
}

static void no_grant_is_made_by_an_ended_session(void **state)
{
    race_t *race = *state;
    oa2_ctx_t *ctx = race->fixture->ctx;
    apr_array_header_t *grants;
    int i;

    for (i = 0; i < ROUNDS; i++) {
        race->credential = fixture_credential(ctx, "ann");
        race_run(race, issue_or_end);
        fixture_good(oa2_grant_list(&grants, ctx, "ann", NULL, NULL, 100));
        assert_int_equal(grants->nelts, 0);
    }
}

/* ------------------------------------------------------------ sessions */

/* One changes what the user signs in by; the others sign in all the time, as
   one who knows the old password would.  What was read before the change is
   of no use after it. */
static void sign_in_or_end(void *baton)
{
    runner_t *runner = baton;
    race_t *race = runner->race;
    oa2_ctx_t *ctx = runner->ctx;
    int ended = 0;
    int i;

    if (!runner->number) {
        runner->err = *(const char *)race->what
            ? oa2_user_set_password(&ended, ctx, "ann", "new")
            : oa2_user_end_sessions(&ended, ctx, "ann");
        return;
    }
    for (i = 0; i < 8 && !runner->err && !ended; i++) {
        oa2_session_t session = { .user = "ann", .expires = ctx->now + 60 };
        oa2_user_t *user;
        int put;

        session.digest = race->digests[runner->number][i];
        runner->err = oa2_user_find(&user, ctx, "ann");
        if (runner->err)
            return;
        /* the old password is not right any more, or the sign-in is new */
        ended = strcmp(user->credential, race->credential) != 0;
        session.credential = race->credential;
        runner->err = oa2_session_put(&put, ctx, &session);
    }
}

static void no_session_survives_what_ends_it(void **state)
{
    race_t *race = *state;
    oa2_ctx_t *ctx = race->fixture->ctx;
    oa2_session_t *session;
    oa2_user_t *user;
    int i;
    int j;
    int k;

    for (i = 0; i < ROUNDS; i++) {
        fixture_good(oa2_user_find(&user, ctx, "ann"));
        race->credential = user->credential;
        race->what = i % 2 ? "passwd" : "";
        for (j = 0; j < THREADS; j++)
            for (k = 0; k < 8; k++)
                race->digests[j][k] = fixture_digest(ctx);
        race_run(race, sign_in_or_end);
        for (j = 0; j < THREADS; j++)
            for (k = 0; k < 8; k++) {
                fixture_good(oa2_session_find(&session, ctx,
                                              race->digests[j][k]));
                assert_null(session);
            }
    }
}

/* ------------------------------------------------------------ counting */

static void attempt(void *baton)
{
    runner_t *runner = baton;
    oa2_throttle_t throttle = { runner->race->what, 5, 300, 60, 0, 0 };
    apr_int64_t wait = -1;

    runner->err = oa2_throttle_count(&wait, runner->ctx, &throttle);
    runner->result = wait == 0;
}

static void parallel_guesses_all_count(void **state)
{
    race_t *race = *state;
    int i;

    for (i = 0; i < ROUNDS; i++) {
        race->what = apr_psprintf(race->fixture->pool, "key-%d", i);
        assert_true(race_run(race, attempt) == 5);
    }
}

/* ------------------------------------------------------------ revoking */

static void rotate_or_revoke(void *baton)
{
    runner_t *runner = baton;
    const oa2_token_t *old = runner->race->what;
    int done = 0;

    if (runner->number % 3 == 0) {
        runner->err = oa2_grant_revoke(&done, runner->ctx, old->grant);
        runner->result = done * 100;
    }
    else {
        rotate(runner);
    }
}

static void a_revoked_family_has_no_live_token(void **state)
{
    race_t *race = *state;
    int i;

    for (i = 0; i < ROUNDS * 2; i++) {
        apr_int64_t sum;

        family_make(race);
        sum = race_run(race, rotate_or_revoke);
        /* one revoked it; one rotated before that, or none */
        assert_true(sum == 100 || sum == 101);
        assert_int_equal(tokens_alive(race), 0);
    }
}

/* Reads while it is revoked: never again afterwards, cached or not. */
static void read_or_revoke(void *baton)
{
    runner_t *runner = baton;
    const oa2_token_t *access = runner->race->access[0];
    oa2_token_t *found = NULL;
    int i;

    if (runner->number == 0) {
        runner->err = oa2_grant_revoke(&i, runner->ctx, access->grant);
        if (!runner->err)
            runner->err = oa2_token_find(&found, runner->ctx, access->digest);
        runner->result = found != NULL;
        return;
    }
    /* the store with the caches, which the second one has not */
    runner->ctx->store = runner->race->fixture->ctx->store;
    for (i = 0; i < 20 && !runner->err; i++)
        runner->err = oa2_token_find(&found, runner->ctx, access->digest);
}

static void a_stale_answer_is_not_cached(void **state)
{
    race_t *race = *state;
    oa2_token_t *found = NULL;
    int first;
    int i;

    for (i = 0; i < ROUNDS * 2; i++) {
        family_make(race);
        fixture_good(oa2_refresh_rotate(&first, race->fixture->ctx,
                                        race->what, "r", race->access[0],
                                        NULL));
        assert_true(race_run(race, read_or_revoke) == 0);
        fixture_good(oa2_token_find(&found, race->fixture->ctx,
                                    race->access[0]->digest));
        assert_null(found);
    }
}

/* ------------------------------------------------------------ purging */

static void issue_and_purge(void *baton)
{
    runner_t *runner = baton;
    oa2_ctx_t *ctx = runner->ctx;
    apr_int64_t removed;
    int i;

    for (i = 0; i < 15 && !runner->err; i++) {
        if (runner->number % 4 == 0) {
            ctx->now = FIXTURE_NOW + 3600;
            runner->err = oa2_purge(&removed, ctx, 5);
        }
        else {
            oa2_token_t token = { .digest = fixture_digest(ctx),
                                  .client_id = "app", .scope = "",
                                  .audience = "", .issued = ctx->now,
                                  .expires = ctx->now + 60 };

            runner->err = fixture_token_put(ctx, &token);
        }
    }
}

static void purge_disturbs_nobody(void **state)
{
    race_t *race = *state;
    apr_int64_t removed;

    race_run(race, issue_and_purge);
    race->fixture->ctx->now += 3600;
    do {
        fixture_good(oa2_purge(&removed, race->fixture->ctx, 1000));
    } while (removed > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_spends_a_code),
        TEST(one_rotates_a_refresh_token),
        TEST(one_replaces_what_nobody_has_used),
        TEST(one_form_gives_one_code),
        TEST(nobody_has_more_keys_than_the_most),
        TEST(one_gets_a_client_id),
        TEST(all_enter_as_the_same_user),
        TEST(no_consent_is_lost),
        TEST(no_grant_is_made_by_an_ended_session),
        TEST(no_session_survives_what_ends_it),
        TEST(parallel_guesses_all_count),
        TEST(a_revoked_family_has_no_live_token),
        TEST(a_stale_answer_is_not_cached),
        TEST(purge_disturbs_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

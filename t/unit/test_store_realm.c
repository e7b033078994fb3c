/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_realm.c - what is one issuer's is not there for another, cached
 * or not, and realms get their numbers.
 */
#include <pthread.h>

#include "store/consent.h"
#include "store/realm.h"
#include "store/refresh.h"
#include "store/session.h"
#include "store/throttle.h"
#include "unit/fixture_store.h"

#define STARTERS 8

/* Two realms on one store with its caches, as two virtual hosts are. */
typedef struct {
    fixture_t *fixture;
    oa2_ctx_t *a;                       /* realm 0 */
    oa2_ctx_t *b;                       /* realm 1 */
} realms_t;

static int setup(void **state)
{
    fixture_t *fixture = fixture_open_file(STARTERS, 0);
    realms_t *realms = apr_pcalloc(fixture->pool, sizeof(*realms));

    realms->fixture = fixture;
    realms->a = fixture->ctx;
    realms->b = apr_pmemdup(fixture->pool, fixture->ctx,
                            sizeof(*fixture->ctx));
    fixture_good(oa2_realm_enter(&realms->a->realm, realms->a,
                                 "https://a.example/oauth2"));
    fixture_good(oa2_realm_enter(&realms->b->realm, realms->b,
                                 "https://b.example/oauth2"));
    *state = realms;
    return 0;
}

static int teardown(void **state)
{
    fixture_close(((realms_t *)*state)->fixture);
    return 0;
}

/* ------------------------------------------------------------ numbers */

static void realms_are_numbered(void **state)
{
    realms_t *realms = *state;
    apr_array_header_t *list;
    apr_int64_t id = 77;
    int found;

    assert_true(realms->a->realm == 0);
    assert_true(realms->b->realm == 1);
    fixture_good(oa2_realm_enter(&id, realms->a, "https://b.example/oauth2"));
    assert_true(id == 1);
    fixture_good(oa2_realm_find(&found, &id, realms->b, "nobody's"));
    assert_int_equal(found, 0);
    assert_true(id == 1);
    fixture_good(oa2_realm_find(&found, &id, realms->b,
                                "https://a.example/oauth2"));
    assert_int_equal(found, 1);
    assert_true(id == 0);
    fixture_good(oa2_realm_list(&list, realms->a));
    assert_int_equal(list->nelts, 2);
    assert_true(APR_ARRAY_IDX(list, 1, oa2_realm_t).id == 1);
    assert_string_equal(APR_ARRAY_IDX(list, 1, oa2_realm_t).name,
                        "https://b.example/oauth2");
    assert_true(APR_ARRAY_IDX(list, 1, oa2_realm_t).created == FIXTURE_NOW);
}

static void secrets_are_noted_by_realm(void **state)
{
    realms_t *realms = *state;
    const char *before;
    apr_int64_t when;

    fixture_good(oa2_realm_note_secret(&before, &when, realms->a, "one"));
    assert_string_equal(before, "");
    realms->a->now++;
    fixture_good(oa2_realm_note_secret(&before, &when, realms->a, "two"));
    assert_string_equal(before, "one");
    assert_true(when == FIXTURE_NOW);
    fixture_good(oa2_realm_note_secret(&before, &when, realms->b, "three"));
    assert_string_equal(before, "");
    fixture_good(oa2_realm_note_secret(&before, &when, realms->a, "two"));
    assert_string_equal(before, "two");
}

typedef struct {
    oa2_ctx_t *ctx;
    pthread_barrier_t *barrier;
    const char *name;
    apr_int64_t id;
    oa2_err_t *err;
} starter_t;

static void *enter(void *baton)
{
    starter_t *starter = baton;

    pthread_barrier_wait(starter->barrier);
    starter->err = oa2_realm_enter(&starter->id, starter->ctx, starter->name);
    return NULL;
}

/* Two for each name, all at once: one number a name, and none left out. */
static void racing_starters_agree(void **state)
{
    realms_t *realms = *state;
    pthread_t threads[STARTERS];
    starter_t starters[STARTERS];
    pthread_barrier_t barrier;
    int seen = 0;
    int i;

    pthread_barrier_init(&barrier, NULL, STARTERS);
    for (i = 0; i < STARTERS; i++) {
        starters[i].ctx = fixture_another(realms->fixture);
        starters[i].barrier = &barrier;
        starters[i].name = apr_psprintf(realms->fixture->pool, "name %d",
                                        i / 2);
        assert_int_equal(pthread_create(&threads[i], NULL, enter,
                                        &starters[i]), 0);
    }
    for (i = 0; i < STARTERS; i++)
        pthread_join(threads[i], NULL);
    for (i = 0; i < STARTERS; i++) {
        fixture_good(starters[i].err);
        assert_true(starters[i].id == starters[i ^ 1].id);
        seen |= 1 << starters[i].id;
        apr_pool_destroy(starters[i].ctx->pool);
    }
    assert_int_equal(seen, 0x3c);
    pthread_barrier_destroy(&barrier);
}

/* ------------------------------------------------------------ rows */

static oa2_client_t *client_get(oa2_ctx_t *ctx, const char *id)
{
    oa2_client_t *client;

    fixture_good(oa2_client_find(&client, ctx, id));
    return client;
}

static oa2_user_t *user_get(oa2_ctx_t *ctx, const char *name)
{
    oa2_user_t *user;

    fixture_good(oa2_user_find(&user, ctx, name));
    return user;
}

static int known(oa2_ctx_t *ctx, const char *origin)
{
    int yes;

    fixture_good(oa2_origin_is_known(&yes, ctx, origin));
    return yes;
}

static void clients_are_of_a_realm(void **state)
{
    realms_t *realms = *state;
    oa2_client_t *client;
    int done;
    int i;

    fixture_store_client(realms->a, "app");
    for (i = 0; i < 2; i++) {           /* cold, then cached */
        assert_string_equal(client_get(realms->a, "app")->id, "app");
        assert_null(client_get(realms->b, "app"));
        assert_int_equal(known(realms->a, "https://app.example.com"), 1);
        assert_int_equal(known(realms->b, "https://app.example.com"), 0);
    }
    fixture_good(oa2_client_remove(&done, realms->b, "app"));
    assert_int_equal(done, 0);
    client = fixture_store_client(realms->b, "app");
    client->name = "Of B";
    fixture_good(oa2_client_update(&done, realms->b, client));
    assert_int_equal(done, 1);
    for (i = 0; i < 2; i++) {
        assert_string_equal(client_get(realms->a, "app")->name, "A client");
        assert_string_equal(client_get(realms->b, "app")->name, "Of B");
        assert_string_equal(client_get(realms->b, "app")->id, "app");
        assert_int_equal(known(realms->b, "https://app.example.com"), 1);
    }
    fixture_good(oa2_client_remove(&done, realms->b, "app"));
    assert_int_equal(done, 1);
    assert_non_null(client_get(realms->a, "app"));
    assert_null(client_get(realms->b, "app"));
    assert_int_equal(known(realms->b, "https://app.example.com"), 0);
    assert_int_equal(known(realms->a, "https://app.example.com"), 1);
}

/* Somebody sends what is a key of another realm. */
static void no_name_is_another_realms_key(void **state)
{
    realms_t *realms = *state;
    oa2_ctx_t c = *realms->b;

    c.realm = 2;
    fixture_store_client(realms->b, "app");
    fixture_store_user(realms->b, "ann");
    fixture_store_client(&c, "other");
    assert_null(client_get(realms->a, "1:app"));
    assert_null(client_get(realms->b, "1:app"));
    assert_null(client_get(realms->b, "2:other"));
    assert_null(client_get(&c, "1:app"));
    assert_null(user_get(realms->a, "1:ann"));
    assert_null(user_get(&c, "1:ann"));
    assert_null(client_get(realms->a, "0:app"));
}

static void users_and_their_sessions_are_of_a_realm(void **state)
{
    realms_t *realms = *state;
    const char *sub = fixture_store_user(realms->a, "ann")->sub;
    oa2_session_t *found;
    oa2_session_t session;
    const char *scope;
    apr_int64_t ended;
    int done;

    assert_null(user_get(realms->b, "ann"));
    fixture_good(oa2_user_set_disabled(&done, realms->b, "ann", 1));
    assert_int_equal(done, 0);
    fixture_store_user(realms->b, "ann");
    assert_string_not_equal(user_get(realms->b, "ann")->sub, sub);
    assert_string_equal(user_get(realms->b, "ann")->name, "ann");

    memset(&session, 0, sizeof(session));
    session.digest = fixture_digest(realms->a);
    session.user = "ann";
    session.expires = FIXTURE_NOW + 60;
    session.credential = user_get(realms->a, "ann")->credential;
    fixture_good(oa2_session_put(&done, realms->a, &session));
    assert_int_equal(done, 1);
    fixture_good(oa2_session_find(&found, realms->b, session.digest));
    assert_null(found);
    fixture_good(oa2_session_end(&done, realms->b, session.digest));
    assert_int_equal(done, 0);
    fixture_good(oa2_user_set_password(&done, realms->b, "ann", "new"));
    assert_int_equal(done, 1);
    fixture_good(oa2_session_find(&found, realms->a, session.digest));
    assert_string_equal(found->user, "ann");
    assert_string_equal(found->sub, sub);
    assert_null(user_get(realms->a, "ann")->password);
    fixture_good(oa2_session_end_all(&ended, realms->b));
    assert_int_equal(ended, 0);
    fixture_good(oa2_session_find(&found, realms->a, session.digest));
    assert_non_null(found);
    fixture_good(oa2_session_end_all(&ended, realms->a));
    assert_int_equal(ended, 1);
    fixture_good(oa2_session_find(&found, realms->a, session.digest));
    assert_null(found);
    /* … nor one whose password was looked at before */
    fixture_good(oa2_session_put(&done, realms->a, &session));
    assert_int_equal(done, 0);

    fixture_store_client(realms->a, "app");
    fixture_store_client(realms->b, "app");
    fixture_store_consent(realms->a, "app", "read");
    scope = fixture_consent(realms->b, "ann", "app");
    assert_string_equal(scope, "");
    fixture_good(oa2_user_remove(&done, realms->b, "ann"));
    assert_int_equal(done, 1);
    scope = fixture_consent(realms->a, "ann", "app");
    assert_string_equal(scope, "read");
}

static void pauses_are_of_a_realm(void **state)
{
    realms_t *realms = *state;
    oa2_throttle_t throttle = { fixture_digest(realms->a), 1, 300, 60, 0, 0 };
    apr_int64_t wait;

    fixture_good(oa2_throttle_count(&wait, realms->a, &throttle));
    fixture_good(oa2_throttle_count(&wait, realms->a, &throttle));
    assert_true(wait > 0);
    fixture_good(oa2_throttle_count(&wait, realms->b, &throttle));
    assert_true(wait == 0);
    fixture_good(oa2_throttle_give_back(realms->b, &throttle));
    fixture_good(oa2_throttle_clear(realms->b, throttle.key));
    fixture_good(oa2_throttle_count(&wait, realms->a, &throttle));
    assert_true(wait > 0);
}

/* ------------------------------------------------------------ tokens */

static oa2_token_t *access_get(oa2_ctx_t *ctx, const char *digest)
{
    oa2_token_t *token;

    fixture_good(oa2_token_find(&token, ctx, digest));
    return token;
}

/* A family of B, where A has a client and a user of the same names. */
static void a_family_is_of_a_realm(void **state)
{
    realms_t *realms = *state;
    oa2_token_t *access;
    oa2_token_t *refresh;
    oa2_token_t *token;
    oa2_code_t *found;
    oa2_code_t *code;
    int done;
    int i;

    fixture_store_client(realms->a, "app");
    fixture_store_user(realms->a, "ann");
    fixture_store_client(realms->b, "app");
    fixture_store_user(realms->b, "ann");
    code = fixture_store_code(realms->b, "app", "ann");
    fixture_good(oa2_code_find(&found, realms->a, code->digest));
    assert_null(found);
    fixture_good(oa2_code_find(&found, realms->b, code->digest));
    assert_string_equal(found->client_id, "app");
    assert_string_equal(found->user, "ann");
    access = fixture_store_token(realms->b, code, 0, 600);
    refresh = fixture_store_token(realms->b, code, 1, 6000);
    fixture_good(oa2_code_spend(&done, realms->b, found, access, refresh));
    assert_int_equal(done, 1);

    assert_null(access_get(realms->a, access->digest));
    for (i = 0; i < 2; i++) {           /* cold, then cached */
        token = access_get(realms->b, access->digest);
        assert_string_equal(token->client_id, "app");
        assert_string_equal(token->user, "ann");
        assert_null(access_get(realms->a, access->digest));
    }
    fixture_good(oa2_refresh_find(&token, realms->a, refresh->digest));
    assert_null(token);
    fixture_good(oa2_refresh_find(&token, realms->b, refresh->digest));
    assert_string_equal(token->client_id, "app");

    fixture_good(oa2_grant_revoke(&done, realms->a, code->grant));
    assert_int_equal(done, 0);
    fixture_good(oa2_grant_revoke_all(&done, realms->a, NULL, NULL));
    assert_int_equal(done, 0);
    fixture_good(oa2_grant_revoke_all(&done, realms->a, "ann", "app"));
    assert_int_equal(done, 0);
    assert_non_null(access_get(realms->b, access->digest));
    fixture_good(oa2_grant_revoke_all(&done, realms->b, NULL, NULL));
    assert_int_equal(done, 1);
    assert_null(access_get(realms->b, access->digest));
}

/* What B changes is told under the tags that B's entries have. */
static void what_is_cached_follows_its_realm(void **state)
{
    realms_t *realms = *state;
    oa2_token_t token;
    int done;

    fixture_store_client(realms->b, "app");
    memset(&token, 0, sizeof(token));
    token.digest = fixture_digest(realms->b);
    token.client_id = "app";
    token.scope = "read";
    token.audience = "";
    token.issued = FIXTURE_NOW;
    token.expires = FIXTURE_NOW + 60;
    fixture_good(fixture_token_put(realms->b, &token));
    assert_non_null(access_get(realms->b, token.digest));
    assert_null(access_get(realms->a, token.digest));
    fixture_good(oa2_client_remove(&done, realms->b, "app"));
    assert_null(access_get(realms->b, token.digest));
}

/* ------------------------------------------------------------ lists */

static const char *clients_of(oa2_ctx_t *ctx, int page)
{
    const char *ids = "";
    const char *after = NULL;
    apr_array_header_t *list;
    int i;

    do {
        fixture_good(oa2_client_list(&list, ctx, after, page));
        for (i = 0; i < list->nelts; i++) {
            after = APR_ARRAY_IDX(list, i, oa2_client_t *)->id;
            ids = apr_pstrcat(ctx->pool, ids, after, " ", NULL);
        }
    } while (list->nelts == page);
    return ids;
}

/* Numbers as names lie between the keys of realms. */
static void lists_show_their_realm(void **state)
{
    static const char *const names[] = {
        "!", "0", "1", "10", "12", "1;", "2", "9", "a", "~"
    };
    realms_t *realms = *state;
    apr_array_header_t *list;
    unsigned page;
    unsigned i;
    int realm;

    for (realm = 0; realm < 13; realm++) {
        oa2_ctx_t ctx = *realms->a;

        ctx.realm = realm;
        for (i = 0; i < sizeof(names) / sizeof(*names); i += 1 + realm % 2) {
            fixture_store_client(&ctx, names[i]);
            if (realm < 2)
                fixture_store_user(&ctx, names[i]);
        }
    }
    for (page = 1; page < 12; page++) {
        oa2_ctx_t ctx = *realms->a;

        for (realm = 0; realm < 13; realm++) {
            ctx.realm = realm;
            assert_string_equal(clients_of(&ctx, (int)page), realm % 2
                                ? "! 1 12 2 a " : "! 0 1 10 12 1; 2 9 a ~ ");
        }
    }
    fixture_good(oa2_user_list(&list, realms->b, "12", 2));
    assert_int_equal(list->nelts, 2);
    assert_string_equal(APR_ARRAY_IDX(list, 0, oa2_user_t *)->name, "2");
    assert_string_equal(APR_ARRAY_IDX(list, 1, oa2_user_t *)->name, "a");

    fixture_store_code(realms->a, "a", "a");
    fixture_store_code(realms->b, "a", "a");
    fixture_store_code(realms->b, "1", "2");
    fixture_good(oa2_grant_list(&list, realms->a, NULL, NULL, NULL, 10));
    assert_int_equal(list->nelts, 1);
    fixture_good(oa2_grant_list(&list, realms->b, NULL, NULL, NULL, 10));
    assert_int_equal(list->nelts, 2);
    fixture_good(oa2_grant_list(&list, realms->b, "2", NULL, NULL, 10));
    assert_int_equal(list->nelts, 1);
    assert_string_equal(APR_ARRAY_IDX(list, 0, oa2_grant_t *)->client_id,
                        "1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(realms_are_numbered),
        TEST(secrets_are_noted_by_realm),
        TEST(racing_starters_agree),
        TEST(clients_are_of_a_realm),
        TEST(no_name_is_another_realms_key),
        TEST(users_and_their_sessions_are_of_a_realm),
        TEST(pauses_are_of_a_realm),
        TEST(a_family_is_of_a_realm),
        TEST(what_is_cached_follows_its_realm),
        TEST(lists_show_their_realm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

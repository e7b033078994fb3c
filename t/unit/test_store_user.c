/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_user.c - users, sessions, answers and consents in the store.
 */
#include "store/consent.h"
#include "store/session.h"
#include "unit/fixture_store.h"

static int setup(void **state)
{
    *state = fixture_open();
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    return 0;
}

static oa2_session_t *session_make(oa2_ctx_t *ctx, const char *user)
{
    oa2_session_t *session = apr_pcalloc(ctx->pool, sizeof(*session));
    oa2_user_t *row;
    int put;

    fixture_good(oa2_user_find(&row, ctx, user));
    session->credential = row->credential;
    session->digest = fixture_digest(ctx);
    session->user = user;
    session->authenticated = ctx->now - 5;
    session->expires = ctx->now + 3600;
    fixture_good(oa2_session_put(&put, ctx, session));
    assert_int_equal(put, 1);
    return session;
}

static oa2_session_t *session_get(oa2_ctx_t *ctx, const char *digest)
{
    oa2_session_t *session;

    fixture_good(oa2_session_find(&session, ctx, digest));
    return session;
}

static void user_is_what_was_put(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_user_t put = { .name = "ann", .sub = "sub-1",
                       .password = "$2y$05$hash", .created = 99 };
    apr_array_header_t *page;
    oa2_user_t *user;
    int done;

    fixture_good(oa2_user_put(&done, ctx, &put));
    assert_int_equal(done, 1);
    /* the same once more, as when an answer got lost; and another one */
    fixture_good(oa2_user_put(&done, ctx, &put));
    assert_int_equal(done, 1);
    put.sub = "sub-2";
    fixture_good(oa2_user_put(&done, ctx, &put));
    assert_int_equal(done, 0);
    fixture_good(oa2_user_find(&user, ctx, "ann"));
    assert_string_equal(user->name, "ann");
    assert_string_equal(user->sub, "sub-1");
    assert_string_equal(user->password, put.password);
    assert_int_equal(user->disabled, 0);
    assert_true(user->created == 99);
    fixture_good(oa2_user_find(&user, ctx, " ANN"));
    assert_string_equal(user->name, "ann");
    assert_string_equal(user->provider, "oauth2");
    put.name = "Ann";
    put.sub = "sub-2";
    fixture_good(oa2_user_put(&done, ctx, &put));
    assert_int_equal(done, 0);
    fixture_good(oa2_user_find(&user, ctx, "an"));
    assert_null(user);
    fixture_store_user(ctx, "bob");
    fixture_good(oa2_user_list(&page, ctx, NULL, 10));
    assert_int_equal(page->nelts, 2);
    fixture_good(oa2_user_list(&page, ctx, "ann", 10));
    assert_int_equal(page->nelts, 1);
    assert_string_equal(APR_ARRAY_IDX(page, 0, oa2_user_t *)->name, "bob");
    assert_null(APR_ARRAY_IDX(page, 0, oa2_user_t *)->password);
}

static void user_of_another_provider_enters(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_user_t *user;
    int done;

    fixture_good(oa2_user_enter(&user, ctx, "ann", "ldap", "sub-1"));
    assert_string_equal(user->name, "ann");
    assert_string_equal(user->provider, "ldap");
    assert_string_equal(user->sub, "sub-1");
    assert_null(user->password);
    assert_true(user->created == ctx->now);
    /* another spelling, and somebody else who vouches */
    fixture_good(oa2_user_enter(&user, ctx, "\xef\xbd\x81NN", "file",
                                "sub-2"));
    assert_string_equal(user->name, "ann");
    assert_string_equal(user->sub, "sub-1");
    assert_string_equal(user->provider, "ldap");
    fixture_good(oa2_user_set_provider(&done, ctx, "ann", "file"));
    assert_int_equal(done, 1);
    fixture_good(oa2_user_enter(&user, ctx, "ANN", "file", "sub-2"));
    assert_string_equal(user->provider, "file");
    /* "user add --external": whoever comes first */
    fixture_store_user(ctx, "bob");
    fixture_good(oa2_user_enter(&user, ctx, "Bob", "ldap", "sub-2"));
    assert_string_equal(user->name, "bob");
    assert_string_equal(user->provider, "ldap");
    fixture_good(oa2_user_set_password(&done, ctx, "bob", "hash"));
    fixture_good(oa2_user_enter(&user, ctx, "bob", "ldap", "sub-2"));
    assert_string_equal(user->provider, "oauth2");
    fixture_good(oa2_user_set_disabled(&done, ctx, "ann", 1));
    fixture_good(oa2_user_enter(&user, ctx, "ANN", "file", "sub-2"));
    assert_int_equal(user->disabled, 1);
}

static void session_lives_until_it_ends(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_user_t *ann = fixture_store_user(ctx, "ann");
    oa2_session_t *put = session_make(ctx, "ann");
    oa2_session_t *session = session_get(ctx, put->digest);
    int done;

    assert_non_null(session);
    assert_string_equal(session->user, "ann");
    assert_string_equal(session->sub, ann->sub);
    assert_true(session->authenticated == put->authenticated);
    assert_true(session->expires == put->expires);
    ctx->now = put->expires;
    assert_null(session_get(ctx, put->digest));
    ctx->now = FIXTURE_NOW;
    fixture_good(oa2_session_end(&done, ctx, put->digest));
    assert_int_equal(done, 1);
    fixture_good(oa2_session_end(&done, ctx, put->digest));
    assert_int_equal(done, 0);
    assert_null(session_get(ctx, put->digest));
}

static void session_ends_with_its_user(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_session_t *session;
    oa2_session_t *bobs;
    oa2_user_t *user;
    int done;

    fixture_store_user(ctx, "ann");
    fixture_store_user(ctx, "bob");
    bobs = session_make(ctx, "bob");
    session = session_make(ctx, "ann");
    fixture_good(oa2_user_set_password(&done, ctx, "ann", "new"));
    assert_int_equal(done, 1);
    assert_null(session_get(ctx, session->digest));
    fixture_good(oa2_user_find(&user, ctx, "ann"));
    assert_string_equal(user->password, "new");

    session = session_make(ctx, "ann");
    fixture_good(oa2_user_set_disabled(&done, ctx, "ann", 0));
    assert_int_equal(done, 1);
    assert_non_null(session_get(ctx, session->digest));
    fixture_good(oa2_user_set_disabled(&done, ctx, "ann", 1));
    fixture_good(oa2_user_set_disabled(&done, ctx, "ann", 0));
    assert_null(session_get(ctx, session->digest));

    session = session_make(ctx, "ann");
    fixture_good(oa2_user_end_sessions(&done, ctx, "ann"));
    assert_int_equal(done, 1);
    assert_null(session_get(ctx, session->digest));

    /* by whom she came before is not who vouches for her now */
    session = session_make(ctx, "ann");
    fixture_good(oa2_user_set_provider(&done, ctx, "ann", "ldap"));
    assert_int_equal(done, 1);
    assert_null(session_get(ctx, session->digest));

    session = session_make(ctx, "ann");
    fixture_good(oa2_user_remove(&done, ctx, "ann"));
    assert_int_equal(done, 1);
    assert_null(session_get(ctx, session->digest));
    assert_non_null(session_get(ctx, bobs->digest));

    fixture_good(oa2_user_remove(&done, ctx, "ann"));
    assert_int_equal(done, 0);
    fixture_good(oa2_user_set_password(&done, ctx, "ann", "x"));
    assert_int_equal(done, 0);
    fixture_good(oa2_user_set_disabled(&done, ctx, "ann", 1));
    assert_int_equal(done, 0);
}

/* A password was right, and before its session is stored … */
static void what_ends_sessions_ends_those_to_come(void **state)
{
    static oa2_err_t *(*const verbs[])(int *, oa2_ctx_t *, const char *) = {
        oa2_user_end_sessions, oa2_user_remove
    };
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_user_t *user;
    size_t i;
    int done;

    for (i = 0; i < 3 + UNIT_COUNT(verbs); i++) {
        oa2_session_t session = {
            .user = "ann", .digest = fixture_digest(ctx),
            .expires = ctx->now + 60
        };

        fixture_store_user(ctx, "ann");
        fixture_good(oa2_user_find(&user, ctx, "ann"));
        session.credential = user->credential;
        if (i < UNIT_COUNT(verbs))
            fixture_good(verbs[i](&done, ctx, "ann"));
        else if (i == UNIT_COUNT(verbs))
            fixture_good(oa2_user_set_password(&done, ctx, "ann", "x"));
        else if (i == UNIT_COUNT(verbs) + 1)
            fixture_good(oa2_user_set_provider(&done, ctx, "ann", "ldap"));
        else
            fixture_good(oa2_user_set_disabled(&done, ctx, "ann", 1));
        fixture_good(oa2_session_put(&done, ctx, &session));
        assert_int_equal(done, 0);
        fixture_good(oa2_user_set_disabled(&done, ctx, "ann", 0));
        fixture_good(oa2_session_put(&done, ctx, &session));
        assert_int_equal(done, 0);
        assert_null(session_get(ctx, session.digest));
        fixture_good(oa2_user_remove(&done, ctx, "ann"));
    }
}

static void answer_is_the_firsts(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_kept_t answer = { fixture_digest(ctx), "one", FIXTURE_NOW + 10 };
    oa2_kept_t late = { answer.digest, "two", FIXTURE_NOW + 20 };
    const char *reply;
    int first;

    fixture_good(oa2_answer_find(&reply, ctx, answer.digest));
    assert_null(reply);
    fixture_good(oa2_answer_put(&first, ctx, &answer));
    assert_int_equal(first, 1);
    fixture_good(oa2_answer_put(&first, ctx, &late));
    assert_int_equal(first, 0);
    fixture_good(oa2_answer_find(&reply, ctx, answer.digest));
    assert_string_equal(reply, "one");
    /* one that has expired is nobody's, removed or not */
    ctx->now += 10;
    fixture_good(oa2_answer_find(&reply, ctx, answer.digest));
    assert_null(reply);
    fixture_good(oa2_answer_put(&first, ctx, &late));
    assert_int_equal(first, 1);
    fixture_good(oa2_answer_find(&reply, ctx, answer.digest));
    assert_string_equal(reply, "two");
}

static void consent_is_the_clients_own(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    const char *scope;
    int done;

    fixture_store_client(ctx, "app");
    fixture_store_user(ctx, "ann");
    scope = fixture_consent(ctx, "ann", "app");
    assert_string_equal(scope, "");
    fixture_store_consent(ctx, "app", "read");
    fixture_store_consent(ctx, "app", "read write");
    scope = fixture_consent(ctx, "ann", "app");
    assert_string_equal(scope, "read write");
    fixture_good(oa2_client_remove(&done, ctx, "app"));
    fixture_store_client(ctx, "app");
    scope = fixture_consent(ctx, "ann", "app");
    assert_string_equal(scope, "");
    fixture_store_consent(ctx, "app", "write");
    fixture_good(oa2_user_remove(&done, ctx, "ann"));
    fixture_store_user(ctx, "ann");
    scope = fixture_consent(ctx, "ann", "app");
    assert_string_equal(scope, "");
}

/* Compare and set: what was revoked since it was read does not come back. */
static void consent_is_put_beside_what_was_read(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_consent_t more = { "ann", "app", { "read write", "" }, NULL };
    const char *scope;
    int done;

    fixture_store_client(ctx, "app");
    fixture_store_user(ctx, "ann");
    more.credential = fixture_credential(ctx, "ann");
    fixture_good(oa2_consent_put(&done, ctx, &more,
                                 &(oa2_allowed_t){ "read", "" }));
    assert_int_equal(done, 0);
    fixture_store_consent(ctx, "app", "read");
    fixture_good(oa2_consent_put(&done, ctx, &more,
                                 &(oa2_allowed_t){ "", "" }));
    assert_int_equal(done, 0);
    fixture_good(oa2_grant_revoke_all(&done, ctx, "ann", "app"));
    fixture_good(oa2_consent_put(&done, ctx, &more,
                                 &(oa2_allowed_t){ "read", "" }));
    assert_int_equal(done, 0);
    scope = fixture_consent(ctx, "ann", "app");
    assert_string_equal(scope, "");
    fixture_good(oa2_consent_put(&done, ctx, &more,
                                 &(oa2_allowed_t){ "", "" }));
    assert_int_equal(done, 1);
    /* of a client that was there before, under the same id */
    fixture_good(oa2_client_remove(&done, ctx, "app"));
    fixture_store_client(ctx, "app");
    fixture_good(oa2_consent_put(&done, ctx, &more,
                                 &(oa2_allowed_t){ "read write", "" }));
    assert_int_equal(done, 0);
    scope = fixture_consent(ctx, "ann", "app");
    assert_string_equal(scope, "");
    more.client_id = "none";
    fixture_good(oa2_consent_put(&done, ctx, &more,
                                 &(oa2_allowed_t){ "", "" }));
    assert_int_equal(done, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(user_is_what_was_put),
        TEST(user_of_another_provider_enters),
        TEST(session_lives_until_it_ends),
        TEST(session_ends_with_its_user),
        TEST(what_ends_sessions_ends_those_to_come),
        TEST(answer_is_the_firsts),
        TEST(consent_is_the_clients_own),
        TEST(consent_is_put_beside_what_was_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_purge.c - what goes by itself, and what stays.
 */
#include "store/purge.h"
#include "store/refresh.h"
#include "store/session.h"
#include "store/throttle.h"
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

static apr_int64_t purge(oa2_ctx_t *ctx, int n)
{
    apr_int64_t sum = 0;
    apr_int64_t removed;

    do {
        fixture_good(oa2_purge(&removed, ctx, n));
        sum += removed;
    } while (removed > 0);
    return sum;
}

/* The answer that was kept with a spent one goes, and not a moment before. */
static void kept_answer_goes(oa2_ctx_t *ctx, const char *digest)
{
    oa2_token_t *old;

    ctx->now = FIXTURE_NOW + OA2_REFRESH_GRACE_MAX - 1;
    assert_true(purge(ctx, 100) == 0);
    ctx->now += 1;
    assert_true(purge(ctx, 100) == 1);
    fixture_good(oa2_refresh_find(&old, ctx, digest));
    assert_null(old->reply);
}

static void everything_is_gone_in_the_end(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_throttle_t throttle = { "k", 3, 500, 60, 0, 0 };
    oa2_session_t session = { .digest = fixture_digest(ctx), .user = "ann",
                              .expires = ctx->now + 600 };
    oa2_kept_t answer = { fixture_digest(ctx), "r", ctx->now + 600 };
    oa2_user_t *user;
    oa2_code_t *unspent;
    oa2_code_t *code;
    oa2_token_t *old;
    oa2_token_t *refresh;
    apr_int64_t wait;
    int first;

    fixture_store_client(ctx, "app");
    fixture_store_user(ctx, "ann");
    fixture_good(oa2_user_find(&user, ctx, "ann"));
    session.credential = user->credential;
    fixture_good(oa2_throttle_count(&wait, ctx, &throttle));
    fixture_good(oa2_session_put(&first, ctx, &session));
    assert_int_equal(first, 1);
    fixture_good(oa2_answer_put(&first, ctx, &answer));
    unspent = fixture_store_code(ctx, "app", "ann");
    code = fixture_store_code(ctx, "app", "ann");
    old = fixture_store_token(ctx, code, 1, 3600);
    fixture_good(oa2_code_spend(&first, ctx, code,
                                fixture_store_token(ctx, code, 0, 600), old));
    refresh = fixture_store_token(ctx, code, 1, 7200);
    fixture_good(oa2_refresh_rotate(&first, ctx, old, "r",
                                    fixture_store_token(ctx, code, 0, 600),
                                    refresh));
    assert_int_equal(first, 1);
    assert_true(purge(ctx, 100) == 0);

    /* the unspent code and its grant */
    ctx->now += 60;
    assert_true(purge(ctx, 100) == 2);
    fixture_good(oa2_code_find(&unspent, ctx, unspent->digest));
    assert_null(unspent);
    kept_answer_goes(ctx, old->digest);
    ctx->now = FIXTURE_NOW + 60;
    /* session, answer, throttle, two access tokens; what a replay would need
       stays: code and spent refresh token */
    ctx->now += 540;
    assert_true(purge(ctx, 100) == 5);
    fixture_good(oa2_code_find(&unspent, ctx, code->digest));
    assert_int_equal(unspent->spent, 1);
    fixture_good(oa2_refresh_find(&old, ctx, old->digest));
    assert_true(old->spent != 0);
    /* a refresh token that has expired cannot be replayed */
    ctx->now = FIXTURE_NOW + 3600;
    assert_true(purge(ctx, 100) == 1);
    fixture_good(oa2_code_find(&unspent, ctx, code->digest));
    assert_non_null(unspent);
    /* the last token, and with it, a little later, grant and code */
    ctx->now = FIXTURE_NOW + 7200 + 7200 / 16;
    assert_true(purge(ctx, 100) == 3);
}

static void revoked_grant_stays_for_a_day(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_token_t *refresh;
    oa2_code_t *code;
    int done;

    fixture_store_client(ctx, "app");
    fixture_store_user(ctx, "ann");
    code = fixture_store_code(ctx, "app", "ann");
    refresh = fixture_store_token(ctx, code, 1, 90 * 86400);
    fixture_good(oa2_code_spend(&done, ctx, code,
                                fixture_store_token(ctx, code, 0, 600),
                                refresh));
    fixture_good(oa2_grant_revoke(&done, ctx, code->grant));
    ctx->now += 86399;
    assert_true(purge(ctx, 100) == 1);      /* the access token */
    fixture_good(oa2_refresh_find(&refresh, ctx, refresh->digest));
    assert_int_equal(refresh->revoked, 1);
    ctx->now += 1;
    assert_true(purge(ctx, 100) == 3);
    fixture_good(oa2_refresh_find(&refresh, ctx, refresh->digest));
    assert_null(refresh);
}

static void batches_are_small(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_code_t none = { .client_id = "app", .scope = "", .audience = "" };
    apr_int64_t removed;
    oa2_code_t *code;
    int first;
    int i;

    fixture_store_client(ctx, "app");
    fixture_store_user(ctx, "ann");
    for (i = 0; i < 25; i++) {
        oa2_token_t *token = fixture_store_token(ctx, &none, 0, 60);

        token->grant = 0;
        fixture_good(fixture_token_put(ctx, token));
    }
    code = fixture_store_code(ctx, "app", "ann");
    fixture_good(oa2_code_spend(&first, ctx, code,
                                fixture_store_token(ctx, code, 0, 600), NULL));
    ctx->now += 60;
    fixture_good(oa2_purge(&removed, ctx, 10));
    assert_true(removed == 10);
    fixture_good(oa2_purge(&removed, ctx, 10));
    assert_true(removed == 10);
    fixture_good(oa2_purge(&removed, ctx, 10));
    assert_true(removed == 5);
    fixture_good(oa2_purge(&removed, ctx, 10));
    assert_true(removed == 0);
}

/* What has been done to an account that somebody has signed up for. */
static void untaken_account_goes(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    static const char *const names[] = { "untaken", "chosen", "approved",
                                         "refused", "elsewhere" };
    oa2_user_t user = { .disabled = 1, .is_pending = 1, .created = ctx->now,
                        .provider = "oauth2", .expires = ctx->now + 60 };
    oa2_user_t *left;
    int done;
    apr_size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        user.name = names[i];
        user.sub = fixture_digest(ctx);
        fixture_good(oa2_user_put(&done, ctx, &user));
        assert_int_equal(done, 1);
    }
    fixture_store_user(ctx, "ann");
    fixture_good(oa2_user_set_password(&done, ctx, "chosen", "hash"));
    fixture_good(oa2_user_set_disabled(&done, ctx, "approved", 0));
    fixture_good(oa2_user_set_disabled(&done, ctx, "refused", 1));
    fixture_good(oa2_user_set_provider(&done, ctx, "elsewhere", "ldap"));
    ctx->now += 59;
    assert_true(purge(ctx, 100) == 0);
    ctx->now += 1;
    assert_true(purge(ctx, 100) == 1);
    fixture_good(oa2_user_find(&left, ctx, "untaken"));
    assert_null(left);
    for (i = 1; i < sizeof(names) / sizeof(names[0]); i++) {
        fixture_good(oa2_user_find(&left, ctx, names[i]));
        assert_non_null(left);
    }
    fixture_good(oa2_user_find(&left, ctx, "ann"));
    assert_non_null(left);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(everything_is_gone_in_the_end),
        TEST(revoked_grant_stays_for_a_day),
        TEST(batches_are_small),
        TEST(untaken_account_goes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

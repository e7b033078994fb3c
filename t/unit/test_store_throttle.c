/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_throttle.c - attempts are counted, paused, forgotten.
 */
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

static apr_int64_t count(oa2_ctx_t *ctx, const char *key)
{
    oa2_throttle_t throttle = { key, 3, 300, 60, 0, 0 };
    apr_int64_t wait;

    fixture_good(oa2_throttle_count(&wait, ctx, &throttle));
    return wait;
}

static void pause_doubles_from_the_limit_on(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    apr_int64_t pause = 1;
    int i;

    for (i = 0; i < 3; i++)
        assert_true(count(ctx, "k") == 0);
    /* the pauses that follow: 1, 2, 4, 8, 16, 32, 60, 60 s */
    for (i = 0; i < 8; i++) {
        assert_true(count(ctx, "k") == pause);
        assert_true(count(ctx, "other") == 0 || i >= 3);
        ctx->now += pause - 1;
        assert_true(count(ctx, "k") == 1);
        ctx->now += 1;
        assert_true(count(ctx, "k") == 0);
        pause = pause * 2 > 60 ? 60 : pause * 2;
    }
}

static void attempts_in_a_pause_do_not_lengthen_it(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    int i;

    for (i = 0; i < 3; i++)
        count(ctx, "k");
    for (i = 0; i < 50; i++)
        assert_true(count(ctx, "k") == 1);
    ctx->now += 1;
    assert_true(count(ctx, "k") == 0);
    assert_true(count(ctx, "k") == 2);
}

static void window_passes(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    int i;

    count(ctx, "k");
    count(ctx, "k");
    ctx->now += 300;
    for (i = 0; i < 3; i++)
        assert_true(count(ctx, "k") == 0);
    assert_true(count(ctx, "k") == 1);
}

static void right_password_clears(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    int i;

    for (i = 0; i < 3; i++)
        count(ctx, "k");
    fixture_good(oa2_throttle_clear(ctx, "k"));
    fixture_good(oa2_throttle_clear(ctx, "k"));
    for (i = 0; i < 3; i++)
        assert_true(count(ctx, "k") == 0);
}

static void what_is_given_back_was_no_attempt(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_throttle_t throttle = { "k", 3, 300, 60, 0, 0 };
    int i;

    fixture_good(oa2_throttle_give_back(ctx, &throttle));
    for (i = 0; i < 20; i++) {
        assert_true(count(ctx, "k") == 0);
        fixture_good(oa2_throttle_give_back(ctx, &throttle));
    }
    for (i = 0; i < 3; i++)
        assert_true(count(ctx, "k") == 0);
    assert_true(count(ctx, "k") == 1);
    /* the pause that the third began ends with it */
    fixture_good(oa2_throttle_give_back(ctx, &throttle));
    assert_true(count(ctx, "k") == 0);
    assert_true(count(ctx, "k") == 1);
}

/* max_wait 0 */
static void some_are_only_counted(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_throttle_t throttle = { "k", 3, 300, 0, 0, 0 };
    apr_int64_t wait;
    int i;

    for (i = 1; i <= 20; i++) {
        fixture_good(oa2_throttle_count(&wait, ctx, &throttle));
        assert_true(wait == 0);
        assert_true(throttle.counted == i);
    }
}

/* limit 1: from the first attempt on; the largest numbers do no harm */
static void limits_at_their_ends(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_throttle_t throttle = { "k", 1, 100000000, APR_INT64_C(4000000000),
                                0, 0 };
    apr_int64_t wait;
    int i;

    for (i = 0; i < 40; i++) {
        fixture_good(oa2_throttle_count(&wait, ctx, &throttle));
        assert_true(wait == 0);
        fixture_good(oa2_throttle_count(&wait, ctx, &throttle));
        assert_true(wait >= 1 && wait <= throttle.max_wait);
        ctx->now += wait;
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pause_doubles_from_the_limit_on),
        TEST(attempts_in_a_pause_do_not_lengthen_it),
        TEST(window_passes),
        TEST(right_password_clears),
        TEST(what_is_given_back_was_no_attempt),
        TEST(some_are_only_counted),
        TEST(limits_at_their_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_session.c - a person's sessions as a list: what each is known by,
 * when it was used, and ending one or all others.
 */
#include "domain/person/device.h"
#include "store/session.h"
#include "unit/fixture_store.h"

static int setup(void **state)
{
    fixture_t *fixture = fixture_open();

    fixture_store_user(fixture->ctx, "ann");
    fixture_store_user(fixture->ctx, "bob");
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    return 0;
}

static oa2_ctx_t *ctx_of(void **state)
{
    return ((fixture_t *)*state)->ctx;
}

static oa2_session_t sign_in(oa2_ctx_t *ctx, const char *user, int ago)
{
    oa2_session_t session = {
        .digest = fixture_digest(ctx), .user = user,
        .authenticated = ctx->now - ago, .expires = ctx->now + 99999,
        .credential = fixture_credential(ctx, user),
        .device = "Firefox/Linux", .address = "192.0.2.7"
    };
    int put;

    fixture_good(oa2_session_put(&put, ctx, &session));
    assert_int_equal(put, 1);
    return session;
}

static apr_array_header_t *list(oa2_ctx_t *ctx, const char *user,
                                const char *after, int n)
{
    apr_array_header_t *found;

    fixture_good(oa2_session_list(&found, ctx, user, after, n));
    return found;
}

static oa2_session_t *find(oa2_ctx_t *ctx, const oa2_session_t *session)
{
    oa2_session_t *found;

    fixture_good(oa2_session_find(&found, ctx, session->digest));
    return found;
}

static void list_is_the_users_newest_first(void **state)
{
    oa2_ctx_t *ctx = ctx_of(state);
    oa2_session_t old = sign_in(ctx, "ann", 20);
    oa2_session_t one = sign_in(ctx, "ann", 10);
    oa2_session_t two = sign_in(ctx, "ann", 10);
    apr_array_header_t *found;
    const oa2_session_t *first;
    const oa2_session_t *last;

    sign_in(ctx, "bob", 0);
    found = list(ctx, "ann", NULL, 9);
    assert_int_equal(found->nelts, 3);
    last = &APR_ARRAY_IDX(found, 2, oa2_session_t);
    assert_string_equal(last->digest, old.digest);
    assert_string_equal(last->user, "ann");
    assert_string_equal(last->device, "Firefox/Linux");
    assert_string_equal(last->address, "192.0.2.7");
    assert_int_equal(last->used, ctx->now - 20);

    /* of the same second too, each comes once */
    found = list(ctx, "ann", NULL, 1);
    first = &APR_ARRAY_IDX(found, 0, oa2_session_t);
    found = list(ctx, "ann", oa2_session_key(first, ctx->pool), 1);
    assert_int_equal(found->nelts, 1);
    last = &APR_ARRAY_IDX(found, 0, oa2_session_t);
    assert_string_not_equal(first->digest, last->digest);
    assert_true(strcmp(last->digest, one.digest) == 0
                || strcmp(last->digest, two.digest) == 0);
    found = list(ctx, "ann", oa2_session_key(last, ctx->pool), 9);
    assert_int_equal(found->nelts, 1);
    assert_int_equal(list(ctx, "ann", "0.", 9)->nelts, 0);
    assert_int_equal(list(ctx, "ann", "nonsense", 9)->nelts, 3);
    ctx->now += 99999;
    assert_int_equal(list(ctx, "ann", NULL, 9)->nelts, 0);
}

static void one_is_ended_by_its_user(void **state)
{
    oa2_ctx_t *ctx = ctx_of(state);
    oa2_session_t one = sign_in(ctx, "ann", 1);
    oa2_session_t two = sign_in(ctx, "ann", 2);
    const char *id = oa2_session_id(&one, ctx->pool);
    int done;

    assert_non_null(find(ctx, &one));
    fixture_good(oa2_session_end_one(&done, ctx, "bob", id));
    assert_int_equal(done, 0);
    assert_non_null(find(ctx, &one));
    fixture_good(oa2_session_end_one(&done, ctx, "ann", id));
    assert_int_equal(done, 1);
    assert_null(find(ctx, &one));
    assert_non_null(find(ctx, &two));
    fixture_good(oa2_session_end_one(&done, ctx, "ann", id));
    assert_int_equal(done, 0);
    fixture_good(oa2_session_end_one(&done, ctx, "ann", ""));
    assert_int_equal(done, 0);
}

/* And what would become another one: a password that was right just before. */
static void all_others_are_ended(void **state)
{
    oa2_ctx_t *ctx = ctx_of(state);
    oa2_session_t one = sign_in(ctx, "ann", 1);
    oa2_session_t two = sign_in(ctx, "ann", 2);
    oa2_session_t bobs = sign_in(ctx, "bob", 2);
    oa2_session_t late = one;
    int done;

    late.digest = fixture_digest(ctx);
    fixture_good(oa2_session_end_others(&done, ctx, "ann", one.digest));
    assert_int_equal(done, 1);
    assert_non_null(find(ctx, &one));
    assert_null(find(ctx, &two));
    assert_non_null(find(ctx, &bobs));
    fixture_good(oa2_session_put(&done, ctx, &late));
    assert_int_equal(done, 0);
    /* another user's is not kept, and not touched */
    fixture_good(oa2_session_end_others(&done, ctx, "ann", bobs.digest));
    assert_null(find(ctx, &one));
    assert_non_null(find(ctx, &bobs));
    fixture_good(oa2_session_end_others(&done, ctx, "bob", NULL));
    assert_null(find(ctx, &bobs));
    fixture_good(oa2_session_end_others(&done, ctx, "nobody", NULL));
    assert_int_equal(done, 0);
}

static void use_is_noted_to_the_hour(void **state)
{
    oa2_ctx_t *ctx = ctx_of(state);
    oa2_session_t session = sign_in(ctx, "ann", 0);
    apr_int64_t begun = ctx->now;

    ctx->now += OA2_SESSION_USED - 1;
    fixture_good(oa2_session_touch(ctx, &session));
    assert_int_equal(find(ctx, &session)->used, begun);
    ctx->now++;
    fixture_good(oa2_session_touch(ctx, &session));
    assert_int_equal(find(ctx, &session)->used, ctx->now);
}

static void device_is_two_words(void **state)
{
    static const char *const cases[][2] = {
        { "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 "
          "Firefox/128.0", "Firefox/Linux" },
        { "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
          "(KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0",
          "Edge/Windows" },
        { "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) "
          "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
          "Mobile/15E148 Safari/604.1", "Safari/iPhone" },
        { "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 "
          "(KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile "
          "Safari/537.36", "Samsung Internet/Android" },
        { "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) "
          "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
          "Safari/537.36", "Chrome/macOS" },
        { "curl/8.5.0", "curl/" },
        { "<script>alert(1)</script>", "/" },
        { "", "/" },
        { NULL, "/" }
    };
    oa2_ctx_t *ctx = ctx_of(state);
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++)
        assert_string_equal(oa2_device_of(cases[i][0], ctx->pool),
                            cases[i][1]);
    assert_string_equal(oa2_device_tell(ctx, "Edge/Windows"),
                        "Edge on Windows");
    assert_string_equal(oa2_device_tell(ctx, "curl/"), "curl");
    assert_string_equal(oa2_device_tell(ctx, "/Linux"), "Linux");
    assert_string_equal(oa2_device_tell(ctx, "/"), "A browser");
    assert_string_equal(oa2_device_tell(ctx, ""), "A browser");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(list_is_the_users_newest_first),
        TEST(one_is_ended_by_its_user),
        TEST(all_others_are_ended),
        TEST(use_is_noted_to_the_hour),
        TEST(device_is_two_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

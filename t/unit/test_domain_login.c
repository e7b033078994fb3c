/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_domain_login.c - which attempts count against whom, and by which name
 * a provider's user goes from then on.
 */
#include "unit/fixture_world.h"

#include "domain/browser.h"
#include "domain/login.h"

#define ATTEMPTS 5                      /* at one account, and times ten */
#define OFFICE "192.0.2.7"              /* many people */
#define HOME "198.51.100.8"

/* A provider that needs no bcrypt: "right" is everybody's password, and it
   knows people by their names in small letters. */
static oa2_err_t *ask_fake(oa2_password_t *out, const char **name,
                           void *baton, const char *password)
{
    const oa2_ctx_t *ctx = baton;
    char *small = apr_pstrdup(ctx->pool, *name);
    char *c;

    for (c = small; *c; c++)
        if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
    *out = strcmp(password, "right") ? OA2_PASSWORD_WRONG
                                     : OA2_PASSWORD_RIGHT;
    if (*out == OA2_PASSWORD_RIGHT) *name = small;
    return NULL;
}

static oa2_err_t *ask_nobody(oa2_password_t *out, const char **name,
                             void *baton, const char *password)
{
    (void)out, (void)name, (void)baton, (void)password;
    fail_msg("a provider was asked");
    return NULL;
}

typedef struct {
    oa2_password_t found;
    apr_int64_t wait;
    const char *name;
} answer_t;

static answer_t attempt(oa2_ctx_t *ctx, const char *address,
                        const char *name, const char *password)
{
    oa2_browser_t browser = { .address = address };
    oa2_login_t login = { .name = name, .password = password,
                          .ask = ask_fake, .baton = ctx };
    answer_t answer;

    fixture_good(oa2_login_try(&answer.found, &answer.wait, ctx, &browser,
                               &login));
    answer.name = login.name;
    return answer;
}

static const char *person(oa2_ctx_t *ctx, int i)
{
    return apr_psprintf(ctx->pool, "person%d", i);
}

/* Wrong ones at accounts of their own, until the address is paused. */
static void pause_address(oa2_ctx_t *ctx)
{
    int i;

    for (i = 0; i < ATTEMPTS * 10; i++)
        assert_true(attempt(ctx, OFFICE, person(ctx, i), "x").wait == 0);
    assert_true(attempt(ctx, OFFICE, "next", "x").wait > 0);
}

static void right_ones_never_pause_an_address(void **state)
{
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    int i;

    for (i = 0; i < ATTEMPTS * 10 * 4; i++) {
        answer_t answer = attempt(ctx, OFFICE, person(ctx, i % 30), "right");

        assert_true(answer.wait == 0);
        assert_int_equal(answer.found, OA2_PASSWORD_RIGHT);
    }
}

static void wrong_ones_pause_an_address(void **state)
{
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    answer_t answer;

    pause_address(ctx);
    /* unseen, whoever it is, right or not */
    answer = attempt(ctx, OFFICE, "alice", "right");
    assert_true(answer.wait > 0);
    assert_int_equal(answer.found, OA2_PASSWORD_WRONG);
    answer = attempt(ctx, HOME, "alice", "right");
    assert_true(answer.wait == 0);
    assert_int_equal(answer.found, OA2_PASSWORD_RIGHT);
    ctx->now += 1;
    answer = attempt(ctx, OFFICE, "alice", "right");
    assert_int_equal(answer.found, OA2_PASSWORD_RIGHT);
}

/* A name that no user can have is a guess like any other. */
static void impossible_names_pause_an_address(void **state)
{
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    int i;

    for (i = 0; i < ATTEMPTS * 10; i++) {
        const char *name = apr_psprintf(ctx->pool, "a:%d", i);

        assert_int_equal(attempt(ctx, OFFICE, name, "right").found,
                         OA2_PASSWORD_WRONG);
    }
    assert_true(attempt(ctx, OFFICE, "alice", "right").wait > 0);
}

static void paused_address_touches_no_account(void **state)
{
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    int i;

    pause_address(ctx);
    for (i = 0; i < ATTEMPTS * 4; i++)
        assert_true(attempt(ctx, OFFICE, "alice", "x").wait > 0);
    /* alice, at home, still has each of her attempts */
    for (i = 0; i < ATTEMPTS; i++)
        assert_true(attempt(ctx, HOME, "alice", "x").wait == 0);
    assert_true(attempt(ctx, HOME, "alice", "right").wait > 0);
}

static void paused_address_asks_nobody(void **state)
{
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    oa2_browser_t browser = { .address = OFFICE };
    oa2_login_t login = { .name = "alice", .password = "right",
                          .ask = ask_nobody, .baton = ctx };
    oa2_password_t found;
    apr_int64_t wait;

    pause_address(ctx);
    fixture_good(oa2_login_try(&found, &wait, ctx, &browser, &login));
    assert_true(wait > 0);
}

static void provider_says_the_name(void **state)
{
    static const struct {
        const char *typed, *password, *expected;
    } rows[] = {
        { "Alice", "right", "alice" },
        { "ALICE", "right", "alice" },
        { "alice", "right", "alice" },
        { "Alice", "wrong", "Alice" },
    };
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    size_t i;

    for (i = 0; i < UNIT_COUNT(rows); i++) {
        answer_t answer = attempt(ctx, HOME, rows[i].typed,
                                  rows[i].password);

        assert_string_equal(answer.name, rows[i].expected);
    }
}

/* The whole way: two spellings, one user, one sub. */
static void session_is_the_providers_user(void **state)
{
    world_t *w = *state;
    const char *flow, *token;
    oa2_reply_t *reply;
    cJSON *answer;

    w->ask = ask_fake;
    reply = run(w, &oa2_endpoint_authorize, OA2_GET,
                authorize_form(w, "shop", "&scope=read"), NULL);
    flow = between(w, reply->location, "flow=", '&');
    reply = run(w, &oa2_endpoint_login, OA2_GET,
                apr_pstrcat(w->pool, "flow=", flow, NULL), NULL);
    reply = run(w, &oa2_endpoint_login, OA2_POST,
                apr_psprintf(w->pool, "flow=%s&csrf=%s&username=ALICE"
                             "&password=right", flow,
                             field(w, reply, "csrf")), NULL);
    assert_int_equal(reply->status, 303);
    token = text(w, redeem(w, get_code(w, "shop", "&scope=read"), "",
                           basic(w, "shop", SECRET)), "access_token");
    answer = json(w, run(w, &oa2_endpoint_introspect, OA2_POST,
                         apr_pstrcat(w->pool, "token=", token, NULL),
                         basic(w, "api", SECRET "2")));
    assert_string_equal(oa2_json_get_text(answer, "username"), "alice");
    assert_string_equal(oa2_json_get_text(answer, "sub"), "sub-of-alice");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(right_ones_never_pause_an_address),
        WORLD_TEST(wrong_ones_pause_an_address),
        WORLD_TEST(impossible_names_pause_an_address),
        WORLD_TEST(paused_address_touches_no_account),
        WORLD_TEST(paused_address_asks_nobody),
        WORLD_TEST(provider_says_the_name),
        WORLD_TEST(session_is_the_providers_user),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

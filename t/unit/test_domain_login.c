/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_domain_login.c - which attempts count against whom, and by which name
 * a provider's user goes from then on.
 */
#include "unit/fixture_world.h"

#include "domain/account.h"
#include "domain/browser.h"
#include "domain/login.h"

#define ATTEMPTS 5                      /* at one account, and times ten */
#define OFFICE "192.0.2.7"              /* many people */
#define HOME "198.51.100.8"

/* A provider that needs no bcrypt: "right" is everybody's password, and it
   knows people by their names in small letters. */
static oa2_err_t *ask_fake(oa2_password_t *out, oa2_login_t *login)
{
    const oa2_ctx_t *ctx = login->baton;
    char *small = apr_pstrdup(ctx->pool, login->name);
    char *c;

    for (c = small; *c; c++)
        if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
    login->provider = "fake";
    *out = strcmp(login->password, "right") ? OA2_PASSWORD_WRONG
                                     : OA2_PASSWORD_RIGHT;
    if (*out == OA2_PASSWORD_RIGHT) login->name = small;
    return NULL;
}

static oa2_err_t *ask_nobody(oa2_password_t *out, oa2_login_t *login)
{
    (void)out, (void)login;
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

/* The login form, filled in as a browser does. */
static oa2_reply_t *sign_in(world_t *w, const char *name,
                            const char *password)
{
    oa2_reply_t *reply;
    const char *flow;

    w->ask = ask_fake;
    reply = run(w, &oa2_endpoint_authorize, OA2_GET,
                authorize_form(w, "shop", "&scope=read"), NULL);
    flow = between(w, reply->location, "flow=", '&');
    reply = run(w, &oa2_endpoint_login, OA2_GET,
                apr_pstrcat(w->pool, "flow=", flow, NULL), NULL);
    return run(w, &oa2_endpoint_login, OA2_POST,
               apr_psprintf(w->pool, "flow=%s&csrf=%s&username=%s&password=%s",
                            flow, field(w, reply, "csrf"), name, password),
               NULL);
}

/* Finding somebody else's account by one's own password elsewhere. */
static void another_provider_is_refused(void **state)
{
    world_t *w = *state;
    oa2_reply_t *reply = sign_in(w, "alice", "right");
    int done;

    assert_int_equal(reply->status, 403);
    assert_int_equal(reply->err->id, 3200);
    assert_non_null(strstr(reply->err->meant,
                           "user set 'alice' --provider 'fake'"));
    assert_null(reply->location);
    fixture_good(oa2_user_set_provider(&done, w->store->ctx, "alice", "fake"));
    assert_int_equal(sign_in(w, "alice", "right")->status, 303);
}

/* Spellings that LDAP takes for the same: no new user, and none gets in. */
static void disabled_is_disabled_by_every_spelling(void **state)
{
    static const char *const names[] = {
        "carol", "CAROL", "Carol", "%EF%BD%83arol", "carol%20", "%20carol",
        "%C2%A0carol", "carol%E2%80%8B", "caro%EF%BD%8C"
    };
    world_t *w = *state;
    apr_array_header_t *users;
    oa2_ctx_t *ctx = w->store->ctx;
    size_t i;
    int done;

    assert_int_equal(sign_in(w, "Carol", "right")->status, 303);
    fixture_good(oa2_user_set_disabled(&done, ctx, "carol", 1));
    assert_int_equal(done, 1);
    for (i = 0; i < UNIT_COUNT(names); i++) {
        oa2_reply_t *reply = sign_in(w, names[i], "right");

        UNIT_ROW(reply->status == 403 && reply->err->id == 3052, names[i]);
    }
    fixture_good(oa2_user_list(&users, ctx, NULL, 10));
    assert_int_equal(users->nelts, 2);
}

static void spellings_share_their_pause(void **state)
{
    static const char *const names[] = {
        "dave", "DAVE", "D\xc3\x80VE", ("\xef\xbd\x84" "ave"), " dave ",
        "dave\xe2\x80\x8b", "Dave"
    };
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    size_t i;

    /* one of them is another account */
    for (i = 0; i < UNIT_COUNT(names) - 1; i++)
        assert_true(attempt(ctx, HOME, names[i], "x").wait == 0);
    assert_true(attempt(ctx, HOME, "Dave", "x").wait > 0);
    assert_true(attempt(ctx, HOME, "d\xc3\xa0ve", "x").wait == 0);
}

/* Knows people by mail addresses too; while it looks at the password, an
   administrator signs alice out everywhere. */
static oa2_err_t *ask_slow(oa2_password_t *out, oa2_login_t *login)
{
    int done;

    *out = OA2_PASSWORD_RIGHT;
    login->name = "alice";
    login->provider = OA2_ACCOUNT_OWN;
    return oa2_user_end_sessions(&done, login->baton, "alice");
}

static void what_was_changed_meanwhile_is_too_late(void **state)
{
    static const char *const names[] = { "alice", "alice@example.com" };
    world_t *w = *state;
    oa2_ctx_t ctx = *w->store->ctx;
    size_t i;

    ctx.settings = w->settings;
    for (i = 0; i < UNIT_COUNT(names); i++) {
        oa2_browser_t browser = { .address = HOME };
        oa2_login_t login = { .name = names[i], .password = "right",
                              .ask = ask_slow, .baton = &ctx };
        oa2_session_t *session = NULL;
        oa2_password_t found;
        const char *cookie;
        apr_int64_t wait;
        oa2_err_t *err;

        fixture_good(oa2_login_try(&found, &wait, &ctx, &browser, &login));
        assert_int_equal(found, OA2_PASSWORD_RIGHT);
        assert_non_null(login.user);
        err = oa2_browser_sign_in(&cookie, &session, &ctx, &browser, &login);
        assert_non_null(err);
        assert_int_equal(err->id, 3201);
        assert_null(session);
    }
}

/* The whole way: two spellings, one user, one sub. */
static void session_is_the_providers_user(void **state)
{
    world_t *w = *state;
    const char *token;
    oa2_reply_t *reply;
    cJSON *answer;
    int done;

    fixture_good(oa2_user_set_provider(&done, w->store->ctx, "alice", "fake"));
    reply = sign_in(w, "%20ALICE%C2%A0", "right");
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
        WORLD_TEST(another_provider_is_refused),
        WORLD_TEST(disabled_is_disabled_by_every_spelling),
        WORLD_TEST(spellings_share_their_pause),
        WORLD_TEST(what_was_changed_meanwhile_is_too_late),
        WORLD_TEST(session_is_the_providers_user),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

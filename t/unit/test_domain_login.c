/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_domain_login.c - which attempts count against whom, and by which name
 * a provider's user goes from then on.
 *
 * long: page and Basic share their pauses, and so their fixtures.
 */
#include <time.h>

#include "unit/fixture_world.h"

#include "domain/person/account.h"
#include "domain/person/browser.h"
#include "domain/person/login.h"
#include "domain/person/look.h"

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
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    login->provider = "fake";
    *out = strcmp(login->password, "right") ? OA2_PASSWORD_WRONG
                                     : OA2_PASSWORD_RIGHT;
    if (*out == OA2_PASSWORD_RIGHT)
        login->name = small;
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
    const oa2_err_t *warning;
} answer_t;

static answer_t attempt(oa2_ctx_t *ctx, const char *address,
                        const char *name, const char *password)
{
    oa2_login_t login = { .name = name, .password = password,
                          .address = address, .ask = ask_fake,
                          .baton = ctx };
    answer_t answer;

    fixture_good(oa2_login_try(&answer.found, &answer.wait, ctx, &login));
    answer.warning = login.warning;
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

/* However it is written: httpd writes "::" where it saves most. */
static void a_household_is_one_address(void **state)
{
    static const char *const rooms[] = {
        "2001:db8::1:2:3:4", "2001:db8:0:0:1::", "2001:db8::1:0:0:1",
        "2001:db8::", "2001:db8:0:0:ffff:ffff:ffff:ffff"
    };
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    int i;

    for (i = 0; i < ATTEMPTS * 10; i++)
        assert_true(attempt(ctx, rooms[(size_t)i % UNIT_COUNT(rooms)],
                            person(ctx, i), "x").wait == 0);
    for (i = 0; (size_t)i < UNIT_COUNT(rooms); i++)
        assert_true(attempt(ctx, rooms[i], "next", "x").wait > 0);
    assert_true(attempt(ctx, "2001:db8:0:1::", "next", "x").wait == 0);
    assert_true(attempt(ctx, "2001:db8:1::1:2:3:4", "next", "x").wait == 0);
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
    oa2_login_t login = { .name = "alice", .password = "right",
                          .address = OFFICE, .ask = ask_nobody,
                          .baton = ctx };
    oa2_password_t found;
    apr_int64_t wait;

    pause_address(ctx);
    fixture_good(oa2_login_try(&found, &wait, ctx, &login));
    assert_true(wait > 0);
}

/* Each that is being looked at counts: here one begins while the one before is
   still on its way. */
static int looks;
static oa2_err_t *ask_deep(oa2_password_t *out, oa2_login_t *login)
{
    oa2_ctx_t *ctx = login->baton;
    oa2_login_t next = { .password = login->password, .address = OFFICE,
                         .ask = ask_deep, .baton = ctx };
    apr_int64_t wait;

    next.name = person(ctx, ++looks);
    OA2_TRY(oa2_login_try(out, &wait, ctx, &next));
    *out = OA2_PASSWORD_WRONG;
    return NULL;
}

static void parallel_looks_are_no_more(void **state)
{
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    oa2_login_t login = { .name = "x", .password = "x", .baton = ctx };
    oa2_password_t found;

    looks = 0;
    fixture_good(ask_deep(&found, &login));
    assert_int_equal(looks, ATTEMPTS * 10 + 1);
}

/* A provider that cannot answer has looked at nothing. */
static oa2_err_t *ask_broken(oa2_password_t *out, oa2_login_t *login)
{
    const oa2_ctx_t *ctx = login->baton;

    (void)out;
    return oa2_err_make(ctx->pool, &oa2_temporarily_unavailable, 1, NULL,
                        "away");
}

static void a_broken_provider_counts_nothing(void **state)
{
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    oa2_login_t login = { .password = "right", .address = OFFICE,
                          .ask = ask_broken, .baton = ctx };
    oa2_password_t found;
    apr_int64_t wait;
    int i;

    for (i = 0; i < ATTEMPTS * 10 * 2; i++) {
        login.name = "alice";
        assert_non_null(oa2_login_try(&found, &wait, ctx, &login));
    }
    assert_true(attempt(ctx, OFFICE, "alice", "right").wait == 0);
}

/* Behind a proxy that nobody told httpd of, everybody has one address. */
static void a_private_address_warns_once(void **state)
{
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    int warnings = 0;
    int i;

    for (i = 0; i < ATTEMPTS * 30; i++) {
        answer_t answer = attempt(ctx, "10.0.0.1", person(ctx, i), "x");

        assert_true(answer.wait == 0);
        if (answer.warning) {
            warnings++;
            assert_int_equal(answer.warning->severity, OA2_LOG_WARNING);
            assert_non_null(strstr(answer.warning->meant, "mod_remoteip"));
        }
    }
    assert_int_equal(warnings, 1);
    /* an account is slowed down there as everywhere */
    for (i = 0; i < ATTEMPTS; i++)
        attempt(ctx, "10.0.0.1", "alice", "x");
    assert_true(attempt(ctx, "10.0.0.1", "alice", "right").wait > 0);
}

/* ------------------------------------------------------------ basic */

static int hashed;
static oa2_err_t *ask_own(oa2_password_t *out, oa2_login_t *login)
{
    hashed++;
    return oa2_login_own(out, login);
}

static oa2_basic_t basic_auth(oa2_ctx_t *ctx, const char *name,
                              const char *password, apr_int64_t *wait)
{
    oa2_login_t login = { .name = name, .password = password,
                          .address = HOME, .ask = ask_own, .baton = ctx };
    oa2_basic_t answer;

    fixture_good(oa2_login_basic(&answer, wait, ctx, &login));
    return answer;
}

static void basic_is_slowed_down_too(void **state)
{
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    const char *hash = oa2_password_hash(ctx->pool, "changed");
    apr_int64_t wait;
    int done;
    int i;

    /* the right one, as often as an application likes, is hashed once */
    hashed = 0;
    for (i = 0; i < ATTEMPTS * 4; i++)
        assert_int_equal(basic_auth(ctx, "alice", "wonderland", &wait),
                         OA2_BASIC_GRANTED);
    assert_int_equal(hashed, 1);
    assert_int_equal(basic_auth(ctx, "nobody", "x", &wait),
                     OA2_BASIC_UNKNOWN);
    for (i = 0; i < ATTEMPTS; i++) {
        assert_int_equal(basic_auth(ctx, "alice", apr_psprintf(
            ctx->pool, "wrong %d", i), &wait), OA2_BASIC_REFUSED);
        assert_true(wait == 0);
    }
    assert_int_equal(basic_auth(ctx, "alice", "wrong", &wait),
                     OA2_BASIC_REFUSED);
    assert_true(wait > 0);
    /* a stranger's guesses do not shut out who has been in all the time */
    assert_int_equal(basic_auth(ctx, "alice", "wonderland", &wait),
                     OA2_BASIC_GRANTED);
    /* the same pause as at the login page */
    assert_true(attempt(ctx, HOME, "alice", "right").wait > 0);
    fixture_good(oa2_user_set_password(&done, ctx, "alice", hash));
    ctx->now += 1;
    assert_int_equal(basic_auth(ctx, "alice", "wonderland", &wait),
                     OA2_BASIC_REFUSED);
    ctx->now += 2;
    assert_int_equal(basic_auth(ctx, "alice", "changed", &wait),
                     OA2_BASIC_GRANTED);
    fixture_good(oa2_user_set_disabled(&done, ctx, "alice", 1));
    assert_int_equal(basic_auth(ctx, "alice", "changed", &wait),
                     OA2_BASIC_REFUSED);
}

/* A guess that was refused unseen opens no door for the same one behind it. */
static void a_refused_guess_is_no_look(void **state)
{
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    apr_int64_t wait;
    int i;

    for (i = 0; i < ATTEMPTS; i++)
        basic_auth(ctx, "alice", apr_psprintf(ctx->pool, "wrong %d", i),
                   &wait);
    hashed = 0;
    for (i = 0; i < 3; i++) {
        assert_int_equal(basic_auth(ctx, "alice", "wonderland", &wait),
                         OA2_BASIC_REFUSED);
        assert_true(wait > 0);
    }
    assert_int_equal(hashed, 0);
}

/* Who is not looked at costs time, and nothing else: of CPU less for fifty of
   them than for three who are. */
static void nobody_is_hashed_in_vain(void **state)
{
    static const char *const names[] = { "nobody", "paused", "disabled" };
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    oa2_user_t user = { .sub = "sub", .created = 1 };
    clock_t five;
    clock_t spent;
    apr_int64_t wait;
    size_t n;
    int i;

    user.password = oa2_password_hash(ctx->pool, "right");
    for (n = 1; n < UNIT_COUNT(names); n++) {
        user.name = names[n];
        user.sub = names[n];
        user.disabled = n == 2;
        fixture_good(oa2_user_put(&i, ctx, &user));
    }
    five = clock();
    for (i = 0; i < ATTEMPTS; i++)
        basic_auth(ctx, "paused", apr_psprintf(ctx->pool, "wrong %d", i),
                   &wait);
    five = clock() - five;
    for (n = 0; n < UNIT_COUNT(names); n++) {
        spent = clock();
        for (i = 0; i < 50; i++)
            assert_int_not_equal(basic_auth(ctx, names[n], apr_psprintf(
                ctx->pool, "other %d", i), &wait), OA2_BASIC_GRANTED);
        spent = clock() - spent;
        UNIT_ROW(spent < five * 3 / ATTEMPTS, names[n]);
    }
}

/* The same wrong one again was looked at already. */
static void what_was_wrong_is_wrong(void **state)
{
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    apr_int64_t wait;
    int i;

    hashed = 0;
    for (i = 0; i < ATTEMPTS * 4; i++) {
        assert_int_equal(basic_auth(ctx, "alice", "wrong", &wait),
                         OA2_BASIC_REFUSED);
        assert_true(wait == 0);
    }
    assert_int_equal(hashed, 1);
    assert_int_equal(basic_auth(ctx, "alice", "wonderland", &wait),
                     OA2_BASIC_GRANTED);
}

/* When the answer leaves does not tell whether anybody was looked at, however
   long that takes: here 250 ms and more. */
static oa2_err_t *ask_sleepy(oa2_password_t *out, oa2_login_t *login)
{
    apr_sleep(apr_time_from_msec(250));
    return oa2_login_own(out, login);
}

static void refused_ones_rest_alike(void **state)
{
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    oa2_login_t login = { .name = "alice", .password = "wrong",
                          .address = HOME, .ask = ask_sleepy, .baton = ctx };
    apr_interval_time_t rest;
    oa2_basic_t answer;
    apr_int64_t wait;

    fixture_good(oa2_login_basic(&answer, &wait, ctx, &login));
    rest = oa2_look_rest(ctx, 0);
    assert_true(rest >= apr_time_from_msec(400));
    assert_true(rest % apr_time_from_msec(200) == 0);
    assert_true(oa2_look_rest(ctx, 5) == rest - 5);
    assert_true(oa2_look_rest(ctx, apr_time_from_sec(9))
                == oa2_look_step(apr_time_from_sec(9)));
}

/* A user who came with Django's hash. */
static const char imported[] = "pbkdf2_sha256$1000$seasalt12345$"
    "YtOyTd8OUYnXnZ26vcksSMHyE7L/PId9xDjpPKK6Sb0=";

static oa2_user_t *bring(oa2_ctx_t *ctx)
{
    oa2_user_t user = { .name = "ina", .sub = "17", .password = imported,
                        .provider = "oauth2" };
    oa2_user_t *found;
    int put;

    fixture_good(oa2_user_put(&put, ctx, &user));
    assert_true(put);
    fixture_good(oa2_user_find(&found, ctx, "ina"));
    return found;
}

static int try_ina(oa2_ctx_t *ctx, const char *password)
{
    oa2_login_t login = { .name = "Ina", .password = password,
                          .address = HOME, .ask = ask_own, .baton = ctx };
    oa2_password_t out;
    apr_int64_t wait;

    fixture_good(oa2_login_try(&out, &wait, ctx, &login));
    return out == OA2_PASSWORD_RIGHT;
}

/* A wrong password changes nothing, the right one only the hash: who is signed
   in stays so, and nobody types a password anew. */
static void foreign_hash_becomes_ours(void **state)
{
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    const oa2_user_t *before = bring(ctx);
    oa2_user_t *after;
    int i;

    assert_false(try_ina(ctx, "correct horse"));
    fixture_good(oa2_user_find(&after, ctx, "ina"));
    assert_string_equal(after->password, imported);
    for (i = 0; i < 2; i++) {
        assert_true(try_ina(ctx, "correct horse battery"));
        fixture_good(oa2_user_find(&after, ctx, "ina"));
        assert_memory_equal(after->password, "$2y$", 4);
        assert_string_equal(after->credential, before->credential);
        assert_string_equal(after->sub, "17");
    }
    assert_false(try_ina(ctx, "correct horse"));
}

/* Somebody sets another password while the old one is looked at. */
static oa2_err_t *ask_late(oa2_password_t *out, oa2_login_t *login)
{
    int done;

    OA2_TRY(oa2_login_own(out, login));
    return oa2_user_set_password(&done, login->baton, "ina", "$2y$new");
}

static void newer_password_stays(void **state)
{
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    oa2_login_t login = { .name = "ina", .password = "correct horse battery",
                          .address = HOME, .ask = ask_late, .baton = ctx };
    oa2_password_t out;
    oa2_user_t *after;
    apr_int64_t wait;

    bring(ctx);
    fixture_good(oa2_login_try(&out, &wait, ctx, &login));
    fixture_good(oa2_user_find(&after, ctx, "ina"));
    assert_string_equal(after->password, "$2y$new");
}

/* Two people to a provider that compares bytes are not one account. */
static oa2_err_t *ask_bytes(oa2_password_t *out, oa2_login_t *login)
{
    int is_right = (strcmp(login->name, "erin") == 0
                    && strcmp(login->password, "one") == 0)
        || (strcmp(login->name, "Erin") == 0
            && strcmp(login->password, "two") == 0);

    login->provider = "bytes";
    *out = is_right ? OA2_PASSWORD_RIGHT : OA2_PASSWORD_WRONG;
    return NULL;
}

static void two_people_are_not_one_account(void **state)
{
    static const struct {
        const char *name, *password;
        oa2_password_t expected;
    } rows[] = {
        { "erin", "one", OA2_PASSWORD_RIGHT },
        { "Erin", "two", OA2_PASSWORD_WRONG },
        { "Erin", "one", OA2_PASSWORD_WRONG },
        { "erin", "one", OA2_PASSWORD_RIGHT },
    };
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    oa2_user_t *user;
    size_t i;
    int made;

    for (i = 0; i < UNIT_COUNT(rows); i++) {
        oa2_login_t login = { .name = rows[i].name, .address = HOME,
                              .password = rows[i].password,
                              .ask = ask_bytes };
        oa2_password_t found;
        apr_int64_t wait;

        fixture_good(oa2_login_try(&found, &wait, ctx, &login));
        UNIT_ROW(found == rows[i].expected, rows[i].name);
        if (found == OA2_PASSWORD_RIGHT)
            fixture_good(oa2_account_enter(&user, &made, ctx, login.name,
                                           login.provider));
    }
    /* Whom httpd authenticated cannot be asked for once more. */
    fixture_good(oa2_account_enter(&user, &made, ctx, "Frank",
                                   "httpd:Basic"));
    assert_int_equal(oa2_account_enter(&user, &made, ctx, "frank",
                                       "httpd:Basic")->id, 3900);
}

/* While the first password is looked at, the other person of that account signs
   in for the first time, too. */
static const char *meanwhile;
static oa2_err_t *ask_meanwhile(oa2_password_t *out, oa2_login_t *login)
{
    oa2_user_t *user;
    int made;

    OA2_TRY(ask_bytes(out, login));
    return login->user ? NULL
                       : oa2_account_enter(&user, &made, login->baton,
                                           meanwhile, "bytes");
}

static void first_sign_ins_of_two_people(void **state)
{
    static const struct {
        const char *other, *typed;
        int status;
    } rows[] = {
        { "Erin", "&username=erin&password=one", 403 },
        { "erin", "&username=Erin&password=two", 403 },
        { "erin", "&username=erin&password=one", 303 },
    };
    world_t *w = *state;
    size_t i;

    w->ask = ask_meanwhile;
    for (i = 0; i < UNIT_COUNT(rows); i++) {
        oa2_reply_t *page = authorize(w, "shop", "&scope=read");
        oa2_reply_t *reply;
        int done;

        meanwhile = rows[i].other;
        reply = submit(w, &oa2_endpoint_login, page, rows[i].typed);
        UNIT_ROW(reply->status == rows[i].status, rows[i].typed);
        UNIT_ROW(reply->status == 303 ? w->session != NULL
                 : !w->session && reply->err->id == 5021, rows[i].typed);
        fixture_good(oa2_user_remove(&done, w->store->ctx, rows[i].other));
        assert_int_equal(done, 1);
        w->session = NULL;
    }
}

/* Knows "rob" as robert, and "Rob" by that name. */
static oa2_err_t *ask_renaming(oa2_password_t *out, oa2_login_t *login)
{
    *out = OA2_PASSWORD_RIGHT;
    login->provider = "renaming";
    if (strcmp(login->name, "rob") == 0)
        login->name = "robert";
    return NULL;
}

static void who_is_somebody_else_as_written(void **state)
{
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    oa2_login_t login = { .name = "Rob", .password = "x", .address = HOME,
                          .ask = ask_renaming };
    oa2_password_t found;
    oa2_user_t *user;
    apr_int64_t wait;
    int made;

    fixture_good(oa2_account_enter(&user, &made, ctx, "rob", "renaming"));
    assert_int_equal(made, 1);
    fixture_good(oa2_login_try(&found, &wait, ctx, &login));
    assert_int_equal(found, OA2_PASSWORD_WRONG);
}

/* One password, many connections: an attempt, and not each of them. */
static oa2_err_t *ask_many(oa2_password_t *out, oa2_login_t *login)
{
    apr_int64_t wait = 0;

    if (hashed++ < ATTEMPTS * 2)
        basic_auth(login->baton, login->name, login->password, &wait);
    assert_true(wait == 0);
    return oa2_login_own(out, login);
}

static void one_password_at_once_is_one_attempt(void **state)
{
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    oa2_login_t login = { .name = "alice", .password = "wonderland",
                          .address = HOME, .ask = ask_many, .baton = ctx };
    oa2_basic_t answer;
    apr_int64_t wait;

    hashed = 0;
    fixture_good(oa2_login_basic(&answer, &wait, ctx, &login));
    assert_int_equal(answer, OA2_BASIC_GRANTED);
}

/* When the answer to a failed login leaves does not tell how long it took. */
static void failed_logins_rest(void **state)
{
    apr_interval_time_t took;

    (void)state;
    for (took = 0; took < apr_time_from_sec(2); took += 1234) {
        apr_interval_time_t sum = took + oa2_look_step(took);

        assert_true(sum > took && sum % apr_time_from_msec(200) == 0);
        assert_true(sum - took <= apr_time_from_msec(200));
    }
    assert_true(oa2_look_step(-5) == apr_time_from_msec(200));
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
    w->ask = ask_fake;
    return submit(w, &oa2_endpoint_login,
                  authorize(w, "shop", "&scope=read"),
                  apr_pstrcat(w->pool, "&username=", name, "&password=",
                              password, NULL));
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
                           "oauth2ctl user set --provider fake -- alice"));
    assert_null(reply->location);
    fixture_good(oa2_user_set_provider(&done, w->store->ctx, "alice", "fake"));
    assert_int_equal(sign_in(w, "alice", "right")->status, 303);
}

/* What the log says to run is run by root, and others chose the name in it. */
static void a_name_is_one_word_of_a_command(void **state)
{
    static const char *const names[][2] = {
        { "x'; touch pwned; '", "-- 'x'\"'\"'; touch pwned; '\"'\"''" },
        { "$(touch pwned)", "-- '$(touch pwned)'" },
        { "--provider", "-- --provider" },
        { "a\\", "-- 'a\\'" }
    };
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    oa2_user_t *user;
    oa2_err_t *err;
    int made;
    size_t i;

    for (i = 0; i < UNIT_COUNT(names); i++) {
        fixture_good(oa2_account_enter(&user, &made, ctx, names[i][0],
                                       "ldap"));
        err = oa2_account_enter(&user, &made, ctx, names[i][0], "it's");
        UNIT_ROW(err && err->id == 3200, names[i][0]);
        UNIT_ROW(strstr(err->meant, " user set --provider 'it'\"'\"'s' "),
                 err->meant);
        UNIT_ROW(strcmp(strstr(err->meant, " -- ") + 1, names[i][1]) == 0,
                 err->meant);
    }
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
                              .address = HOME, .ask = ask_slow,
                              .baton = &ctx };
        oa2_session_t *session = NULL;
        oa2_password_t found;
        const char *cookie;
        apr_int64_t wait;
        oa2_err_t *err;

        fixture_good(oa2_login_try(&found, &wait, &ctx, &login));
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
        WORLD_TEST(a_household_is_one_address),
        WORLD_TEST(impossible_names_pause_an_address),
        WORLD_TEST(paused_address_touches_no_account),
        WORLD_TEST(paused_address_asks_nobody),
        WORLD_TEST(parallel_looks_are_no_more),
        WORLD_TEST(a_broken_provider_counts_nothing),
        WORLD_TEST(a_private_address_warns_once),
        WORLD_TEST(basic_is_slowed_down_too),
        WORLD_TEST(a_refused_guess_is_no_look),
        WORLD_TEST(nobody_is_hashed_in_vain),
        WORLD_TEST(what_was_wrong_is_wrong),
        WORLD_TEST(refused_ones_rest_alike),
        WORLD_TEST(foreign_hash_becomes_ours),
        WORLD_TEST(newer_password_stays),
        WORLD_TEST(two_people_are_not_one_account),
        WORLD_TEST(first_sign_ins_of_two_people),
        WORLD_TEST(who_is_somebody_else_as_written),
        WORLD_TEST(one_password_at_once_is_one_attempt),
        WORLD_TEST(failed_logins_rest),
        WORLD_TEST(provider_says_the_name),
        WORLD_TEST(another_provider_is_refused),
        WORLD_TEST(a_name_is_one_word_of_a_command),
        WORLD_TEST(disabled_is_disabled_by_every_spelling),
        WORLD_TEST(spellings_share_their_pause),
        WORLD_TEST(what_was_changed_meanwhile_is_too_late),
        WORLD_TEST(session_is_the_providers_user),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

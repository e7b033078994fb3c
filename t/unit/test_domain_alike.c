/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_domain_alike.c - names that a provider may take for one, and the module
 * does not: who signs in, who is disabled, and what is counted.
 */
#include "unit/fixture_world.h"

#include "base/text/fold.h"
#include "domain/person/account.h"
#include "domain/person/login.h"

#define ATTEMPTS 5                      /* at one account */
#define HOME "198.51.100.8"
#define CAROL_ACUTE "car\xc3\xb3l"
#define CAROL_GRAVE "c\xc3\xa0rol"

/* A database that takes accents for nothing, and tells no spelling: carol. */
static oa2_err_t *ask_collating(oa2_password_t *out, oa2_login_t *login)
{
    const oa2_ctx_t *ctx = login->baton;

    login->provider = "dbd";
    *out = strcmp(oa2_fold_alike(login->name, ctx->pool), "carol") == 0
        && strcmp(login->password, "hers") == 0 ? OA2_PASSWORD_RIGHT
                                                : OA2_PASSWORD_WRONG;
    return NULL;
}

/* A file: each name has a password of its own. */
static oa2_err_t *ask_bytes(oa2_password_t *out, oa2_login_t *login)
{
    login->provider = "file";
    *out = strcmp(login->password, login->name) == 0 ? OA2_PASSWORD_RIGHT
                                                     : OA2_PASSWORD_WRONG;
    return NULL;
}

/* The row that somebody enters by; NULL, and *err if that says why not. */
static oa2_user_t *entered(const oa2_err_t **err, oa2_ctx_t *ctx,
                           const char *name, const char *password,
                           oa2_password_fn *provider)
{
    oa2_login_t login = { .name = name, .password = password,
                          .address = HOME, .ask = provider, .baton = ctx };
    oa2_password_t found;
    apr_int64_t wait;
    oa2_user_t *user;
    int made;

    *err = oa2_login_try(&found, &wait, ctx, &login);
    if (*err || found != OA2_PASSWORD_RIGHT) return NULL;
    *err = oa2_account_enter(&user, &made, ctx, login.name, login.provider);
    if (*err) return NULL;
    /* The session is opened under what was read before the password. */
    assert_int_equal(made, login.user == NULL);
    return user;
}

static void one_person_has_one_account(void **state)
{
    static const char *const names[] = {
        CAROL_ACUTE, "carol", CAROL_GRAVE, "CAROL", "caro\xcc\x81l"
    };
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    const oa2_err_t *err;
    int done;
    size_t i;

    for (i = 0; i < UNIT_COUNT(names); i++) {
        const oa2_user_t *user = entered(&err, ctx, names[i], "hers",
                                         ask_collating);

        UNIT_ROW(user && strcmp(user->name, names[0]) == 0, names[i]);
    }
    fixture_good(oa2_user_set_disabled(&done, ctx, names[0], 1));
    for (i = 0; i < UNIT_COUNT(names); i++) {
        UNIT_ROW(!entered(&err, ctx, names[i], "hers", ask_collating),
                 names[i]);
        UNIT_ROW(err && err->id == 3052, names[i]);
    }
}

static void two_people_have_two(void **state)
{
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    const oa2_user_t *one, *two;
    const oa2_err_t *err;
    int done;

    one = entered(&err, ctx, "carol", "carol", ask_bytes);
    two = entered(&err, ctx, CAROL_ACUTE, CAROL_ACUTE, ask_bytes);
    assert_non_null(one);
    assert_non_null(two);
    assert_string_not_equal(one->sub, two->sub);
    fixture_good(oa2_user_set_disabled(&done, ctx, "carol", 1));
    assert_null(entered(&err, ctx, "carol", "carol", ask_bytes));
    assert_non_null(entered(&err, ctx, CAROL_ACUTE, CAROL_ACUTE, ask_bytes));
    assert_non_null(entered(&err, ctx, CAROL_GRAVE, CAROL_GRAVE, ask_bytes));
    /* what another provider calls alike is not looked at */
    assert_non_null(entered(&err, ctx, "c\xc3\xa1rol", "hers",
                            ask_collating));
}

/* Nobody can be asked whether it is the same person. */
static void whom_httpd_knows_is_not_let_in_anew(void **state)
{
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    oa2_user_t added = { .name = CAROL_ACUTE, .sub = "new", .created = 1 };
    oa2_user_t *user;
    oa2_err_t *err;
    int done;

    fixture_good(oa2_account_enter(&user, &done, ctx, "carol",
                                   "httpd:Basic"));
    fixture_good(oa2_account_enter(&user, &done, ctx, CAROL_GRAVE,
                                   "httpd:Basic"));
    fixture_good(oa2_user_set_disabled(&done, ctx, "carol", 1));
    fixture_good(oa2_account_enter(&user, &done, ctx, CAROL_GRAVE,
                                   "httpd:Basic"));
    err = oa2_account_enter(&user, &done, ctx, CAROL_ACUTE, "httpd:Basic");
    assert_non_null(err);
    assert_int_equal(err->id, 3310);
    assert_non_null(strstr(err->meant, "user add --external -- '"
                           CAROL_ACUTE "'"));
    fixture_good(oa2_account_enter(&user, &done, ctx, "c\xc3\xa1rol",
                                   "httpd:Other"));
    fixture_good(oa2_user_put(&done, ctx, &added));
    fixture_good(oa2_account_enter(&user, &done, ctx, CAROL_ACUTE,
                                   "httpd:Basic"));
}

/* ------------------------------------------------------------ counting */

static apr_int64_t guess(oa2_ctx_t *ctx, const char *name,
                         const char *outside, const char *address)
{
    oa2_login_t login = { .name = name, .password = "x", .address = address,
                          .ask = ask_collating, .baton = ctx,
                          .outside = outside };
    oa2_password_t found;
    apr_int64_t wait;

    fixture_good(oa2_login_try(&found, &wait, ctx, &login));
    assert_int_equal(found, OA2_PASSWORD_WRONG);
    return wait;
}

static const char *house(oa2_ctx_t *ctx, int i)
{
    return apr_psprintf(ctx->pool, "198.51.100.%d", i + 20);
}

/* Twice as many as at one account, whatever the spelling and the realm. */
static void one_provider_is_asked_so_often(void **state)
{
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    oa2_ctx_t there = *ctx;
    const oa2_user_t *user;
    const oa2_err_t *err;
    int i;

    there.realm = 7;
    for (i = 0; i < 2 * ATTEMPTS; i++)
        assert_true(guess(i % 3 ? ctx : &there,
                          i % 2 ? CAROL_ACUTE : CAROL_GRAVE, "dbd",
                          house(ctx, i)) == 0);
    assert_true(guess(ctx, "carol", "dbd", HOME) > 0);
    assert_true(guess(&there, "Carol", "dbd", HOME) > 0);
    assert_true(guess(ctx, "carol", "ldap dbd", HOME) == 0);
    assert_true(guess(&there, "carol", NULL, HOME) == 0);
    /* a right one at the module's own account forgets nothing */
    user = entered(&err, ctx, "carol", "hers", ask_collating);
    assert_non_null(user);
    assert_true(guess(ctx, "carol", "dbd", HOME) > 0);
}

static void right_ones_count_nothing(void **state)
{
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    int i;

    for (i = 0; i < 4 * ATTEMPTS; i++) {
        oa2_login_t login = { .name = "carol", .password = "hers",
                              .address = HOME, .ask = ask_collating,
                              .baton = ctx, .outside = "dbd" };
        oa2_password_t found;
        apr_int64_t wait;

        fixture_good(oa2_login_try(&found, &wait, ctx, &login));
        assert_int_equal(found, OA2_PASSWORD_RIGHT);
    }
}

/* An address is the same one in all realms. */
static void an_address_has_its_guesses_once(void **state)
{
    oa2_ctx_t *ctx = ((world_t *)*state)->store->ctx;
    oa2_ctx_t there = *ctx;
    int i;

    there.realm = 7;
    for (i = 0; i < 10 * ATTEMPTS; i++)
        assert_true(guess(i % 2 ? ctx : &there,
                          apr_psprintf(ctx->pool, "person%d", i), NULL, HOME)
                    == 0);
    assert_true(guess(ctx, "next", NULL, HOME) > 0);
    assert_true(guess(&there, "next", NULL, HOME) > 0);
    assert_true(guess(&there, "next", NULL, house(ctx, 0)) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(one_person_has_one_account),
        WORLD_TEST(two_people_have_two),
        WORLD_TEST(whom_httpd_knows_is_not_let_in_anew),
        WORLD_TEST(one_provider_is_asked_so_often),
        WORLD_TEST(right_ones_count_nothing),
        WORLD_TEST(an_address_has_its_guesses_once),
    };

    return cmocka_run_group_tests_name("domain/person/login: alike", tests,
                                       NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_endpoint_refresh.c - refresh tokens at the token endpoint, without
 * httpd and with a clock of the test's: repeated, late, stolen, too old.
 * RFC 6749 section 6, RFC 9700 section 4.14.2.
 */
#include "unit/fixture_world.h"

typedef struct {
    const char *access;
    const char *refresh;
    const char *body;
} pair_t;

static pair_t pair_of(world_t *w, const oa2_reply_t *reply)
{
    pair_t pair;

    pair.body = reply->body;
    pair.access = text(w, reply, "access_token");
    pair.refresh = text(w, reply, "refresh_token");
    return pair;
}

static pair_t granted(world_t *w)
{
    return pair_of(w, redeem(w, get_code(w, "shop", "&scope=read"), "",
                             basic(w, "shop", SECRET)));
}

static pair_t refreshed(world_t *w, const pair_t *old)
{
    return pair_of(w, refresh(w, old->refresh, ""));
}

static void is_dead(world_t *w, const pair_t *pair)
{
    assert_false(is_active(w, pair->access));
    assert_error(w, refresh(w, pair->refresh, ""), 400, "invalid_grant");
}

static void within_the_grace_the_same_answer(void **state)
{
    world_t *w = *state;
    pair_t first = granted(w);
    pair_t second = refreshed(w, &first);

    w->now += 9;
    assert_string_equal(refresh(w, first.refresh, "")->body, second.body);
    /* also with the successor in use */
    refreshed(w, &second);
    assert_string_equal(refresh(w, first.refresh, "")->body, second.body);
    /* another question does not get that answer, and does no harm */
    assert_error(w, refresh(w, first.refresh, "&scope=read"), 400,
                 "invalid_request");
    assert_error(w, refresh(w, first.refresh, "&resource=" "https%3A%2F%2F"
                            "api.example.com%2Forders"), 400,
                 "invalid_request");
    assert_true(is_active(w, second.access));
}

/* Section 4.14.2: somebody has used the successor, so there are two. */
static void after_it_a_second_use_is_a_replay(void **state)
{
    world_t *w = *state;
    pair_t first = granted(w);
    pair_t second = refreshed(w, &first);
    pair_t third = refreshed(w, &second);

    w->now += 10;
    assert_error(w, refresh(w, first.refresh, ""), 400, "invalid_grant");
    is_dead(w, &second);
    is_dead(w, &third);
    assert_error(w, refresh(w, "oa2r_made-up", ""), 400, "invalid_grant");
}

/* The answer got lost, and a failover took longer than the grace. */
static void whoever_never_got_the_answer_is_no_thief(void **state)
{
    world_t *w = *state;
    pair_t first = granted(w);
    pair_t lost = refreshed(w, &first);
    pair_t third;
    pair_t fourth;

    assert_true(is_active(w, lost.access));
    w->now += 3600;
    third = refreshed(w, &first);
    assert_true(strcmp(third.refresh, lost.refresh) != 0);
    assert_true(is_active(w, third.access));
    /* at once, also from the cache */
    assert_false(is_active(w, lost.access));
    /* that answer too can get lost, at once or again for long */
    assert_string_equal(refresh(w, first.refresh, "")->body, third.body);
    w->now += 3600;
    fourth = refreshed(w, &first);
    assert_false(is_active(w, third.access));
    /* scope may be narrowed as ever, and no further than that */
    w->now += 3600;
    assert_error(w, refresh(w, first.refresh, "&scope=write"), 400,
                 "invalid_scope");
    assert_true(is_active(w, refreshed(w, &fourth).access));
    assert_error(w, refresh(w, first.refresh, ""), 400, "invalid_grant");
}

/* A thief with the spent token gets something for as long as its client is
   silent; the client's next refresh ends it. */
static void a_theft_is_found_out_at_the_next_refresh(void **state)
{
    world_t *w = *state;
    pair_t first = granted(w);
    pair_t clients = refreshed(w, &first);
    pair_t thiefs;

    w->now += 60;
    thiefs = refreshed(w, &first);
    thiefs = refreshed(w, &thiefs);
    assert_true(is_active(w, thiefs.access));
    assert_false(is_active(w, clients.access));
    assert_error(w, refresh(w, clients.refresh, ""), 400, "invalid_grant");
    is_dead(w, &thiefs);
}

static void with_the_grace_off_nobody_is_forgiven(void **state)
{
    world_t *w = *state;
    pair_t first = granted(w);
    pair_t second = refreshed(w, &first);

    w->settings->refresh_grace = 0;
    assert_error(w, refresh(w, first.refresh, ""), 400, "invalid_grant");
    is_dead(w, &second);
}

static void an_expired_token_is_never_late(void **state)
{
    world_t *w = *state;
    pair_t first = granted(w);
    pair_t second = refreshed(w, &first);

    w->now += 2592000;
    assert_error(w, refresh(w, first.refresh, ""), 400, "invalid_grant");
    is_dead(w, &second);
}

/* OAuth2GrantLifetime, from the consent: nothing lives longer. */
static void a_grant_has_a_last_day(void **state)
{
    world_t *w = *state;
    pair_t pair;
    oa2_reply_t *reply;
    int i;

    w->settings->grant_lifetime = 100 * 86400;
    pair = granted(w);
    for (i = 0; i < 4; i++) {
        w->now += 24 * 86400;
        pair = refreshed(w, &pair);
    }
    /* four days are left of it, less of one than a token lives */
    w->now += 4 * 86400 - 60;
    reply = refresh(w, pair.refresh, "");
    assert_int_equal(cJSON_GetObjectItem(json(w, reply), "expires_in")
                     ->valueint, 60);
    pair = pair_of(w, reply);
    w->now += 59;
    assert_true(is_active(w, pair.access));
    w->now += 1;
    assert_false(is_active(w, pair.access));
    reply = refresh(w, pair.refresh, "");
    assert_error(w, reply, 400, "invalid_grant");
    assert_int_equal(reply->err->id, 4300);

    w->settings->grant_lifetime = 0;
    pair = granted(w);
    for (i = 0; i < 20; i++) {
        w->now += 24 * 86400;
        pair = refreshed(w, &pair);
    }
}

static void a_code_of_a_grant_that_is_over(void **state)
{
    world_t *w = *state;
    const char *code = get_code(w, "shop", "&scope=read");
    oa2_reply_t *reply;

    w->settings->grant_lifetime = 30;
    w->now += 30;
    reply = redeem(w, code, "", basic(w, "shop", SECRET));
    assert_error(w, reply, 400, "invalid_grant");
    assert_int_equal(reply->err->id, 4301);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(within_the_grace_the_same_answer),
        WORLD_TEST(after_it_a_second_use_is_a_replay),
        WORLD_TEST(whoever_never_got_the_answer_is_no_thief),
        WORLD_TEST(a_theft_is_found_out_at_the_next_refresh),
        WORLD_TEST(with_the_grace_off_nobody_is_forgiven),
        WORLD_TEST(an_expired_token_is_never_late),
        WORLD_TEST(a_grant_has_a_last_day),
        WORLD_TEST(a_code_of_a_grant_that_is_over),
    };

    return cmocka_run_group_tests_name("endpoint/refresh", tests, NULL, NULL);
}

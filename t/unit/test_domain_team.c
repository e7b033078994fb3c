/* SPDX-License-Identifier: Apache-2.0 */
/* test_domain_team.c - who works on an app, is asked to, and leaves it */
#include "unit/fixture_app.h"

#include "store/invitation.h"
#include "store/user_leave.h"

static void team(void **state)
{
    fixture_t *fixture = fixture_apps();
    oa2_ctx_t *ctx = fixture->ctx;
    oa2_app_result_t out;
    apr_array_header_t *apps;
    const char *id = fixture_app_make(fixture)->client->id;
    oa2_app_t *app;
    int is_tester;

    (void)state;
    DOES(oa2_app_member_set(&out, ctx, &ann, id, "carl", "member"),
         OA2_APP_INVALID);
    DOES(oa2_app_member_remove(&out, ctx, &ann, id, "ann"), OA2_APP_INVALID);
    DOES(oa2_app_member_set(&out, ctx, &ann, id, "ann", "member"),
         OA2_APP_INVALID);
    DOES(oa2_app_member_set(&out, ctx, &ann, id, "BOB", "member"),
         OA2_APP_DONE);
    assert_int_equal(out.is_invited, 1);
    DOES(oa2_app_invitation_accept(&out, ctx, "bob", id), OA2_APP_DONE);
    DOES(oa2_app_member_set(&out, ctx, &bob, id, "bob", "owner"),
         OA2_APP_FORBIDDEN);
    /* whether there is such a user is not for a member to find out */
    DOES(oa2_app_member_set(&out, ctx, &bob, id, "carl", "member"),
         OA2_APP_FORBIDDEN);
    DOES(oa2_app_member_remove(&out, ctx, &bob, id, "carl"),
         OA2_APP_FORBIDDEN);
    fixture_good(oa2_app_find(&app, ctx, id));
    fixture_good(oa2_app_is_tester(&is_tester, ctx, app->client, "bob"));
    assert_int_equal(is_tester, 1);
    fixture_good(oa2_app_is_tester(&is_tester, ctx, app->client, "carl"));
    assert_int_equal(is_tester, 0);
    DOES(oa2_app_member_set(&out, ctx, &ann, id, "bob", "owner"),
         OA2_APP_DONE);
    DOES(oa2_app_member_remove(&out, ctx, &ann, id, "Ann"), OA2_APP_DONE);
    fixture_good(oa2_app_list(&apps, ctx, OA2_APPS_USER, "bob", NULL, 10));
    assert_int_equal(apps->nelts, 1);
    fixture_good(oa2_app_list(&apps, ctx, OA2_APPS_USER, "bob", id, 10));
    assert_int_equal(apps->nelts, 0);
    fixture_close(fixture);
}

/* Who is asked may do nothing before he accepts, and only once. */
static void invited(void **state)
{
    fixture_t *fixture = fixture_apps();
    oa2_ctx_t *ctx = fixture->ctx;
    const char *id = fixture_app_make(fixture)->client->id;
    apr_array_header_t *list;
    oa2_app_result_t out;
    oa2_app_role_t role;
    oa2_app_t *app;
    int is_tester;

    (void)state;
    DOES(oa2_app_invitation_accept(&out, ctx, "bob", id), OA2_APP_GONE);
    DOES(oa2_app_member_set(&out, ctx, &ann, id, "bob", "member"),
         OA2_APP_DONE);
    DOES(oa2_app_member_set(&out, ctx, &ann, id, "bob", "owner"),
         OA2_APP_DONE);
    assert_int_equal(out.is_invited, 1);
    fixture_good(oa2_app_role(&role, ctx, &bob, id));
    assert_int_equal(role, OA2_APP_NOBODY);
    fixture_good(oa2_app_find(&app, ctx, id));
    fixture_good(oa2_app_is_tester(&is_tester, ctx, app->client, "bob"));
    assert_int_equal(is_tester, 0);
    fixture_good(oa2_app_list(&list, ctx, OA2_APPS_USER, "bob", NULL, 10));
    assert_int_equal(list->nelts, 0);
    /* nobody is an owner before */
    DOES(oa2_app_member_remove(&out, ctx, &ann, id, "ann"), OA2_APP_INVALID);
    fixture_good(oa2_invitation_list_user(&list, ctx, "bob", NULL, 10));
    assert_int_equal(list->nelts, 1);
    assert_string_equal(APR_ARRAY_IDX(list, 0, oa2_invitation_t).role,
                        "owner");
    assert_string_equal(APR_ARRAY_IDX(list, 0, oa2_invitation_t).by, "ann");
    fixture_good(oa2_invitation_list_user(&list, ctx, "bob", id, 10));
    assert_int_equal(list->nelts, 0);
    DOES(oa2_app_invitation_decline(&out, ctx, "bob", id), OA2_APP_DONE);
    DOES(oa2_app_invitation_accept(&out, ctx, "bob", id), OA2_APP_GONE);
    fixture_close(fixture);
}

/* Taken back, made needless, or too old. */
static void invitation_ends(void **state)
{
    fixture_t *fixture = fixture_apps();
    oa2_ctx_t *ctx = fixture->ctx;
    const char *id = fixture_app_make(fixture)->client->id;
    apr_array_header_t *list;
    oa2_app_result_t out;

    (void)state;
    DOES(oa2_app_member_set(&out, ctx, &ann, id, "bob", "member"),
         OA2_APP_DONE);
    DOES(oa2_app_member_remove(&out, ctx, &bob, id, "bob"),
         OA2_APP_FORBIDDEN);
    DOES(oa2_app_member_remove(&out, ctx, &ann, id, "bob"), OA2_APP_DONE);
    DOES(oa2_app_invitation_accept(&out, ctx, "bob", id), OA2_APP_GONE);
    DOES(oa2_app_member_set(&out, ctx, &ann, id, "bob", "member"),
         OA2_APP_DONE);
    /* An administrator asks nobody, and what was asked is spent. */
    DOES(oa2_app_member_set(&out, ctx, &root, id, "bob", "owner"),
         OA2_APP_DONE);
    assert_int_equal(out.is_invited, 0);
    fixture_good(oa2_invitation_list(&list, ctx, id));
    assert_int_equal(list->nelts, 0);
    DOES(oa2_app_member_set(&out, ctx, &ann, id, "bob", "member"),
         OA2_APP_DONE);
    assert_int_equal(out.is_invited, 0);
    DOES(oa2_app_member_remove(&out, ctx, &bob, id, "bob"), OA2_APP_DONE);
    /* It does not last for ever. */
    DOES(oa2_app_member_set(&out, ctx, &ann, id, "bob", "member"),
         OA2_APP_DONE);
    ctx->now += 14 * 86400;
    fixture_good(oa2_invitation_list(&list, ctx, id));
    assert_int_equal(list->nelts, 0);
    DOES(oa2_app_invitation_accept(&out, ctx, "bob", id), OA2_APP_GONE);
    fixture_close(fixture);
}

/* Who cannot be taken now is asked still. */
static void full_team(void **state)
{
    fixture_t *fixture = fixture_apps();
    oa2_ctx_t *ctx = fixture->ctx;
    const char *id = fixture_app_make(fixture)->client->id;
    oa2_app_result_t out;
    int i;

    (void)state;
    DOES(oa2_app_member_set(&out, ctx, &ann, id, "bob", "member"),
         OA2_APP_DONE);
    for (i = 1; i < 100; i++) {
        const char *name = apr_psprintf(fixture->pool, "u%d", i);

        fixture_store_user(ctx, name);
        DOES(oa2_app_member_set(&out, ctx, &root, id, name, "member"),
             OA2_APP_DONE);
    }
    DOES(oa2_app_invitation_accept(&out, ctx, "bob", id), OA2_APP_INVALID);
    DOES(oa2_app_member_remove(&out, ctx, &ann, id, "u7"), OA2_APP_DONE);
    DOES(oa2_app_invitation_accept(&out, ctx, "bob", id), OA2_APP_DONE);
    fixture_close(fixture);
}

/* Two who read the same team: one is told to look again. */
static void team_race(void **state)
{
    fixture_t *fixture = fixture_apps();
    oa2_app_t *app = fixture_app_make(fixture);
    int first, second;

    (void)state;
    fixture_good(oa2_member_set(&first, fixture->ctx, app->client->id,
                                app->team, "bob", "owner"));
    fixture_good(oa2_member_set(&second, fixture->ctx, app->client->id,
                                app->team, "ann", NULL));
    assert_int_equal(first, 1);
    assert_int_equal(second, 0);
    fixture_close(fixture);
}

/* An account goes: its apps keep an owner, and who counted on it is told. */
static void leaving(void **state)
{
    fixture_t *fixture = fixture_apps();
    oa2_ctx_t *ctx = fixture->ctx;
    oa2_app_t *app = fixture_app_make(fixture);
    const char *id = app->client->id;
    oa2_app_result_t out;
    int done;

    (void)state;
    fixture_good(oa2_user_leave(&done, ctx, "ann"));
    assert_int_equal(done, 0);
    DOES(oa2_app_member_set(&out, ctx, &root, id, "bob", "owner"),
         OA2_APP_DONE);
    fixture_good(oa2_app_find(&app, ctx, id));
    fixture_good(oa2_user_leave(&done, ctx, "ann"));
    assert_int_equal(done, 1);
    /* Decided upon when there were two. */
    fixture_good(oa2_member_set(&done, ctx, id, app->team, "bob", NULL));
    assert_int_equal(done, 0);
    fixture_good(oa2_user_leave(&done, ctx, "bob"));
    assert_int_equal(done, 0);
    /* An administrator's word; whoever counts on it is told all the same. */
    fixture_store_user(ctx, "ann");
    DOES(oa2_app_member_set(&out, ctx, &root, id, "ann", "owner"),
         OA2_APP_DONE);
    fixture_good(oa2_app_find(&app, ctx, id));
    fixture_good(oa2_user_remove(&done, ctx, "bob"));
    assert_int_equal(done, 1);
    fixture_good(oa2_member_set(&done, ctx, id, app->team, "ann", NULL));
    assert_int_equal(done, 0);
    fixture_close(fixture);
}

/* Who is no more on the team when it is written. */
static void off_the_team(void **state)
{
    fixture_t *fixture = fixture_apps();
    oa2_app_t *app = fixture_app_make(fixture);
    oa2_app_change_t change = { .waiting = -1, .team = "0" };
    int done;

    (void)state;
    fixture_good(oa2_member_set(&done, fixture->ctx, app->client->id,
                                app->team, "bob", "owner"));
    fixture_good(oa2_app_update(&done, fixture->ctx, app->client, &change));
    assert_int_equal(done, 0);
    change.team = "1";
    fixture_good(oa2_app_update(&done, fixture->ctx, app->client, &change));
    assert_int_equal(done, 1);
    fixture_close(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(team), cmocka_unit_test(invited),
        cmocka_unit_test(invitation_ends), cmocka_unit_test(full_team),
        cmocka_unit_test(team_race), cmocka_unit_test(leaving),
        cmocka_unit_test(off_the_team),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

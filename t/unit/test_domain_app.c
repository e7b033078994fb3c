/* SPDX-License-Identifier: Apache-2.0 */
/* test_domain_app.c - apps: states, revisions, lists, logos; see
   test_domain_team.c */
#include "unit/fixture_app.h"

#include "domain/client/client_auth.h"
#include "domain/client/property.h"
#include "domain/client/revision.h"
#include "store/logo.h"

static void live(fixture_t *fixture, const char *id, int is_live)
{
    oa2_client_t *client;

    fixture_good(oa2_client_find(&client, fixture->ctx, id));
    assert_int_equal(client->disabled == 0, is_live);
}

static void states(void **state)
{
    fixture_t *fixture = fixture_apps();
    oa2_ctx_t *ctx = fixture->ctx;
    oa2_app_result_t out;
    const char *id = fixture_app_make(fixture)->client->id;
    oa2_app_role_t role;
    const char *seen;

    (void)state;
    live(fixture, id, 0);
    fixture_good(oa2_app_role(&role, ctx, &ann, id));
    assert_int_equal(role, OA2_APP_OWNER);
    DOES(oa2_app_submit(&out, ctx, &bob, id), OA2_APP_FORBIDDEN);
    DOES(oa2_app_submit(&out, ctx, &ann, id), OA2_APP_DONE);
    assert_string_equal(out.app->client->state, OA2_APP_PENDING);
    assert_int_equal(out.app->waiting, 1);
    DOES(oa2_app_submit(&out, ctx, &ann, id), OA2_APP_INVALID);
    DOES(oa2_app_approve(&out, ctx, &ann, id, NULL), OA2_APP_FORBIDDEN);
    DOES(oa2_app_reject(&out, ctx, &root, id, NULL, ""), OA2_APP_INVALID);
    seen = oa2_app_seen(out.app, NULL, fixture->pool);
    DOES(oa2_app_reject(&out, ctx, &root, id, seen, "no"), OA2_APP_CHANGED);
    DOES(oa2_app_reject(&out, ctx, &root, id, NULL, "too many"),
         OA2_APP_DONE);
    assert_string_equal(out.app->client->state, OA2_APP_REJECTED);
    assert_string_equal(out.app->reason, "too many");
    live(fixture, id, 0);
    DOES(oa2_app_submit(&out, ctx, &ann, id), OA2_APP_DONE);
    DOES(oa2_app_approve(&out, ctx, &root, id, seen), OA2_APP_CHANGED);
    DOES(oa2_app_approve(&out, ctx, &root, id, NULL), OA2_APP_DONE);
    live(fixture, id, 1);
    DOES(oa2_app_suspend(&out, ctx, &root, id, seen, "abuse"),
         OA2_APP_CHANGED);
    seen = oa2_app_seen(out.app, NULL, fixture->pool);
    DOES(oa2_app_suspend(&out, ctx, &root, id, seen, "abuse"), OA2_APP_DONE);
    live(fixture, id, 0);
    /* What is known of it stays. */
    DOES(oa2_app_delete(&out, ctx, &ann, id, "Notes"), OA2_APP_INVALID);
    DOES(oa2_app_resume(&out, ctx, &root, id, seen), OA2_APP_CHANGED);
    DOES(oa2_app_resume(&out, ctx, &root, id, NULL), OA2_APP_DONE);
    live(fixture, id, 1);
    DOES(oa2_app_delete(&out, ctx, &ann, id, "notes"), OA2_APP_INVALID);
    DOES(oa2_app_delete(&out, ctx, &ann, id, "Notes"), OA2_APP_DONE);
    DOES(oa2_app_resume(&out, ctx, &root, id, NULL), OA2_APP_GONE);
    fixture_close(fixture);
}

/* By hand and by state are two things: neither ends the other. */
static void disabled(void **state)
{
    fixture_t *fixture = fixture_apps();
    oa2_ctx_t *ctx = fixture->ctx;
    oa2_app_result_t out;
    const char *id = fixture_app_make(fixture)->client->id;
    int done;

    (void)state;
    fixture_good(oa2_client_set_disabled(&done, ctx, id, 1));
    fixture_good(oa2_client_set_disabled(&done, ctx, id, 0));
    live(fixture, id, 0);
    fixture_good(oa2_client_set_disabled(&done, ctx, id, 1));
    DOES(oa2_app_submit(&out, ctx, &ann, id), OA2_APP_DONE);
    DOES(oa2_app_approve(&out, ctx, &root, id, NULL), OA2_APP_DONE);
    live(fixture, id, 0);
    fixture_good(oa2_client_set_disabled(&done, ctx, id, 0));
    live(fixture, id, 1);
    fixture_close(fixture);
}

static void revisions(void **state)
{
    fixture_t *fixture = fixture_apps();
    oa2_ctx_t *ctx = fixture->ctx;
    oa2_app_result_t out;
    apr_table_t *change = apr_table_make(fixture->pool, 2);
    apr_array_header_t *diff;
    oa2_revision_t *waiting;
    const char *id = fixture_app_make(fixture)->client->id;
    apr_int64_t version;

    (void)state;
    DOES(oa2_app_submit(&out, ctx, &ann, id), OA2_APP_DONE);
    DOES(oa2_app_approve(&out, ctx, &root, id, NULL), OA2_APP_DONE);
    version = out.app->client->version;
    apr_table_set(change, "scope", "read write");
    apr_table_set(change, "client_uri", "https://a.example/");
    apr_table_set(change, "compat", "no_pkce");
    DOES(oa2_app_edit(&out, ctx, &ann, id, version, change), OA2_APP_DONE);
    assert_string_equal(out.app->client->scope, "read");
    assert_string_equal(oa2_client_meta(out.app->client, "client_uri",
                                        ctx->pool), "https://a.example/");
    /* An administrator's, not a developer's. */
    assert_string_equal(oa2_client_compat(out.app->client, ctx->pool), "");
    live(fixture, id, 1);
    fixture_good(oa2_app_waiting(&waiting, &diff, ctx, out.app));
    assert_int_equal(waiting->number, 2);
    assert_int_equal(diff->nelts, 1);
    assert_string_equal(APR_ARRAY_IDX(diff, 0, oa2_app_diff_t).added,
                        "write");
    /* Made on what is not so any more. */
    DOES(oa2_app_edit(&out, ctx, &ann, id, version, change), OA2_APP_CHANGED);
    assert_non_null(out.app);
    DOES(oa2_app_approve(&out, ctx, &root, id, NULL), OA2_APP_DONE);
    assert_string_equal(out.app->client->scope, "read write");
    apr_table_clear(change);
    apr_table_set(change, "redirect_uris", "http://a.example/cb");
    DOES(oa2_app_edit(&out, ctx, &ann, id, out.app->client->version, change),
         OA2_APP_INVALID);
    assert_string_equal(APR_ARRAY_IDX(out.problems, 0,
                                      oa2_app_problem_t).field,
                        "redirect_uris");
    fixture_close(fixture);
}

/* Refused by what was typed, before it is looked through. */
static void long_list(void **state)
{
    fixture_t *fixture = fixture_apps();
    apr_table_t *table = fixture_app_fields(fixture->pool);
    char *typed = apr_palloc(fixture->pool, 20001);
    oa2_app_result_t out;

    (void)state;
    memset(typed, 'a', 20000);
    typed[20000] = '\0';
    apr_table_set(table, "scope", apr_pstrcat(fixture->pool, "read", typed,
                                              NULL));
    oa2_app_check(&out, fixture->ctx, &ann, NULL, table);
    assert_int_equal(out.problems->nelts, 1);
    /* One word, written again and again. */
    memset(typed, '\n', 20000);
    memcpy(typed, "read", 4);
    apr_table_set(table, "scope", typed);
    oa2_app_check(&out, fixture->ctx, &ann, NULL, table);
    assert_int_equal(out.outcome, OA2_APP_INVALID);
    assert_string_equal(APR_ARRAY_IDX(out.problems, 0,
                                      oa2_app_problem_t).field, "scope");
    fixture_close(fixture);
}

static void lists(void **state)
{
    static const struct {
        oa2_apps_t which;
        const char *text;
        int n;
    } rows[] = {
        { OA2_APPS_ALL, NULL, 2 }, { OA2_APPS_WAITING, NULL, 0 },
        { OA2_APPS_STATE, "draft", 1 }, { OA2_APPS_STATE, "approved", 1 },
        { OA2_APPS_ID, "sho", 1 }, { OA2_APPS_ID, "~", 0 },
        { OA2_APPS_NAME, "nOt", 1 }, { OA2_APPS_NAME, "zz", 0 },
    };
    fixture_t *fixture = fixture_apps();
    apr_array_header_t *apps;
    oa2_app_numbers_t numbers;
    size_t i;

    (void)state;
    fixture_app_make(fixture);
    fixture_store_client(fixture->ctx, "shop");
    for (i = 0; i < UNIT_COUNT(rows); i++) {
        fixture_good(oa2_app_list(&apps, fixture->ctx, rows[i].which,
                                  rows[i].text, NULL, 10));
        UNIT_ROW(apps->nelts == rows[i].n, rows[i].text ? rows[i].text : "-");
    }
    fixture_good(oa2_app_list(&apps, fixture->ctx, OA2_APPS_NAME, "", NULL,
                              1));
    fixture_good(oa2_app_list(&apps, fixture->ctx, OA2_APPS_NAME, "",
                              APR_ARRAY_IDX(apps, 0, oa2_app_t *)->client->id,
                              10));
    assert_int_equal(apps->nelts, 1);
    fixture_good(oa2_app_count(&numbers, fixture->ctx, "shop"));
    assert_int_equal(numbers.tokens, 0);
    fixture_close(fixture);
}

static void logo(void **state)
{
    static const oa2_logo_t picture = { "image/png", "d1", "a\0b", 3 };
    fixture_t *fixture = fixture_apps();
    const char *id = fixture_app_make(fixture)->client->id;
    oa2_client_t *client;
    oa2_logo_t *found;
    int done;

    (void)state;
    fixture_good(oa2_logo_put(&done, fixture->ctx, id, &picture));
    assert_int_equal(done, 1);
    fixture_good(oa2_logo_get(&found, fixture->ctx, id));
    assert_int_equal(found->len, 3);
    assert_memory_equal(found->bytes, "a\0b", 3);
    fixture_good(oa2_client_find(&client, fixture->ctx, id));
    assert_string_equal(client->logo, "d1");
    fixture_good(oa2_logo_remove(&done, fixture->ctx, id));
    fixture_good(oa2_logo_get(&found, fixture->ctx, id));
    assert_null(found);
    fixture_good(oa2_logo_put(&done, fixture->ctx, "none", &picture));
    assert_int_equal(done, 0);
    fixture_close(fixture);
}

/* What one developer makes is bounded; administrators go on. */
static void most(void **state)
{
    fixture_t *fixture = fixture_apps();
    oa2_ctx_t *ctx = fixture->ctx;
    oa2_app_result_t out;
    int i;

    (void)state;
    for (i = 0; i < OA2_APPS_MOST; i++)
        fixture_app_make(fixture);
    DOES(oa2_app_create(&out, ctx, &ann, fixture_app_fields(fixture->pool)),
         OA2_APP_INVALID);
    DOES(oa2_app_create(&out, ctx, &bob, fixture_app_fields(fixture->pool)),
         OA2_APP_DONE);
    fixture_close(fixture);
}

/* As a page shows it. */
static void named(void **state)
{
    fixture_t *fixture = fixture_apps();
    apr_table_t *table = fixture_app_fields(fixture->pool);
    oa2_ctx_t *ctx = fixture->ctx;
    oa2_app_result_t out;
    const char *id;

    (void)state;
    apr_table_set(table, "client_name", "My  own   Notes");
    fixture_good(oa2_app_create(&out, ctx, &ann, table));
    id = out.app->client->id;
    DOES(oa2_app_delete(&out, ctx, &ann, id, "My ownNotes"), OA2_APP_INVALID);
    DOES(oa2_app_delete(&out, ctx, &ann, id, "My own Note"), OA2_APP_INVALID);
    DOES(oa2_app_delete(&out, ctx, &ann, id, "My own Notes"), OA2_APP_DONE);
    fixture_close(fixture);
}

/* All that is wrong, and nothing is written. */
static void check(void **state)
{
    fixture_t *fixture = fixture_apps();
    oa2_ctx_t *ctx = fixture->ctx;
    const oa2_app_t *app = fixture_app_make(fixture);
    apr_table_t *table = fixture_app_fields(fixture->pool);
    oa2_app_result_t out;

    (void)state;
    oa2_app_check(&out, ctx, &ann, app, table);
    assert_null(out.problems);
    apr_table_set(table, "description", "one");
    apr_table_set(table, "redirect_uris", "http://a.example/cb");
    apr_table_set(table, "client_uri", "javascript:x");
    oa2_app_check(&out, ctx, &ann, app, table);
    assert_int_equal(out.outcome, OA2_APP_INVALID);
    assert_int_equal(out.problems->nelts, 3);
    assert_string_equal(app->about, "three  short\nwords");
    oa2_app_check(&out, ctx, &ann, NULL, table);
    assert_int_equal(out.problems->nelts, 3);
    fixture_close(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states), cmocka_unit_test(disabled),
        cmocka_unit_test(revisions), cmocka_unit_test(long_list),
        cmocka_unit_test(lists),
        cmocka_unit_test(logo), cmocka_unit_test(most),
        cmocka_unit_test(named), cmocka_unit_test(check),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* test_domain_revision.c - apps: what waits for approval, and what is decided
   upon */
#include "unit/fixture_app.h"

#include "domain/client/revision.h"

#define EDIT(who, name, value, expected) \
    assert_int_equal(fixture_app_edit(&app, ctx, who, name, value), expected)

/* Who receives the codes is what was approved, since consents are kept. */
static void places(void **state)
{
    fixture_t *fixture = fixture_apps();
    oa2_ctx_t *ctx = fixture->ctx;
    oa2_app_t *app = fixture_app_approved(fixture);
    apr_array_header_t *diff;
    oa2_revision_t *waiting;
    oa2_app_result_t out;

    (void)state;
    EDIT(&bob, "redirect_uris", CB "3 " CB, OA2_APP_DONE);
    assert_string_equal(app->client->redirect_uris, CB "3 " CB);
    EDIT(&bob, "redirect_uris", CB, OA2_APP_DONE);
    assert_string_equal(app->client->redirect_uris, CB);
    assert_int_equal(app->waiting, 0);

    EDIT(&bob, "redirect_uris", CB " " EVIL, OA2_APP_DONE);
    assert_string_equal(app->client->redirect_uris, CB);
    assert_int_equal(app->waiting, 1);
    fixture_good(oa2_app_waiting(&waiting, &diff, ctx, app));
    assert_int_equal(diff->nelts, 1);
    assert_string_equal(APR_ARRAY_IDX(diff, 0, oa2_app_diff_t).added, EVIL);
    /* The same again, and back. */
    EDIT(&bob, "redirect_uris", CB " " EVIL, OA2_APP_DONE);
    assert_string_equal(app->client->redirect_uris, CB);
    EDIT(&bob, "redirect_uris", CB, OA2_APP_DONE);
    assert_int_equal(app->waiting, 0);
    EDIT(&ann, "redirect_uris", EVIL, OA2_APP_DONE);
    DOES(oa2_app_approve(&out, ctx, &root, app->client->id, 0), OA2_APP_DONE);
    assert_string_equal(out.app->client->redirect_uris, EVIL);
    app = out.app;
    EDIT(&root, "redirect_uris", CB, OA2_APP_DONE);
    assert_string_equal(app->client->redirect_uris, CB);
    fixture_close(fixture);
}

static void approval_off(oa2_ctx_t *ctx)
{
    oa2_settings_t *settings = apr_pmemdup(ctx->pool, ctx->settings,
                                           sizeof(*settings));

    settings->app_approval_off = 1;
    ctx->settings = settings;
}

/* Where nobody approves, owners do; and always somebody where users are not
   asked. */
static void places_unapproved(void **state)
{
    fixture_t *fixture = fixture_apps();
    oa2_ctx_t *ctx = fixture->ctx;
    oa2_app_t *app = fixture_app_approved(fixture);

    (void)state;
    approval_off(ctx);
    EDIT(&bob, "redirect_uris", EVIL, OA2_APP_INVALID);
    EDIT(&bob, "redirect_uris", CB, OA2_APP_DONE);
    EDIT(&ann, "redirect_uris", CB " " EVIL, OA2_APP_DONE);
    assert_string_equal(app->client->redirect_uris, CB " " EVIL);
    EDIT(&root, "trusted", "yes", OA2_APP_DONE);
    EDIT(&ann, "redirect_uris", CB, OA2_APP_DONE);
    EDIT(&ann, "redirect_uris", CB "2", OA2_APP_DONE);
    assert_string_equal(app->client->redirect_uris, CB);
    assert_int_equal(app->waiting, 1);
    fixture_close(fixture);
}

/* The secret is the owners', and so is whether there is one. */
static void kind(void **state)
{
    fixture_t *fixture = fixture_apps();
    oa2_ctx_t *ctx = fixture->ctx;
    oa2_app_t *app = fixture_app_approved(fixture);
    const char *method = "token_endpoint_auth_method";

    (void)state;
    EDIT(&bob, method, "none", OA2_APP_INVALID);
    EDIT(&ann, method, "none", OA2_APP_DONE);
    assert_int_equal(app->waiting, 1);
    /* Asked by an owner: a member leaves it so. */
    EDIT(&bob, method, "none", OA2_APP_DONE);
    approval_off(ctx);
    EDIT(&bob, method, "client_secret_basic", OA2_APP_DONE);
    EDIT(&bob, method, "none", OA2_APP_INVALID);
    assert_non_null(app->client->secret);
    fixture_close(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places), cmocka_unit_test(places_unapproved),
        cmocka_unit_test(kind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

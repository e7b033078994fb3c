/* SPDX-License-Identifier: Apache-2.0 */
/* test_domain_revision.c - apps: what waits for approval, and what is decided
   upon */
#include "unit/fixture_app.h"

#include "domain/client/revision.h"
#include "store/logo.h"

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
    DOES(oa2_app_approve(&out, ctx, &root, app->client->id, NULL),
         OA2_APP_DONE);
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

/* All that a page has shown: also what changes without approval. */
static void seen(void **state)
{
    static const oa2_logo_t picture = { "image/png", "d1", "a", 1 };
    fixture_t *fixture = fixture_apps();
    oa2_ctx_t *ctx = fixture->ctx;
    const char *id = fixture_app_make(fixture)->client->id;
    apr_array_header_t *diff;
    oa2_revision_t *waiting;
    oa2_app_result_t out;
    const char *was, *now;
    oa2_app_t *app;
    int i, done;

    (void)state;
    DOES(oa2_app_submit(&out, ctx, &ann, id), OA2_APP_DONE);
    app = out.app;
    for (i = 0; i < 3; i++) {
        fixture_good(oa2_app_waiting(&waiting, &diff, ctx, app));
        was = oa2_app_seen(app, waiting, fixture->pool);
        if (i == 0)
            fixture_app_edit(&app, ctx, &ann, "client_name", "Other notes");
        else if (i == 1)
            fixture_app_edit(&app, ctx, &ann, "scope", "write");
        else
            fixture_good(oa2_logo_put(&done, ctx, id, &picture));
        fixture_good(oa2_app_find(&app, ctx, id));
        fixture_good(oa2_app_waiting(&waiting, &diff, ctx, app));
        now = oa2_app_seen(app, waiting, fixture->pool);
        assert_string_not_equal(now, was);
        DOES(oa2_app_approve(&out, ctx, &root, id, was), OA2_APP_CHANGED);
    }
    DOES(oa2_app_approve(&out, ctx, &root, id, now), OA2_APP_DONE);
    fixture_close(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places), cmocka_unit_test(places_unapproved),
        cmocka_unit_test(kind), cmocka_unit_test(seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* fixture_app.h - apps, and who works on them: ann owns, root administers. */
#ifndef OA2_FIXTURE_APP_H
#define OA2_FIXTURE_APP_H

#include "unit/fixture_domain.h"
#include "unit/fixture_store.h"

#include "domain/client/app.h"
#include "domain/client/decide.h"
#include "domain/client/team.h"

static const oa2_actor_t ann = { "ann", 0 };
static const oa2_actor_t bob = { "bob", 0 };
static const oa2_actor_t root = { "root", 1 };

static inline fixture_t *fixture_apps(void)
{
    fixture_t *fixture = fixture_open();
    oa2_settings_t *settings = fixture_settings(fixture->pool);

    settings->app_words_min = 2;
    settings->app_words_max = 4;
    fixture->ctx->settings = settings;
    fixture_store_user(fixture->ctx, "ann");
    fixture_store_user(fixture->ctx, "bob");
    return fixture;
}

static inline apr_table_t *fixture_app_fields(apr_pool_t *pool)
{
    apr_table_t *table = apr_table_make(pool, 4);

    apr_table_set(table, "client_name", "Notes");
    apr_table_set(table, "description", "three  short\nwords");
    apr_table_set(table, "redirect_uris",
                  "https://a.example/cb\r\nhttps://a.example/cb2");
    apr_table_set(table, "scope", "read");
    return table;
}

static inline oa2_app_t *fixture_app_make(fixture_t *fixture)
{
    oa2_app_result_t out;

    fixture_good(oa2_app_create(&out, fixture->ctx, &ann,
                                fixture_app_fields(fixture->pool)));
    assert_int_equal(out.outcome, OA2_APP_DONE);
    assert_non_null(out.secret);
    return out.app;
}

#define DOES(call, expected) \
    do { \
        fixture_good(call); \
        assert_int_equal(out.outcome, expected); \
    } while (0)

static inline oa2_app_t *fixture_app_approved(fixture_t *fixture)
{
    const char *id = fixture_app_make(fixture)->client->id;
    oa2_app_result_t out;

    DOES(oa2_app_member_set(&out, fixture->ctx, &root, id, "bob", "member"),
         OA2_APP_DONE);
    DOES(oa2_app_submit(&out, fixture->ctx, &ann, id), OA2_APP_DONE);
    DOES(oa2_app_approve(&out, fixture->ctx, &root, id, NULL), OA2_APP_DONE);
    return out.app;
}

#define CB "https://a.example/cb"
#define EVIL "https://evil.example/cb"

/* One field; what is in force afterwards. */
static inline oa2_app_outcome_t
fixture_app_edit(oa2_app_t **app, oa2_ctx_t *ctx, const oa2_actor_t *who,
                 const char *name, const char *value)
{
    apr_table_t *change = apr_table_make(ctx->pool, 1);
    oa2_app_result_t out;

    apr_table_set(change, name, value);
    fixture_good(oa2_app_edit(&out, ctx, who, (*app)->client->id,
                              (*app)->client->version, change));
    fixture_good(oa2_app_find(app, ctx, (*app)->client->id));
    return out.outcome;
}

#endif

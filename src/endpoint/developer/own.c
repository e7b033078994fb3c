/* SPDX-License-Identifier: Apache-2.0 */
/* own.c - see own.h */
#include "endpoint/developer/own.h"

#include <string.h>

#include <apr_strings.h>

#include "base/text/encode.h"
#include "base/text/words.h"
#include "domain/client/brand.h"
#include "domain/client/client.h"
#include "domain/person/role.h"
#include "domain/site/settings.h"

static const struct state_t {
    const char *name;
    const char *label;          /* keys of the catalogue */
    const char *means;
} states[] = {
    { OA2_APP_DRAFT, "app.state.draft", "app.means.draft" },
    { OA2_APP_PENDING, "app.state.pending", "app.means.pending" },
    { OA2_APP_APPROVED, "app.state.approved", "app.means.approved" },
    { OA2_APP_REJECTED, "app.state.rejected", "app.means.rejected" },
    { OA2_APP_SUSPENDED, "app.state.suspended", "app.means.suspended" },
};

oa2_actor_t oa2_own_actor(const oa2_call_t *call)
{
    oa2_actor_t who = {
        .user = call->session->user,
        .is_administrator = oa2_words_has(call->session->roles,
                                          OA2_ROLE_ADMINISTRATOR)
    };

    return who;
}

static oa2_err_t *no_app(const oa2_call_t *call)
{
    return oa2_err_make(call->ctx.pool, &oa2_not_found, OA2_ID(5640),
                        "There is no such app, or you are not on its team.",
                        "user \"%s\" asked for a page of an app that is none "
                        "of theirs", call->session->user);
}

oa2_err_t *oa2_own_refuse(const oa2_call_t *call)
{
    return oa2_err_make(call->ctx.pool, &oa2_forbidden, OA2_ID(5641),
                        "Only owners of this app may do that. Please ask one "
                        "of them.", "user \"%s\" is no owner of client "
                        "\"%s\"", call->session->user, call->rest);
}

oa2_err_t *oa2_own_open(oa2_own_t *out, oa2_call_t *call, oa2_app_role_t least)
{
    out->app = NULL;
    out->who = oa2_own_actor(call);
    OA2_TRY(oa2_app_role(&out->role, &call->ctx, &out->who, call->rest));
    if (out->role != OA2_APP_NOBODY)
        OA2_TRY(oa2_app_find(&out->app, &call->ctx, call->rest));
    if (!out->app)
        return no_app(call);
    return out->role < least ? oa2_own_refuse(call) : NULL;
}

oa2_err_t *oa2_own_check(const oa2_app_result_t *result,
                         const oa2_call_t *call)
{
    return result->outcome == OA2_APP_FORBIDDEN
        || result->outcome == OA2_APP_GONE ? no_app(call) : NULL;
}

const char *oa2_own_path(const oa2_call_t *call, const char *page,
                         const char *id)
{
    apr_pool_t *pool = call->ctx.pool;

    return apr_pstrcat(pool, oa2_settings_path(call->ctx.settings, page, pool),
                       "/", oa2_url_encode(pool, id), NULL);
}

/* What people call it. */
static const char *name_of(const oa2_app_t *app)
{
    return *app->client->name ? app->client->name : app->client->id;
}

void oa2_own_put(cJSON *item, const oa2_call_t *call, const oa2_app_t *app)
{
    const oa2_ctx_t *ctx = &call->ctx;
    apr_size_t i;

    oa2_json_put_text(item, "id", app->client->id);
    oa2_json_put_text(item, "name", name_of(app));
    oa2_json_put_text(item, "state", app->client->state);
    oa2_json_put_text(item, "reason", app->reason);
    oa2_json_put_text(item, "href", oa2_own_path(call, "developer/app",
                                                 app->client->id));
    oa2_json_put_text(item, "logo", oa2_brand_path(ctx, app->client->id,
                                                   app->client->logo));
    oa2_json_put_text(item, "logo_page", oa2_own_path(call, "developer/logo",
                                                      app->client->id));
    oa2_json_put_bool(item, "waiting", app->waiting);
    oa2_sheet_time(item, "since", app->client->created);
    for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        if (strcmp(states[i].name, app->client->state) != 0)
            continue;
        oa2_json_put_text(item, "state_label",
                          oa2_say(ctx, states[i].label, NULL));
        oa2_json_put_text(item, "state_means",
                          oa2_say(ctx, states[i].means, NULL));
    }
}

/* The pages of an app, for who may use them; the tables of docs/pages.md. */
static void put_tabs(cJSON *model, const oa2_call_t *call,
                     const oa2_own_t *own)
{
    static const struct {
        oa2_sheet_tab_t tab;
        oa2_app_role_t least;
        int needs_secret;
    } all[] = {
        { { "developer/app", "developer.app.title" }, OA2_APP_MEMBER, 0 },
        { { "developer/edit", "developer.edit.title" }, OA2_APP_MEMBER, 0 },
        { { "developer/logo", "developer.logo.title" }, OA2_APP_MEMBER, 0 },
        { { "developer/team", "developer.team.title" }, OA2_APP_MEMBER, 0 },
        { { "developer/secret", "developer.secret.title" }, OA2_APP_OWNER,
          1 },
        { { "developer/delete", "developer.delete.title" }, OA2_APP_OWNER,
          0 },
    };
    oa2_sheet_tab_t tabs[sizeof(all) / sizeof(all[0]) + 1];
    int is_public = oa2_client_is_public(own->app->client);
    apr_size_t i, n = 0;

    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (own->role >= all[i].least && !(all[i].needs_secret && is_public))
            tabs[n++] = all[i].tab;
    tabs[n].name = tabs[n].label = NULL;
    oa2_sheet_tabs(model, call, tabs, own->app->client->id);
}

cJSON *oa2_own_model(oa2_call_t *call, const oa2_own_t *own)
{
    cJSON *model = oa2_sheet_model(call);
    cJSON *app = oa2_json_put_object(model, "app");
    const char *id = own->app->client->id;
    int is_owner = own->role >= OA2_APP_OWNER;

    oa2_own_put(app, call, own->app);
    oa2_json_put_bool(model, "is_owner", is_owner);
    oa2_json_put_bool(model, "is_public",
                      oa2_client_is_public(own->app->client));
    oa2_json_put_text(model, "home", oa2_settings_path(
        call->ctx.settings, "developer", call->ctx.pool));
    oa2_json_put_text(model, "edit", oa2_own_path(call, "developer/edit", id));
    put_tabs(model, call, own);
    return model;
}

void oa2_own_fail(oa2_fields_t *fields, const oa2_call_t *call,
                  const oa2_app_result_t *result)
{
    int i;

    for (i = 0; result->problems && i < result->problems->nelts; i++) {
        const oa2_app_problem_t *one =
            &APR_ARRAY_IDX(result->problems, i, oa2_app_problem_t);

        oa2_fields_fail(fields, oa2_fields_has(fields, one->field)
                        ? one->field : "", oa2_sheet_said(call, one->said));
    }
}

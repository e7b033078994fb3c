/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apps.c - admin/apps: what waits for a decision, and then all apps; those of
 * a state; or those whose name begins so, and the one with that client ID.
 */
#include <string.h>

#include <apr_strings.h>

#include "base/text/words.h"
#include "domain/person/role.h"
#include "domain/site/settings.h"
#include "endpoint/admin/admin.h"
#include "endpoint/developer/own.h"

#define TEXT_MAX 2048
#define Q_MAX 256
#define WAITING "waiting"

/* What can be shown alone, in order; the label is a key of the catalogue. */
static const struct part_t {
    const char *only;
    oa2_apps_t which;
    const char *label;
} parts[] = {
    { WAITING, OA2_APPS_WAITING, "admin.apps.waiting" },
    { OA2_APP_DRAFT, OA2_APPS_STATE, "app.state.draft" },
    { OA2_APP_APPROVED, OA2_APPS_STATE, "app.state.approved" },
    { OA2_APP_REJECTED, OA2_APPS_STATE, "app.state.rejected" },
    { OA2_APP_SUSPENDED, OA2_APPS_STATE, "app.state.suspended" },
};

#define N_PARTS (sizeof(parts) / sizeof(parts[0]))

static const oa2_field_t rows[] = {
    { "q", OA2_FIELD_LINE, 0, Q_MAX, "Name, or its beginning, or client ID",
      NULL, NULL, NULL },
    OA2_FIELDS_END
};

static const oa2_param_t params[] = {
    { "q", OA2_OPTIONAL, OA2_ONCE, TEXT_MAX, oa2_is_text },
    { "only", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    { "after", OA2_OPTIONAL, OA2_ONCE, TEXT_MAX, oa2_is_text },
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    OA2_PARAMS_END
};

static const char *given(const oa2_ctx_t *ctx, const char *name)
{
    const char *value = oa2_params_get(ctx->params, name);

    return value && *value ? value : NULL;
}

/* NULL: all. */
static const struct part_t *part_of(const oa2_ctx_t *ctx)
{
    const char *only = given(ctx, "only");
    apr_size_t i;

    for (i = 0; only && i < N_PARTS; i++)
        if (strcmp(parts[i].only, only) == 0)
            return &parts[i];
    return NULL;
}

/* One list: of it OA2_SHEET_ROWS are shown.  *last: the ID behind which it goes
   on; NULL: it does not. */
static void put_list(cJSON *model, const char *name, const char **last,
                     const oa2_call_t *call, const apr_array_header_t *apps)
{
    cJSON *list = oa2_json_put_array(model, name);
    int i;

    for (i = 0; i < apps->nelts && i < OA2_SHEET_ROWS; i++) {
        const oa2_app_t *app = APR_ARRAY_IDX(apps, i, oa2_app_t *);
        cJSON *item = oa2_json_push_object(list);

        oa2_own_put(item, call, app);
        oa2_json_put_text(item, "page",
                          oa2_admin_path(call, "admin/apps/app", "id",
                                         app->client->id));
        oa2_json_put_bool(item, "asks", app->waiting
                          && strcmp(app->client->state, OA2_APP_PENDING) != 0);
        *last = app->client->id;
    }
    oa2_json_put_bool(model, apr_pstrcat(call->ctx.pool, "has_", name, NULL),
                      apps->nelts > 0);
    if (apps->nelts <= OA2_SHEET_ROWS)
        *last = NULL;
}

static void put_ways(cJSON *model, const oa2_call_t *call,
                     const oa2_fields_t *fields)
{
    const oa2_ctx_t *ctx = &call->ctx;
    const struct part_t *part = part_of(ctx);
    cJSON *list = oa2_json_put_array(model, "parts");
    apr_size_t i;

    oa2_admin_filter(model, call, fields);
    oa2_json_put_text(model, "all", oa2_settings_path(ctx->settings,
                                                      "admin/apps",
                                                      ctx->pool));
    oa2_json_put_bool(model, "is_all",
                      !part && !oa2_fields_get(fields, "q"));
    for (i = 0; i < N_PARTS; i++) {
        cJSON *item = oa2_json_push_object(list);

        oa2_json_put_text(item, "href",
                          oa2_admin_path(call, "admin/apps", "only",
                                         parts[i].only));
        oa2_json_put_text(item, "label", oa2_say(ctx, parts[i].label, NULL));
        oa2_json_put_bool(item, "current", part == &parts[i]);
    }
}

/* The one with that ID, in front of those with such a name. */
static oa2_err_t *find_named(apr_array_header_t **apps, oa2_ctx_t *ctx,
                             const char *q, const char *after)
{
    oa2_app_t *app = NULL;
    int i;

    OA2_TRY(oa2_app_list(apps, ctx, OA2_APPS_NAME, q, after,
                         OA2_SHEET_ROWS + 1));
    if (!after)
        OA2_TRY(oa2_app_find(&app, ctx, q));
    for (i = 0; app && i < (*apps)->nelts; i++)
        if (strcmp(APR_ARRAY_IDX(*apps, i, oa2_app_t *)->client->id,
                   app->client->id) == 0)
            return NULL;
    if (app) {
        apr_array_header_t *both = apr_array_make(ctx->pool, 1,
                                                  sizeof(oa2_app_t *));

        APR_ARRAY_PUSH(both, oa2_app_t *) = app;
        apr_array_cat(both, *apps);
        *apps = both;
    }
    return NULL;
}

static oa2_err_t *find(apr_array_header_t **apps, oa2_ctx_t *ctx,
                       const oa2_fields_t *fields)
{
    const struct part_t *part = part_of(ctx);
    const char *after = given(ctx, "after");
    const char *q = oa2_fields_get(fields, "q");

    *apps = apr_array_make(ctx->pool, 1, sizeof(oa2_app_t *));
    if (oa2_fields_failed(fields))
        return NULL;
    if (q)
        return find_named(apps, ctx, q, after);
    return oa2_app_list(apps, ctx, part ? part->which : OA2_APPS_ALL,
                        part ? part->only : NULL, after, OA2_SHEET_ROWS + 1);
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    static const char *const keep[] = { "q", "only", NULL };
    oa2_ctx_t *ctx = &call->ctx;
    oa2_fields_t *fields = oa2_fields_make(rows, ctx);
    cJSON *model = oa2_admin_model(call);
    apr_array_header_t *apps;
    const char *last;

    oa2_fields_read(fields, ctx->params);
    put_ways(model, call, fields);
    if (!part_of(ctx) && !oa2_fields_get(fields, "q")
        && !given(ctx, "after")) {
        OA2_TRY(oa2_app_list(&apps, ctx, OA2_APPS_WAITING, NULL, NULL,
                             OA2_SHEET_ROWS + 1));
        put_list(model, "waiting", &last, call, apps);
        oa2_json_put_text(model, "more_waiting", last
                          ? oa2_admin_path(call, "admin/apps", "only", WAITING)
                          : NULL);
    }
    OA2_TRY(find(&apps, ctx, fields));
    put_list(model, "apps", &last, call, apps);
    oa2_sheet_next(model, call, last, keep);
    *out = oa2_sheet_show(call, oa2_fields_failed(fields) ? 422 : 200,
                          OA2_PAGE_ADMIN_APPS, model);
    return NULL;
}

const oa2_endpoint_t oa2_endpoint_admin_apps = {
    .name = "admin/apps",
    .metadata = NULL,
    .methods = OA2_GET,
    .client = OA2_CLIENT_NONE,
    .asker = OA2_ASKER_SESSION,
    .role = OA2_ROLE_ADMINISTRATOR,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* home.c - developer: the apps of who is signed in. */
#include "domain/site/settings.h"
#include "endpoint/developer/own.h"

static const oa2_param_t params[] = {
    { "after", OA2_OPTIONAL, OA2_ONCE, 255, oa2_is_vschar },
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    OA2_PARAMS_END
};

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    static const char *const keep[] = { NULL };
    oa2_ctx_t *ctx = &call->ctx;
    const char *last = NULL;
    apr_array_header_t *apps;
    cJSON *model, *list;
    int i;

    OA2_TRY(oa2_app_list(&apps, ctx, OA2_APPS_USER, call->session->user,
                         oa2_params_get(ctx->params, "after"),
                         OA2_SHEET_ROWS + 1));
    model = oa2_sheet_model(call);
    list = oa2_json_put_array(model, "apps");
    for (i = 0; i < apps->nelts && i < OA2_SHEET_ROWS; i++) {
        const oa2_app_t *app = APR_ARRAY_IDX(apps, i, oa2_app_t *);

        oa2_own_put(oa2_json_push_object(list), call, app);
        last = app->client->id;
    }
    oa2_json_put_bool(model, "has_apps", apps->nelts > 0);
    oa2_json_put_text(model, "add",
                      oa2_settings_path(ctx->settings, "developer/add",
                                        ctx->pool));
    oa2_sheet_next(model, call, apps->nelts > OA2_SHEET_ROWS ? last : NULL,
                   keep);
    *out = oa2_sheet_show(call, 200, OA2_PAGE_DEVELOPER_HOME, model);
    return NULL;
}

const oa2_endpoint_t oa2_endpoint_developer = {
    .name = "developer",
    .metadata = NULL,
    .methods = OA2_GET,
    .client = OA2_CLIENT_NONE,
    .asker = OA2_ASKER_SESSION,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

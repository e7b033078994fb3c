/* SPDX-License-Identifier: Apache-2.0 */
/*
 * overview.c - admin: where administrators begin: what waits for them, and
 * where else to go.
 */
#include "domain/person/role.h"
#include "domain/site/settings.h"
#include "endpoint/admin/admin.h"
#include "store/app.h"

#define WAITING_MOST 5

static const oa2_param_t params[] = {
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    OA2_PARAMS_END
};

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    cJSON *model = oa2_admin_model(call);
    cJSON *list = oa2_json_put_array(model, "waiting");
    apr_array_header_t *apps;
    int i;

    OA2_TRY(oa2_app_list(&apps, ctx, OA2_APPS_WAITING, NULL, NULL,
                         WAITING_MOST + 1));
    for (i = 0; i < apps->nelts && i < WAITING_MOST; i++) {
        const oa2_client_t *client =
            APR_ARRAY_IDX(apps, i, oa2_app_t *)->client;
        cJSON *item = oa2_json_push_object(list);

        oa2_json_put_text(item, "name",
                          *client->name ? client->name : client->id);
        oa2_json_put_text(item, "href",
                          oa2_admin_path(call, "admin/apps/app", "id",
                                         client->id));
    }
    oa2_json_put_bool(model, "has_waiting", apps->nelts > 0);
    oa2_json_put_text(model, "apps",
                      oa2_settings_path(ctx->settings, "admin/apps",
                                        ctx->pool));
    oa2_json_put_bool(model, "has_more", apps->nelts > WAITING_MOST);
    *out = oa2_sheet_show(call, 200, OA2_PAGE_ADMIN_OVERVIEW, model);
    return NULL;
}

const oa2_endpoint_t oa2_endpoint_admin = {
    .name = "admin",
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

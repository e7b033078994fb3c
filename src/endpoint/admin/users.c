/* SPDX-License-Identifier: Apache-2.0 */
/*
 * users.c - admin/users: all users by name, those whose names begin so, or the
 * administrators.
 */
#include <string.h>

#include "domain/person/account.h"
#include "domain/person/role.h"
#include "domain/site/settings.h"
#include "endpoint/admin/whom.h"

#define TEXT_MAX 2048
#define ADMINISTRATORS "administrators"

static const oa2_field_t rows[] = {
    { "q", OA2_FIELD_LINE, 0, OA2_ACCOUNT_NAME_MAX,
      "User name, or its beginning", NULL, NULL, NULL },
    OA2_FIELDS_END
};

static const oa2_param_t params[] = {
    { "q", OA2_OPTIONAL, OA2_ONCE, TEXT_MAX, oa2_is_text },
    { "only", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    { "after", OA2_OPTIONAL, OA2_ONCE, TEXT_MAX, oa2_is_text },
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    OA2_PARAMS_END
};

static int only_administrators(const oa2_ctx_t *ctx)
{
    const char *only = oa2_params_get(ctx->params, "only");

    return only && strcmp(only, ADMINISTRATORS) == 0;
}

static oa2_err_t *find(apr_array_header_t **users, oa2_ctx_t *ctx,
                       const oa2_fields_t *fields)
{
    const char *after = oa2_params_get(ctx->params, "after");
    const char *beginning = oa2_fields_get(fields, "q");
    int n = OA2_SHEET_ROWS + 1;

    *users = apr_array_make(ctx->pool, 1, sizeof(oa2_user_t *));
    if (oa2_fields_failed(fields))
        return NULL;
    if (only_administrators(ctx))
        return oa2_user_list_administrators(users, ctx, after, n);
    if (beginning)
        return oa2_user_search(users, ctx, beginning, after, n);
    return oa2_user_list(users, ctx, after, n);
}

static void put_ways(cJSON *model, const oa2_call_t *call,
                     const oa2_fields_t *fields)
{
    const oa2_ctx_t *ctx = &call->ctx;

    oa2_admin_filter(model, call, fields);
    oa2_json_put_bool(model, "is_part", only_administrators(ctx)
                      || oa2_fields_get(fields, "q"));
    oa2_json_put_bool(model, "is_administrators", only_administrators(ctx));
    oa2_json_put_text(model, "all", oa2_settings_path(ctx->settings,
                                                      "admin/users",
                                                      ctx->pool));
    oa2_json_put_text(model, "administrators",
                      oa2_admin_path(call, "admin/users", "only",
                                     ADMINISTRATORS));
    oa2_json_put_text(model, "invite",
                      oa2_settings_path(ctx->settings, "admin/users/invite",
                                        ctx->pool));
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    static const char *const keep[] = { "q", "only", NULL };
    oa2_fields_t *fields = oa2_fields_make(rows, &call->ctx);
    cJSON *model = oa2_admin_model(call);
    cJSON *list = oa2_json_put_array(model, "users");
    apr_array_header_t *users;
    const char *last = NULL;
    int i;

    oa2_fields_read(fields, call->ctx.params);
    OA2_TRY(find(&users, &call->ctx, fields));
    for (i = 0; i < users->nelts && i < OA2_SHEET_ROWS; i++) {
        const oa2_user_t *user = APR_ARRAY_IDX(users, i, oa2_user_t *);

        last = user->name;
        /* Nobody can sign in by it, and its page would be another's. */
        if (!user->is_replaced)
            oa2_whom_put(oa2_json_push_object(list), call, user);
    }
    put_ways(model, call, fields);
    oa2_json_put_bool(model, "has_users", cJSON_GetArraySize(list) > 0);
    oa2_sheet_next(model, call, users->nelts > OA2_SHEET_ROWS ? last : NULL,
                   keep);
    *out = oa2_sheet_show(call, oa2_fields_failed(fields) ? 422 : 200,
                          OA2_PAGE_ADMIN_USERS, model);
    return NULL;
}

const oa2_endpoint_t oa2_endpoint_admin_users = {
    .name = "admin/users",
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

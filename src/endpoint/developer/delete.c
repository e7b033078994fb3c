/* SPDX-License-Identifier: Apache-2.0 */
/* delete.c - developer/delete/ID: an app ends, with all that it was given. */
#include "domain/client/team.h"
#include "domain/site/settings.h"
#include "endpoint/developer/own.h"

static const oa2_field_t rows[] = {
    { "name", OA2_FIELD_LINE, 1, 0, "The name of the app",
      "Type it, letter by letter.", NULL, NULL },
    OA2_FIELDS_END
};

static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    { "name", OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    OA2_PARAMS_END
};

static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       const oa2_own_t *own, const oa2_fields_t *fields,
                       const oa2_sheet_t *sheet)
{
    cJSON *model = oa2_own_model(call, own);
    oa2_app_numbers_t numbers;

    OA2_TRY(oa2_app_count(&numbers, &call->ctx, own->app->client->id));
    oa2_json_put_bool(model, "is_used", numbers.grants > 0);
    oa2_sheet_form(model, call, fields, "", sheet);
    return oa2_sheet_answer(out, call, 0, OA2_PAGE_DEVELOPER_DELETE, model,
                            sheet);
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_fields_t *fields = oa2_fields_make(rows, &call->ctx);
    const char *before = NULL;
    oa2_app_result_t result;
    oa2_sheet_t sheet = { 0 };
    oa2_own_t own;
    int is_form = call->method != OA2_GET;

    if (is_form) {
        OA2_TRY(oa2_sheet_open(&sheet, call, fields));
        if (!sheet.why)
            OA2_TRY(oa2_sheet_before(&before, call, &sheet));
        if (before) {
            *out = oa2_reply_redirect(call->ctx.pool, before);
            return NULL;
        }
    }
    OA2_TRY(oa2_own_open(&own, call, OA2_APP_OWNER));
    if (!is_form) {
        oa2_sheet_begin(fields, call);
        return show(out, call, &own, fields, NULL);
    }
    if (sheet.why || oa2_fields_failed(fields))
        return show(out, call, &own, fields, &sheet);
    OA2_TRY(oa2_app_delete(&result, &call->ctx, &own.who, call->rest,
                           oa2_fields_get(fields, "name")));
    OA2_TRY(oa2_own_check(&result, call));
    if (result.outcome == OA2_APP_DONE)
        return oa2_sheet_done(out, call, &sheet,
                              oa2_settings_path(call->ctx.settings,
                                                "developer", call->ctx.pool),
                              "app_deleted");
    oa2_own_fail(fields, call, &result);
    return show(out, call, &own, fields, &sheet);
}

const oa2_endpoint_t oa2_endpoint_developer_delete = {
    .name = "developer/delete",
    .below = 1,
    .metadata = NULL,
    .methods = OA2_GET | OA2_POST,
    .client = OA2_CLIENT_NONE,
    .asker = OA2_ASKER_SESSION,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

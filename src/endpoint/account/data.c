/* SPDX-License-Identifier: Apache-2.0 */
/*
 * data.c - account/data and account/export: what is kept of a user, to take
 * along.
 *
 * The file is the answer to a form of ours: it costs much to make, is an audit
 * event, and nothing that another site could have a browser ask for.
 */
#include "domain/person/export.h"
#include "domain/site/audit.h"
#include "domain/site/settings.h"
#include "endpoint/account/frame.h"

static const oa2_field_t rows[] = { OA2_FIELDS_END };

static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    OA2_PARAMS_END
};

/* sheet NULL: it is a GET. */
static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       const oa2_fields_t *fields, const oa2_sheet_t *sheet)
{
    const oa2_settings_t *settings = call->ctx.settings;
    cJSON *model = oa2_frame_model(call);

    oa2_json_put_text(model, "export",
                      oa2_settings_path(settings, "account/export",
                                        call->ctx.pool));
    if (settings->account_delete)
        oa2_json_put_text(model, "delete",
                          oa2_settings_path(settings, "account/data/delete",
                                            call->ctx.pool));
    oa2_sheet_form(model, call, fields, "", sheet);
    return oa2_sheet_answer(out, call, 0, OA2_PAGE_ACCOUNT_DATA, model, sheet);
}

static oa2_err_t *look(oa2_reply_t **out, oa2_call_t *call)
{
    return show(out, call, oa2_fields_make(rows, &call->ctx), NULL);
}

/* A file to be kept, and nothing for a browser to show. */
static oa2_err_t *hand_out(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    oa2_user_t *user;
    cJSON *json;

    OA2_TRY(oa2_user_find(&user, ctx, call->session->user));
    if (!user)
        return oa2_err_make(ctx->pool, &oa2_not_found, OA2_ID(5581),
                            "Your account is not there any more.",
                            "the user \"%s\" was removed meanwhile",
                            call->session->user);
    OA2_TRY(oa2_export_user(&json, ctx, user));
    oa2_audit(ctx, &oa2_event_user_exported, "user", user->name, NULL);
    *out = oa2_reply_json(ctx->pool, 200, json);
    apr_table_setn((*out)->headers, "Content-Disposition",
                   "attachment; filename=\"account.json\"");
    return NULL;
}

/* Its URL alone, after signing in for instance, is the page. */
static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_fields_t *fields = oa2_fields_make(rows, &call->ctx);
    oa2_sheet_t sheet;

    if (call->method == OA2_GET)
        return show(out, call, fields, NULL);
    OA2_TRY(oa2_sheet_open(&sheet, call, fields));
    return sheet.why ? show(out, call, fields, &sheet) : hand_out(out, call);
}

const oa2_endpoint_t oa2_endpoint_account_data = {
    .name = "account/data",
    .metadata = NULL,
    .methods = OA2_GET,
    .client = OA2_CLIENT_NONE,
    .asker = OA2_ASKER_SESSION,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .handle = look,
};

const oa2_endpoint_t oa2_endpoint_account_export = {
    .name = "account/export",
    .metadata = NULL,
    .methods = OA2_GET | OA2_POST,
    .client = OA2_CLIENT_NONE,
    .asker = OA2_ASKER_SESSION,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * delete.c - account/data/delete: a user deletes the own account, where
 * OAuth2AccountDelete is On.
 *
 * The password is asked for once more, and that it is meant.  Afterwards there
 * is no session, so the page that says so is the answer itself.
 */
#include "domain/person/account.h"
#include "domain/site/settings.h"
#include "endpoint/account/frame.h"
#include "endpoint/signin/interaction.h"

static const oa2_field_t rows[] = {
    { "password", OA2_FIELD_SECRET, 1, 0, "Your password", NULL, NULL,
      "current-password" },
    { "sure", OA2_FIELD_CHECK, 1, 0,
      "I know that this cannot be undone.", NULL, NULL, NULL },
    OA2_FIELDS_END
};

static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    { "password", OA2_OPTIONAL, OA2_SECRET, OA2_PARAMS_BYTES, oa2_is_any },
    { "sure", OA2_OPTIONAL, OA2_SECRET, OA2_PARAMS_BYTES, oa2_is_any },
    OA2_PARAMS_END
};

static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       const oa2_fields_t *fields, const oa2_sheet_t *sheet)
{
    cJSON *model = oa2_frame_model(call);

    oa2_json_put_text(model, "export",
                      oa2_settings_path(call->ctx.settings, "account/data",
                                        call->ctx.pool));
    oa2_sheet_form(model, call, fields, "", sheet);
    return oa2_sheet_answer(out, call, 0, OA2_PAGE_ACCOUNT_DELETE, model,
                            sheet);
}

/* Nobody is signed in any more: without the frame. */
static oa2_reply_t *show_done(oa2_call_t *call)
{
    oa2_page_common_t common = oa2_reply_common(call);
    cJSON *model = oa2_page_model(&common, call->ctx.pool);

    oa2_json_put_bool(model, "is_done", 1);
    oa2_json_put_text(model, "user", call->session->user);
    oa2_reply_cookie(call, OA2_SESSION_COOKIE, NULL, 0);
    return oa2_sheet_show(call, 200, OA2_PAGE_ACCOUNT_DELETE, model);
}

static oa2_err_t *remove_account(oa2_reply_t **out, oa2_call_t *call,
                                 const oa2_sheet_t *sheet)
{
    oa2_account_remove_t removed;
    const char *app;

    OA2_TRY(oa2_account_remove(&removed, &app, &call->ctx,
                               call->session->user));
    switch (removed) {
    case OA2_ACCOUNT_OWNS_APP:
        oa2_fields_fail(sheet->fields, "sure", oa2_say(
            &call->ctx, "You are the only owner of the app \"{{app}}\". "
            "Please make somebody else an owner, or delete the app first.",
            "app", app, NULL));
        break;
    case OA2_ACCOUNT_LAST:
        oa2_fields_fail(sheet->fields, "sure", oa2_say(
            &call->ctx, "You are the last administrator who can sign in. "
            "Please make somebody else one first.", NULL));
        break;
    default:
        *out = show_done(call);
        return NULL;
    }
    return show(out, call, sheet->fields, sheet);
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_fields_t *fields = oa2_fields_make(rows, &call->ctx);
    const char *problem = NULL;
    oa2_sheet_t sheet;

    if (!call->ctx.settings->account_delete)
        return oa2_err_make(call->ctx.pool, &oa2_not_found, OA2_ID(5582),
                            "Accounts cannot be deleted here. Please ask the "
                            "administrator of this site.",
                            "account/data/delete was asked for, and "
                            "OAuth2AccountDelete is Off");
    if (call->browser.remote_user)
        oa2_fields_drop(fields, "password");
    if (call->method == OA2_GET)
        return show(out, call, fields, NULL);
    OA2_TRY(oa2_sheet_open(&sheet, call, fields));
    if (sheet.why || oa2_fields_failed(fields))
        return show(out, call, fields, &sheet);
    OA2_TRY(oa2_sheet_prove(&problem, call, call->browser.remote_user ? NULL
                            : oa2_fields_get(fields, "password")));
    if (problem) {
        oa2_fields_fail(fields, "password", problem);
        return show(out, call, fields, &sheet);
    }
    return remove_account(out, call, &sheet);
}

const oa2_endpoint_t oa2_endpoint_account_delete = {
    .name = "account/data/delete",
    .metadata = NULL,
    .methods = OA2_GET | OA2_POST,
    .client = OA2_CLIENT_NONE,
    .asker = OA2_ASKER_SESSION,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

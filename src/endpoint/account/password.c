/* SPDX-License-Identifier: Apache-2.0 */
/*
 * password.c - account/password: a user chooses another password.
 *
 * The one before has to be typed: a session that was left open is not enough
 * (OWASP ASVS 2.1.6).  A new password ends all sessions, so this browser is
 * signed in anew.
 */
#include <string.h>

#include "domain/person/account.h"
#include "domain/person/password.h"
#include "domain/site/audit.h"
#include "domain/site/settings.h"
#include "endpoint/account/frame.h"

static const oa2_field_t rows[] = {
    { "current", OA2_FIELD_SECRET, 1, 0, "The password that you have now",
      NULL, NULL, "current-password" },
    { "password", OA2_FIELD_NEW_SECRET, 1, 0, "New password",
      "At least 12 characters. Several words that have nothing to do with each "
      "other are good; common words, years and your name are not.", NULL,
      "new-password" },
    { "again", OA2_FIELD_NEW_SECRET, 1, 0, "New password, once more", NULL,
      NULL, "new-password" },
    OA2_FIELDS_END
};

static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    { "current", OA2_OPTIONAL, OA2_SECRET, OA2_PARAMS_BYTES, oa2_is_any },
    { "password", OA2_OPTIONAL, OA2_SECRET, OA2_PARAMS_BYTES, oa2_is_any },
    { "again", OA2_OPTIONAL, OA2_SECRET, OA2_PARAMS_BYTES, oa2_is_any },
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    OA2_PARAMS_END
};

/* Whether the module itself has the password. */
static int is_own(const oa2_user_t *user)
{
    return user && user->provider
        && strcmp(user->provider, OA2_ACCOUNT_OWN) == 0;
}

static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       const oa2_fields_t *fields, const oa2_sheet_t *sheet)
{
    oa2_user_t *user;
    cJSON *model = oa2_frame_model(call);

    OA2_TRY(oa2_user_find(&user, &call->ctx, call->session->user));
    oa2_json_put_bool(model, "is_own", is_own(user));
    oa2_sheet_form(model, call, fields, "", sheet);
    return oa2_sheet_answer(out, call, 0, OA2_PAGE_ACCOUNT_PASSWORD, model,
                            sheet);
}

/* What the user may not choose, and whether it is the user who chooses. */
static oa2_err_t *check(oa2_call_t *call, oa2_fields_t *fields,
                        const oa2_user_t *user)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *password = oa2_fields_get(fields, "password");
    const char *problem = oa2_password_refusal(
        ctx, password, oa2_fields_get(fields, "again"), call->session->user);

    if (!is_own(user))
        problem = oa2_say(ctx, "Your password is not kept here: it is changed "
                          "where you got it.", NULL);
    if (problem)
        oa2_fields_fail(fields, "password", problem);
    if (oa2_fields_failed(fields))
        return NULL;
    OA2_TRY(oa2_sheet_prove(&problem, call, oa2_fields_get(fields,
                                                           "current")));
    if (problem)
        oa2_fields_fail(fields, "current", problem);
    return NULL;
}

static oa2_err_t *save(oa2_reply_t **out, oa2_call_t *call,
                       const oa2_sheet_t *sheet)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *user = call->session->user;
    const char *hash = oa2_password_hash(
        ctx->pool, oa2_fields_get(sheet->fields, "password"));
    int done;

    if (!hash)
        return oa2_err_make(ctx->pool, &oa2_server_error, OA2_ID(5530), NULL,
                            "could not hash a password");
    OA2_TRY(oa2_user_set_password(&done, ctx, user, hash));
    oa2_audit(ctx, &oa2_event_password_set, "user", user, NULL);
    return oa2_sheet_done(out, call, sheet,
                          oa2_settings_path(ctx->settings, "account/password",
                                            ctx->pool), "password");
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_fields_t *fields = oa2_fields_make(rows, &call->ctx);
    oa2_sheet_t sheet;
    oa2_user_t *user;

    if (call->method == OA2_GET)
        return show(out, call, fields, NULL);
    OA2_TRY(oa2_sheet_open(&sheet, call, fields));
    if (!sheet.why) {
        OA2_TRY(oa2_user_find(&user, &call->ctx, call->session->user));
        OA2_TRY(check(call, fields, user));
    }
    if (!sheet.why && !oa2_fields_failed(fields))
        return save(out, call, &sheet);
    return show(out, call, fields, &sheet);
}

const oa2_endpoint_t oa2_endpoint_account_password = {
    .name = "account/password",
    .metadata = NULL,
    .methods = OA2_GET | OA2_POST,
    .client = OA2_CLIENT_NONE,
    .asker = OA2_ASKER_SESSION,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

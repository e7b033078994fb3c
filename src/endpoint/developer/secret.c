/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secret.c - developer/secret/ID: an app gets another secret.
 *
 * Who sends the form twice gets the same secret twice: it is claimed before it
 * is set, since a second rotation would end the one that is in use.
 */
#include <string.h>

#include <apr_strings.h>

#include "base/crypto.h"
#include "base/text/units.h"
#include "domain/client/client.h"
#include "domain/client/team.h"
#include "endpoint/developer/own.h"

static const oa2_field_t rows[] = {
    { "overlap", OA2_FIELD_CHOICE, 1, 0, "How long the old secret stays good",
      "Time to put the new one everywhere where the app runs.", NULL, NULL },
    { "password", OA2_FIELD_SECRET, 0, 0, "Your password", NULL, NULL,
      "current-password" },
    OA2_FIELDS_END
};

static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    { "overlap", OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    OA2_PARAMS_END
};

static oa2_fields_t *make(const oa2_call_t *call)
{
    const oa2_ctx_t *ctx = &call->ctx;
    oa2_fields_t *fields = oa2_fields_make(rows, ctx);

    oa2_fields_option(fields, "overlap", "3600",
                      oa2_say(ctx, "1 hour", NULL), NULL);
    oa2_fields_option(fields, "overlap", "86400",
                      oa2_say(ctx, "1 day", NULL), NULL);
    oa2_fields_option(fields, "overlap", "604800",
                      oa2_say(ctx, "7 days", NULL), NULL);
    oa2_fields_option(fields, "overlap", "0",
                      oa2_say(ctx, "Not at all", NULL),
                      oa2_say(ctx, "Somebody else may know it: it ends now.",
                              NULL));
    oa2_fields_set(fields, "overlap", "86400");
    if (call->browser.remote_user)
        oa2_fields_drop(fields, "password");
    return fields;
}

static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       const oa2_own_t *own, const oa2_fields_t *fields,
                       const oa2_sheet_t *sheet)
{
    cJSON *model = oa2_own_model(call, own);

    oa2_sheet_form(model, call, fields, "", sheet);
    return oa2_sheet_answer(out, call, 0, OA2_PAGE_DEVELOPER_SECRET, model,
                            sheet);
}

static oa2_err_t *show_secret(oa2_reply_t **out, oa2_call_t *call,
                              const oa2_own_t *own, const char *secret)
{
    cJSON *model = oa2_own_model(call, own);

    oa2_json_put_bool(model, "is_rotated", 1);
    oa2_json_put_text(model, "secret", secret);
    *out = oa2_sheet_show(call, 200, OA2_PAGE_DEVELOPER_SECRET, model);
    return NULL;
}

static oa2_err_t *rotate(oa2_reply_t **out, oa2_call_t *call,
                         const oa2_own_t *own, const oa2_sheet_t *sheet)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *secret = oa2_client_new_secret(ctx->pool);
    const char *problem, *before;
    oa2_app_result_t result;
    apr_int64_t overlap;
    int first;

    problem = oa2_units_number(&overlap, oa2_fields_get(sheet->fields,
                                                        "overlap"),
                               0, APR_INT64_MAX, ctx->pool);
    if (problem) {
        oa2_fields_fail(sheet->fields, "overlap",
                        oa2_sheet_said(call, problem));
        return show(out, call, own, sheet->fields, sheet);
    }
    OA2_TRY(oa2_sheet_claim(&first, call, sheet, secret));
    if (!first) {
        OA2_TRY(oa2_sheet_before(&before, call, sheet));
        return before ? show_secret(out, call, own, before)
                      : show(out, call, own, sheet->fields, sheet);
    }
    OA2_TRY(oa2_app_rotate_secret(
        &result, ctx, &own->who, call->rest, overlap,
        oa2_digest_text(ctx->pool, secret)));
    OA2_TRY(oa2_own_check(&result, call));
    if (result.outcome == OA2_APP_DONE)
        return show_secret(out, call, own, secret);
    oa2_own_fail(sheet->fields, call, &result);
    return show(out, call, own, sheet->fields, sheet);
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_fields_t *fields = make(call);
    const char *problem;
    oa2_sheet_t sheet;
    oa2_own_t own;

    OA2_TRY(oa2_own_open(&own, call, OA2_APP_OWNER));
    if (call->method == OA2_GET) {
        oa2_sheet_begin(fields, call);
        return show(out, call, &own, fields, NULL);
    }
    OA2_TRY(oa2_sheet_open(&sheet, call, fields));
    if (sheet.why || oa2_fields_failed(fields)
        || oa2_client_is_public(own.app->client))
        return show(out, call, &own, fields, &sheet);
    OA2_TRY(oa2_sheet_prove(&problem, call,
                            call->browser.remote_user ? NULL
                            : oa2_fields_get(fields, "password")));
    if (problem) {
        oa2_fields_fail(fields, "password", problem);
        return show(out, call, &own, fields, &sheet);
    }
    return rotate(out, call, &own, &sheet);
}

const oa2_endpoint_t oa2_endpoint_developer_secret = {
    .name = "developer/secret",
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

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sessions.c - account/sessions: the browsers in which a user is signed in, and
 * signing out in one or in all others.
 *
 * That ends logins and not what apps were given, as the page to sign out does.
 */
#include "base/crypto.h"
#include "domain/person/device.h"
#include "domain/site/settings.h"
#include "endpoint/account/frame.h"

#define KEY_MAX 64

static const oa2_field_t rows[] = { OA2_FIELDS_END };

static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    { "session", OA2_OPTIONAL, OA2_ONCE, KEY_MAX, oa2_is_unreserved },
    { "others", OA2_OPTIONAL, OA2_ONCE, 1, oa2_is_unreserved },
    { "after", OA2_OPTIONAL, OA2_ONCE, KEY_MAX, oa2_is_unreserved },
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    OA2_PARAMS_END
};

static void put_session(cJSON *list, const oa2_call_t *call,
                        const oa2_session_t *session, int number)
{
    const oa2_ctx_t *ctx = &call->ctx;
    const char *here = call->session->digest;
    cJSON *item = oa2_json_push_object(list);

    oa2_json_put_number(item, "number", number);
    oa2_json_put_text(item, "session", oa2_session_id(session, ctx->pool));
    oa2_json_put_text(item, "device", oa2_device_tell(ctx, session->device));
    oa2_json_put_text(item, "address", session->address);
    oa2_json_put_bool(item, "current",
                      here && oa2_text_equal(here, session->digest));
    oa2_sheet_time(item, "since", session->authenticated);
    oa2_sheet_time(item, "used", session->used);
}

static oa2_err_t *put_sessions(cJSON *model, oa2_call_t *call)
{
    static const char *const keep[] = { NULL };
    oa2_ctx_t *ctx = &call->ctx;
    const char *after = oa2_params_get(ctx->params, "after");
    cJSON *list = oa2_json_put_array(model, "sessions");
    const oa2_session_t *last = NULL;
    apr_array_header_t *found;
    int i;

    OA2_TRY(oa2_session_list(&found, ctx, call->session->user, after,
                             OA2_SHEET_ROWS + 1));
    for (i = 0; i < found->nelts && i < OA2_SHEET_ROWS; i++) {
        last = &APR_ARRAY_IDX(found, i, oa2_session_t);
        put_session(list, call, last, i + 1);
    }
    oa2_json_put_bool(model, "has_sessions", found->nelts > 0);
    oa2_json_put_bool(model, "has_others", after || found->nelts > 1
                      || (found->nelts && !call->session->digest));
    oa2_sheet_next(model, call, found->nelts > OA2_SHEET_ROWS
                   ? oa2_session_key(last, ctx->pool) : NULL, keep);
    return NULL;
}

static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       const oa2_fields_t *fields, const oa2_sheet_t *sheet)
{
    cJSON *model = oa2_frame_model(call);

    OA2_TRY(put_sessions(model, call));
    oa2_sheet_form(model, call, fields, "", sheet);
    return oa2_sheet_answer(out, call, 0, OA2_PAGE_ACCOUNT_SESSIONS, model,
                            sheet);
}

/* What has ended already has ended. */
static oa2_err_t *end(oa2_reply_t **out, oa2_call_t *call,
                      const oa2_sheet_t *sheet)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *id = oa2_params_get(ctx->params, "session");
    int others = oa2_params_get(ctx->params, "others") != NULL;
    int done;

    if (others)
        OA2_TRY(oa2_browser_end_others(ctx, call->session));
    else if (id)
        OA2_TRY(oa2_browser_end_one(&done, ctx, call->session->user, id));
    return oa2_sheet_done(out, call, sheet,
                          oa2_settings_path(ctx->settings, "account/sessions",
                                            ctx->pool),
                          others ? "others_ended" : "session_ended");
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_fields_t *fields = oa2_fields_make(rows, &call->ctx);
    oa2_sheet_t sheet;

    if (call->method == OA2_GET)
        return show(out, call, fields, NULL);
    OA2_TRY(oa2_sheet_open(&sheet, call, fields));
    return sheet.why ? show(out, call, fields, &sheet)
                     : end(out, call, &sheet);
}

const oa2_endpoint_t oa2_endpoint_account_sessions = {
    .name = "account/sessions",
    .metadata = NULL,
    .methods = OA2_GET | OA2_POST,
    .client = OA2_CLIENT_NONE,
    .asker = OA2_ASKER_SESSION,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

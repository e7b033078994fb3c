/* SPDX-License-Identifier: Apache-2.0 */
/*
 * add.c - developer/add: a new app.
 *
 * Its secret is shown in the answer to the form, and nowhere again.  So who
 * sends the form twice gets that page twice, for one app.
 */
#include <string.h>

#include <apr_strings.h>

#include "domain/client/team.h"
#include "endpoint/developer/app_fields.h"

static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       const oa2_fields_t *fields, const oa2_sheet_t *sheet)
{
    cJSON *model = oa2_sheet_model(call);

    oa2_app_fields_terms(model, call);
    oa2_sheet_form(model, call, fields, "", sheet);
    return oa2_sheet_answer(out, call, 0, OA2_PAGE_DEVELOPER_ADD, model,
                            sheet);
}

/* answer: "ID SECRET", or "ID " of a public app. */
static oa2_err_t *show_added(oa2_reply_t **out, oa2_call_t *call,
                             const char *answer)
{
    apr_size_t len = strcspn(answer, " ");
    cJSON *model;
    oa2_own_t own;

    call->rest = apr_pstrmemdup(call->ctx.pool, answer, len);
    OA2_TRY(oa2_own_open(&own, call, OA2_APP_MEMBER));
    model = oa2_own_model(call, &own);
    oa2_json_put_bool(model, "is_new", 1);
    oa2_json_put_text(model, "secret", answer + len + 1);
    *out = oa2_sheet_show(call, 200, OA2_PAGE_DEVELOPER_SECRET, model);
    return NULL;
}

/* Of two forms at once each has made one: the later one's goes. */
static oa2_err_t *keep_one(oa2_reply_t **out, oa2_call_t *call,
                           const oa2_sheet_t *sheet,
                           const oa2_app_result_t *made)
{
    const char *answer = apr_pstrcat(call->ctx.pool, made->app->client->id,
                                     " ", made->secret, NULL);
    oa2_actor_t who = oa2_own_actor(call);
    oa2_app_result_t gone;
    const char *before;
    int first;

    OA2_TRY(oa2_sheet_claim(&first, call, sheet, answer));
    if (first)
        return show_added(out, call, answer);
    OA2_TRY(oa2_app_delete(&gone, &call->ctx, &who, made->app->client->id,
                           NULL));
    OA2_TRY(oa2_sheet_before(&before, call, sheet));
    return before ? show_added(out, call, before)
                  : show(out, call, sheet->fields, sheet);
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_fields_t *fields = oa2_app_fields(call);
    oa2_actor_t who = oa2_own_actor(call);
    oa2_app_result_t made;
    const char *before = NULL;
    oa2_sheet_t sheet;

    if (call->method == OA2_GET) {
        oa2_sheet_begin(fields, call);
        return show(out, call, fields, NULL);
    }
    OA2_TRY(oa2_sheet_open(&sheet, call, fields));
    if (!sheet.why)
        OA2_TRY(oa2_sheet_before(&before, call, &sheet));
    if (before)
        return show_added(out, call, before);
    if (!sheet.why)
        oa2_app_fields_check(fields, call, NULL);
    if (sheet.why || oa2_fields_failed(fields))
        return show(out, call, fields, &sheet);
    OA2_TRY(oa2_app_create(&made, &call->ctx, &who,
                           oa2_app_fields_texts(fields, call)));
    if (made.outcome == OA2_APP_DONE && made.app)
        return keep_one(out, call, &sheet, &made);
    oa2_own_fail(fields, call, &made);
    return show(out, call, fields, &sheet);
}

const oa2_endpoint_t oa2_endpoint_developer_add = {
    .name = "developer/add",
    .metadata = NULL,
    .methods = OA2_GET | OA2_POST,
    .client = OA2_CLIENT_NONE,
    .asker = OA2_ASKER_SESSION,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = oa2_app_params,
    .handle = handle,
};

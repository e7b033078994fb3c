/* SPDX-License-Identifier: Apache-2.0 */
/*
 * home.c - developer: the apps of who is signed in, and those whose teams want
 * him.
 */
#include "domain/client/team.h"

#include <string.h>

#include "domain/site/settings.h"
#include "endpoint/developer/own.h"
#include "store/invitation.h"

#define INVITATIONS 20          /* more are shown when these are answered */

static const oa2_field_t rows[] = { OA2_FIELDS_END };

static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    { "app", OA2_OPTIONAL, OA2_ONCE, 255, oa2_is_vschar },
    { "do", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    { "after", OA2_OPTIONAL, OA2_ONCE, 255, oa2_is_vschar },
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    OA2_PARAMS_END
};

static oa2_err_t *put_invitations(cJSON *model, oa2_call_t *call)
{
    cJSON *list = oa2_json_put_array(model, "invitations");
    apr_array_header_t *all;
    int i;

    OA2_TRY(oa2_invitation_list_user(&all, &call->ctx, call->session->user,
                                     NULL, INVITATIONS));
    for (i = 0; i < all->nelts; i++) {
        const oa2_invitation_t *one = &APR_ARRAY_IDX(all, i,
                                                     oa2_invitation_t);
        cJSON *item = oa2_json_push_object(list);

        oa2_json_put_number(item, "number", i + 1);
        oa2_json_put_text(item, "id", one->client_id);
        oa2_json_put_text(item, "name",
                          *one->app ? one->app : one->client_id);
        oa2_json_put_text(item, "by", one->by);
        oa2_json_put_bool(item, "owner",
                          strcmp(one->role, OA2_MEMBER_OWNER) == 0);
        oa2_sheet_time(item, "until", one->expires);
    }
    oa2_json_put_bool(model, "has_invitations", all->nelts > 0);
    return NULL;
}

static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       const oa2_fields_t *fields, const oa2_sheet_t *sheet)
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
    OA2_TRY(put_invitations(model, call));
    oa2_sheet_form(model, call, fields, "", sheet);
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
    return oa2_sheet_answer(out, call, 0, OA2_PAGE_DEVELOPER_HOME, model,
                            sheet);
}

static oa2_err_t *answer(oa2_reply_t **out, oa2_call_t *call,
                         const oa2_sheet_t *sheet)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *id = oa2_params_get(ctx->params, "app");
    const char *what = oa2_params_get(ctx->params, "do");
    int is_yes = what && strcmp(what, "accept") == 0;
    const char *user = call->session->user;
    const char *home = oa2_settings_path(ctx->settings, "developer",
                                         ctx->pool);
    oa2_app_result_t result;
    const char *before;

    OA2_TRY(oa2_sheet_before(&before, call, sheet));
    if (before) {
        *out = oa2_reply_redirect(ctx->pool, before);
        return NULL;
    }
    if (!id)
        id = "";
    if (is_yes)
        OA2_TRY(oa2_app_invitation_accept(&result, ctx, user, id));
    else
        OA2_TRY(oa2_app_invitation_decline(&result, ctx, user, id));
    if (result.outcome == OA2_APP_DONE)
        return oa2_sheet_done(out, call, sheet, is_yes
                              ? oa2_own_path(call, "developer/app", id) : home,
                              is_yes ? "joined" : "declined");
    if (result.outcome == OA2_APP_INVALID) {
        oa2_own_fail(sheet->fields, call, &result);
        return show(out, call, sheet->fields, sheet);
    }
    return oa2_sheet_done(out, call, sheet, home, "uninvited");
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_fields_t *fields = oa2_fields_make(rows, &call->ctx);
    oa2_sheet_t sheet;

    if (call->method == OA2_GET)
        return show(out, call, fields, NULL);
    OA2_TRY(oa2_sheet_open(&sheet, call, fields));
    return sheet.why ? show(out, call, fields, &sheet)
                     : answer(out, call, &sheet);
}

const oa2_endpoint_t oa2_endpoint_developer = {
    .name = "developer",
    .metadata = NULL,
    .methods = OA2_GET | OA2_POST,
    .client = OA2_CLIENT_NONE,
    .asker = OA2_ASKER_SESSION,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * team.c - developer/team/ID: who works on an app.  Members see it, and may
 * leave; owners change it.  That the last owner stays is domain/client/team's.
 */
#include "domain/client/team.h"

#include <string.h>

#include "domain/site/settings.h"
#include "endpoint/developer/own.h"
#include "store/invitation.h"

#define REMOVE "remove"

static const oa2_field_t rows[] = {
    { "member", OA2_FIELD_LINE, 1, 255, "User name",
      "Of somebody who has signed in here before, and is asked first.", NULL,
      NULL },
    { "role", OA2_FIELD_CHOICE, 0, 0, "Role", NULL, NULL, NULL },
    OA2_FIELDS_END
};

/* do: the button beside somebody: remove, owner or member; none: the form. */
static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    { "member", OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    { "role", OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    { "do", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    OA2_PARAMS_END
};

static oa2_fields_t *make(const oa2_ctx_t *ctx)
{
    oa2_fields_t *fields = oa2_fields_make(rows, ctx);

    oa2_fields_option(fields, "role", OA2_MEMBER_MEMBER,
                      oa2_say(ctx, "app.role.member", NULL),
                      oa2_say(ctx, "Changes the app and submits it.", NULL));
    oa2_fields_option(fields, "role", OA2_MEMBER_OWNER,
                      oa2_say(ctx, "app.role.owner", NULL),
                      oa2_say(ctx, "Also changes the team and the secret, and "
                              "deletes the app.", NULL));
    oa2_fields_set(fields, "role", OA2_MEMBER_MEMBER);
    return fields;
}

static oa2_err_t *put_invited(cJSON *model, oa2_call_t *call, const char *id)
{
    cJSON *list = oa2_json_put_array(model, "invited");
    apr_array_header_t *all;
    int i;

    OA2_TRY(oa2_invitation_list(&all, &call->ctx, id));
    for (i = 0; i < all->nelts; i++) {
        const oa2_invitation_t *one = &APR_ARRAY_IDX(all, i,
                                                     oa2_invitation_t);
        cJSON *item = oa2_json_push_object(list);

        oa2_json_put_text(item, "user", one->user);
        oa2_json_put_bool(item, "owner",
                          strcmp(one->role, OA2_MEMBER_OWNER) == 0);
        oa2_sheet_time(item, "until", one->expires);
    }
    return NULL;
}

static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       const oa2_own_t *own, const oa2_fields_t *fields,
                       const oa2_sheet_t *sheet)
{
    cJSON *model = oa2_own_model(call, own);
    cJSON *list = oa2_json_put_array(model, "members");
    apr_array_header_t *members;
    int i;

    OA2_TRY(put_invited(model, call, own->app->client->id));
    OA2_TRY(oa2_member_list(&members, &call->ctx, own->app->client->id));
    for (i = 0; i < members->nelts; i++) {
        const oa2_member_t *one = &APR_ARRAY_IDX(members, i, oa2_member_t);
        cJSON *item = oa2_json_push_object(list);

        oa2_json_put_text(item, "user", one->user);
        oa2_json_put_bool(item, "owner",
                          strcmp(one->role, OA2_MEMBER_OWNER) == 0);
        oa2_json_put_bool(item, "self",
                          strcmp(one->user, call->session->user) == 0);
        oa2_sheet_time(item, "since", one->since);
    }
    oa2_sheet_form(model, call, fields, "", sheet);
    return oa2_sheet_answer(out, call, 0, OA2_PAGE_DEVELOPER_TEAM, model,
                            sheet);
}

/* Who has left does not see the page any more. */
static oa2_err_t *lead_on(oa2_reply_t **out, oa2_call_t *call,
                          const oa2_sheet_t *sheet, const char *done)
{
    const oa2_actor_t who = oa2_own_actor(call);
    oa2_app_role_t role;

    OA2_TRY(oa2_app_role(&role, &call->ctx, &who, call->rest));
    return oa2_sheet_done(out, call, sheet, role == OA2_APP_NOBODY
                          ? oa2_settings_path(call->ctx.settings, "developer",
                                              call->ctx.pool)
                          : oa2_own_path(call, "developer/team", call->rest),
                          done);
}

static oa2_err_t *change(oa2_reply_t **out, oa2_call_t *call,
                         const oa2_own_t *own, const oa2_sheet_t *sheet)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *what = oa2_params_get(ctx->params, "do");
    const char *name = oa2_fields_get(sheet->fields, "member");
    oa2_app_result_t result;

    if (!what)
        what = oa2_fields_get(sheet->fields, "role");
    if (what && strcmp(what, REMOVE) == 0)
        OA2_TRY(oa2_app_member_remove(&result, ctx, &own->who, call->rest,
                                      name));
    else
        OA2_TRY(oa2_app_member_set(&result, ctx, &own->who, call->rest, name,
                                   what ? what : OA2_MEMBER_MEMBER));
    if (result.outcome == OA2_APP_DONE)
        return lead_on(out, call, sheet,
                       result.is_invited ? "invited" : "team");
    if (result.outcome == OA2_APP_FORBIDDEN)
        return oa2_own_refuse(call);
    OA2_TRY(oa2_own_check(&result, call));
    oa2_own_fail(sheet->fields, call, &result);
    if (result.outcome == OA2_APP_CHANGED)
        oa2_fields_fail(sheet->fields, "member", oa2_say(
            ctx, "The team has changed meanwhile. Please look, and do it "
            "again.", NULL));
    return show(out, call, own, sheet->fields, sheet);
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_fields_t *fields = make(&call->ctx);
    oa2_sheet_t sheet;
    oa2_own_t own;

    OA2_TRY(oa2_own_open(&own, call, OA2_APP_MEMBER));
    if (call->method == OA2_GET) {
        oa2_sheet_begin(fields, call);
        return show(out, call, &own, fields, NULL);
    }
    OA2_TRY(oa2_sheet_open(&sheet, call, fields));
    if (sheet.why || oa2_fields_failed(fields))
        return show(out, call, &own, fields, &sheet);
    return change(out, call, &own, &sheet);
}

const oa2_endpoint_t oa2_endpoint_developer_team = {
    .name = "developer/team",
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

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * user.c - admin/users/user: what is known of a user; POST disables, enables,
 * and signs out everywhere.
 */
#include <string.h>

#include "domain/person/role.h"
#include "domain/site/settings.h"
#include "endpoint/admin/whom.h"
#include "store/claim.h"

static const oa2_field_t rows[] = {
    OA2_FIELDS_END
};

static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    { OA2_WHOM_PARAM, OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    { "do", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    OA2_PARAMS_END
};

static const char *shown(const oa2_claim_t *claim, apr_pool_t *pool)
{
    const cJSON *json = oa2_json_parse(claim->value, strlen(claim->value),
                                       pool);

    return json && cJSON_IsString(json) ? json->valuestring : claim->value;
}

static oa2_err_t *put_claims(cJSON *model, oa2_ctx_t *ctx,
                             const oa2_user_t *user)
{
    cJSON *list = oa2_json_put_array(model, "claims");
    apr_array_header_t *claims;
    int i;

    OA2_TRY(oa2_claim_list(&claims, ctx, user->name));
    for (i = 0; i < claims->nelts; i++) {
        const oa2_claim_t *claim = &APR_ARRAY_IDX(claims, i, oa2_claim_t);
        cJSON *item = oa2_json_push_object(list);

        oa2_json_put_text(item, "name", claim->name);
        oa2_json_put_text(item, "value", shown(claim, ctx->pool));
        oa2_json_put_bool(item, "is_profile",
                          strcmp(claim->source, OA2_CLAIM_OF_PROFILE) == 0);
        oa2_sheet_time(item, "updated", claim->updated);
    }
    oa2_json_put_bool(model, "has_claims", claims->nelts > 0);
    return NULL;
}

/* problem NULL: none. */
static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       const oa2_user_t *user, const oa2_sheet_t *sheet,
                       const char *problem)
{
    oa2_fields_t *fields = oa2_fields_make(rows, &call->ctx);
    cJSON *model = oa2_whom_model(call, user);

    OA2_TRY(put_claims(model, &call->ctx, user));
    oa2_json_put_text(model, "roles_href",
                      oa2_whom_path(call, "admin/users/roles", user->name));
    oa2_json_put_text(model, "link_href",
                      oa2_whom_path(call, "admin/users/link", user->name));
    oa2_json_put_text(model, "audit",
                      oa2_admin_path(call, "admin/audit", "user",
                                     user->name));
    oa2_json_put_bool(model, "may_link", oa2_ticket_is_for(user));
    oa2_json_put_text(model, "problem", problem);
    oa2_sheet_form(model, call, fields, "", sheet);
    return oa2_sheet_answer(out, call, problem ? 409 : 0, OA2_PAGE_ADMIN_USER,
                            model, sheet);
}

/* *done: the word of what was done; NULL: no button of the page says that. */
static oa2_err_t *obey(oa2_managed_t *managed, const char **done,
                       oa2_call_t *call, const oa2_user_t *user)
{
    const char *what = oa2_params_get(call->ctx.params, "do");
    const oa2_manager_t who = oa2_admin_manager(call);

    *done = NULL;
    if (!what)
        return NULL;
    if (strcmp(what, "sign_out") == 0) {
        *done = "user_signed_out";
        return oa2_manage_sign_out(managed, &call->ctx, &who, user->name);
    }
    if (strcmp(what, "disable") == 0)
        *done = "user_disabled";
    else if (strcmp(what, "enable") == 0)
        *done = "user_enabled";
    return *done ? oa2_manage_disable(managed, &call->ctx, &who, user->name,
                                      strcmp(what, "disable") == 0)
                 : NULL;
}

static oa2_err_t *change(oa2_reply_t **out, oa2_call_t *call,
                         const oa2_user_t *user, const oa2_sheet_t *sheet)
{
    const char *before, *done, *problem;
    oa2_managed_t managed;

    OA2_TRY(oa2_sheet_before(&before, call, sheet));
    if (before) {
        *out = oa2_reply_redirect(call->ctx.pool, before);
        return NULL;
    }
    OA2_TRY(obey(&managed, &done, call, user));
    problem = done ? oa2_whom_said(call, managed.outcome) : NULL;
    if (!done || problem)
        return show(out, call, user, sheet, problem);
    return oa2_sheet_done(out, call, sheet,
                          oa2_whom_path(call, "admin/users/user", user->name),
                          done);
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_fields_t *fields = oa2_fields_make(rows, &call->ctx);
    oa2_sheet_t sheet;
    oa2_user_t *user;

    OA2_TRY(oa2_whom_open(&user, call));
    if (call->method == OA2_GET)
        return show(out, call, user, NULL, NULL);
    OA2_TRY(oa2_sheet_open(&sheet, call, fields));
    return sheet.why ? show(out, call, user, &sheet, NULL)
                     : change(out, call, user, &sheet);
}

const oa2_endpoint_t oa2_endpoint_admin_user = {
    .name = "admin/users/user",
    .metadata = NULL,
    .methods = OA2_GET | OA2_POST,
    .client = OA2_CLIENT_NONE,
    .asker = OA2_ASKER_SESSION,
    .role = OA2_ROLE_ADMINISTRATOR,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

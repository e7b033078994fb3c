/* SPDX-License-Identifier: Apache-2.0 */
/*
 * invite.c - admin/users/invite: a new user, who chooses the password by a
 * link.
 */
#include "domain/person/account.h"
#include "domain/person/role.h"
#include "endpoint/admin/given.h"

static const oa2_field_t rows[] = {
    { OA2_WHOM_PARAM, OA2_FIELD_LINE, 1, OA2_ACCOUNT_NAME_MAX, "User name",
      "By which the user signs in.", NULL, NULL },
    { "mail", OA2_FIELD_LINE, 0, OA2_GIVEN_MAIL_MAX, "Mail address",
      "Where to send the link. Without one it is shown to you, once.",
      oa2_given_check, NULL },
    OA2_FIELDS_END
};

static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    { OA2_WHOM_PARAM, OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    { "mail", OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    OA2_PARAMS_END
};

/* *name: as it was meant; unset when it cannot be one. */
static void read_name(const char **name, oa2_fields_t *fields,
                      const oa2_call_t *call)
{
    const char *typed = oa2_fields_get(fields, OA2_WHOM_PARAM);
    const char *problem = typed
        ? oa2_account_name(name, typed, call->ctx.pool) : NULL;

    if (problem)
        oa2_fields_fail(fields, OA2_WHOM_PARAM, oa2_sheet_said(call, problem));
}

static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       const oa2_fields_t *fields, const oa2_sheet_t *sheet)
{
    cJSON *model = oa2_admin_model(call);

    oa2_sheet_form(model, call, fields, "", sheet);
    return oa2_sheet_answer(out, call, 0, OA2_PAGE_ADMIN_INVITE, model, sheet);
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_fields_t *fields = oa2_fields_make(rows, &call->ctx);
    const char *problem, *name = NULL;
    oa2_sheet_t sheet;

    oa2_given_mail(fields, "mail", call);
    if (call->method == OA2_GET) {
        oa2_sheet_begin(fields, call);
        return show(out, call, fields, NULL);
    }
    OA2_TRY(oa2_sheet_open(&sheet, call, fields));
    read_name(&name, fields, call);
    if (sheet.why || oa2_fields_failed(fields))
        return show(out, call, fields, &sheet);
    OA2_TRY(oa2_given_link(out, &problem, call, &sheet,
                           &oa2_ticket_invitation, name));
    if (!problem)
        return NULL;
    oa2_fields_fail(fields, OA2_WHOM_PARAM, problem);
    return show(out, call, fields, &sheet);
}

const oa2_endpoint_t oa2_endpoint_admin_invite = {
    .name = "admin/users/invite",
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

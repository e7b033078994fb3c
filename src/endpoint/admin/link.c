/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link.c - admin/users/link: a link by which a user who is there chooses a
 * password: the first one, or another.
 */
#include "domain/person/role.h"
#include "endpoint/admin/given.h"

static const oa2_field_t rows[] = {
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

static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       const oa2_user_t *user, const oa2_fields_t *fields,
                       const oa2_sheet_t *sheet, const char *problem)
{
    cJSON *model = oa2_whom_model(call, user);

    oa2_json_put_text(model, "problem", problem);
    oa2_sheet_form(model, call, fields, "", sheet);
    return oa2_sheet_answer(out, call, problem ? 409 : 0, OA2_PAGE_ADMIN_LINK,
                            model, sheet);
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_fields_t *fields = oa2_fields_make(rows, &call->ctx);
    const char *problem;
    oa2_sheet_t sheet;
    oa2_user_t *user;

    OA2_TRY(oa2_whom_open(&user, call));
    oa2_given_mail(fields, "mail", call);
    if (call->method == OA2_GET) {
        oa2_sheet_begin(fields, call);
        return show(out, call, user, fields, NULL, NULL);
    }
    OA2_TRY(oa2_sheet_open(&sheet, call, fields));
    if (sheet.why || oa2_fields_failed(fields))
        return show(out, call, user, fields, &sheet, NULL);
    OA2_TRY(oa2_given_link(out, &problem, call, &sheet,
                           user->password ? &oa2_ticket_reset
                                          : &oa2_ticket_invitation,
                           user->name));
    return problem ? show(out, call, user, fields, &sheet, problem) : NULL;
}

const oa2_endpoint_t oa2_endpoint_admin_link = {
    .name = "admin/users/link",
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

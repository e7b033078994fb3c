/* SPDX-License-Identifier: Apache-2.0 */
/*
 * roles.c - admin/users/roles: what a user may do.
 *
 * The form says which roles the page was made of, and what was typed is the
 * difference to these: what somebody else gives or takes meanwhile counts as
 * well.
 */
#include "domain/person/role.h"

#include <string.h>

#include "base/text/words.h"
#include "endpoint/admin/whom.h"

#define ROLES_MAX 1000

static const char *check(const char *roles, const oa2_ctx_t *ctx);

static const oa2_field_t rows[] = {
    { "administrator", OA2_FIELD_CHECK, 0, 0,
      "Administrator: may use these pages", NULL, NULL, NULL },
    { "roles", OA2_FIELD_LINE, 0, ROLES_MAX, "More roles",
      "Words with spaces between them, which \"Require oauth2-role\" can ask "
      "for.", check, NULL },
    OA2_FIELDS_END
};

static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    { OA2_WHOM_PARAM, OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    { "administrator", OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    { "roles", OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    OA2_PARAMS_END
};

static const char *check(const char *roles, const oa2_ctx_t *ctx)
{
    const apr_array_header_t *words = oa2_words_split(roles, ctx->pool);
    int i;

    for (i = 0; i < words->nelts; i++)
        if (oa2_role_problem(APR_ARRAY_IDX(words, i, const char *)))
            return oa2_say(ctx, "A role is a word of at most 64 letters, "
                           "digits and signs of ASCII, without \" and \\.",
                           NULL);
    return NULL;
}

static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       const oa2_user_t *user, oa2_fields_t *fields,
                       const oa2_sheet_t *sheet)
{
    cJSON *model = oa2_whom_model(call, user);
    const char *shown = sheet && !sheet->why ? sheet->shown : user->roles;

    oa2_sheet_form(model, call, fields, shown, sheet);
    return oa2_sheet_answer(out, call, 0, OA2_PAGE_ADMIN_ROLES, model, sheet);
}

/* What was typed, as words, each once. */
static const char *wanted(const oa2_fields_t *fields, apr_pool_t *pool)
{
    const char *roles = oa2_fields_get(fields, "roles");

    return oa2_words_union(oa2_fields_get(fields, "administrator")
                           ? OA2_ROLE_ADMINISTRATOR : "",
                           roles ? roles : "", pool);
}

/* Into the fields: why what was typed cannot be. */
static oa2_err_t *save(oa2_call_t *call, const oa2_user_t *user,
                       const oa2_sheet_t *sheet)
{
    apr_pool_t *pool = call->ctx.pool;
    const oa2_manager_t who = oa2_admin_manager(call);
    const char *roles = wanted(sheet->fields, pool);
    const char *problem;
    oa2_managed_t managed;

    if (strlen(roles) + strlen(user->roles) > ROLES_MAX) {
        oa2_fields_fail(sheet->fields, "roles",
                        oa2_say(&call->ctx, "There are too many roles.",
                                NULL));
        return NULL;
    }
    OA2_TRY(oa2_manage_roles(&managed, &call->ctx, &who, user->name,
                             oa2_words_minus(roles, sheet->shown, pool),
                             oa2_words_minus(sheet->shown, roles, pool)));
    problem = oa2_whom_said(call, managed.outcome);
    if (problem)
        oa2_fields_fail(sheet->fields, "administrator", problem);
    return NULL;
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_fields_t *fields = oa2_fields_make(rows, &call->ctx);
    oa2_sheet_t sheet;
    oa2_user_t *user;

    OA2_TRY(oa2_whom_open(&user, call));
    if (call->method == OA2_GET) {
        oa2_fields_set(fields, "administrator",
                       oa2_words_has(user->roles, OA2_ROLE_ADMINISTRATOR)
                       ? "1" : NULL);
        oa2_fields_set(fields, "roles",
                       oa2_words_minus(user->roles, OA2_ROLE_ADMINISTRATOR,
                                       call->ctx.pool));
        oa2_sheet_begin(fields, call);
        return show(out, call, user, fields, NULL);
    }
    OA2_TRY(oa2_sheet_open(&sheet, call, fields));
    if (!sheet.why && !oa2_fields_failed(fields))
        OA2_TRY(save(call, user, &sheet));
    if (sheet.why || oa2_fields_failed(fields))
        return show(out, call, user, fields, &sheet);
    return oa2_sheet_done(out, call, &sheet,
                          oa2_whom_path(call, "admin/users/user", user->name),
                          "user_roles");
}

const oa2_endpoint_t oa2_endpoint_admin_roles = {
    .name = "admin/users/roles",
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

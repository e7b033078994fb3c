/* SPDX-License-Identifier: Apache-2.0 */
/* given.c - see given.h */
#include "endpoint/admin/given.h"

#include <string.h>

#include <apr_strings.h>

#include "base/text/message.h"
#include "domain/site/settings.h"

void oa2_given_mail(oa2_fields_t *fields, const char *field,
                    const oa2_call_t *call)
{
    if (!call->ctx.settings->mail_command)
        oa2_fields_drop(fields, field);
}

const char *oa2_given_check(const char *value, const oa2_ctx_t *ctx)
{
    return oa2_message_is_address(value) ? NULL
        : oa2_say(ctx, "This is no plain address as ann@example.com.", NULL);
}

static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call, const char *name,
                       const oa2_ticket_link_t *link)
{
    oa2_user_t *user;
    cJSON *model;

    OA2_TRY(oa2_user_find(&user, &call->ctx, name));
    if (!user)
        return oa2_err_make(call->ctx.pool, &oa2_not_found, OA2_ID(5651),
                            "There is no such user.", "the user \"%s\" was "
                            "removed while getting a link", name);
    model = oa2_whom_model(call, user);
    oa2_json_put_text(model, "link", link->url);
    oa2_sheet_time(model, "until", link->expires);
    *out = oa2_sheet_show(call, 200, OA2_PAGE_ADMIN_GIVEN, model);
    return NULL;
}

/* What the same form was answered: where it led (a path), or the link as
   "EXPIRES URL". */
static oa2_err_t *again(oa2_reply_t **out, oa2_call_t *call, const char *name,
                        const char *before)
{
    oa2_ticket_link_t link;
    char *url;

    if (*before == '/') {
        *out = oa2_reply_redirect(call->ctx.pool, before);
        return NULL;
    }
    link.expires = apr_strtoi64(before, &url, 10);
    link.url = url + (*url == ' ');
    return show(out, call, name, &link);
}

oa2_err_t *oa2_given_link(oa2_reply_t **out, const char **problem,
                          oa2_call_t *call, const oa2_sheet_t *sheet,
                          const oa2_ticket_kind_t *kind, const char *name)
{
    oa2_ctx_t *ctx = &call->ctx;
    const oa2_manager_t who = oa2_admin_manager(call);
    const char *to = ctx->settings->mail_command
        ? oa2_fields_get(sheet->fields, "mail") : NULL;
    oa2_managed_t managed;
    const char *before;
    int first;

    *problem = NULL;
    OA2_TRY(oa2_sheet_before(&before, call, sheet));
    if (before)
        return again(out, call, name, before);
    OA2_TRY(oa2_manage_link(&managed, ctx, &who, kind, name, to));
    *problem = oa2_whom_said(call, managed.outcome);
    if (*problem)
        return NULL;
    name = managed.user->name;
    if (to)
        return oa2_sheet_done(out, call, sheet,
                              oa2_whom_path(call, "admin/users/user", name),
                              "user_mail");
    OA2_TRY(oa2_sheet_claim(&first, call, sheet, apr_psprintf(
        ctx->pool, "%" APR_INT64_T_FMT " %s", managed.link.expires,
        managed.link.url)));
    return show(out, call, name, &managed.link);
}

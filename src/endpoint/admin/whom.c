/* SPDX-License-Identifier: Apache-2.0 */
/* whom.c - see whom.h */
#include "endpoint/admin/whom.h"

#include <string.h>

#include "base/text/words.h"
#include "domain/person/account.h"
#include "domain/site/settings.h"

oa2_err_t *oa2_whom_open(oa2_user_t **out, oa2_call_t *call)
{
    oa2_user_t *user;

    OA2_TRY(oa2_user_find(&user, &call->ctx,
                          oa2_admin_of(call, OA2_WHOM_PARAM)));
    if (!user)
        return oa2_err_make(call->ctx.pool, &oa2_not_found, OA2_ID(5650),
                            "There is no such user.", "user \"%s\" asked for "
                            "the page of a user who is not there",
                            call->session->user);
    *out = user;
    return NULL;
}

const char *oa2_whom_path(const oa2_call_t *call, const char *page,
                          const char *name)
{
    return oa2_admin_path(call, page, OA2_WHOM_PARAM, name);
}

void oa2_whom_put(cJSON *item, const oa2_call_t *call, const oa2_user_t *user)
{
    oa2_json_put_text(item, "name", user->name);
    oa2_json_put_text(item, "href", oa2_whom_path(call, "admin/users/user",
                                                  user->name));
    oa2_json_put_text(item, "roles", user->roles);
    oa2_json_put_text(item, "provider", user->provider);
    oa2_json_put_bool(item, "is_own", user->provider
                      && strcmp(user->provider, OA2_ACCOUNT_OWN) == 0);
    oa2_json_put_bool(item, "has_password", user->password != NULL);
    oa2_json_put_bool(item, "disabled", user->disabled);
    oa2_json_put_bool(item, "pending", user->is_pending);
    oa2_json_put_bool(item, "self",
                      strcmp(user->name, call->session->user) == 0);
    oa2_sheet_time(item, "since", user->created);
}

cJSON *oa2_whom_model(oa2_call_t *call, const oa2_user_t *user)
{
    cJSON *model = oa2_admin_model(call);
    cJSON *item = oa2_json_put_object(model, "user");

    oa2_whom_put(item, call, user);
    oa2_json_put_text(item, "sub", user->sub);
    return model;
}

const char *oa2_whom_said(const oa2_call_t *call, oa2_manage_t outcome)
{
    const oa2_ctx_t *ctx = &call->ctx;

    switch (outcome) {
    case OA2_MANAGE_DONE:
        return NULL;
    case OA2_MANAGE_GONE:
        return oa2_say(ctx, "There is no such user.", NULL);
    case OA2_MANAGE_LAST:
        return oa2_say(ctx, "This is the last administrator who can sign in: "
                       "nobody could use these pages any more. Give the role "
                       "to somebody else first.", NULL);
    case OA2_MANAGE_DISABLED:
        return oa2_say(ctx, "This user is disabled, and has to be enabled "
                       "first.", NULL);
    case OA2_MANAGE_ELSEWHERE:
        return oa2_say(ctx, "The password of this user is kept elsewhere, and "
                       "is changed there.", NULL);
    case OA2_MANAGE_HAS_PASSWORD:
        return oa2_say(ctx, "This user has a password already. A link for a "
                       "new one is on the user's page.", NULL);
    default:
        return oa2_say(ctx, "There is a user of this name already.", NULL);
    }
}

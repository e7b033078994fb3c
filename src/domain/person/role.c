/* SPDX-License-Identifier: Apache-2.0 */
/* role.c - see role.h */
#include "domain/person/role.h"

#include <string.h>

#include "base/text/abnf.h"
#include "base/text/words.h"
#include "domain/site/audit.h"

#define ROLE_MAX 64             /* bytes */
#define ROLES_MAX 1000
#define ROUNDS 5                /* against others who change the same user */

const char *oa2_role_problem(const char *role)
{
    if (*role && strlen(role) <= ROLE_MAX && oa2_is_scope_token(role))
        return NULL;
    return "a role is a word of at most 64 printable ASCII characters without "
           "'\"' and '\\'";
}

static oa2_err_t *change(int *done, oa2_ctx_t *ctx, const char *by,
                         const oa2_user_t *user, const char *give,
                         const char *take)
{
    static const char what[] = "role";
    const char *roles = oa2_words_minus(
        oa2_words_union(user->roles, give, ctx->pool), take, ctx->pool);

    if (strlen(roles) > ROLES_MAX)
        return oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(3610),
                            "There are too many roles.",
                            "the user \"%s\" cannot have more roles: they "
                            "are more than %d bytes", user->name, ROLES_MAX);
    OA2_TRY(oa2_user_set_roles(done, ctx, user->name, user->roles, roles));
    if (*done)
        oa2_audit(ctx, &oa2_event_user_changed, "user", user->name, "by", by,
                  "what", what, "given",
                  oa2_words_minus(give, user->roles, ctx->pool), "taken",
                  oa2_words_common(take, user->roles, ctx->pool), NULL);
    return NULL;
}

oa2_err_t *oa2_role_change(int *done, oa2_ctx_t *ctx, const char *by,
                           const char *name, const char *give,
                           const char *take)
{
    int rounds = ROUNDS;
    oa2_user_t *user;

    for (*done = 0; !*done && rounds--;) {
        OA2_TRY(oa2_user_find(&user, ctx, name));
        if (!user)
            return NULL;
        OA2_TRY(change(done, ctx, by, user, give, take));
    }
    if (*done)
        return NULL;
    return oa2_err_make(ctx->pool, &oa2_temporarily_unavailable, OA2_ID(3611),
                        NULL, "the roles of the user \"%s\" were changed by "
                        "others each time: try once more", name);
}

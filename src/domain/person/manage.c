/* SPDX-License-Identifier: Apache-2.0 */
/* manage.c - see manage.h */
#include "domain/person/manage.h"

#include <string.h>

#include "base/crypto.h"
#include "base/text/words.h"
#include "domain/person/account.h"
#include "domain/person/role.h"
#include "domain/person/signup.h"
#include "domain/site/audit.h"
#include "domain/site/mail.h"
#include "store/administrator.h"

#define SUB_BYTES 16            /* 128 bits: never the same again */

static oa2_err_t *begin(oa2_managed_t *out, oa2_ctx_t *ctx, const char *name)
{
    oa2_user_t *user;

    memset(out, 0, sizeof(*out));
    OA2_TRY(oa2_user_find(&user, ctx, name));
    out->user = user;
    out->outcome = user ? OA2_MANAGE_DONE : OA2_MANAGE_GONE;
    return NULL;
}

/* ------------------------------------------------------------ the last one */

static int is_administrator(const oa2_user_t *user)
{
    return !user->disabled
        && oa2_words_has(user->roles, OA2_ROLE_ADMINISTRATOR);
}

/* 1 when what is about to be done would leave nobody. */
static oa2_err_t *is_last(int *last, oa2_ctx_t *ctx, const oa2_manager_t *who,
                          const oa2_user_t *user)
{
    int found;

    *last = 0;
    if (!who->is_by_role || !is_administrator(user))
        return NULL;
    OA2_TRY(oa2_administrator_find(&found, ctx, user->name));
    *last = !found;
    return NULL;
}

/* ------------------------------------------------------------ roles */

/*
 * Two administrators who take the role from each other are both told that there
 * is another one.  So each looks again when it is done, and the later one finds
 * that nobody is left, and takes it back.
 */
oa2_err_t *oa2_manage_roles(oa2_managed_t *out, oa2_ctx_t *ctx,
                            const oa2_manager_t *who, const char *name,
                            const char *give, const char *take)
{
    int is_risky = oa2_words_has(take, OA2_ROLE_ADMINISTRATOR);
    int last = 0, done, found;

    OA2_TRY(begin(out, ctx, name));
    if (!out->user)
        return NULL;
    if (is_risky)
        OA2_TRY(is_last(&last, ctx, who, out->user));
    if (last) {
        out->outcome = OA2_MANAGE_LAST;
        return NULL;
    }
    OA2_TRY(oa2_role_change(&done, ctx, who->user, name, give, take));
    if (!done)
        out->outcome = OA2_MANAGE_GONE;
    if (!done || !is_risky || !who->is_by_role || !is_administrator(out->user))
        return NULL;
    OA2_TRY(oa2_administrator_find(&found, ctx, NULL));
    if (found)
        return NULL;
    out->outcome = OA2_MANAGE_LAST;
    return oa2_role_change(&done, ctx, who->user, name,
                           OA2_ROLE_ADMINISTRATOR, "");
}

/* ------------------------------------------------------------ disable */

static oa2_err_t *set_disabled(int *done, oa2_ctx_t *ctx,
                               const oa2_manager_t *who,
                               const oa2_user_t *user, int disabled)
{
    const char *what = disabled ? "disabled"
        : user->is_pending ? "approved" : "enabled";

    OA2_TRY(oa2_user_set_disabled(done, ctx, user->name, disabled));
    if (!*done)
        return NULL;
    oa2_audit(ctx, &oa2_event_user_changed, "user", user->name, "by",
              who->user, "what", what, NULL);
    return user->is_pending && !disabled
        ? oa2_signup_invite(ctx, user->name) : NULL;
}

/* Two at once: as above. */
oa2_err_t *oa2_manage_disable(oa2_managed_t *out, oa2_ctx_t *ctx,
                              const oa2_manager_t *who, const char *name,
                              int disabled)
{
    int last = 0, done, found;

    OA2_TRY(begin(out, ctx, name));
    if (!out->user)
        return NULL;
    if (disabled)
        OA2_TRY(is_last(&last, ctx, who, out->user));
    if (last) {
        out->outcome = OA2_MANAGE_LAST;
        return NULL;
    }
    OA2_TRY(set_disabled(&done, ctx, who, out->user, disabled));
    if (!done)
        out->outcome = OA2_MANAGE_GONE;
    if (!done || !disabled || !who->is_by_role || !is_administrator(out->user))
        return NULL;
    OA2_TRY(oa2_administrator_find(&found, ctx, NULL));
    if (found)
        return NULL;
    out->outcome = OA2_MANAGE_LAST;
    return set_disabled(&done, ctx, who, out->user, 0);
}

oa2_err_t *oa2_manage_sign_out(oa2_managed_t *out, oa2_ctx_t *ctx,
                               const oa2_manager_t *who, const char *name)
{
    int done;

    OA2_TRY(begin(out, ctx, name));
    if (!out->user)
        return NULL;
    OA2_TRY(oa2_user_end_sessions(&done, ctx, out->user->name));
    if (!done) {
        out->outcome = OA2_MANAGE_GONE;
        return NULL;
    }
    oa2_audit(ctx, &oa2_event_user_signed_out, "user", out->user->name, "by",
              who->user, NULL);
    return NULL;
}

/* ------------------------------------------------------------ links */

/* Without a password nobody can sign in. */
static oa2_err_t *enter(oa2_managed_t *out, oa2_ctx_t *ctx,
                        const oa2_manager_t *who, const char *name)
{
    const oa2_user_t user = {
        .name = name, .sub = oa2_random_text(ctx->pool, SUB_BYTES),
        .created = ctx->now, .provider = OA2_ACCOUNT_OWN
    };
    int put;

    OA2_TRY(oa2_user_put(&put, ctx, &user));
    if (put)
        oa2_audit(ctx, &oa2_event_user_added, "user", name, "by", who->user,
                  NULL);
    OA2_TRY(begin(out, ctx, name));
    if (!out->user)
        out->outcome = OA2_MANAGE_TAKEN;
    return NULL;
}

/* Whose password is not ours to give. */
static oa2_manage_t outcome_of(const oa2_user_t *user,
                               const oa2_ticket_kind_t *kind)
{
    if (user->disabled)
        return OA2_MANAGE_DISABLED;
    if (!oa2_ticket_is_for(user))
        return OA2_MANAGE_ELSEWHERE;
    if (kind == &oa2_ticket_invitation && user->password)
        return OA2_MANAGE_HAS_PASSWORD;
    return OA2_MANAGE_DONE;
}

oa2_err_t *oa2_manage_link(oa2_managed_t *out, oa2_ctx_t *ctx,
                           const oa2_manager_t *who,
                           const oa2_ticket_kind_t *kind, const char *name,
                           const char *to)
{
    oa2_mail_t mail = { .kind = kind, .to = to };

    OA2_TRY(begin(out, ctx, name));
    if (!out->user && kind == &oa2_ticket_invitation)
        OA2_TRY(enter(out, ctx, who, name));
    if (!out->user)
        return NULL;
    out->outcome = outcome_of(out->user, kind);
    if (out->outcome != OA2_MANAGE_DONE)
        return NULL;
    mail.user = out->user->name;
    mail.sub = out->user->sub;
    if (to)
        OA2_TRY(oa2_mail_put(ctx, &mail));
    else
        OA2_TRY(oa2_ticket_make(&out->link, ctx, kind, out->user));
    oa2_audit(ctx, &oa2_event_user_invited, "user", mail.user, "by", who->user,
              "kind", kind->name, NULL);
    return NULL;
}

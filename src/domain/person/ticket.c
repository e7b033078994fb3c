/* SPDX-License-Identifier: Apache-2.0 */
/* ticket.c - see ticket.h */
#include "domain/person/ticket.h"

#include <string.h>

#include <apr_strings.h>

#include "base/crypto.h"
#include "domain/person/account.h"
#include "domain/site/settings.h"

const oa2_ticket_kind_t oa2_ticket_invitation = {
    "invitation", "mail/invitation", 7 * 86400
};
const oa2_ticket_kind_t oa2_ticket_reset = {
    "reset", "mail/reset", 86400
};

const oa2_ticket_kind_t *oa2_ticket_kind(const char *name)
{
    if (strcmp(name, oa2_ticket_invitation.name) == 0)
        return &oa2_ticket_invitation;
    return strcmp(name, oa2_ticket_reset.name) == 0 ? &oa2_ticket_reset
                                                    : NULL;
}

int oa2_ticket_is_for(const oa2_user_t *user)
{
    return !user->disabled && user->provider
        && strcmp(user->provider, OA2_ACCOUNT_OWN) == 0;
}

oa2_err_t *oa2_ticket_make(oa2_ticket_link_t *link, oa2_ctx_t *ctx,
                           const oa2_ticket_kind_t *kind,
                           const oa2_user_t *user)
{
    apr_pool_t *pool = ctx->pool;
    const char *text = apr_pstrcat(
        pool, OA2_TICKET_PREFIX, oa2_random_text(pool, OA2_KEY_LEN), NULL);
    oa2_ticket_t ticket = {
        .digest = oa2_digest_text(pool, text),
        .kind = kind->name,
        .user = user->name,
        .credential = user->credential,
        .expires = ctx->now + kind->lifetime,
    };

    OA2_TRY(oa2_ticket_put(ctx, &ticket));
    link->url = apr_pstrcat(
        pool, oa2_settings_url(ctx->settings, OA2_TICKET_PLACE, pool),
        "?" OA2_TICKET_PARAM "=", text, NULL);
    link->expires = ticket.expires;
    return NULL;
}

oa2_err_t *oa2_ticket_check(oa2_ticket_t **out, oa2_ctx_t *ctx,
                            const char *text)
{
    *out = NULL;
    if (!text || strlen(text) != OA2_TICKET_TEXT_LEN
        || strncmp(text, OA2_TICKET_PREFIX, sizeof(OA2_TICKET_PREFIX) - 1)
           != 0)
        return NULL;
    return oa2_ticket_find(out, ctx, oa2_digest_text(ctx->pool, text));
}

/* SPDX-License-Identifier: Apache-2.0 */
/* signup.c - see signup.h */
#include "domain/person/signup.h"

#include <string.h>

#include <apr_strings.h>

#include "base/crypto.h"
#include "base/address.h"
#include "domain/person/account.h"
#include "domain/person/claims.h"
#include "domain/site/audit.h"
#include "domain/site/mail.h"
#include "store/claim.h"
#include "store/throttle.h"

#define SUB_BYTES 16            /* 128 bits: never the same again */
#define WINDOW 3600             /* seconds in which attempts are counted … */
#define FROM_ADDRESS 10         /* … and how many, of one network */
#define TO_MAILBOX 3            /* mails to one address */
#define UNTAKEN (30 * 86400)    /* how long a pending account, or one whose link
                                   is not used, waits */
#define PRIVATE_FACTOR 20       /* a proxy, or a house full of people */

int oa2_signup_is_by_mail(const oa2_settings_t *settings)
{
    return settings->mail_command && settings->mail_from;
}

/* ------------------------------------------------------------ how often */

static oa2_err_t *count(apr_int64_t *wait, oa2_ctx_t *ctx, const char *what,
                        const char *whose, int limit)
{
    oa2_throttle_t throttle = {
        .key = oa2_digest_text(ctx->pool, apr_pstrcat(
            ctx->pool, "sign-up ", what, " ", whose, NULL)),
        .limit = limit, .window = WINDOW, .max_wait = WINDOW,
        .is_everywhere = 1
    };

    return oa2_throttle_count(wait, ctx, &throttle);
}

static oa2_err_t *count_all(apr_int64_t *wait, oa2_ctx_t *ctx,
                            const oa2_signup_t *signup)
{
    int factor = oa2_address_is_private(signup->address) ? PRIVATE_FACTOR : 1;

    OA2_TRY(count(wait, ctx, "from", oa2_address_network(signup->address,
                                                         ctx->pool),
                  FROM_ADDRESS * factor));
    if (*wait || !signup->mail)
        return NULL;
    return count(wait, ctx, "to", signup->mail, TO_MAILBOX);
}

/* ------------------------------------------------------------ making it */

static oa2_err_t *is_alike(int *alike, oa2_ctx_t *ctx, const char *name)
{
    apr_array_header_t *users;

    OA2_TRY(oa2_user_list_alike(&users, ctx, name));
    *alike = users->nelts > 0;
    return NULL;
}

static oa2_err_t *keep_mail(oa2_ctx_t *ctx, const oa2_signup_t *signup)
{
    oa2_claim_t claim = {
        .name = OA2_SIGNUP_MAIL, .source = OA2_CLAIM_OF_PROFILE
    };
    int done;

    if (!signup->mail || oa2_claims_value(&claim.value, signup->mail,
                                          ctx->pool))
        return NULL;
    return oa2_claim_set(&done, ctx, signup->name, &claim);
}

oa2_err_t *oa2_signup_try(oa2_signup_result_t *out, apr_int64_t *wait,
                          oa2_ctx_t *ctx, const oa2_signup_t *signup)
{
    int is_pending = ctx->settings->sign_up == OA2_APPROVAL;
    const oa2_user_t user = {
        .name = signup->name, .sub = oa2_random_text(ctx->pool, SUB_BYTES),
        .password = signup->hash, .created = ctx->now,
        .provider = OA2_ACCOUNT_OWN, .disabled = is_pending,
        .is_pending = is_pending,
        .expires = is_pending || !signup->hash ? ctx->now + UNTAKEN : 0
    };
    int alike;
    int put = 0;

    OA2_TRY(count_all(wait, ctx, signup));
    if (*wait) {
        *out = OA2_SIGNUP_LATER;
        return NULL;
    }
    OA2_TRY(is_alike(&alike, ctx, signup->name));
    if (!alike)
        OA2_TRY(oa2_user_put(&put, ctx, &user));
    *out = put ? OA2_SIGNUP_DONE : OA2_SIGNUP_TAKEN;
    if (!put)
        return NULL;
    OA2_TRY(keep_mail(ctx, signup));
    oa2_audit(ctx, &oa2_event_user_signed_up, "user", signup->name, "state",
              is_pending ? OA2_USER_PENDING : NULL, NULL);
    return oa2_signup_invite(ctx, signup->name);
}

oa2_err_t *oa2_signup_invite(oa2_ctx_t *ctx, const char *name)
{
    oa2_mail_t mail = { .kind = &oa2_ticket_invitation };
    apr_array_header_t *kept;
    oa2_user_t *user;
    int i;

    OA2_TRY(oa2_user_find(&user, ctx, name));
    if (!user || user->password || !oa2_ticket_is_for(user))
        return NULL;
    OA2_TRY(oa2_claim_list(&kept, ctx, user->name));
    for (i = 0; i < kept->nelts && !mail.to; i++) {
        const oa2_claim_t *claim = &APR_ARRAY_IDX(kept, i, oa2_claim_t);
        const cJSON *value = strcmp(claim->name, OA2_SIGNUP_MAIL) == 0
            && strcmp(claim->source, OA2_CLAIM_OF_PROFILE) == 0
            ? oa2_json_parse(claim->value, strlen(claim->value), ctx->pool)
            : NULL;

        mail.to = cJSON_GetStringValue(value);
    }
    mail.user = user->name;
    mail.sub = user->sub;
    return mail.to ? oa2_mail_put(ctx, &mail) : NULL;
}

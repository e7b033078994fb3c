/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signup.h - people make accounts for themselves, where OAuth2SignUp says so.
 *
 * Where httpd can send mails the account has no password yet: the link to
 * choose one goes to the address, so whoever has the account has the address.
 * Where an administrator has to approve, it is pending, and as good as disabled
 * (oa2_manage_disable() ends that).
 *
 * That a name is taken cannot be hidden from who wants it; how often somebody
 * may ask is bounded.  A name is taken, too, by one that looks like it.
 */
#ifndef OA2_DOMAIN_PERSON_SIGNUP_H
#define OA2_DOMAIN_PERSON_SIGNUP_H

#include "domain/site/settings.h"
#include "store/user.h"

#define OA2_SIGNUP_MAIL "email"         /* the claim that keeps the address */

typedef struct oa2_signup_t {
    const char *name;                   /* oa2_account_name() has passed it */
    const char *hash;                   /* of the password; NULL: by mail */
    const char *mail;                   /* NULL: with a password */
    const char *address;                /* of the client, as httpd sees it */
} oa2_signup_t;

typedef enum {
    OA2_SIGNUP_DONE,
    OA2_SIGNUP_TAKEN,
    OA2_SIGNUP_LATER                    /* too many: *wait seconds */
} oa2_signup_result_t;

/* 1 when addresses are asked for and confirmed. */
int oa2_signup_is_by_mail(const oa2_settings_t *settings);
oa2_err_t *oa2_signup_try(oa2_signup_result_t *out, apr_int64_t *wait,
                          oa2_ctx_t *ctx, const oa2_signup_t *signup);
/* Has the link mailed to a user who has signed up by mail; nothing for others,
   and for who is pending. */
oa2_err_t *oa2_signup_invite(oa2_ctx_t *ctx, const char *name);

#endif

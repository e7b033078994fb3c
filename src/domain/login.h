/* SPDX-License-Identifier: Apache-2.0 */
/*
 * login.h - a password at the login page: slowed down, then asked of httpd.
 */
#ifndef OA2_DOMAIN_LOGIN_H
#define OA2_DOMAIN_LOGIN_H

#include "domain/browser.h"

typedef enum {
    OA2_PASSWORD_WRONG,         /* wrong, unknown user, or refused */
    OA2_PASSWORD_RIGHT
} oa2_password_t;

struct oa2_login_t;
/* Asks httpd's authn providers of this location, and says in login who
   vouches and how that one spells the name.  An error: none could answer. */
typedef oa2_err_t *oa2_password_fn(oa2_password_t *out,
                                   struct oa2_login_t *login);

/* What somebody typed; ask's baton goes with it. */
typedef struct oa2_login_t {
    const char *name;           /* afterwards: as the provider spells it */
    const char *password;
    oa2_password_fn *ask;
    void *baton;
    const char *provider;       /* afterwards: who vouched; NULL: nobody */
    /* The user's row as it was before the password was looked at; NULL: none.
       Its hash and its credential were read together. */
    const oa2_user_t *user;
} oa2_login_t;

/*
 * Counts the attempt against the account, then asks; a wrong one counts
 * against the address too, which many people may share.  *wait: seconds to
 * wait before the next try when the attempt was refused unseen; 0: it was
 * looked at.
 */
oa2_err_t *oa2_login_try(oa2_password_t *out, apr_int64_t *wait,
                         oa2_ctx_t *ctx, const oa2_browser_t *browser,
                         oa2_login_t *login);
/* The module's own user table, as an answer: for the provider "oauth2".  Looks
   at login's password and user only. */
oa2_err_t *oa2_login_own(oa2_password_t *out, oa2_login_t *login);

#endif

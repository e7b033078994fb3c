/* SPDX-License-Identifier: Apache-2.0 */
/*
 * consent.h - what users have allowed clients.  store/store.h has the promises.
 */
#ifndef OA2_STORE_CONSENT_H
#define OA2_STORE_CONSENT_H

#include "base/ctx.h"

/* What somebody was shown, and allowed. */
typedef struct oa2_allowed_t {
    const char *scope;
    const char *claims;                 /* words of domain/person/claims.h */
} oa2_allowed_t;

/* What this user has allowed this client; "" and "" when nothing. */
oa2_err_t *oa2_consent_find(oa2_allowed_t *out, oa2_ctx_t *ctx,
                            const char *user, const char *client_id);
typedef struct oa2_consent_t {
    const char *user;
    const char *client_id;
    oa2_allowed_t allowed;
    const char *credential;             /* the user's, of the session */
} oa2_consent_t;

/* Sets it to exactly that, if it is still `before`, as found.  *done: 0 when
   it is something else now, there is no such client, or the credential is
   another one by now. */
oa2_err_t *oa2_consent_put(int *done, oa2_ctx_t *ctx,
                           const oa2_consent_t *consent,
                           const oa2_allowed_t *before);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * consent.h - what users have allowed clients.  store/store.h has the promises.
 */
#ifndef OA2_STORE_CONSENT_H
#define OA2_STORE_CONSENT_H

#include <apr_tables.h>

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

/* An app that has something of a user: a consent, a live grant, or both. */
typedef struct oa2_consented_t {
    const char *client_id;
    const char *name;                   /* the client's */
    const char *scope;                  /* consented or granted, words */
    apr_int64_t since;                  /* 0: not known */
    apr_int64_t used;                   /* when it last got a token; 0: never,
                                           or that is no longer known */
    const char *logo;                   /* digest of its picture; NULL: none */
} oa2_consented_t;

/* *out: oa2_consented_t, at most n behind the client `after` (NULL: from the
   first), in the order of client IDs. */
oa2_err_t *oa2_consent_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                            const char *user, const char *after, int n);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * authorization.h - an authorization request on its way: who has to do what
 * next, and the code at its end.  RFC 6749 section 4.1, OpenID Connect Core
 * section 3.1.2.3 for prompt.
 */
#ifndef OA2_DOMAIN_AUTHORIZATION_H
#define OA2_DOMAIN_AUTHORIZATION_H

#include "domain/browser.h"

typedef enum {
    OA2_NEXT_LOGIN,             /* the user has to sign in */
    OA2_NEXT_CONSENT,           /* the user has to be asked */
    OA2_NEXT_ISSUE              /* a code can be issued */
} oa2_next_t;

/* session NULL: nobody is signed in.  ctx->client is the flow's client. */
oa2_err_t *oa2_authorization_next(oa2_next_t *out, oa2_ctx_t *ctx,
                                  const oa2_flow_t *flow,
                                  const oa2_session_t *session);
/* Makes grant and code; *code is its text. */
oa2_err_t *oa2_authorization_issue(const char **code, oa2_ctx_t *ctx,
                                   const oa2_flow_t *flow,
                                   const oa2_session_t *session);
/* The user said yes: remembers it, beside what was allowed before. */
oa2_err_t *oa2_authorization_allow(oa2_ctx_t *ctx, const oa2_flow_t *flow,
                                   const oa2_session_t *session);

/* Where the answer goes: with code or error, state and iss (RFC 9207). */
const char *oa2_authorization_success(const oa2_ctx_t *ctx,
                                      const oa2_flow_t *flow,
                                      const char *code);
const char *oa2_authorization_failure(const oa2_ctx_t *ctx,
                                      const oa2_flow_t *flow,
                                      const oa2_err_t *err);

#endif

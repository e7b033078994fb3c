/* SPDX-License-Identifier: Apache-2.0 */
/*
 * authorization.h - an authorization request on its way: who has to do what
 * next, and the code at its end.  RFC 6749 section 4.1, OpenID Connect Core
 * section 3.1.2.3 for prompt.
 */
#ifndef OA2_DOMAIN_REQUEST_AUTHORIZATION_H
#define OA2_DOMAIN_REQUEST_AUTHORIZATION_H

#include "domain/person/browser.h"
#include "store/answer.h"
#include "store/session.h"

/* What a client asks for its user, read and found to be allowed. */
typedef struct oa2_flow_t {
    const char *client_id;
    const char *redirect_uri;           /* where to answer */
    int redirect_sent;                  /* it was in the request (4.1.3) */
    const char *scope;
    const char *state;                  /* NULL: none */
    const char *challenge;              /* PKCE S256 */
    const char *audience;               /* RFC 8707 resources; "" : none */
    const char *prompt;                 /* words still to be obeyed */
    const char *login_hint;             /* NULL: none */
    int type_left_out;                  /* response_type was, and may be */
} oa2_flow_t;

/* What was granted or allowed some time ago. */
typedef struct oa2_right_t {
    const char *grant_type;             /* by which it is used now */
    const char *redirect_uri;           /* NULL: has none */
    const char *scope;
    const char *audience;               /* "" : every resource */
} oa2_right_t;

/*
 * What of it may ctx->client still have?  Administrators change clients while
 * codes and refresh tokens are about; whoever goes on from something stored
 * asks here.  Narrows scope and audience to what client and server have now.
 * NULL, or why nothing is left, for the log: the client is disabled, may not
 * use the grant type, has no such redirect URI, or lost all of scope or
 * audience.
 */
const char *oa2_authorization_left(oa2_right_t *right, const oa2_ctx_t *ctx);

typedef enum {
    OA2_NEXT_LOGIN,             /* the user has to sign in */
    OA2_NEXT_CONSENT,           /* the user has to be asked */
    OA2_NEXT_ISSUE              /* a code can be issued */
} oa2_next_t;

/* session NULL: nobody is signed in.  ctx->client is the flow's client. */
oa2_err_t *oa2_authorization_next(oa2_next_t *out, oa2_ctx_t *ctx,
                                  const oa2_flow_t *flow,
                                  const oa2_session_t *session);
/* Stores grant and code, whose text is `code`, and with them the answer to the
   form that asked for it (NULL: none did).  *first: as oa2_code_issue(). */
oa2_err_t *oa2_authorization_issue(int *first, oa2_ctx_t *ctx,
                                   const oa2_flow_t *flow,
                                   const oa2_session_t *session,
                                   const char *code,
                                   const oa2_kept_t *answer);
/* The user said yes: remembers it, beside what was allowed before and is not
   revoked. */
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

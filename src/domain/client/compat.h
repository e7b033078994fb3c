/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compat.h - compatibility switches: what a client that was written for
 * another server may do otherwise than the RFCs say.
 *
 * The server has to offer a switch (OAuth2Compat), and an administrator has to
 * set it on the client (oauth2ctl client set --compat), which has to be a
 * confidential one.  Each use is an audit event, and is counted for its client.
 * docs/directives.md, OAuth2Compat, says what each weakens.
 */
#ifndef OA2_DOMAIN_CLIENT_COMPAT_H
#define OA2_DOMAIN_CLIENT_COMPAT_H

#include "domain/site/settings.h"
#include "store/client.h"

/* X(name, "what it does") */
#define OA2_COMPATS(X)                                                      \
    X(no_pkce, "an authorization request may leave out PKCE")               \
    X(default_response_type,                                                \
      "an authorization request without response_type means \"code\"")      \
    X(deny_home, "a user who refuses is sent to this server's home page")   \
    X(error_detail, "401 and 403 for want of a good token have \"detail\"") \
    X(imported_refresh,                                                     \
      "a refresh token of another server that was imported is taken")       \
    X(api_key_errors, "401 for want of any credential says "                \
      "\"api_key_required\" where API keys are taken")

typedef struct oa2_compat_t {
    const char *name;
    const char *what;
} oa2_compat_t;

#define X(name, what) extern const oa2_compat_t oa2_compat_##name;
OA2_COMPATS(X)
#undef X

/* NULL, or a sentence that says which of the words is no switch, and which
   there are. */
const char *oa2_compat_problem(const char *words, apr_pool_t *pool);
/* 1 when this server has it.  Of an answer to nobody known, which is no
   client's, that is all there is to ask. */
int oa2_compat_is_offered(const oa2_settings_t *settings,
                          const oa2_compat_t *compat);
/* 1 when the server offers it and the client has it. */
int oa2_compat_may(const oa2_ctx_t *ctx, const oa2_client_t *client,
                   const oa2_compat_t *compat);
/*
 * The client has just made use of these (words, of whom oa2_compat_may() was
 * asked).  What cannot be counted is for the log, ctx->note, and fails nothing:
 * what it was used for is done.
 */
void oa2_compat_used(oa2_ctx_t *ctx, const oa2_client_t *client,
                     const char *words);

#endif

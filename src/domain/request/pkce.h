/* SPDX-License-Identifier: Apache-2.0 */
/* pkce.h - proof key for code exchange, RFC 7636; S256 only (RFC 9700 2.1.1) */
#ifndef OA2_DOMAIN_REQUEST_PKCE_H
#define OA2_DOMAIN_REQUEST_PKCE_H

#include "base/ctx.h"

/*
 * RFC 7636 section 4.3: code_challenge and its method, both from ctx->params;
 * invalid_request unless S256 and 43 characters.  "" when a client that need
 * not do PKCE sent neither.
 */
oa2_err_t *oa2_pkce_challenge(const char **out, const oa2_ctx_t *ctx);
/*
 * Section 4.6, RFC 9700 section 4.8.2: invalid_grant when they do not belong
 * together.  challenge "" belongs to verifier NULL, for a client that need not
 * do PKCE now.
 */
oa2_err_t *oa2_pkce_verify(const oa2_ctx_t *ctx, const char *challenge,
                           const char *verifier);

#endif

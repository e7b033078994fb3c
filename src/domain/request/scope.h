/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scope.h - which scope a client gets, RFC 6749 section 3.3.
 */
#ifndef OA2_DOMAIN_REQUEST_SCOPE_H
#define OA2_DOMAIN_REQUEST_SCOPE_H

#include "base/ctx.h"

/*
 * What ctx->client gets for the requested scope (NULL or only spaces: none
 * named, then the server's default scopes that the client may have).
 * invalid_scope, naming it, when a word is unknown to the server or not among
 * the client's; or when nothing is left.
 */
oa2_err_t *oa2_scope_resolve(const char **out, const oa2_ctx_t *ctx,
                             const char *requested);

#endif

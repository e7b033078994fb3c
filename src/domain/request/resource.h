/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resource.h - resource indicators, RFC 8707, and audiences made of them.
 *
 * An audience is a list of resource URIs as words.  The empty audience means
 * every resource of this server that does not name itself one (OAuth2Resource)
 * and every one that does: a client that does not know RFC 8707 keeps working.
 * The URL of userinfo is a resource too.
 */
#ifndef OA2_DOMAIN_REQUEST_RESOURCE_H
#define OA2_DOMAIN_REQUEST_RESOURCE_H

#include "base/ctx.h"

/*
 * What ctx->params asks for in `resource`, limited to granted (NULL: anything
 * this server has).  None asked: granted, or "".  invalid_target for what is
 * no absolute URI, has a fragment, is not served here or was not granted.
 */
oa2_err_t *oa2_resource_resolve(const char **out, const oa2_ctx_t *ctx,
                                const char *granted);
/* What of an audience is an OAuth2Resource of this server. */
const char *oa2_resource_served(const oa2_ctx_t *ctx, const char *audience);
/* May a token with this audience be used at resource (NULL: unnamed)? */
int oa2_resource_accepts(const char *audience, const char *resource);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sent.h - the access token that a request has brought, RFC 6750 section 2.1.
 */
#ifndef OA2_DOMAIN_TOKEN_SENT_H
#define OA2_DOMAIN_TOKEN_SENT_H

#include "base/err.h"

/* Its name in a body or query, sections 2.2 and 2.3. */
#define OA2_SENT_PARAMETER "access_token"

/* 1 when an Authorization header (NULL: none came) is Bearer's. */
int oa2_sent_is_bearer(const char *header);
/*
 * *out: the token's text out of an Authorization header (NULL: none came);
 * NULL: there is none, another scheme's credentials perhaps.  elsewhere: where
 * else a token came, "query" or "parameters"; NULL: nowhere.  invalid_request
 * (section 3.1) for one that came there, for two headers, and for what cannot
 * be a token.
 */
oa2_err_t *oa2_sent_token(const char **out, const char *header,
                          const char *elsewhere, apr_pool_t *pool);

#endif

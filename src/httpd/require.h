/* SPDX-License-Identifier: Apache-2.0 */
/*
 * require.h - Require oauth2-scope and oauth2-client, and what an answer has
 * to say when they are not met.
 */
#ifndef OA2_HTTPD_REQUIRE_H
#define OA2_HTTPD_REQUIRE_H

#include <httpd.h>

/* Registers the providers. */
void oa2_require_register(apr_pool_t *pool);
/*
 * The scope that would do, as words; NULL when no Require oauth2-scope was
 * asked.  Of alternatives (RequireAny) the first that is enough.
 */
const char *oa2_require_scope(request_rec *r);
/* The auth_checker hook: a good token that may not is 403, not 401. */
int oa2_require_check(request_rec *r);
/*
 * The access_checker_ex hook: a preflight, and an endpoint of ours below a
 * protected directory, pass without a token when everything else that is
 * required (addresses, hosts …) lets them.
 */
int oa2_require_open(request_rec *r);

#endif

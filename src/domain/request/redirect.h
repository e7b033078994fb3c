/* SPDX-License-Identifier: Apache-2.0 */
/*
 * redirect.h - redirection endpoints, RFC 6749 section 3.1.2, RFC 8252 and
 * RFC 9700 section 4.1.3.
 */
#ifndef OA2_DOMAIN_REQUEST_REDIRECT_H
#define OA2_DOMAIN_REQUEST_REDIRECT_H

#include "store/client.h"

/*
 * NULL, or why uri cannot be registered: not absolute, a fragment, user
 * information, plain http to a host that is not loopback, a scheme without a
 * dot that is not http(s) (RFC 8252 section 7.1), white space, over 2,000
 * bytes.  any_scheme: a scheme without a dot may be, unless a browser obeys it
 * itself, such as "javascript".
 */
const char *oa2_redirect_problem(const char *uri, int any_scheme,
                                 apr_pool_t *pool);
/*
 * Exact comparison of strings; only where http to a loopback host (127.0.0.1,
 * [::1], localhost) is registered without a port, is the port free (RFC 8252
 * section 7.3).
 */
int oa2_redirect_is_registered(const oa2_client_t *client, const char *uri,
                               apr_pool_t *pool);
/* The only registered one; NULL when there are none or several. */
const char *oa2_redirect_default(const oa2_client_t *client);
/* For the log: without the query, which may hold a code that a client sent
   back to us by mistake. */
const char *oa2_redirect_bare(const char *uri, apr_pool_t *pool);
/* What a CSP form-action needs to let a form lead there: an origin, or a
   scheme with its colon. */
const char *oa2_redirect_source(const char *uri, apr_pool_t *pool);
/* 1 when one of the URIs `after` (words) leads to another origin, or another
   scheme than the web's, than all of `before` do. */
int oa2_redirect_leads_elsewhere(const char *before, const char *after,
                                 apr_pool_t *pool);
/* For people: the host, or the scheme of a private-use URI. */
const char *oa2_redirect_place(const char *uri, apr_pool_t *pool);
/* All registered http(s) URIs are loopback ones. */
int oa2_redirect_is_local_only(const oa2_client_t *client, apr_pool_t *pool);

#endif

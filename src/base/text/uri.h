/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uri.h - absolute URIs (RFC 3986), as far as OAuth looks into them.
 */
#ifndef OA2_BASE_TEXT_URI_H
#define OA2_BASE_TEXT_URI_H

#include <apr_pools.h>

typedef struct oa2_uri_t {
    const char *scheme;         /* lower case */
    const char *host;           /* lower case, brackets kept; NULL: none */
    int port;                   /* 0: not given */
    const char *path;           /* "" when empty */
    const char *query;          /* NULL: none */
    int has_fragment;
    int has_userinfo;
} oa2_uri_t;

/* NULL when text is not an absolute URI of RFC 3986 characters. */
oa2_uri_t *oa2_uri_parse(const char *text, apr_pool_t *pool);
/* RFC 6454: scheme://host[:port], port left out where it is the default;
   NULL for a scheme other than http and https. */
const char *oa2_uri_origin(const oa2_uri_t *uri, apr_pool_t *pool);
/*
 * 1 when text is an origin as browsers write it (RFC 6454 section 6.2), also
 * that of an app's web view ("capacitor://localhost"), and of a sane length;
 * "null" is none.
 */
int oa2_uri_is_origin(const char *text, apr_pool_t *pool);
/* RFC 8252 section 7.3: 127.0.0.0/8 and [::1]; localhost too (8.3). */
int oa2_uri_is_loopback(const oa2_uri_t *uri);
/* Appends name=value&… (NULL values left out; list ends with a NULL name)
   to the query, before any fragment. */
const char *oa2_uri_with(apr_pool_t *pool, const char *uri, ...);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cors.c - see cors.h
 *
 * Cookies are never allowed: a client's page sends its token or its own
 * credentials, and the user's login here is none of its business.
 */
#include "httpd/cors.h"

#include <string.h>

#include "base/uri.h"
#include "httpd/request.h"

#define ORIGIN_MAX 300
#define ALLOW_ORIGIN "Access-Control-Allow-Origin"
#define PREFLIGHT_AGE "600"             /* seconds */

static int is_origin(const char *origin, apr_pool_t *pool)
{
    return strlen(origin) <= ORIGIN_MAX && oa2_uri_is_origin(origin, pool);
}

void oa2_cors_grant_all(apr_table_t *headers)
{
    apr_table_setn(headers, ALLOW_ORIGIN, "*");
}

oa2_err_t *oa2_cors_grant(apr_table_t *headers, request_rec *r,
                          oa2_ctx_t *ctx, oa2_cors_t cors)
{
    const char *origin = apr_table_get(r->headers_in, "Origin");
    int known;

    if (cors == OA2_CORS_PUBLIC) oa2_cors_grant_all(headers);
    if (cors != OA2_CORS_CLIENTS) return NULL;
    /* Also without Origin: a cache must not give one the other's answer. */
    apr_table_mergen(headers, "Vary", "Origin");
    if (!origin || !is_origin(origin, r->pool)) return NULL;
    OA2_TRY(oa2_origin_is_known(&known, ctx, origin));
    if (known) {
        apr_table_setn(headers, ALLOW_ORIGIN, origin);
        apr_table_setn(headers, "Access-Control-Expose-Headers",
                       "WWW-Authenticate");
    }
    return NULL;
}

void oa2_cors_options(apr_table_t *headers, request_rec *r,
                      const char *methods)
{
    apr_table_setn(headers, "Allow", methods);
    if (!oa2_request_is_preflight(r) || !apr_table_get(headers, ALLOW_ORIGIN)) {
        return;
    }
    apr_table_setn(headers, "Access-Control-Allow-Methods", methods);
    apr_table_setn(headers, "Access-Control-Allow-Headers",
                   "authorization, content-type");
    apr_table_setn(headers, "Access-Control-Max-Age", PREFLIGHT_AGE);
}

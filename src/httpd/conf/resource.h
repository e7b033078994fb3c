/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resource.h - an API that has a name and a document, RFC 9728.
 */
#ifndef OA2_HTTPD_CONF_RESOURCE_H
#define OA2_HTTPD_CONF_RESOURCE_H

#include <apr_pools.h>

#include "base/text/uri.h"
#include "domain/site/settings.h"

#define OA2_PROTECTED_RESOURCE OA2_WELL_KNOWN "oauth-protected-resource"

/* OAuth2Resource: RFC 9728 section 1.2 */
typedef struct oa2_resource_t {
    const char *uri;                    /* as written: tokens' audience */
    const char *host;                   /* lower case, without port */
    const char *suffix;                 /* behind the well-known prefix:
                                           "/path?query", or "" */
    const char *metadata;               /* URL of its metadata document */
} oa2_resource_t;

/* Of an OAuth2Resource line; keeps both. */
oa2_resource_t *oa2_resource_make(const oa2_uri_t *uri, const char *text,
                                  apr_pool_t *pool);
/* All of it in pool. */
oa2_resource_t *oa2_resource_copy(const oa2_resource_t *resource,
                                  apr_pool_t *pool);

#endif

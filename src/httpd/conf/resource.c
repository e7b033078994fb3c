/* SPDX-License-Identifier: Apache-2.0 */
/* resource.c - see resource.h */
#include "httpd/conf/resource.h"

#include <string.h>

#include <apr_strings.h>

/*
 * RFC 9728 section 3.1: the well-known name goes between host and path, and a
 * "/" that is the whole path is dropped.
 */
oa2_resource_t *oa2_resource_make(const oa2_uri_t *uri, const char *text,
                                  apr_pool_t *pool)
{
    oa2_resource_t *resource = apr_pcalloc(pool, sizeof(*resource));
    const char *path = strcmp(uri->path, "/") == 0 ? "" : uri->path;

    resource->uri = text;
    resource->host = uri->host;
    resource->suffix = uri->query
        ? apr_pstrcat(pool, path, "?", uri->query, NULL) : path;
    resource->metadata = apr_pstrcat(pool, oa2_uri_origin(uri, pool),
                                     OA2_PROTECTED_RESOURCE, resource->suffix,
                                     NULL);
    return resource;
}

oa2_resource_t *oa2_resource_copy(const oa2_resource_t *resource,
                                  apr_pool_t *pool)
{
    oa2_resource_t *copy = apr_palloc(pool, sizeof(*copy));

    copy->uri = apr_pstrdup(pool, resource->uri);
    copy->host = apr_pstrdup(pool, resource->host);
    copy->suffix = apr_pstrdup(pool, resource->suffix);
    copy->metadata = apr_pstrdup(pool, resource->metadata);
    return copy;
}

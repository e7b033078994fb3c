/* SPDX-License-Identifier: Apache-2.0 */
/* handler.c - see handler.h */
#include "httpd/conf/handler.h"

#include <string.h>

int oa2_handler_is_ours(const char *handler)
{
    apr_size_t len = sizeof(OA2_HANDLER) - 1;

    return handler && strncmp(handler, OA2_HANDLER, len) == 0
        && (!handler[len] || handler[len] == '-');
}

int oa2_handler_is_guarded(const char *handler)
{
    return handler && strcmp(handler, OA2_HANDLER_METRICS) == 0;
}

const oa2_endpoint_t *oa2_endpoint_find(const char *name)
{
    int i;

    for (i = 0; oa2_endpoints[i]; i++) {
        if (strcmp(oa2_endpoints[i]->name, name) == 0) return oa2_endpoints[i];
    }
    return NULL;
}

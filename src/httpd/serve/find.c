/* SPDX-License-Identifier: Apache-2.0 */
/* find.c - see find.h */
#include "httpd/serve/find.h"

#include <string.h>

#include "httpd/conf/handler.h"

/* One segment, perhaps with a "/" behind it. */
static int is_segment(const char *path)
{
    apr_size_t len = strcspn(path, "/");

    return len > 0 && (!path[len] || !path[len + 1]);
}

/* The row of what follows the issuer's path and "/". */
static const oa2_endpoint_t *find_below(const char *path)
{
    int i;

    for (i = 0; oa2_endpoints[i]; i++) {
        const oa2_endpoint_t *row = oa2_endpoints[i];
        apr_size_t len = strlen(row->name);

        if (row->below ? strncmp(path, row->name, len) == 0
                         && path[len] == '/' && is_segment(path + len + 1)
                       : strcmp(path, row->name) == 0) {
            return row;
        }
    }
    return NULL;
}

/* The tree: issuer path, "/", name, and nothing more but what the row says: an
   administrator's rule for an endpoint ("^/oauth2/login$") knows one name of
   it.  Without a name the issuer's URL itself. */
static const oa2_endpoint_t *find_by_path(const request_rec *r,
                                          const oa2_settings_t *settings)
{
    apr_size_t len = strlen(settings->issuer_path);
    const char *name;

    if (strncmp(r->uri, settings->issuer_path, len) != 0
        || (r->uri[len] && r->uri[len] != '/')) {
        return NULL;
    }
    name = r->uri[len] ? r->uri + len + 1 : "";
    return *name ? find_below(name) : &oa2_endpoint_home;
}

const oa2_endpoint_t *oa2_find_endpoint(const request_rec *r,
                                        const char *handler,
                                        const oa2_settings_t *settings)
{
    return handler[sizeof(OA2_HANDLER) - 1]
        ? oa2_endpoint_find(handler + sizeof(OA2_HANDLER_NAMED) - 1)
        : find_by_path(r, settings);
}

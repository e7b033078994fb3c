/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatch.h - from a URL to an endpoint's row.
 */
#ifndef OA2_HTTPD_DISPATCH_H
#define OA2_HTTPD_DISPATCH_H

#include <httpd.h>
#include "endpoint/endpoint.h"

#define OA2_HANDLER "oauth2"            /* the tree below the issuer */
#define OA2_HANDLER_NAMED "oauth2-"     /* one endpoint, anywhere */

/* The roof's list; NULL ends it. */
extern const oa2_endpoint_t *const oa2_endpoints[];

/* NULL when there is none of that name. */
const oa2_endpoint_t *oa2_endpoint_find(const char *name);
/* The handler hook. */
int oa2_dispatch(request_rec *r);

#endif

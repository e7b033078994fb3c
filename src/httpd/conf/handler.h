/* SPDX-License-Identifier: Apache-2.0 */
/*
 * handler.h - SetHandler, and the endpoints that it can name.
 */
#ifndef OA2_HTTPD_CONF_HANDLER_H
#define OA2_HTTPD_CONF_HANDLER_H

#include "endpoint/endpoint.h"

#define OA2_HANDLER "oauth2"            /* the tree below the issuer */
#define OA2_HANDLER_NAMED "oauth2-"     /* one endpoint, anywhere */
/* No endpoint: guarded by whatever is required where it is, by nobody else. */
#define OA2_HANDLER_METRICS "oauth2-metrics"

/* The roof's list; NULL ends it. */
extern const oa2_endpoint_t *const oa2_endpoints[];

/* 1 when handler (NULL: none) is one of ours. */
int oa2_handler_is_ours(const char *handler);
/* 1 when it is one that has to be asked for a token, as all else is. */
int oa2_handler_is_guarded(const char *handler);
/* NULL when there is none of that name. */
const oa2_endpoint_t *oa2_endpoint_find(const char *name);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* find.h - from a path to the row of its endpoint. */
#ifndef OA2_HTTPD_SERVE_FIND_H
#define OA2_HTTPD_SERVE_FIND_H

#include <httpd.h>

#include "domain/site/settings.h"
#include "endpoint/endpoint.h"

/* handler: of ours, that was set for r.  NULL: there is no endpoint here. */
const oa2_endpoint_t *oa2_find_endpoint(const request_rec *r,
                                        const char *handler,
                                        const oa2_settings_t *settings);

#endif

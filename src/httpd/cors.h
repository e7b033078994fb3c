/* SPDX-License-Identifier: Apache-2.0 */
/* cors.h - who may call an endpoint from a page of another origin (Fetch). */
#ifndef OA2_HTTPD_CORS_H
#define OA2_HTTPD_CORS_H

#include <httpd.h>
#include "endpoint/endpoint.h"

/* Adds to headers what the row grants the request's origin. */
oa2_err_t *oa2_cors_grant(apr_table_t *headers, request_rec *r,
                          oa2_ctx_t *ctx, oa2_cors_t cors);
/* Any origin: for documents that hold nothing secret. */
void oa2_cors_grant_all(apr_table_t *headers);
/* What an OPTIONS request adds: methods is the value of Allow. */
void oa2_cors_options(apr_table_t *headers, request_rec *r,
                      const char *methods);

#endif

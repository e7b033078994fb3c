/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cors.h - which pages of other origins may call what is here (Fetch).
 *
 * An origin may when OAuth2CorsOrigin names it, or when a client that is not
 * disabled has it: as the origin of a redirect URI, or by "--origin".
 */
#ifndef OA2_HTTPD_SERVE_CORS_H
#define OA2_HTTPD_SERVE_CORS_H

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
/*
 * Answers a preflight of a protected path, in front of its application.  What
 * the access_checker_ex hook has to return.
 */
int oa2_cors_preflight(request_rec *r);
/*
 * The insert_filter and insert_error_filter hooks: the answer that belongs to
 * such a preflight may be read where it was granted.
 */
void oa2_cors_answer(request_rec *r);

#endif

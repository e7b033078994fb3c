/* SPDX-License-Identifier: Apache-2.0 */
/*
 * body.h - the body of a request.
 */
#ifndef OA2_HTTPD_SERVE_BODY_H
#define OA2_HTTPD_SERVE_BODY_H

#include <httpd.h>

#include "base/err.h"

/*
 * *body: all of it, and a NUL behind.  too_large beyond most bytes (0:
 * OA2_PARAMS_BYTES), whatever the header promised; what is behind them is not
 * read, and where the header promises more, nothing is.  *status: OK, or what
 * the handler has to return (the connection failed, or httpd has answered).
 */
oa2_err_t *oa2_body_read(const char **body, apr_size_t *len, int *status,
                         apr_size_t most, request_rec *r);
/* unsupported_media_type unless it is a form; parameters of the type do not
   matter. */
oa2_err_t *oa2_body_is_form(request_rec *r);
/* unsupported_media_type unless it is a form with files.  *boundary: NULL: it
   is empty, and has no type. */
oa2_err_t *oa2_body_is_multipart(const char **boundary, request_rec *r);
/* unsupported_media_type unless it is JSON. */
oa2_err_t *oa2_body_is_json(request_rec *r);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * body.h - the body of a request.
 */
#ifndef OA2_HTTPD_SERVE_BODY_H
#define OA2_HTTPD_SERVE_BODY_H

#include <httpd.h>

#include "base/err.h"

/*
 * *body: the whole form.  too_large beyond OA2_PARAMS_BYTES, whatever the
 * header promised.  *status: OK, or what the handler has to return (the
 * connection failed, or httpd has answered).
 */
oa2_err_t *oa2_body_read(const char **body, apr_size_t *len, int *status,
                         request_rec *r);
/* unsupported_media_type unless it is a form; parameters of the type do not
   matter. */
oa2_err_t *oa2_body_is_form(request_rec *r);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* reply.h - a reply of the lower floors, as an HTTP answer. */
#ifndef OA2_HTTPD_SERVE_REPLY_H
#define OA2_HTTPD_SERVE_REPLY_H

#include <httpd.h>
#include "endpoint/endpoint.h"

/*
 * Writes it all; more (NULL: none) are further headers.  Returns what a
 * handler returns.  Without a Cache-Control among the headers: no-store.
 */
int oa2_reply_send(request_rec *r, const oa2_reply_t *reply,
                   const apr_table_t *more);

#endif

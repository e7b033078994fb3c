/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h - the only place where the module writes to the error log.
 *
 * A line is "OA2nnnn: text".  What a client sent is escaped by httpd, but
 * httpd would add the Referer header too, which can hold a code: it is left
 * out here.
 */
#ifndef OA2_HTTPD_LOG_H
#define OA2_HTTPD_LOG_H

#include <httpd.h>
#include "base/err.h"

/* The error that a request ended with; client_id NULL: not known. */
void oa2_log_err(request_rec *r, const oa2_err_t *err, const char *client_id);
/* At start-up and from threads of our own; level is httpd's APLOG_ number. */
void oa2_log_server(server_rec *s, int level, int id, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

#endif

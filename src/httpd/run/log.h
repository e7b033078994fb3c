/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h - the only place where the module writes to the error log.
 *
 * A line is "OA2-nnnn: text".  What a client sent is escaped by httpd, but
 * httpd would add the Referer header too, which can hold a code: it is left
 * out here.
 */
#ifndef OA2_HTTPD_RUN_LOG_H
#define OA2_HTTPD_RUN_LOG_H

#include <httpd.h>
#include "base/err.h"
#include "base/pace.h"

/* The error that a request ended with; client_id NULL: not known. */
void oa2_log_err(request_rec *r, const oa2_err_t *err, const char *client_id);
/*
 * The same, for an error that a user was shown as a page with this reference:
 * at warn, which is httpd's default level, so that who is told the reference
 * finds the line; but not oftener than pace lets the address, beyond that at
 * the error's own level.
 */
void oa2_log_page(request_rec *r, const oa2_err_t *err, const char *client_id,
                  const char *reference, oa2_pace_t *pace);
/* At start-up and from threads of our own; level is httpd's APLOG_ number. */
void oa2_log_server(server_rec *s, int level, int id, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

#endif

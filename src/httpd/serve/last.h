/* SPDX-License-Identifier: Apache-2.0 */
/*
 * last.h - the last word on an answer's headers, behind mod_headers and
 * mod_expires.
 *
 * A line for the whole site ("Header always set Content-Security-Policy …",
 * "Header set Access-Control-Allow-Origin *", "ExpiresDefault …") does not
 * mean our pages and tokens: two policies count both, and what may be framed,
 * cached or read by other origins is decided here alone.  For an application's
 * answers it is the other way round: what it says counts, and only what is
 * missing is added.
 */
#ifndef OA2_HTTPD_SERVE_LAST_H
#define OA2_HTTPD_SERVE_LAST_H

#include <httpd.h>

#define OA2_ALLOW_ORIGIN "Access-Control-Allow-Origin"
#define OA2_EXPOSE_HEADERS "Access-Control-Expose-Headers"

/* Registers the filter. */
void oa2_last_register(void);
/* An answer of ours, whose headers are all in r->headers_out: they stay. */
void oa2_last_keep(request_rec *r);
/* Another's answer, to somebody whom a cookie names: no cache that several
   people share may keep it, unless it says what may. */
void oa2_last_personal(request_rec *r);
/* Another's answer: phase->origin may read it, unless it says who may,
   or allows credentials. */
void oa2_last_allow(request_rec *r);

#endif

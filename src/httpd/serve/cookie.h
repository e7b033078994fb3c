/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cookie.h - the cookies of our pages, as the request had them when it came in.
 */
#ifndef OA2_HTTPD_SERVE_COOKIE_H
#define OA2_HTTPD_SERVE_COOKIE_H

#include <httpd.h>

#include "httpd/conf/conf.h"

/* The session cookie's value; NULL when there is none, or several: then
   somebody else may have set one. */
const char *oa2_cookie_session(request_rec *r, const oa2_server_t *conf);
/* const char *: the browser cookies' values, at most OA2_BROWSER_NAMES. */
apr_array_header_t *oa2_cookie_browsers(request_rec *r,
                                        const oa2_server_t *conf);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatch.h - from a URL to an endpoint, and to its answer.
 */
#ifndef OA2_HTTPD_SERVE_DISPATCH_H
#define OA2_HTTPD_SERVE_DISPATCH_H

#include <httpd.h>

/* The handler hook. */
int oa2_dispatch(request_rec *r);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* challenge.h - WWW-Authenticate: Bearer, RFC 6750 section 3. */
#ifndef OA2_HTTPD_PROTECT_CHALLENGE_H
#define OA2_HTTPD_PROTECT_CHALLENGE_H

#include <httpd.h>
#include "base/err.h"

/*
 * Sets the header; err NULL: no token came, and "error" is left out (section
 * 3.1).  scope NULL: left out.
 */
void oa2_challenge(request_rec *r, const oa2_err_t *err, const char *scope);
/*
 * The insert_filter and insert_error_filter hooks.  mod_dir (DirectoryIndex,
 * FallbackResource) looks for a document by requests inside httpd, and of one
 * that is refused it answers the status alone: RFC 9110 section 15.5.2 wants
 * the challenge with it.
 */
void oa2_challenge_give(request_rec *r);

#endif

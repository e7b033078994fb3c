/* SPDX-License-Identifier: Apache-2.0 */
/*
 * basic.h - OAuth2BasicProvider: callers who still send a name and a password
 * (RFC 7617), on the same path as those who come with a token.
 */
#ifndef OA2_HTTPD_PROTECT_BASIC_H
#define OA2_HTTPD_PROTECT_BASIC_H

#include <httpd.h>
#include "base/err.h"

/* 1 when this caller is to be asked for his password: Basic came, and the
   directory has providers for it. */
int oa2_basic_is_sent(request_rec *r);
/*
 * Asks the providers.  *status OK: r->user and AUTH_TYPE Basic are set, and
 * oa2_phase_t.is_basic tells Require oauth2-basic; 401, with both challenges:
 * the password is wrong.  Errors are oa2_login_ask_all()'s.
 */
oa2_err_t *oa2_basic_check(int *status, request_rec *r);

#endif

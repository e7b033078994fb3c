/* SPDX-License-Identifier: Apache-2.0 */
/*
 * login.h - passwords, asked of httpd's authn providers; and our own user
 * table as one of them.
 */
#ifndef OA2_HTTPD_PROTECT_LOGIN_H
#define OA2_HTTPD_PROTECT_LOGIN_H

#include <httpd.h>
#include "domain/person/account.h"
#include "domain/person/login.h"

/* The provider of AuthBasicProvider and OAuth2LoginProvider. */
#define OA2_LOGIN_PROVIDER OA2_ACCOUNT_OWN

/* An oa2_password_fn; the baton is the request_rec. */
oa2_err_t *oa2_login_ask(oa2_password_t *out, oa2_login_t *login);
/* The names of the providers that oa2_login_ask() may ask beside ours; NULL:
   none. */
const char *oa2_login_outside(request_rec *r);
/*
 * In order, until one knows the user, as mod_auth_basic does; rows are
 * oa2_provider_t.  Of login it looks at name and password; name becomes the
 * granting provider's own spelling, and provider its name.  Errors, which are
 * told at warn in turns: none could tell (503), and a spelling that can be
 * nobody's name here (403).
 */
oa2_err_t *oa2_login_ask_all(oa2_password_t *out, request_rec *r,
                             const apr_array_header_t *rows,
                             oa2_login_t *login);
/* What whoever authenticated r has left behind in its environment, of what this
   server's claims "from env:" name. */
const apr_table_t *oa2_login_left(request_rec *r);
/* Registers the provider. */
void oa2_login_register(apr_pool_t *pool);

#endif

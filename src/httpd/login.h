/* SPDX-License-Identifier: Apache-2.0 */
/*
 * login.h - passwords, asked of httpd's authn providers; and our own user
 * table as one of them.
 */
#ifndef OA2_HTTPD_LOGIN_H
#define OA2_HTTPD_LOGIN_H

#include <httpd.h>
#include "domain/login.h"

/* The provider of AuthBasicProvider and OAuth2LoginProvider. */
#define OA2_LOGIN_PROVIDER "oauth2"

/* An oa2_password_fn; the baton is the request_rec. */
oa2_err_t *oa2_login_ask(oa2_password_t *out, const char **name, void *baton,
                         const char *password);
/*
 * In order, until one knows the user, as mod_auth_basic does; rows are
 * oa2_provider_t.  *name becomes the granting provider's own spelling.  An
 * authn_status.
 */
int oa2_login_ask_all(request_rec *r, const apr_array_header_t *rows,
                      const char **name, const char *password);
/* Registers the provider. */
void oa2_login_register(apr_pool_t *pool);

#endif

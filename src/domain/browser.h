/* SPDX-License-Identifier: Apache-2.0 */
/*
 * browser.h - the person's browser: its cookies, its session, its forms.
 *
 * Two cookies: "browser" is random, made at the first page, and ties waiting
 * authorization requests and forms to the browser that opened them; "session"
 * is the login, new at every login.
 */
#ifndef OA2_DOMAIN_BROWSER_H
#define OA2_DOMAIN_BROWSER_H

#include "store/store.h"

/* Names without the "__Host-" that https adds. */
#define OA2_BROWSER_COOKIE "oauth2_browser"
#define OA2_SESSION_COOKIE "oauth2_session"
/* 1 when a cookie of this name, without "__Host-", is ours: applications do
   not get those. */
int oa2_browser_is_cookie(const char *name, apr_size_t len);

typedef struct oa2_browser_t {
    const char *id;             /* the browser cookie's value; NULL: none */
    const char *session_id;     /* the session cookie's; NULL: none */
    const char *remote_user;    /* whom httpd authenticated; NULL: nobody */
    const char *remote_provider;    /* and who vouches: "httpd:Basic" */
    const char *address;        /* the client's, as httpd sees it */
} oa2_browser_t;

/* A form's token: bound to both cookies and to what the form is for. */
const char *oa2_browser_csrf(const oa2_ctx_t *ctx,
                             const oa2_browser_t *browser, const char *what);
/* forbidden (page) unless it is the one. */
oa2_err_t *oa2_browser_csrf_check(const oa2_ctx_t *ctx,
                                  const oa2_browser_t *browser,
                                  const char *what, const char *sent);
/*
 * Who is signed in; NULL when nobody.  A user that httpd authenticated counts
 * as signed in now (its row is made on the way).
 */
oa2_err_t *oa2_browser_session(oa2_session_t **out, oa2_ctx_t *ctx,
                               const oa2_browser_t *browser);
/*
 * After a right password: a new session; *cookie is its secret value.  Refused
 * (access_denied, page) when the password or the account was changed since
 * login was tried.
 */
struct oa2_login_t;             /* domain/login.h */
oa2_err_t *oa2_browser_sign_in(const char **cookie, oa2_session_t **out,
                               oa2_ctx_t *ctx, const oa2_browser_t *browser,
                               const struct oa2_login_t *login);

#endif

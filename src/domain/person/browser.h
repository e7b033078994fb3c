/* SPDX-License-Identifier: Apache-2.0 */
/*
 * browser.h - the person's browser: its cookies and its session.
 *
 * Two kinds of cookies: "browser" is random, made at the first page, and ties
 * forms to the browser that opened them; "session" is the login, new at every
 * login.
 *
 * Several pages may be opened before the first cookie is stored.  Each brings
 * one, and all of them count: so the name of a browser cookie ends in a digit
 * that its value's digest says, and one seldom takes another one's place.  A
 * page that is opened with a cookie makes none.
 *
 * A foreign page can have a browser ask us as often as it likes: so there are
 * only so many names.  httpd refuses every request, to whatever application of
 * the host, whose cookies are longer than LimitRequestFieldSize.
 */
#ifndef OA2_DOMAIN_PERSON_BROWSER_H
#define OA2_DOMAIN_PERSON_BROWSER_H

#include "store/session.h"

/* Names without the "__Host-" that https adds; the browser's without its
   end. */
#define OA2_BROWSER_COOKIE "oauth2_browser_"
#define OA2_SESSION_COOKIE "oauth2_session"
/* 1 when a cookie of this name, without "__Host-", is ours: applications do
   not get those. */
int oa2_browser_is_cookie(const char *name, apr_size_t len);

typedef struct oa2_browser_t {
    apr_array_header_t *ids;    /* const char *: the browser cookies' values,
                                   the oldest first; may be empty */
    const char *session_id;     /* the session cookie's; NULL: none */
    const char *remote_user;    /* whom httpd authenticated; NULL: nobody */
    const char *remote_provider;    /* and who vouches: "httpd:Basic" */
    const apr_table_t *remote_left;     /* as oa2_login_t's left */
    const char *address;        /* the client's, as httpd sees it */
    const char *agent;          /* User-Agent; NULL: none */
} oa2_browser_t;

#define OA2_BROWSER_NAMES 16            /* that browser cookies can have */

/* The name of the browser cookie that has this value: one of those few. */
const char *oa2_browser_cookie(const char *id, apr_pool_t *pool);
/*
 * Who is signed in; NULL when nobody.  A user that httpd authenticated counts
 * as signed in now (its row is made on the way).
 */
oa2_err_t *oa2_browser_session(oa2_session_t **out, oa2_ctx_t *ctx,
                               const oa2_browser_t *browser);
/* The live session that a session cookie's value is for; NULL: none.  Cached: a
   hit asks no database.  Notes, to the hour, that it is used. */
oa2_err_t *oa2_browser_find(oa2_session_t **out, oa2_ctx_t *ctx,
                            const char *cookie);
/*
 * After a right password: a new session; *cookie is its secret value.  Refused
 * (access_denied, page) when the password or the account was changed since
 * login was tried.  *out is NULL when there was no account then, and there is
 * one by now: the login has to be tried once more, for that one.
 */
struct oa2_login_t;             /* domain/person/login.h */
oa2_err_t *oa2_browser_sign_in(const char **cookie, oa2_session_t **out,
                               oa2_ctx_t *ctx, const oa2_browser_t *browser,
                               const struct oa2_login_t *login);

/* Signs the user out in the browser of that oa2_session_id(), if it is one of
   his.  *done: 0 when it is none, or no more. */
oa2_err_t *oa2_browser_end_one(int *done, oa2_ctx_t *ctx, const char *user,
                               const char *id);
/* Signs the user of the session out everywhere else. */
oa2_err_t *oa2_browser_end_others(oa2_ctx_t *ctx,
                                  const oa2_session_t *session);

#endif

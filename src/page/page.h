/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page.h - the HTML pages that a user sees.
 *
 * Each function here renders one page from what it is told: complete HTML in
 * UTF-8, everything from outside escaped.  In each in-struct NULL means absent,
 * so designated initializers name only what there is.  No text is kept.
 *
 * What the caller owes a page: a fresh nonce for each answer, which the
 * Content-Security-Policy names too ("default-src 'none'; style-src
 * 'nonce-...'; img-src 'self' data:; frame-ancestors 'none'" and form-action).
 */
#ifndef OA2_PAGE_PAGE_H
#define OA2_PAGE_PAGE_H

#include <apr_tables.h>

#include "page/pages.h"

/* Posts form, username and password to action. */
typedef struct oa2_page_login_t {
    oa2_page_common_t common;
    const char *action;
    const char *form;           /* hidden field */
    const char *username;       /* filled in; the password gets the focus */
    const char *client_name;    /* who asks */
    const char *message;        /* why the last form was not obeyed */
    const char *sign_up;        /* where to make an account; NULL: nowhere */
} oa2_page_login_t;

const char *oa2_page_login(const oa2_pages_t *pages,
                           const oa2_page_login_t *in, apr_pool_t *pool);

typedef struct oa2_page_scope_t {
    const char *name;
    const char *description;    /* NULL: the name has to do */
    int already;                /* granted to this client before */
    const char *category;       /* NULL: none */
    int sensitive;
    const apr_array_header_t *claims;   /* const char *: what it tells of the
                                           user; NULL: nothing */
} oa2_page_scope_t;

/*
 * Posts form and decision ("allow" or "deny") to action, or form to
 * logout_action.
 */
typedef struct oa2_page_consent_t {
    oa2_page_common_t common;
    const char *action;
    const char *logout_action;  /* to switch the account; NULL: cannot */
    const char *form;           /* hidden field */
    const char *client_name;
    const char *client_host;    /* redirect host, or scheme of a native app */
    const char *user;           /* who is signed in */
    const oa2_page_scope_t *scopes;     /* those of a category together */
    int n_scopes;
    int loopback_only;          /* warn: an app on this computer asks */
    const char *message;        /* why the last form was not obeyed */
    const char *client_logo;    /* a path on this host; NULL: none */
} oa2_page_consent_t;

const char *oa2_page_consent(const oa2_pages_t *pages,
                             const oa2_page_consent_t *in, apr_pool_t *pool);

typedef struct oa2_page_detail_t {
    const char *label;          /* "Sent redirect URI" */
    const char *value;
} oa2_page_detail_t;

typedef struct oa2_page_error_t {
    oa2_page_common_t common;
    const char *title;          /* "This request cannot go on" */
    const char *message;        /* a sentence for the user */
    const char *hint;           /* what the user can do */
    const char *code;           /* RFC 6749's, for the app's developer */
    const char *reference;      /* finds the line in the log */
    const oa2_page_detail_t *details;
    int n_details;
} oa2_page_error_t;

const char *oa2_page_error(const oa2_pages_t *pages,
                           const oa2_page_error_t *in, apr_pool_t *pool);

/* Asks, and posts form to action; or says that it is done. */
typedef struct oa2_page_signed_out_t {
    oa2_page_common_t common;
    int done;
    const char *action;         /* NULL: cannot sign out here */
    const char *form;           /* hidden field */
    const char *user;           /* who is, or was, signed in */
    const char *message;        /* why the last form was not obeyed */
} oa2_page_signed_out_t;

const char *oa2_page_signed_out(const oa2_pages_t *pages,
                                const oa2_page_signed_out_t *in,
                                apr_pool_t *pool);

/*
 * Posts form, password and again to action; or, without form, says that it is
 * done, or that the link is not good any more.
 */
typedef struct oa2_page_set_password_t {
    oa2_page_common_t common;
    const char *action;
    const char *form;           /* hidden field */
    const char *user;           /* whose password it is */
    const char *message;        /* why the last form was not obeyed */
    int done;
    int gone;
    const char *login;          /* where to sign in */
    const char *least;          /* characters that a password has */
} oa2_page_set_password_t;

const char *oa2_page_set_password(const oa2_pages_t *pages,
                                  const oa2_page_set_password_t *in,
                                  apr_pool_t *pool);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * endpoint.h - one const row per URL, and what passes through it.
 *
 * httpd/serve/dispatch obeys the row before the handler runs: method, content
 * type, parameters, client.  A handler takes decoded parameters and returns a
 * reply; it knows nothing of httpd, so a whole code flow runs in a unit test.
 *
 * A new endpoint is one file and one line in the roof's list.
 */
#ifndef OA2_ENDPOINT_ENDPOINT_H
#define OA2_ENDPOINT_ENDPOINT_H

#include "base/text/json.h"
#include "base/text/multipart.h"
#include "domain/person/browser.h"
#include "domain/person/login.h"
#include "domain/site/subject.h"
#include "domain/token.h"
#include "domain/token/apikey.h"
#include "page/page.h"

#define OA2_GET 1                       /* HEAD too */
#define OA2_POST 2
#define OA2_PUT 4
#define OA2_PATCH 8
#define OA2_DELETE 16

typedef enum {
    OA2_CLIENT_NONE,                    /* the endpoint is not for clients */
    OA2_CLIENT_ANY,                     /* proven, or public and named */
    OA2_CLIENT_CONFIDENTIAL             /* proven by a secret */
} oa2_client_need_t;

typedef enum {
    OA2_ASKER_NONE,                     /* whoever; or a client, as above */
    OA2_ASKER_TOKEN,                    /* who sends a good access token that
                                           may be used at this URL: RFC 6750 */
    OA2_ASKER_TOKEN_OR_KEY,             /* who sends that or a good API key */
    OA2_ASKER_SESSION                   /* a person who is signed in; others
                                           are shown the login page there, and
                                           come back: signin/asker.h.  A page,
                                           and takes GET */
} oa2_asker_t;

/* What POST, PUT and PATCH send; anything else is answered 415. */
typedef enum {
    OA2_BODY_FORM,                      /* application/x-www-form-urlencoded */
    OA2_BODY_MULTIPART,                 /* multipart/form-data: a form with
                                           files */
    OA2_BODY_JSON                       /* application/json and its kin;
                                           parameters are in the query */
} oa2_body_t;

typedef enum {
    OA2_ANSWER_JSON,                    /* errors as RFC 6749 section 5.2 */
    OA2_ANSWER_PAGE                     /* errors as the error page */
} oa2_answer_t;

typedef enum {
    OA2_CORS_NONE,
    OA2_CORS_CLIENTS,                   /* origins of redirect URIs */
    OA2_CORS_PUBLIC                     /* any: nothing in it is secret */
} oa2_cors_t;

/* What is sent.  Dispatch adds Cache-Control: no-store and the security
   headers that fit the type. */
typedef struct oa2_reply_t {
    int status;
    const char *location;               /* a redirect when not NULL */
    const char *type;                   /* content type; NULL: no body */
    const char *body;
    apr_size_t len;                     /* of body, where it may be any bytes,
                                           and is for nobody to run; 0: it is
                                           text and ends with a NUL */
    apr_table_t *headers;               /* more headers; may repeat */
    const char *nonce;                  /* a page: its style's CSP nonce */
    const char *form_action;            /* a page: where its form may lead,
                                           besides here; NULL: nowhere */
    const oa2_err_t *err;               /* to be logged; NULL: none */
    const char *reference;              /* a page: what it calls err, and the
                                           log has to; NULL: nothing */
    /* Ownership: everything in it lives in the request's pool. */
} oa2_reply_t;

struct oa2_endpoint_t;
struct oa2_form_t;                      /* domain/request/form.h */

typedef struct oa2_call_t {
    oa2_ctx_t ctx;
    const struct oa2_endpoint_t *endpoint;
    int method;                         /* one of the row's; 0: another */
    const char *rest;                   /* a row that is `below`: the path's
                                           last segment, decoded: text
                                           without "/"; "" : none */
    const char *body;                   /* OA2_BODY_JSON; ends with a NUL */
    apr_size_t body_len;
    const char *if_match;               /* RFC 9110 section 13.1; NULL: none */
    const char *if_none_match;
    const char *authorization;          /* header; NULL: none */
    const oa2_apikey_sent_t *key;       /* that came; NULL: none */
    oa2_subject_t subject;              /* who asks by a token or key */
    const oa2_token_t *token;           /* by which it asks; NULL: by a key */
    const oa2_session_t *session;       /* who asks: OA2_ASKER_SESSION, home */
    int is_admitted;                    /* by httpd's own Require, which stands
                                           in place of the row's role */
    const oa2_params_t *kept;           /* OA2_ASKER_SESSION, GET: what was
                                           typed here by a user who had to sign
                                           in anew, for the form to show;
                                           nothing was done; NULL: nothing */
    const char *url;                    /* path and query that was asked for,
                                           as a link on this host */
    const struct oa2_form_t *back;      /* where the login page's user goes on;
                                           NULL: home */
    const char *ticket;                 /* that the URL had; NULL: none */
    const apr_array_header_t *files;    /* of oa2_file_t: OA2_BODY_MULTIPART;
                                           NULL: none can have come */
    oa2_browser_t browser;
    int is_foreign;                     /* a page of another origin made the
                                           browser ask, as that says */
    const oa2_pages_t *pages;
    oa2_password_fn *ask_password;
    void *ask_baton;
    const char *ask_outside;            /* oa2_login_t's outside */
    const oa2_err_t *warning;           /* to be logged beside what the reply
                                           says; NULL: none */
    apr_table_t *headers;               /* goes out with whatever is answered,
                                           an error too: cookies */
} oa2_call_t;

typedef struct oa2_endpoint_t {
    const char *name;                   /* issuer/name, "oauth2-name" */
    int below;                          /* 1: it is what is one segment below
                                           that, with or without a "/" at the
                                           end: issuer/name/rest */
    const char *metadata;               /* member of RFC 8414; NULL: none */
    int methods;
    oa2_body_t body;
    apr_size_t body_most;               /* bytes of all of it, else 413; 0:
                                           OA2_PARAMS_BYTES */
    oa2_client_need_t client;
    oa2_asker_t asker;
    const char *role;                   /* OA2_ASKER_SESSION: that it takes
                                           (domain/person/role.h); NULL:
                                           whoever is signed in */
    oa2_answer_t answer;
    oa2_cors_t cors;
    const oa2_param_t *params;          /* NULL: the handler checks them */
    oa2_err_t *(*handle)(oa2_reply_t **out, oa2_call_t *call);
    /* Answers in its place who comes with a bearer token; NULL: none. */
    const struct oa2_endpoint_t *with_token;
} oa2_endpoint_t;

extern const oa2_endpoint_t oa2_endpoint_authorize;
extern const oa2_endpoint_t oa2_endpoint_login;
extern const oa2_endpoint_t oa2_endpoint_consent;
extern const oa2_endpoint_t oa2_endpoint_logout;
extern const oa2_endpoint_t oa2_endpoint_home;
extern const oa2_endpoint_t oa2_endpoint_set_password;
extern const oa2_endpoint_t oa2_endpoint_sign_up;
extern const oa2_endpoint_t oa2_endpoint_token;
extern const oa2_endpoint_t oa2_endpoint_account;
extern const oa2_endpoint_t oa2_endpoint_account_password;
extern const oa2_endpoint_t oa2_endpoint_developer;
extern const oa2_endpoint_t oa2_endpoint_developer_add;
extern const oa2_endpoint_t oa2_endpoint_developer_app;
extern const oa2_endpoint_t oa2_endpoint_developer_delete;
extern const oa2_endpoint_t oa2_endpoint_developer_logo;
extern const oa2_endpoint_t oa2_endpoint_logo;
extern const oa2_endpoint_t oa2_endpoint_site_logo;
extern const oa2_endpoint_t oa2_endpoint_developer_edit;
extern const oa2_endpoint_t oa2_endpoint_developer_secret;
extern const oa2_endpoint_t oa2_endpoint_developer_team;
extern const oa2_endpoint_t oa2_endpoint_admin;
extern const oa2_endpoint_t oa2_endpoint_account_sessions;
extern const oa2_endpoint_t oa2_endpoint_account_profile;
extern const oa2_endpoint_t oa2_endpoint_account_delete;
extern const oa2_endpoint_t oa2_endpoint_account_data;
extern const oa2_endpoint_t oa2_endpoint_account_export;
extern const oa2_endpoint_t oa2_endpoint_account_keys;
extern const oa2_endpoint_t oa2_endpoint_admin_audit;
extern const oa2_endpoint_t oa2_endpoint_admin_users;
extern const oa2_endpoint_t oa2_endpoint_admin_user;
extern const oa2_endpoint_t oa2_endpoint_admin_roles;
extern const oa2_endpoint_t oa2_endpoint_admin_link;
extern const oa2_endpoint_t oa2_endpoint_admin_invite;
extern const oa2_endpoint_t oa2_endpoint_admin_apps;
extern const oa2_endpoint_t oa2_endpoint_admin_app;
extern const oa2_endpoint_t oa2_endpoint_admin_grants;
extern const oa2_endpoint_t oa2_endpoint_admin_tokens;
extern const oa2_endpoint_t oa2_endpoint_admin_scopes;
extern const oa2_endpoint_t oa2_endpoint_admin_health;
extern const oa2_endpoint_t oa2_endpoint_admin_traffic;
extern const oa2_endpoint_t oa2_endpoint_revoke;
extern const oa2_endpoint_t oa2_endpoint_introspect;
extern const oa2_endpoint_t oa2_endpoint_userinfo;
extern const oa2_endpoint_t oa2_endpoint_get_user_data;
extern const oa2_endpoint_t oa2_endpoint_userdata;

/*
 * run.c: obeys the row - parameters, then client and asker - lets it handle,
 * and makes a reply of an error.  Always answers; whoever calls it logs
 * reply->err, and has seen to method, content type and size before.
 */
oa2_reply_t *oa2_endpoint_run(oa2_call_t *call);

/* reply.c: the few shapes that answers have. */
oa2_reply_t *oa2_reply_json(apr_pool_t *pool, int status, const cJSON *json);
/* len of 1 or more; kept. */
oa2_reply_t *oa2_reply_bytes(apr_pool_t *pool, const char *type,
                             const void *bytes, apr_size_t len);
oa2_reply_t *oa2_reply_empty(apr_pool_t *pool, int status);
/* 303: RFC 9700 section 4.12. */
oa2_reply_t *oa2_reply_redirect(apr_pool_t *pool, const char *location);
oa2_reply_t *oa2_reply_page(apr_pool_t *pool, int status, const char *html,
                            const char *nonce, const char *form_action);
/* An error as the endpoint's row says: JSON (with WWW-Authenticate where the
   client's or the token's RFC wants it) or the error page. */
oa2_reply_t *oa2_reply_error(oa2_call_t *call, const oa2_err_t *err);
/* Why a page is not what was asked for: for the log, and when to come again. */
void oa2_reply_why(oa2_reply_t *reply, const oa2_call_t *call,
                   const oa2_err_t *err);
/* Set-Cookie with every attribute; value NULL deletes it; lifetime in
   seconds, 0: until the browser is closed. */
void oa2_reply_cookie(oa2_call_t *call, const char *name, const char *value,
                      apr_int64_t lifetime);
/* "OA2-nnnn-YYYYMMDDThhmmssZ-xxxxxx": how a user names this one incident to the
   administrator.  Another one at each call: reply->reference keeps it. */
const char *oa2_reply_reference(const oa2_call_t *call, const oa2_err_t *err);
/* What every page is told: the site's name and a fresh nonce. */
oa2_page_common_t oa2_reply_common(const oa2_call_t *call);

/* metadata.c */
/* RFC 8414 section 2, from the arrays of endpoints, grants and methods. */
cJSON *oa2_metadata_server(const oa2_ctx_t *ctx,
                           const oa2_endpoint_t *const *endpoints);
/* RFC 9728 section 2. */
cJSON *oa2_metadata_resource(const oa2_ctx_t *ctx, const char *resource,
                             const char *name);

#endif

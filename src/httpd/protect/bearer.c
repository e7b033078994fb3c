/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bearer.c - see bearer.h
 *
 * RFC 6750 section 2.1 (the Authorization header) only.  A token in the query
 * (2.3) is refused: it ends in logs, histories and Referer headers.  One in
 * the body (2.2) is not looked for: the body is the application's.
 */
#include "httpd/protect/bearer.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>

#include "base/text/encode.h"
#include "domain/request/resource.h"
#include "domain/token.h"
#include "domain/token/sent.h"
#include "httpd/protect/basic.h"
#include "httpd/protect/challenge.h"
#include "httpd/protect/identity.h"
#include "httpd/protect/key.h"
#include "httpd/protect/person.h"
#include "httpd/protect/require.h"
#include "httpd/request.h"
#include "httpd/run/count.h"
#include "httpd/run/log.h"
#include "httpd/serve/entry.h"
#include "httpd/serve/last.h"
#include "httpd/start/setup.h"

#define QUERY_NAME OA2_SENT_PARAMETER

/* ------------------------------------------------------------ reading */

/* Whether the query has the parameter, however its name is encoded. */
static int is_in_query(const char *args, apr_pool_t *pool)
{
    while (args && *args) {
        apr_size_t name = strcspn(args, "=&");
        const char *decoded;

        if (name == sizeof(QUERY_NAME) - 1
            && strncmp(args, QUERY_NAME, name) == 0) {
            return 1;
        }
        if (name > sizeof(QUERY_NAME) - 1 && memchr(args, '%', name)) {
            decoded = oa2_form_decode(args, name, pool);
            if (decoded && strcmp(decoded, QUERY_NAME) == 0) return 1;
        }
        args += name + strcspn(args + name, "&");
        if (*args)
            args++;
    }
    return 0;
}

static oa2_err_t *read_token(const char **out, request_rec *r)
{
    return oa2_sent_token(out, oa2_entry_authorization(r),
                          is_in_query(r->args, r->pool) ? "query" : NULL,
                          r->pool);
}

/* ------------------------------------------------------------ answering */

static int refuse(request_rec *r, const oa2_err_t *err, const char *client)
{
    oa2_guarded_t outcome = OA2_GUARDED_UNAVAILABLE;

    oa2_log_err(r, err, client);
    if (err->kind == &oa2_invalid_token) {
        outcome = OA2_GUARDED_BAD_TOKEN;
        oa2_challenge(r, err, oa2_require_scope(r));
    }
    else if (err->kind == &oa2_invalid_api_key) {
        outcome = OA2_GUARDED_BAD_KEY;
        oa2_challenge(r, NULL, oa2_require_scope(r));
    }
    else if (err->kind == &oa2_invalid_request) {
        outcome = OA2_GUARDED_BAD_REQUEST;
        oa2_challenge(r, err, NULL);
    }
    else if (err->kind == &oa2_forbidden) {
        outcome = OA2_GUARDED_FORBIDDEN;
    }
    oa2_count_guarded(r, outcome);
    if (err->retry_after) {
        apr_table_setn(r->err_headers_out, "Retry-After",
                       apr_itoa(r->pool, err->retry_after));
    }
    return err->kind->status;
}

int oa2_bearer_note_failure(request_rec *r, const char *type)
{
    const oa2_phase_t *phase = oa2_phase_find(r);

    if (!oa2_conf_is_our_type(oa2_conf_server(r->server), type)) {
        return DECLINED;
    }
    /* mod_authz_core, while httpd/protect/require only asks it. */
    if (phase && phase->is_inside) return OK;
    oa2_challenge(r, NULL, oa2_require_scope(r));
    return OK;
}

/* ------------------------------------------------------------ token */

static int accept_subject(request_rec *r, const oa2_subject_t *subject)
{
    const oa2_dir_t *dir = oa2_conf_dir(r);
    oa2_err_t *err;

    /* RFC 9700 section 2.3: audience */
    if (!oa2_resource_accepts(subject->audience,
                              dir->resource ? dir->resource->uri : NULL)) {
        err = oa2_err_make(r->pool, &oa2_invalid_token, OA2_ID(7113),
                           "the access token is for another resource",
                           "the access token is for \"%s\", not for \"%s\"",
                           subject->audience,
                           dir->resource ? dir->resource->uri
                           : "a resource without OAuth2Resource");
        return refuse(r, err, subject->client_id);
    }
    oa2_phase_of(r)->subject = *subject;
    r->user = apr_pstrdup(r->pool, oa2_subject_name(subject, r->pool));
    r->ap_auth_type = apr_pstrdup(r->pool, "OAuth2");
    oa2_identity_set_env(r, subject);
    return OK;
}

static int check_token(request_rec *r, const oa2_server_t *conf,
                       const char *text)
{
    oa2_ctx_t ctx = oa2_request_ctx(r, conf);
    oa2_subject_t subject;
    oa2_token_t *token;
    oa2_err_t *err = oa2_token_check(&token, &ctx, text);

    if (!err && !token) {
        err = oa2_err_make(r->pool, &oa2_invalid_token, OA2_ID(7114), NULL,
                           "the access token is unknown, expired or revoked");
    }
    if (err) return refuse(r, err, NULL);
    oa2_subject_of_token(&subject, token);
    return accept_subject(r, &subject);
}

static int check_key(request_rec *r, const oa2_server_t *conf)
{
    oa2_subject_t subject;
    const char *token;
    oa2_err_t *err = oa2_setup_ready(conf, r->pool);

    if (!err)
        err = read_token(&token, r);
    if (!err)
        err = oa2_key_check(&subject, r, conf,
                            token || oa2_basic_is_sent(r));
    return err ? refuse(r, err, NULL) : accept_subject(r, &subject);
}

/* Section 3.1: "If the request lacks any authentication information … the
   resource server SHOULD NOT include an error code". */
static int ask_for_token(request_rec *r)
{
    oa2_count_guarded(r, OA2_GUARDED_NO_TOKEN);
    oa2_challenge(r, NULL, oa2_require_scope(r));
    return HTTP_UNAUTHORIZED;
}

static int check_person(request_rec *r, const oa2_server_t *conf)
{
    oa2_subject_t subject;
    oa2_err_t *err = oa2_person_find(&subject, r, conf);

    if (err) return refuse(r, err, NULL);
    if (subject.by) {
        oa2_last_personal(r);
        return accept_subject(r, &subject);
    }
    if (!oa2_person_ask(r, conf)) return ask_for_token(r);
    oa2_count_guarded(r, OA2_GUARDED_NO_TOKEN);
    return HTTP_SEE_OTHER;
}

/* Whatever else came with it: a page looks at the cookie only. */
static int check_page(request_rec *r, const oa2_server_t *conf)
{
    oa2_err_t *err = oa2_setup_ready(conf, r->pool);

    return err ? refuse(r, err, NULL) : check_person(r, conf);
}

static int not_configured(request_rec *r)
{
    oa2_err_t *err = oa2_err_make(
        r->pool, &oa2_temporarily_unavailable, OA2_ID(7115), NULL,
        "AuthType OAuth2 in a server without OAuth2Issuer: add it to that "
        "server");

    err->retry_after = 60;
    return refuse(r, err, NULL);
}

/* 1: what proved who asks is gone by now, as it was taken from the first
   request; who was let in there may be here, too, if this place takes that. */
static int inherit(int *status, request_rec *r)
{
    const oa2_subject_t *subject = ap_is_initial_req(r) ? NULL
        : oa2_request_subject(r->prev ? r->prev : r->main);
    oa2_err_t *err = NULL;

    if (!subject || subject->by == OA2_BY_PASSWORD) return 0;
    if (subject->by == OA2_BY_SESSION && oa2_conf_dir(r)->browser_login != 1) {
        return 0;
    }
    if (subject->by == OA2_BY_KEY)
        err = oa2_key_allow(r);
    *status = err ? refuse(r, err, NULL) : accept_subject(r, subject);
    return 1;
}

int oa2_bearer_check(request_rec *r)
{
    const oa2_server_t *conf = oa2_conf_server(r->server);
    const oa2_phase_t *phase = oa2_phase_find(r);
    const char *text;
    oa2_err_t *err;
    int status;

    if (!oa2_request_is_protected(r)) return DECLINED;
    if (!conf || !conf->db) return not_configured(r);
    if (phase && phase->is_open) {
        /* httpd insists on a user; protect/identity takes it away again. */
        r->user = apr_pstrdup(r->pool, "");
        return OK;
    }
    if (phase && phase->is_page) return check_page(r, conf);
    if (inherit(&status, r)) return status;
    if (oa2_key_is_sent(r)) return check_key(r, conf);
    if (oa2_basic_is_sent(r)) {
        err = oa2_basic_check(&status, r);
        return err ? refuse(r, err, NULL) : status;
    }
    err = oa2_setup_ready(conf, r->pool);
    if (!err)
        err = read_token(&text, r);
    if (err) return refuse(r, err, NULL);
    if (text) return check_token(r, conf, text);
    return oa2_person_may_be(r) ? check_person(r, conf) : ask_for_token(r);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cors.c - see cors.h
 *
 * Cookies are never allowed: a client's page sends its token or its own
 * credentials, and the user's login here is none of its business.  So a page
 * can do no more than any other client, and whatever headers it wants to send
 * are allowed.
 */
#include "httpd/serve/cors.h"

#include <string.h>

#include <apr_lib.h>
#include <apr_strings.h>
#include <http_core.h>

#include "httpd/request.h"
#include "httpd/run/log.h"
#include "httpd/serve/last.h"
#include "httpd/serve/reply.h"
#include "httpd/start/setup.h"
#include "store/client.h"

#define ASKED_MAX 2000                  /* Access-Control-Request-Headers */
#define ALWAYS_ALLOWED "authorization, content-type"
#define PREFLIGHT_AGE "600"             /* seconds */

/* ------------------------------------------------------------ syntax */

/* RFC 9110 section 5.6.2 */
static int is_token(const char *text, apr_size_t len)
{
    apr_size_t i;

    for (i = 0; i < len; i++) {
        if (!apr_isalnum(text[i])
            && (!text[i] || !strchr("!#$%&'*+-.^_`|~", text[i]))) {
            return 0;
        }
    }
    return len > 0;
}

/* A list of tokens, as a browser sends it. */
static int is_list(const char *text)
{
    if (strlen(text) > ASKED_MAX) return 0;
    for (;;) {
        apr_size_t len;

        text += strspn(text, " \t");
        len = strcspn(text, ", \t");
        if (!is_token(text, len)) return 0;
        text += len;
        text += strspn(text, " \t");
        if (!*text) return 1;
        if (*text++ != ',') return 0;
    }
}

/* ------------------------------------------------------------ origins */

/* "*", or the origin itself; NULL: not by a directive. */
static const char *configured(const request_rec *r, const char *origin)
{
    const apr_array_header_t *all = oa2_conf_dir(r)->origins;
    int i;

    for (i = 0; all && i < all->nelts; i++) {
        const char *one = APR_ARRAY_IDX(all, i, const char *);

        if (strcmp(one, "*") == 0 || strcmp(one, origin) == 0) return one;
    }
    return NULL;
}

/*
 * *allowed: what to answer; NULL: this origin may not read.  "*" is answered as
 * it is written: browsers send no cookies and no Basic with that, whatever the
 * application says.
 */
static oa2_err_t *find_allowed(const char **allowed, const request_rec *r,
                               oa2_ctx_t *ctx, const char *origin)
{
    int known;

    *allowed = configured(r, origin);
    if (*allowed) return NULL;
    OA2_TRY(oa2_setup_ready(oa2_conf_server(r->server), r->pool));
    OA2_TRY(oa2_origin_is_known(&known, ctx, origin));
    *allowed = known ? origin : NULL;
    return NULL;
}

void oa2_cors_grant_all(apr_table_t *headers)
{
    apr_table_setn(headers, OA2_ALLOW_ORIGIN, "*");
}

oa2_err_t *oa2_cors_grant(apr_table_t *headers, request_rec *r,
                          oa2_ctx_t *ctx, oa2_cors_t cors)
{
    const char *origin = oa2_request_origin(r);
    const char *allowed;

    if (cors == OA2_CORS_PUBLIC)
        oa2_cors_grant_all(headers);
    if (cors != OA2_CORS_CLIENTS) return NULL;
    /* Also without Origin: a cache must not give one the other's answer. */
    apr_table_mergen(headers, "Vary", "Origin");
    if (!origin) return NULL;
    OA2_TRY(find_allowed(&allowed, r, ctx, origin));
    if (allowed) {
        apr_table_setn(headers, OA2_ALLOW_ORIGIN, allowed);
        apr_table_setn(headers, OA2_EXPOSE_HEADERS, "WWW-Authenticate");
    }
    return NULL;
}

/* ------------------------------------------------------------ preflights */

static void allow(apr_table_t *headers, const request_rec *r,
                  const char *methods)
{
    const char *asked = apr_table_get(r->headers_in,
                                      "Access-Control-Request-Headers");

    apr_table_setn(headers, "Access-Control-Allow-Methods", methods);
    apr_table_setn(headers, "Access-Control-Allow-Headers",
                   asked && is_list(asked)
                   ? apr_pstrcat(r->pool, ALWAYS_ALLOWED, ", ", asked, NULL)
                   : ALWAYS_ALLOWED);
    apr_table_setn(headers, "Access-Control-Max-Age", PREFLIGHT_AGE);
}

void oa2_cors_options(apr_table_t *headers, request_rec *r,
                      const char *methods)
{
    apr_table_setn(headers, "Allow", methods);
    if (oa2_request_is_preflight(r)
        && apr_table_get(headers, OA2_ALLOW_ORIGIN)) {
        allow(headers, r, methods);
    }
}

/* What the page wants to send; whether it may is asked when it does.  Browsers
   send neither TRACE nor CONNECT. */
static const char *method_of(const request_rec *r)
{
    const char *method = apr_table_get(r->headers_in,
                                       "Access-Control-Request-Method");

    return method && strlen(method) <= 40 && is_token(method, strlen(method))
        && strcasecmp(method, "TRACE") != 0 ? method : NULL;
}

static oa2_err_t *grant_preflight(apr_table_t *headers, request_rec *r,
                                  const oa2_server_t *conf)
{
    oa2_ctx_t ctx = oa2_request_ctx(r, conf);
    const char *method = method_of(r);

    OA2_TRY(oa2_cors_grant(headers, r, &ctx, OA2_CORS_CLIENTS));
    apr_table_unset(headers, OA2_EXPOSE_HEADERS);
    if (method && apr_table_get(headers, OA2_ALLOW_ORIGIN)) {
        allow(headers, r, method);
    }
    return NULL;
}

int oa2_cors_preflight(request_rec *r)
{
    const oa2_server_t *conf = oa2_conf_server(r->server);
    apr_table_t *headers = apr_table_make(r->pool, 6);
    oa2_err_t *err;

    err = grant_preflight(headers, r, conf);
    if (err) {
        oa2_log_err(r, err, NULL);
        if (err->retry_after) {
            apr_table_setn(r->err_headers_out, "Retry-After",
                           apr_itoa(r->pool, err->retry_after));
        }
        return err->kind->status;
    }
    oa2_reply_send(r, oa2_reply_empty(r->pool, HTTP_NO_CONTENT), headers);
    return DONE;
}

/* ------------------------------------------------------------ answers */

/* Also an ErrorDocument of a protected path. */
static int is_protected(request_rec *r)
{
    for (; r; r = r->prev) {
        if (oa2_request_is_protected(r)) return 1;
    }
    return 0;
}

void oa2_cors_answer(request_rec *r)
{
    const oa2_server_t *conf = oa2_conf_server(r->server);
    const char *origin = r->main ? NULL : oa2_request_origin(r);
    const char *allowed = NULL;
    oa2_ctx_t ctx;

    if (!origin || oa2_request_is_at_home(r, origin) || !conf || !conf->db
        || oa2_request_is_claimed(r) || !is_protected(r)) {
        return;
    }
    apr_table_mergen(r->err_headers_out, "Vary", "Origin");
    ctx = oa2_request_ctx(r, conf);
    /* An error here is no error of the request: the page is not told. */
    if (find_allowed(&allowed, r, &ctx, origin) || !allowed) return;
    oa2_phase_of(r)->origin = allowed;
    oa2_last_allow(r);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatch.c - see dispatch.h
 *
 * Sees to what is HTTP's: path, method, CORS, content type, size.  The row's
 * other wishes are endpoint/run's.  Each error is logged here, once.
 */
#include "httpd/serve/dispatch.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>

#include "base/text/abnf.h"
#include "domain/token/sent.h"
#include "httpd/conf/handler.h"
#include "httpd/protect/open.h"
#include "httpd/run/count.h"
#include "httpd/run/log.h"
#include "httpd/serve/body.h"
#include "httpd/serve/call.h"
#include "httpd/serve/claim.h"
#include "httpd/serve/cors.h"
#include "httpd/serve/find.h"
#include "httpd/serve/metrics.h"
#include "httpd/serve/reply.h"
#include "httpd/start/db.h"
#include "httpd/start/setup.h"
#include "store/client.h"

/* What a path that names nothing is answered as. */
static const oa2_endpoint_t no_page = { .answer = OA2_ANSWER_PAGE };
static const oa2_endpoint_t no_json = { .answer = OA2_ANSWER_JSON };

/* ------------------------------------------------------------ the path */

static const oa2_endpoint_t *find(request_rec *r, const char *handler,
                                  const oa2_settings_t *settings)
{
    const char *accept = apr_table_get(r->headers_in, "Accept");
    const oa2_endpoint_t *endpoint = oa2_find_endpoint(r, handler, settings);

    if (endpoint) return endpoint;
    return accept && ap_strcasestr(accept, "text/html") ? &no_page : &no_json;
}

/*
 * The last segment, decoded: httpd has not, see httpd/serve/claim.  "" when it
 * is none: what does not decode, or to more than one, or to what is no text.
 */
static const char *rest_of(request_rec *r)
{
    apr_size_t len = strlen(r->uri);
    const char *end = r->uri + len - (len && r->uri[len - 1] == '/');
    const char *start = end;
    char *rest;

    while (start > r->uri && start[-1] != '/')
        start--;
    rest = apr_pstrmemdup(r->pool, start, (apr_size_t)(end - start));
    return ap_unescape_url(rest) == OK && !strchr(rest, '/')
        && oa2_is_text(rest) ? rest : "";
}

/* ------------------------------------------------------------ methods */

typedef struct {
    int number;                         /* httpd's */
    int method;
    const char *names;
} method_t;

static const method_t methods[] = {
    { M_GET, OA2_GET, "GET, HEAD, " },
    { M_POST, OA2_POST, "POST, " },
    { M_PUT, OA2_PUT, "PUT, " },
    { M_PATCH, OA2_PATCH, "PATCH, " },
    { M_DELETE, OA2_DELETE, "DELETE, " },
};

#define N_METHODS (sizeof(methods) / sizeof(methods[0]))

static const char *methods_of(const oa2_endpoint_t *row, apr_pool_t *pool)
{
    const char *names = "";
    apr_size_t i;

    for (i = 0; i < N_METHODS; i++) {
        if (row->methods & methods[i].method) {
            names = apr_pstrcat(pool, names, methods[i].names, NULL);
        }
    }
    return apr_pstrcat(pool, names, "OPTIONS", NULL);
}

/* RFC 9110 section 15.5.6: 405 needs Allow. */
static oa2_err_t *check_method(oa2_call_t *call, request_rec *r)
{
    const oa2_endpoint_t *row = call->endpoint;

    apr_size_t i;

    for (i = 0; i < N_METHODS; i++) {
        if (r->method_number == methods[i].number)
            call->method = methods[i].method;
    }
    if (r->method_number == M_OPTIONS || (call->method & row->methods)) {
        return NULL;
    }
    apr_table_setn(call->headers, "Allow", methods_of(row, r->pool));
    return oa2_err_make(r->pool, &oa2_method_not_allowed, OA2_ID(7070),
                        apr_psprintf(r->pool, "the method has to be one of "
                                     "%s", methods_of(row, r->pool)),
                        "method %s at %s", r->method, row->name);
}

static oa2_err_t *read_multipart(int *status, oa2_call_t *call,
                                 oa2_params_t *params, request_rec *r)
{
    apr_array_header_t *files = apr_array_make(r->pool, 2,
                                               sizeof(oa2_file_t));
    const char *boundary;
    const char *text;
    apr_size_t len;

    call->files = files;
    OA2_TRY(oa2_body_is_multipart(&boundary, r));
    OA2_TRY(oa2_body_read(&text, &len, status, call->endpoint->body_most, r));
    if (*status != OK || !boundary) return NULL;
    return oa2_multipart_parse(params, files, boundary, text, len, r->pool);
}

/* *status: not OK when httpd has to finish the request itself. */
static oa2_err_t *read_params(int *status, oa2_call_t *call, request_rec *r)
{
    oa2_params_t *params = oa2_params_make(r->pool);
    const char *text = r->args ? r->args : "";
    apr_size_t len = strlen(text);

    call->ctx.params = params;
    if (!(call->method & (OA2_POST | OA2_PUT | OA2_PATCH)))
        return oa2_params_parse(params, text, len, r->pool);
    if (call->endpoint->body == OA2_BODY_MULTIPART) {
        return read_multipart(status, call, params, r);
    }
    if (call->endpoint->body == OA2_BODY_JSON) {
        OA2_TRY(oa2_body_is_json(r));
        OA2_TRY(oa2_body_read(&call->body, &call->body_len, status,
                              call->endpoint->body_most, r));
    }
    else {
        OA2_TRY(oa2_body_is_form(r));
        OA2_TRY(oa2_body_read(&text, &len, status, call->endpoint->body_most,
                              r));
    }
    if (*status != OK) return NULL;
    return oa2_params_parse(params, text, len, r->pool);
}

/* Until the row is obeyed.  *reply NULL: go on. */
static oa2_err_t *prepare(oa2_reply_t **reply, int *status, oa2_call_t *call,
                          request_rec *r, oa2_err_t *ready)
{
    *reply = NULL;
    if (!call->endpoint->handle) {
        return oa2_err_make(r->pool, &oa2_not_found, OA2_ID(7071), NULL,
                            "there is no endpoint at \"%s\": they are below "
                            "\"%s/\", as the issuer is %s", r->uri,
                            call->ctx.settings->issuer_path,
                            call->ctx.settings->issuer);
    }
    OA2_TRY(ready);
    OA2_TRY(check_method(call, r));
    OA2_TRY(oa2_cors_grant(call->headers, r, &call->ctx,
                           call->endpoint->cors));
    if (r->method_number == M_OPTIONS) {
        oa2_cors_options(call->headers, r,
                         methods_of(call->endpoint, r->pool));
        *reply = oa2_reply_empty(r->pool, HTTP_NO_CONTENT);
        return NULL;
    }
    if (call->endpoint->answer == OA2_ANSWER_PAGE) {
        OA2_TRY(oa2_call_check_user(r, oa2_conf_server(r->server)->db));
    }
    OA2_TRY(read_params(status, call, r));
    /* Reading the body may have taken a while. */
    call->ctx.now = apr_time_sec(apr_time_now());
    return NULL;
}

/* httpd's own page, where not even ours could be loaded. */
static int without_pages(request_rec *r, const oa2_err_t *err)
{
    oa2_log_err(r, err, NULL);
    if (err->retry_after) {
        apr_table_setn(r->err_headers_out, "Retry-After",
                       apr_itoa(r->pool, err->retry_after));
    }
    return err->kind->status;
}

static int not_configured(request_rec *r, const char *handler)
{
    oa2_err_t *err = oa2_err_make(
        r->pool, &oa2_temporarily_unavailable, OA2_ID(7072), NULL,
        "SetHandler %s in a server without OAuth2Issuer: add it to that "
        "server", handler);

    err->retry_after = 60;
    return without_pages(r, err);
}

static void tell(request_rec *r, const oa2_call_t *call,
                 const oa2_reply_t *reply, oa2_pace_t *pace)
{
    const char *client = call->ctx.client ? call->ctx.client->id
        : call->token ? call->token->client_id : NULL;

    if (reply->reference) {
        oa2_log_page(r, reply->err, client, reply->reference, pace);
    }
    else {
        oa2_log_err(r, reply->err, client);
    }
}

/* Whoever writes a .htaccess file could say there who the user is. */
static int not_mounted(request_rec *r)
{
    oa2_log_err(r, oa2_err_make(
        r->pool, &oa2_not_found, OA2_ID(7401), NULL,
        "the handler %s does not count where a .htaccess file is read: mount "
        "the endpoint with SetHandler in a <Location>", r->handler), NULL);
    return HTTP_NOT_FOUND;
}

/* A page inside another one (SSI) has none of the headers that protect it, and
   shows its forms to whatever looks at that one. */
static int not_included(request_rec *r)
{
    oa2_log_err(r, oa2_err_make(
        r->pool, &oa2_not_found, OA2_ID(7310), NULL,
        "%s answers clients only, and is no part of \"%s\" (an SSI include, "
        "or another request inside httpd): link to it", r->uri, r->main->uri),
        NULL);
    return HTTP_NOT_FOUND;
}

int oa2_dispatch(request_rec *r)
{
    const char *handler = oa2_claim_handler(r);
    const oa2_server_t *conf;
    oa2_call_t call;
    oa2_reply_t *reply;
    oa2_err_t *ready;
    oa2_err_t *err;
    int status = OK;

    if (!handler) {
        return oa2_handler_is_ours(r->handler) ? not_mounted(r) : DECLINED;
    }
    if (r->main) return not_included(r);
    if (oa2_handler_is_guarded(handler)) return oa2_metrics_answer(r);
    conf = oa2_conf_server(r->server);
    if (!conf || !conf->db) return not_configured(r, handler);
    /* First: only then is there a store, and a realm. */
    ready = oa2_setup_ready(conf, r->pool);
    oa2_call_make(&call, r, conf);
    call.endpoint = find(r, handler, &conf->settings);
    if (call.endpoint->with_token && oa2_sent_is_bearer(call.authorization)) {
        call.endpoint = call.endpoint->with_token;
    }
    call.is_admitted = oa2_open_is_admitted(r, &conf->settings);
    call.rest = call.endpoint->below ? rest_of(r) : "";
    if (call.pages && call.endpoint->answer == OA2_ANSWER_PAGE)
        call.ctx.language = oa2_pages_language(
            call.pages, apr_table_get(r->headers_in, "Accept-Language"), NULL,
            r->pool);
    err = prepare(&reply, &status, &call, r, ready);
    if (status != OK) return status;
    if (err && !call.pages && call.endpoint->answer == OA2_ANSWER_PAGE) {
        return without_pages(r, err);
    }
    if (err)
        reply = oa2_reply_error(&call, err);
    if (!reply)
        reply = oa2_endpoint_run(&call);
    if (call.warning)
        oa2_log_err(r, call.warning, NULL);
    if (reply->err)
        tell(r, &call, reply, &conf->db->pages);
    oa2_count_answer(r, call.endpoint, reply);
    return oa2_reply_send(r, reply, call.headers);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* request.c - see request.h */
#include "httpd/request.h"

#include <apr_atomic.h>
#include <apr_buckets.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>

#include "base/encode.h"
#include "domain/account.h"
#include "httpd/db.h"
#include "httpd/entry.h"
#include "httpd/login.h"
#include "httpd/module.h"

#define COOKIE_MAX 128
#define NO_REALM (-1)                   /* has no rows */

oa2_phase_t *oa2_phase_find(const request_rec *r)
{
    return ap_get_module_config(r->request_config, &oauth2_api_module);
}

oa2_phase_t *oa2_phase_of(request_rec *r)
{
    oa2_phase_t *phase = oa2_phase_find(r);

    if (!phase) {
        phase = apr_pcalloc(r->pool, sizeof(*phase));
        ap_set_module_config(r->request_config, &oauth2_api_module, phase);
    }
    return phase;
}

int oa2_request_is_protected(request_rec *r)
{
    const char *type = ap_auth_type(r);

    return type && oa2_conf_is_our_type(oa2_conf_server(r->server), type);
}

int oa2_request_is_preflight(request_rec *r)
{
    return r->method_number == M_OPTIONS
        && apr_table_get(r->headers_in, "Origin")
        && apr_table_get(r->headers_in, "Access-Control-Request-Method");
}

oa2_ctx_t oa2_request_ctx(request_rec *r, const oa2_server_t *conf)
{
    oa2_ctx_t ctx = { 0 };

    ctx.pool = r->pool;
    ctx.store = conf->db->store;
    /* Not r->request_time: a slow request could outlive its token. */
    ctx.now = apr_time_sec(apr_time_now());
    ctx.settings = &conf->settings;
    ctx.salt = conf->settings.keys.salt;
    ctx.realm = apr_atomic_read32(&conf->db->is_ready) ? conf->realm->id
                                                       : NO_REALM;
    return ctx;
}

/* ------------------------------------------------------------ browser */

static const char *cookie_value(const char *start, const char *end,
                                apr_pool_t *pool)
{
    const char *c;

    while (end > start && (end[-1] == ' ' || end[-1] == '\t')) end--;
    if (start == end || end - start > COOKIE_MAX) return NULL;
    for (c = start; c < end; c++) {
        if (!apr_isalnum(*c) && *c != '-' && *c != '_') return NULL;
    }
    return apr_pstrmemdup(pool, start, (apr_size_t)(end - start));
}

typedef struct {
    const char *name;           /* of what is wanted, or how it begins */
    const char *at;             /* what is left of the header */
} cookies_t;

/*
 * The next cookie whose name begins with the wanted one: *name is all of its
 * name, and *value its value; NULL if that cannot be one of ours.  0: there is
 * none left.  RFC 6265 section 4.2.1: only ";" parts cookies; were "," to do
 * so too, a neighbour's cookie could hold one of ours in its value.
 */
static int next_cookie(const char **name, const char **value,
                       cookies_t *cookies, apr_pool_t *pool)
{
    apr_size_t len = strlen(cookies->name);

    while (cookies->at && *cookies->at) {
        const char *at = cookies->at;
        const char *end = at + strcspn(at, ";");
        const char *equals;

        cookies->at = *end ? end + 1 : end;
        while (*at == ' ' || *at == '\t') at++;
        equals = at < end ? memchr(at, '=', (apr_size_t)(end - at)) : NULL;
        if (!equals || (apr_size_t)(equals - at) < len
            || strncmp(at, cookies->name, len) != 0) {
            continue;
        }
        *name = apr_pstrmemdup(pool, at, (apr_size_t)(equals - at));
        *value = cookie_value(equals + 1, end, pool);
        return 1;
    }
    return 0;
}

const char *oa2_request_cookie(request_rec *r, const char *name)
{
    cookies_t cookies = { name, oa2_entry_cookie(r) };
    const char *found = NULL;
    const char *value;
    const char *full;

    while (next_cookie(&full, &value, &cookies, r->pool)) {
        if (strcmp(full, name) != 0) continue;
        if (found || !value) return NULL;
        found = value;
    }
    return found;
}

/*
 * Whom httpd authenticated where this endpoint is; NULL: nobody.  A bearer
 * token (AuthType OAuth2) is a client's, and says nothing of who sits at a
 * browser.
 */
static const char *authenticated(request_rec *r)
{
    const char *type = ap_auth_type(r);

    if (!r->ap_auth_type || !type || strcasecmp(type, "None") == 0
        || oa2_request_is_protected(r)) {
        return NULL;
    }
    return r->user;
}

static const char *remote_user(request_rec *r)
{
    const char *user = authenticated(r);
    const char *name;

    return user && !oa2_account_name(&name, user, r->pool) ? name : NULL;
}

oa2_err_t *oa2_request_check_user(request_rec *r, oa2_db_t *db)
{
    const char *user = authenticated(r);
    const char *name;
    const char *problem = user ? oa2_account_name(&name, user, r->pool) : NULL;
    apr_uint32_t held;
    oa2_err_t *err;

    if (!problem) return NULL;
    err = oa2_err_make(
        r->pool, &oa2_forbidden, OA2_ID(7903),
        "Your name cannot be used here. The administrator of this site has "
        "to change how names are made.",
        "AuthType %s has authenticated a user whose name cannot be taken: %s; "
        "let the module that sets it set another one (mod_auth_openidc: "
        "\"OIDCRemoteUserClaim sub\")", r->ap_auth_type, problem);
    if (oa2_pace_take(&db->strangers, &held, "", apr_time_sec(r->request_time),
                      1, 1)) {
        err->severity = OA2_LOG_ERROR;
    }
    return err;
}

/* Another AuthType may mean other people; but ours are ours by any. */
static const char *remote_provider(request_rec *r)
{
    const oa2_phase_t *phase = oa2_phase_find(r);

    return phase && phase->is_own_user
        ? OA2_ACCOUNT_OWN
        : apr_pstrcat(r->pool, OA2_ACCOUNT_HTTPD, r->ap_auth_type, NULL);
}

static const char *cookie_name(const oa2_server_t *conf, const char *name,
                               apr_pool_t *pool)
{
    return conf->settings.secure ? apr_pstrcat(pool, "__Host-", name, NULL)
                                 : name;
}

/* Those whose name fits their value: nobody can put another one in the place
   of one of them. */
static apr_array_header_t *browser_ids(request_rec *r,
                                       const oa2_server_t *conf)
{
    apr_array_header_t *ids = apr_array_make(r->pool, 2, sizeof(char *));
    const char *prefix = cookie_name(conf, "", r->pool);
    cookies_t cookies = {
        cookie_name(conf, OA2_BROWSER_COOKIE, r->pool), oa2_entry_cookie(r)
    };
    const char *value;
    const char *name;

    while (ids->nelts < OA2_BROWSER_IDS_MAX
           && next_cookie(&name, &value, &cookies, r->pool)) {
        if (value && strcmp(name + strlen(prefix),
                            oa2_browser_cookie(value, r->pool)) == 0) {
            APR_ARRAY_PUSH(ids, const char *) = value;
        }
    }
    return ids;
}

void oa2_request_call(oa2_call_t *call, request_rec *r,
                      const oa2_server_t *conf)
{
    memset(call, 0, sizeof(*call));
    call->ctx = oa2_request_ctx(r, conf);
    call->authorization = oa2_entry_authorization(r);
    call->browser.ids = browser_ids(r, conf);
    call->browser.session_id = oa2_request_cookie(
        r, cookie_name(conf, OA2_SESSION_COOKIE, r->pool));
    call->browser.remote_user = remote_user(r);
    if (call->browser.remote_user) {
        call->browser.remote_provider = remote_provider(r);
    }
    call->browser.address = r->useragent_ip;
    call->pages = conf->pages;
    call->ask_password = oa2_login_ask;
    call->ask_baton = r;
    call->headers = apr_table_make(r->pool, 4);
}

/* ------------------------------------------------------------ body */

/*
 * RFC 6749 appendix B.  The media type has no parameters (its registration;
 * the URL standard), and whatever clients write behind it, the bytes are ASCII
 * and the escapes UTF-8: so they are not looked at.
 */
oa2_err_t *oa2_request_is_form(request_rec *r)
{
    static const char form[] = "application/x-www-form-urlencoded";
    const char *type = apr_table_get(r->headers_in, "Content-Type");

    if (type && strncasecmp(type, form, sizeof(form) - 1) == 0
        && (!type[sizeof(form) - 1]
            || strchr(" \t;", type[sizeof(form) - 1]))) {
        return NULL;
    }
    return oa2_err_make(r->pool, &oa2_unsupported_media_type, OA2_ID(7060),
                        "send the parameters as application/"
                        "x-www-form-urlencoded",
                        "the Content-Type of the body is not that of a form");
}

typedef struct {
    char *text;
    apr_size_t len;
    int is_whole;
    int is_too_large;
} body_t;

/* APR's ring macros cast a "volatile" away, which clang tells whoever uses
   them. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual"

static apr_status_t take(body_t *body, apr_bucket_brigade *brigade)
{
    apr_bucket *bucket;

    for (bucket = APR_BRIGADE_FIRST(brigade);
         bucket != APR_BRIGADE_SENTINEL(brigade);
         bucket = APR_BUCKET_NEXT(bucket)) {
        const char *data;
        apr_size_t len;
        apr_status_t rv;

        if (APR_BUCKET_IS_EOS(bucket)) {
            body->is_whole = 1;
            return APR_SUCCESS;
        }
        if (APR_BUCKET_IS_METADATA(bucket)) continue;
        rv = apr_bucket_read(bucket, &data, &len, APR_BLOCK_READ);
        if (rv != APR_SUCCESS) return rv;
        if (len > OA2_PARAMS_BYTES - body->len) {
            body->is_too_large = 1;
            return APR_SUCCESS;
        }
        memcpy(body->text + body->len, data, len);
        body->len += len;
    }
    return APR_SUCCESS;
}

#pragma GCC diagnostic pop

static oa2_err_t *too_large(request_rec *r)
{
    return oa2_err_make(r->pool, &oa2_too_large, OA2_ID(7061),
                        "the body is larger than 64 KiB", NULL);
}

oa2_err_t *oa2_request_body(const char **out, apr_size_t *len, int *status,
                            request_rec *r)
{
    const char *promised = apr_table_get(r->headers_in, "Content-Length");
    apr_bucket_brigade *brigade;
    body_t body = { NULL, 0, 0, 0 };
    apr_status_t rv = APR_SUCCESS;

    *status = OK;
    /* httpd has checked that it is a number. */
    if (promised && apr_strtoi64(promised, NULL, 10) > OA2_PARAMS_BYTES) {
        return too_large(r);
    }
    body.text = apr_palloc(r->pool, OA2_PARAMS_BYTES);
    brigade = apr_brigade_create(r->pool, r->connection->bucket_alloc);
    while (rv == APR_SUCCESS && !body.is_whole && !body.is_too_large) {
        rv = ap_get_brigade(r->input_filters, brigade, AP_MODE_READBYTES,
                            APR_BLOCK_READ, HUGE_STRING_LEN);
        if (rv == APR_SUCCESS) rv = take(&body, brigade);
        apr_brigade_cleanup(brigade);
    }
    if (body.is_too_large) return too_large(r);
    if (rv != APR_SUCCESS) {
        *status = ap_map_http_request_error(rv, HTTP_BAD_REQUEST);
        return NULL;
    }
    *out = body.text;
    *len = body.len;
    return NULL;
}

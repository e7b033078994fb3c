/* SPDX-License-Identifier: Apache-2.0 */
/* call.c - see call.h */
#include "httpd/serve/call.h"

#include <string.h>

#include <apr_lib.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_request.h>

#include "httpd/protect/login.h"
#include "httpd/request.h"
#include "httpd/serve/entry.h"
#include "httpd/start/db.h"

#define COOKIE_MAX 128

static const char *cookie_value(const char *start, const char *end,
                                apr_pool_t *pool)
{
    const char *c;

    while (end > start && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
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
        while (*at == ' ' || *at == '\t')
            at++;
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

/* A cookie of ours: base64url of at most 128 bytes.  NULL when there is none,
   or several of that name: then somebody else may have set one. */
static const char *cookie(request_rec *r, const char *name)
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

oa2_err_t *oa2_call_check_user(request_rec *r, oa2_db_t *db)
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

/* Those whose name fits their value; a name may be there more than once, by
   another path or domain. */
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

    while (ids->nelts < OA2_BROWSER_NAMES
           && next_cookie(&name, &value, &cookies, r->pool)) {
        if (value && strcmp(name + strlen(prefix),
                            oa2_browser_cookie(value, r->pool)) == 0) {
            APR_ARRAY_PUSH(ids, const char *) = value;
        }
    }
    return ids;
}

/*
 * Fetch Metadata Request Headers, section 2.4; "none" is who uses the browser.
 * Browsers send it where the connection cannot be listened to.  Origin comes
 * with every POST, but is "null" of our own pages, since they send no Referer.
 */
static int is_foreign(const request_rec *r)
{
    const char *site = apr_table_get(r->headers_in, "Sec-Fetch-Site");
    const char *origin = oa2_request_origin(r);

    if (site) {
        return strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0;
    }
    return origin && !oa2_request_is_at_home(r, origin);
}

void oa2_call_make(oa2_call_t *call, request_rec *r, const oa2_server_t *conf)
{
    memset(call, 0, sizeof(*call));
    call->ctx = oa2_request_ctx(r, conf);
    call->authorization = oa2_entry_authorization(r);
    call->ticket = oa2_entry_ticket(r);
    call->url = apr_pstrcat(r->pool, ap_os_escape_path(r->pool, r->uri, 1),
                            r->args ? "?" : "", r->args ? r->args : "", NULL);
    call->key = oa2_entry_key(r);
    call->browser.ids = browser_ids(r, conf);
    call->browser.session_id = cookie(
        r, cookie_name(conf, OA2_SESSION_COOKIE, r->pool));
    call->browser.remote_user = remote_user(r);
    if (call->browser.remote_user) {
        call->browser.remote_provider = remote_provider(r);
        call->browser.remote_left = oa2_login_left(r);
    }
    call->browser.address = r->useragent_ip;
    call->is_foreign = is_foreign(r);
    call->pages = conf->pages;
    call->ask_password = oa2_login_ask;
    call->ask_baton = r;
    call->ask_outside = oa2_login_outside(r);
    call->if_match = apr_table_get(r->headers_in, "If-Match");
    call->if_none_match = apr_table_get(r->headers_in, "If-None-Match");
    call->headers = apr_table_make(r->pool, 4);
}

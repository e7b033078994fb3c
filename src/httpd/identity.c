/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity.c - see identity.h
 *
 * Taken away on every path with AuthType OAuth2, with or without a token:
 *   - headers under our own names, which a back end would believe;
 *   - the bearer token: who has it can act as the user;
 * and on every path of the server but the issuer's:
 *   - the cookies of our login pages.
 */
#include "httpd/identity.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <http_request.h>

#include "domain/browser.h"
#include "httpd/bearer.h"
#include "httpd/conf.h"
#include "httpd/request.h"

#define PREFIX "OAuth2"

/* "OAuth2-User", and what a back end may take for it: CGI turns "-" into "_",
   others turn more than that. */
static int is_ours(const char *name)
{
    return (name[0] == 'O' || name[0] == 'o')
        && strncasecmp(name, PREFIX, sizeof(PREFIX) - 1) == 0
        && !apr_isalnum(name[sizeof(PREFIX) - 1]);
}

static void scrub_headers(request_rec *r)
{
    const apr_array_header_t *all = apr_table_elts(r->headers_in);
    int i = 0;

    while (i < all->nelts) {
        const char *name = APR_ARRAY_IDX(all, i, apr_table_entry_t).key;

        if (is_ours(name)) {
            /* All of that name, wherever they are: what is behind moves up,
               so i stays. */
            apr_table_unset(r->headers_in, name);
        }
        else {
            i++;
        }
    }
}

/* RFC 9110 section 7.6.1: what Connection names is for one hop only, and a
   proxy drops it.  A client must not have our headers dropped. */
static void scrub_connection(request_rec *r)
{
    const char *left = apr_table_get(r->headers_in, "Connection");
    const char *kept = "";
    const char *word;

    if (!left || !ap_strcasestr(left, PREFIX)) return;
    while (*left && (word = ap_get_token(r->pool, &left, 0)) != NULL) {
        if (*word && !is_ours(word)) {
            kept = apr_pstrcat(r->pool, kept, *kept ? ", " : "", word, NULL);
        }
        left += strspn(left, ";, \t");
        if (!*word && !*left) break;
    }
    apr_table_setn(r->headers_in, "Connection", kept);
}

static void scrub_token(request_rec *r)
{
    const char *header = oa2_bearer_header(r);

    if (!header || !ap_strcasestr(header, "bearer")) return;
    /* A directory index below is asked for with the same header. */
    oa2_phase_of(r)->authorization = header;
    apr_table_unset(r->headers_in, "Authorization");
    /* mod_cache looks for the header to tell what is private.  A redirect
       inside httpd takes the headers along, but renames the environment. */
    apr_table_setn(r->subprocess_env, "no-cache", "1");
}

/* ------------------------------------------------------------ cookies */

static int is_our_cookie(const char *at, const char *end)
{
    static const char host[] = "__Host-";
    static const char *const names[] = { OA2_BROWSER_COOKIE,
                                         OA2_SESSION_COOKIE };
    unsigned i;

    while (at < end && (*at == ' ' || *at == '\t')) at++;
    if ((apr_size_t)(end - at) >= sizeof(host)
        && strncmp(at, host, sizeof(host) - 1) == 0) {
        at += sizeof(host) - 1;
    }
    for (i = 0; i < 2; i++) {
        apr_size_t len = strlen(names[i]);

        if ((apr_size_t)(end - at) > len && strncmp(at, names[i], len) == 0
            && at[len] == '=') {
            return 1;
        }
    }
    return 0;
}

/* The application's own cookies stay as they are. */
static void scrub_cookies(request_rec *r)
{
    const char *at = apr_table_get(r->headers_in, "Cookie");
    char *out;
    char *to;

    if (!at || !strstr(at, "oauth2_")) return;
    out = to = apr_palloc(r->pool, strlen(at) + 1);
    while (*at) {
        const char *end = at + strcspn(at, ";");

        if (!is_our_cookie(at, end)) {
            while (to == out && at < end && *at == ' ') at++;
            if (to != out) *to++ = ';';
            memcpy(to, at, (apr_size_t)(end - at));
            to += end - at;
        }
        at = *end ? end + 1 : end;
    }
    *to = '\0';
    if (to == out) {
        apr_table_unset(r->headers_in, "Cookie");
    }
    else {
        apr_table_setn(r->headers_in, "Cookie", out);
    }
}

/* ------------------------------------------------------------ passing */

static void pass_headers(request_rec *r, const oa2_token_t *token)
{
    apr_table_t *in = r->headers_in;

    apr_table_setn(in, PREFIX "-Client-Id", token->client_id);
    apr_table_setn(in, PREFIX "-Scope", token->scope);
    apr_table_setn(in, PREFIX "-Expires",
                   apr_off_t_toa(r->pool, (apr_off_t)token->expires));
    if (token->user) apr_table_setn(in, PREFIX "-User", token->user);
    if (token->sub) apr_table_setn(in, PREFIX "-Sub", token->sub);
}

/* The issuer's own tree may be served by another httpd, behind a proxy. */
static int is_for_login(const request_rec *r)
{
    const oa2_settings_t *settings = &oa2_conf_server(r->server)->settings;
    apr_size_t len = settings->issuer ? strlen(settings->issuer_path) : 0;

    return oa2_request_is_own(r) || !settings->issuer
        || (len && strncmp(r->uri, settings->issuer_path, len) == 0
            && r->uri[len] == '/');
}

int oa2_identity_pass(request_rec *r)
{
    const oa2_phase_t *phase;
    const oa2_token_t *token;

    if (!is_for_login(r)) scrub_cookies(r);
    if (!oa2_request_is_protected(r)) return DECLINED;
    scrub_headers(r);
    scrub_connection(r);
    if (!oa2_request_is_own(r)) scrub_token(r);
    phase = oa2_phase_find(r);
    if (phase && phase->is_open) {
        r->user = NULL;
        r->ap_auth_type = NULL;
        return DECLINED;
    }
    /* httpd skips authentication in internal redirects and sub-requests of
       the same directory, and a redirect renames the environment. */
    if (!r->user || !r->ap_auth_type
        || strcmp(r->ap_auth_type, "OAuth2") != 0
        || !(token = oa2_bearer_token(r))) {
        return DECLINED;
    }
    if (!phase || !phase->token) oa2_bearer_set_env(r, token);
    if (oa2_conf_dir(r)->pass_headers == 1) pass_headers(r, token);
    return DECLINED;
}

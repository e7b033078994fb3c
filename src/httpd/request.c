/* SPDX-License-Identifier: Apache-2.0 */
/* request.c - see request.h */
#include "httpd/request.h"

#include <string.h>

#include <apr_atomic.h>
#include <apr_strings.h>
#include <http_core.h>

#include "base/text/uri.h"
#include "httpd/module.h"
#include "httpd/start/db.h"

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

const oa2_subject_t *oa2_request_subject(const request_rec *r)
{
    const request_rec *one;

    for (one = r; one; one = one->prev ? one->prev : one->main) {
        const oa2_phase_t *phase = oa2_phase_find(one);

        if (phase && (oa2_subject_is_issued(&phase->subject)
                      || phase->subject.by == OA2_BY_SESSION
                      || (one == r && phase->subject.by))) {
            return &phase->subject;
        }
    }
    return NULL;
}

int oa2_request_is_claimed(const request_rec *r)
{
    const oa2_phase_t *phase = oa2_phase_find(r);

    return phase && (phase->handler || phase->document);
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

const char *oa2_request_origin(const request_rec *r)
{
    const char *origin = apr_table_get(r->headers_in, "Origin");

    return origin && oa2_uri_is_origin(origin, r->pool) ? origin : NULL;
}

int oa2_request_is_at_home(const request_rec *r, const char *origin)
{
    const char *host = apr_table_get(r->headers_in, "Host");

    return host && strcasecmp(strstr(origin, "://") + 3, host) == 0;
}

/*
 * Fetch Metadata Request Headers, section 2.4; "none" is who uses the browser.
 * Browsers send it where the connection cannot be listened to.  Origin comes
 * with every POST, but is "null" of our own pages, since they send no Referer.
 */
int oa2_request_is_from_here(const request_rec *r)
{
    const char *site = apr_table_get(r->headers_in, "Sec-Fetch-Site");
    const char *origin = oa2_request_origin(r);

    if (site) {
        return strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
    }
    return origin && oa2_request_is_at_home(r, origin);
}

int oa2_request_is_foreign(const request_rec *r)
{
    return (apr_table_get(r->headers_in, "Sec-Fetch-Site")
            || oa2_request_origin(r))
        && !oa2_request_is_from_here(r);
}

const char *oa2_request_url(const request_rec *r)
{
    const char *path = r->parsed_uri.path;
    const char *query = r->parsed_uri.query;

    return apr_pstrcat(r->pool, path ? path : "/", query ? "?" : "",
                       query ? query : "", NULL);
}

/* A sub-request is gone before anything is written. */
static oa2_audit_t *audit_of(request_rec *r)
{
    oa2_audit_t *audit;

    while (r->main)
        r = r->main;
    audit = &oa2_phase_of(r)->audit;
    audit->pool = r->pool;
    return audit;
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
    ctx.counter = conf->db->counter;
    ctx.history = conf->db->history;
    ctx.audit = audit_of(r);
    ctx.realm = apr_atomic_read32(&conf->db->is_ready) ? conf->realm->id
                                                       : NO_REALM;
    return ctx;
}

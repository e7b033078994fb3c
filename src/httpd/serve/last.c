/* SPDX-License-Identifier: Apache-2.0 */
/* last.c - see last.h */
#include "httpd/serve/last.h"

#include <util_filter.h>

#include "httpd/request.h"

#define FILTER "OAUTH2_LAST"

/* A name would be looked up on each request.  once: register_hooks */
static ap_filter_rec_t *last;

static const char *const ours[] = {
    "Cache-Control", "Pragma", "Expires",
    "Content-Security-Policy", "X-Frame-Options",
    "X-Content-Type-Options", "Referrer-Policy",
    OA2_ALLOW_ORIGIN, OA2_EXPOSE_HEADERS, "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Methods", "Access-Control-Allow-Headers",
    "Access-Control-Max-Age", NULL
};

static void restore(request_rec *r, const apr_table_t *kept)
{
    int i;

    for (i = 0; ours[i]; i++) {
        const char *value = apr_table_get(kept, ours[i]);

        apr_table_unset(r->err_headers_out, ours[i]);
        apr_table_unset(r->headers_out, ours[i]);
        if (value)
            apr_table_setn(r->headers_out, ours[i], value);
    }
}

static int is_there(const request_rec *r, const char *name)
{
    return apr_table_get(r->headers_out, name)
        || apr_table_get(r->err_headers_out, name);
}

/*
 * An application that allows credentials decides by itself who may read, and
 * says so by not answering others: our word would be added to its own.
 */
static void allow(request_rec *r, const char *origin)
{
    if (is_there(r, OA2_ALLOW_ORIGIN)
        || is_there(r, "Access-Control-Allow-Credentials")) {
        return;
    }
    apr_table_setn(r->headers_out, OA2_ALLOW_ORIGIN, origin);
    if (!is_there(r, OA2_EXPOSE_HEADERS)) {
        apr_table_setn(r->headers_out, OA2_EXPOSE_HEADERS,
                       "WWW-Authenticate");
    }
}

static apr_status_t say(ap_filter_t *filter, apr_bucket_brigade *brigade)
{
    const oa2_phase_t *phase = oa2_phase_find(filter->r);

    if (phase && phase->last)
        restore(filter->r, phase->last);
    else if (phase && phase->origin)
        allow(filter->r, phase->origin);
    if (phase && phase->is_personal && !phase->last
        && !is_there(filter->r, "Cache-Control")) {
        apr_table_setn(filter->r->headers_out, "Cache-Control", "private");
    }
    ap_remove_output_filter(filter);
    return ap_pass_brigade(filter->next, brigade);
}

void oa2_last_register(void)
{
    /* Behind mod_headers and mod_cache, before the headers are written. */
    last = ap_register_output_filter(FILTER, say, NULL,
                                     AP_FTYPE_CONTENT_SET + 2);
}

void oa2_last_keep(request_rec *r)
{
    oa2_phase_t *phase = oa2_phase_of(r);
    int i;

    phase->last = apr_table_make(r->pool, 8);
    for (i = 0; ours[i]; i++) {
        const char *value = apr_table_get(r->headers_out, ours[i]);

        if (value)
            apr_table_setn(phase->last, ours[i], value);
    }
    ap_add_output_filter_handle(last, NULL, r, r->connection);
}

/* RFC 9111 section 3.5 keeps answers to an Authorization header from shared
   caches; of a cookie they know nothing.  mod_cache looks earlier. */
void oa2_last_personal(request_rec *r)
{
    oa2_phase_of(r)->is_personal = 1;
    apr_table_setn(r->subprocess_env, "no-cache", "1");
    ap_add_output_filter_handle(last, NULL, r, r->connection);
}

void oa2_last_allow(request_rec *r)
{
    ap_add_output_filter_handle(last, NULL, r, r->connection);
}

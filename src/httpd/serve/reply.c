/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reply.c - see reply.h.  RFC 6749 section 5.1 (no-store), RFC 9700 section
 * 4.2.4 (Referrer-Policy) and 4.16 (never framed).
 *
 * Strict-Transport-Security is the administrator's: it is about the whole
 * host.
 */
#include "httpd/serve/reply.h"

#include <apr_strings.h>
#include <http_protocol.h>

#include "base/text/line.h"
#include "httpd/serve/last.h"

#define STRICT "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"

/* httpd answers 500 when a header holds a control character. */
static const char *clean(const char *value, apr_pool_t *pool)
{
    const unsigned char *c = (const unsigned char *)value;

    while (*c >= ' ' && *c != 127)
        c++;
    return *c ? oa2_line_replace(value, '?', pool) : value;
}

static int add(void *r_, const char *name, const char *value)
{
    request_rec *r = r_;

    value = clean(value, r->pool);
    if (strcasecmp(name, "Vary") == 0) {
        apr_table_mergen(r->headers_out, name, value);
    }
    else {
        apr_table_addn(r->headers_out, name, value);
    }
    return 1;
}

/* What would end the directive or the policy is not let into it. */
static int is_source(const char *text)
{
    return text && *text && !text[strcspn(text, ";, '\"\t\r\n")];
}

/*
 * A page's policy.  Browsers apply form-action to the redirects that follow a
 * form too, so a page whose answer goes to a client names where that is.
 */
static const char *policy(const oa2_reply_t *reply, apr_pool_t *pool)
{
    int leads_away = is_source(reply->form_action);

    if (!reply->nonce && reply->len)
        return STRICT "; form-action 'none'; sandbox";
    if (!reply->nonce) return STRICT "; form-action 'none'";
    return apr_pstrcat(pool, STRICT "; style-src 'nonce-", reply->nonce,
                       "'; img-src 'self' data:; form-action 'self'",
                       leads_away ? " " : "",
                       leads_away ? reply->form_action : "", NULL);
}

static void set_headers(request_rec *r, const oa2_reply_t *reply)
{
    apr_table_t *out = r->headers_out;

    if (!apr_table_get(out, "Cache-Control")) {
        apr_table_setn(out, "Cache-Control", "no-store");
        apr_table_setn(out, "Pragma", "no-cache");
    }
    apr_table_setn(out, "X-Content-Type-Options", "nosniff");
    apr_table_setn(out, "Referrer-Policy", "no-referrer");
    apr_table_setn(out, "Content-Security-Policy", policy(reply, r->pool));
    if (reply->nonce)
        apr_table_setn(out, "X-Frame-Options", "DENY");
    if (reply->location) {
        apr_table_setn(out, "Location", clean(reply->location, r->pool));
    }
}

int oa2_reply_send(request_rec *r, const oa2_reply_t *reply,
                   const apr_table_t *more)
{
    apr_size_t len = reply->body && !reply->len ? strlen(reply->body)
                                                : reply->len;

    r->status = reply->status;
    if (reply->headers)
        apr_table_do(add, r, reply->headers, NULL);
    if (more)
        apr_table_do(add, r, more, NULL);
    set_headers(r, reply);
    oa2_last_keep(r);
    if (reply->type)
        ap_set_content_type(r, reply->type);
    if (reply->status != HTTP_NO_CONTENT) {
        ap_set_content_length(r, (apr_off_t)len);
        if (len)
            ap_rwrite(reply->body, (int)len, r);
    }
    return OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* challenge.c - see challenge.h */
#include "httpd/protect/challenge.h"

#include <apr_strings.h>
#include <http_core.h>

#include "base/text/encode.h"
#include "httpd/request.h"

#define CHALLENGE "WWW-Authenticate"

static const char *with(const char *header, const char *name,
                        const char *value, apr_pool_t *pool)
{
    if (!value) return header;
    return apr_pstrcat(pool, header, ", ", name, "=", oa2_quote(value, pool),
                       NULL);
}

/* The outer requests live longer than this one. */
static void remember(const request_rec *r, const char *header, int status)
{
    request_rec *outer;

    for (outer = r->main; outer; outer = outer->main) {
        oa2_phase_t *phase = oa2_phase_of(outer);

        phase->challenge = apr_pstrdup(outer->pool, header);
        phase->challenge_status = status;
    }
}

void oa2_challenge(request_rec *r, const oa2_err_t *err, const char *scope)
{
    const oa2_dir_t *dir = oa2_conf_dir(r);
    const char *realm = ap_auth_name(r);
    int status = err ? err->kind->status : HTTP_UNAUTHORIZED;
    /* mod_authn_core has escaped the quotes in it already. */
    const char *header = apr_pstrcat(r->pool, "Bearer realm=\"",
                                     realm ? realm : "", "\"", NULL);

    if (err) {
        header = with(header, "error", err->kind->code, r->pool);
        header = with(header, "error_description", err->said, r->pool);
    }
    header = with(header, "scope", scope, r->pool);
    /* RFC 9728 section 5.1 */
    if (dir->resource) {
        header = with(header, "resource_metadata", dir->resource->metadata,
                      r->pool);
    }
    apr_table_setn(r->err_headers_out, CHALLENGE, header);
    /* RFC 9110 section 11.6.1: the schemes that are taken here.  A field of
       its own: old clients know no lists.  RFC 7617 section 2.1: how a name
       is encoded, since one that is not UTF-8 is nobody's here. */
    if (status == HTTP_UNAUTHORIZED
        && (dir->basic_providers || dir->allow_api_key == 1)) {
        const char *basic = apr_pstrcat(r->pool, "Basic realm=\"",
                                        realm ? realm : "",
                                        "\", charset=\"UTF-8\"", NULL);

        apr_table_addn(r->err_headers_out, CHALLENGE, basic);
        header = apr_pstrcat(r->pool, header, ", ", basic, NULL);
    }
    remember(r, header, status);
}

/* The request, or one that it goes on from, with such an answer. */
static const char *find(const request_rec *r, int status)
{
    for (; r; r = r->prev) {
        const oa2_phase_t *phase = oa2_phase_find(r);

        if (phase && phase->challenge && phase->challenge_status == status) {
            return phase->challenge;
        }
    }
    return NULL;
}

void oa2_challenge_give(request_rec *r)
{
    const char *header;

    if (r->main || (r->status != HTTP_UNAUTHORIZED
                    && r->status != HTTP_FORBIDDEN)
        || apr_table_get(r->err_headers_out, CHALLENGE)
        || apr_table_get(r->headers_out, CHALLENGE)) {
        return;
    }
    header = find(r, r->status);
    if (header)
        apr_table_setn(r->err_headers_out, CHALLENGE, header);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* challenge.c - see challenge.h */
#include "httpd/challenge.h"

#include <apr_strings.h>
#include <http_core.h>

#include "httpd/conf.h"

/* RFC 9110 section 5.6.4: a quoted-string; control characters have no place
   in a header. */
static const char *quoted(const char *text, apr_pool_t *pool)
{
    char *out = apr_palloc(pool, 2 * strlen(text) + 3);
    char *to = out;

    *to++ = '"';
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') *to++ = '\\';
        *to++ = (unsigned char)*text < ' ' || *text == 127 ? ' ' : *text;
    }
    *to++ = '"';
    *to = '\0';
    return out;
}

static const char *with(const char *header, const char *name,
                        const char *value, apr_pool_t *pool)
{
    if (!value) return header;
    return apr_pstrcat(pool, header, ", ", name, "=", quoted(value, pool),
                       NULL);
}

void oa2_challenge(request_rec *r, const oa2_err_t *err, const char *scope)
{
    const oa2_dir_t *dir = oa2_conf_dir(r);
    const char *realm = ap_auth_name(r);
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
    apr_table_setn(r->err_headers_out, "WWW-Authenticate", header);
}

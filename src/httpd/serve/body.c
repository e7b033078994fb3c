/* SPDX-License-Identifier: Apache-2.0 */
/* body.c - see body.h */
#include "httpd/serve/body.h"

#include <string.h>

#include <apr_buckets.h>
#include <apr_strings.h>
#include <http_protocol.h>

#include "base/text/multipart.h"
#include "base/text/params.h"

/* No body, and so no type.  HTTP/2 need not say how long one is. */
static int is_empty(const request_rec *r)
{
    const char *length = apr_table_get(r->headers_in, "Content-Length");

    if (length) return strcmp(length, "0") == 0;
    return r->proto_num < HTTP_VERSION(2, 0)
        && !apr_table_get(r->headers_in, "Transfer-Encoding");
}

/*
 * RFC 6749 appendix B.  The media type has no parameters (its registration;
 * the URL standard), and whatever clients write behind it, the bytes are ASCII
 * and the escapes UTF-8: so they are not looked at.
 */
oa2_err_t *oa2_body_is_form(request_rec *r)
{
    static const char form[] = "application/x-www-form-urlencoded";
    const char *type = apr_table_get(r->headers_in, "Content-Type");

    if (!type && is_empty(r)) return NULL;
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

/* RFC 7578 section 4.1: "the boundary parameter is required" */
oa2_err_t *oa2_body_is_multipart(const char **boundary, request_rec *r)
{
    const char *type = apr_table_get(r->headers_in, "Content-Type");

    *boundary = oa2_multipart_boundary(type, r->pool);
    if (*boundary || (!type && is_empty(r))) return NULL;
    return oa2_err_make(r->pool, &oa2_unsupported_media_type, OA2_ID(7062),
                        "send the form as multipart/form-data with a boundary",
                        "the Content-Type of the body is not that of a form "
                        "with files");
}

/* RFC 8259 section 11; RFC 6839 section 3.1: "+json", as in RFC 7396's
   application/merge-patch+json. */
oa2_err_t *oa2_body_is_json(request_rec *r)
{
    static const char plain[] = "application/json";
    const char *type = apr_table_get(r->headers_in, "Content-Type");
    apr_size_t len = type ? strcspn(type, " \t;") : 0;

    if ((len == sizeof(plain) - 1 && strncasecmp(type, plain, len) == 0)
        || (len > 5 && strncasecmp(type + len - 5, "+json", 5) == 0)) {
        return NULL;
    }
    return oa2_err_make(r->pool, &oa2_unsupported_media_type, OA2_ID(7063),
                        "send the body as application/json",
                        "the Content-Type of the body is not JSON's");
}

typedef struct {
    char *text;
    apr_size_t len;
    apr_size_t most;
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
        if (len > body->most - body->len) {
            body->is_too_large = 1;
            return APR_SUCCESS;
        }
        memcpy(body->text + body->len, data, len);
        body->len += len;
    }
    return APR_SUCCESS;
}

#pragma GCC diagnostic pop

static oa2_err_t *too_large(apr_size_t most, request_rec *r)
{
    return oa2_err_make(r->pool, &oa2_too_large, OA2_ID(7061),
                        apr_psprintf(r->pool, "the body is larger than %"
                                     APR_SIZE_T_FMT " KiB", most / 1024),
                        NULL);
}

oa2_err_t *oa2_body_read(const char **out, apr_size_t *len, int *status,
                         apr_size_t most, request_rec *r)
{
    const char *promised = apr_table_get(r->headers_in, "Content-Length");
    apr_bucket_brigade *brigade;
    body_t body = { NULL, 0, most ? most : OA2_PARAMS_BYTES, 0, 0 };
    apr_status_t rv = APR_SUCCESS;

    *status = OK;
    /* httpd has checked that it is a number. */
    if (promised
        && apr_strtoi64(promised, NULL, 10) > (apr_int64_t)body.most) {
        return too_large(body.most, r);
    }
    body.text = apr_palloc(r->pool, body.most + 1);
    brigade = apr_brigade_create(r->pool, r->connection->bucket_alloc);
    while (rv == APR_SUCCESS && !body.is_whole && !body.is_too_large) {
        rv = ap_get_brigade(r->input_filters, brigade, AP_MODE_READBYTES,
                            APR_BLOCK_READ, HUGE_STRING_LEN);
        if (rv == APR_SUCCESS)
            rv = take(&body, brigade);
        apr_brigade_cleanup(brigade);
    }
    if (body.is_too_large) return too_large(body.most, r);
    if (rv != APR_SUCCESS) {
        *status = ap_map_http_request_error(rv, HTTP_BAD_REQUEST);
        return NULL;
    }
    body.text[body.len] = '\0';
    *out = body.text;
    *len = body.len;
    return NULL;
}

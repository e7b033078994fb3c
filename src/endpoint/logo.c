/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logo.c - logo/ID?v=DIGEST, the picture of an app, and site-logo?v=DIGEST,
 * that of OAuth2SiteLogo: for pages of this host.
 *
 * A URL names the picture, so browsers keep it for good, and who was not shown
 * a page with it cannot ask for it.  Nothing in it is ever run: its policy is a
 * sandbox that allows nothing.
 */
#include <string.h>

#include <apr_strings.h>

#include "base/text/etag.h"
#include "domain/client/brand.h"
#include "domain/site/settings.h"
#include "endpoint/endpoint.h"
#include "store/logo.h"

/* RFC 8246 */
#define FOR_GOOD "public, max-age=31536000, immutable"

static const oa2_param_t params[] = {
    { "v", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_unreserved },
    OA2_PARAMS_END
};

/* logo NULL: there is none. */
static oa2_err_t *give(oa2_reply_t **out, oa2_call_t *call,
                       const oa2_logo_t *logo)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *wanted = oa2_params_get(ctx->params, "v");
    const char *etag;
    int is_same;

    /* public: the digest of a picture, which is in each page's source */
    if (!logo || !wanted || strcmp(logo->digest, wanted) != 0)
        return oa2_err_make(ctx->pool, &oa2_not_found, OA2_ID(5690), NULL,
                            "there is no such logo (any more)");
    etag = apr_pstrcat(ctx->pool, "\"", logo->digest, "\"", NULL);
    is_same = call->if_none_match
        && oa2_etag_matches(call->if_none_match, etag, 0);
    *out = is_same ? oa2_reply_empty(ctx->pool, 304)
                   : oa2_reply_bytes(ctx->pool, logo->type, logo->bytes,
                                     logo->len);
    apr_table_setn((*out)->headers, "ETag", etag);
    apr_table_setn((*out)->headers, "Cache-Control", FOR_GOOD);
    return NULL;
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_logo_t *logo = NULL;

    if (*call->rest)
        OA2_TRY(oa2_logo_get(&logo, &call->ctx, call->rest));
    return give(out, call, logo);
}

static oa2_err_t *handle_site(oa2_reply_t **out, oa2_call_t *call)
{
    return give(out, call, call->ctx.settings->site_picture);
}

const oa2_endpoint_t oa2_endpoint_logo = {
    .name = OA2_BRAND_ENDPOINT,
    .below = 1,
    .metadata = NULL,
    .methods = OA2_GET,
    .client = OA2_CLIENT_NONE,
    .answer = OA2_ANSWER_JSON,          /* an error: nobody sees it */
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

const oa2_endpoint_t oa2_endpoint_site_logo = {
    .name = "site-logo",
    .metadata = NULL,
    .methods = OA2_GET,
    .client = OA2_CLIENT_NONE,
    .answer = OA2_ANSWER_JSON,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle_site,
};

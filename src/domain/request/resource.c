/* SPDX-License-Identifier: Apache-2.0 */
/* resource.c - resource indicators, RFC 8707 */
#include "domain/request/resource.h"

#include <string.h>

#include "base/text/uri.h"
#include "base/text/words.h"
#include "domain/site/settings.h"

static int is_served(const oa2_ctx_t *ctx, const char *resource)
{
    const apr_array_header_t *all = ctx->settings->resources;
    int i;

    for (i = 0; all && i < all->nelts; i++)
        if (strcmp(APR_ARRAY_IDX(all, i, const char *), resource) == 0)
            return 1;
    /* What this server itself tells of a user: so that a token for other
       resources can be for this as well. */
    return strcmp(oa2_settings_url(ctx->settings, "userinfo", ctx->pool),
                  resource) == 0;
}

static oa2_err_t *check(const oa2_ctx_t *ctx, const char *resource,
                        const char *granted)
{
    const oa2_uri_t *uri = oa2_uri_parse(resource, ctx->pool);

    /* Section 2: "an absolute URI … MUST NOT include a fragment component" */
    if (!uri || uri->has_fragment)
        return oa2_err_make(ctx->pool, &oa2_invalid_target, OA2_ID(3010),
                            "resource must be an absolute URI without a "
                            "fragment", NULL);
    if (!is_served(ctx, resource))
        return oa2_err_make(ctx->pool, &oa2_invalid_target, OA2_ID(3011),
                            "this server does not serve that resource",
                            "resource \"%s\" is no OAuth2Resource of this "
                            "server", resource);
    /* Section 2.2: only what was granted at the authorization endpoint */
    if (granted && *granted && !oa2_words_has(granted, resource))
        return oa2_err_make(ctx->pool, &oa2_invalid_target, OA2_ID(3012),
                            "that resource was not granted",
                            "resource \"%s\" is not among the granted \"%s\"",
                            resource, granted);
    return NULL;
}

oa2_err_t *oa2_resource_resolve(const char **out, const oa2_ctx_t *ctx,
                                const char *granted)
{
    const char *asked = oa2_params_join(ctx->params, "resource", ctx->pool);
    const apr_array_header_t *words;
    int i;

    if (!asked) {
        *out = granted ? granted : "";
        return NULL;
    }
    words = oa2_words_split(asked, ctx->pool);
    for (i = 0; i < words->nelts; i++)
        OA2_TRY(check(ctx, APR_ARRAY_IDX(words, i, const char *), granted));
    *out = oa2_words_union(asked, "", ctx->pool);
    return NULL;
}

const char *oa2_resource_served(const oa2_ctx_t *ctx, const char *audience)
{
    const apr_array_header_t *words = oa2_words_split(audience, ctx->pool);
    apr_array_header_t *left = apr_array_make(ctx->pool, 4, sizeof(char *));
    int i;

    for (i = 0; i < words->nelts; i++)
        if (is_served(ctx, APR_ARRAY_IDX(words, i, const char *)))
            APR_ARRAY_PUSH(left, const char *) =
                APR_ARRAY_IDX(words, i, const char *);
    return apr_array_pstrcat(ctx->pool, left, ' ');
}

int oa2_resource_accepts(const char *audience, const char *resource)
{
    if (!*audience) return 1;
    return resource && oa2_words_has(audience, resource);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metadata.c - RFC 8414 section 2 and RFC 9728 section 2, made by walking the
 * arrays: what is advertised is what is registered.
 */
#include "endpoint/endpoint.h"

#include <string.h>
#include <apr_strings.h>

#include "domain/client/client_auth.h"
#include "domain/site/settings.h"
#include "grant/grant.h"

/* "<endpoint>_auth_methods_supported" */
static void put_auth_methods(cJSON *json, const oa2_ctx_t *ctx,
                             const oa2_endpoint_t *endpoint)
{
    cJSON *methods = oa2_json_put_array(
        json, apr_pstrcat(ctx->pool, endpoint->metadata,
                          "_auth_methods_supported", NULL));
    int i;

    for (i = 0; oa2_client_auths[i]; i++)
        if (oa2_client_auths[i]->confidential
            || endpoint->client == OA2_CLIENT_ANY)
            oa2_json_push_text(methods, oa2_client_auths[i]->name);
}

static void put_endpoints(cJSON *json, const oa2_ctx_t *ctx,
                          const oa2_endpoint_t *const *endpoints)
{
    int i;

    for (i = 0; endpoints[i]; i++) {
        if (!endpoints[i]->metadata) continue;
        oa2_json_put_text(json, endpoints[i]->metadata,
                          oa2_settings_url(ctx->settings, endpoints[i]->name,
                                           ctx->pool));
        if (endpoints[i]->client != OA2_CLIENT_NONE)
            put_auth_methods(json, ctx, endpoints[i]);
    }
}

/* RFC 8414 section 3.2 and RFC 9728 section 3.2: "Claims with zero elements
   MUST be omitted" */
static void put_scopes(cJSON *json, const oa2_ctx_t *ctx)
{
    const char *scopes =
        oa2_settings_scope_words(ctx->settings, 0, ctx->pool);

    oa2_json_put_words(json, "scopes_supported", *scopes ? scopes : NULL);
}

/* OpenID Connect Discovery section 3: "sub" and what can be a member of the
   answer of userinfo. */
static void put_claims(cJSON *json, const oa2_ctx_t *ctx)
{
    const apr_array_header_t *rows = ctx->settings->claims;
    const char *last = "";
    cJSON *array;
    int i;

    if (!rows || !rows->nelts) return;
    array = oa2_json_put_array(json, "claims_supported");
    oa2_json_push_text(array, "sub");
    for (i = 0; i < rows->nelts; i++) {
        const char *name = APR_ARRAY_IDX(rows, i, oa2_claim_row_t).name;

        name = apr_pstrmemdup(ctx->pool, name, strcspn(name, "/"));
        if (strcmp(name, last) != 0)
            oa2_json_push_text(array, name);
        last = name;
    }
}

static void put_resources(cJSON *json, const oa2_ctx_t *ctx)
{
    const apr_array_header_t *all = ctx->settings->resources;
    cJSON *array;
    int i;

    if (!all || !all->nelts) return;
    array = oa2_json_put_array(json, "protected_resources");
    for (i = 0; i < all->nelts; i++)
        oa2_json_push_text(array, APR_ARRAY_IDX(all, i, const char *));
}

cJSON *oa2_metadata_server(const oa2_ctx_t *ctx,
                           const oa2_endpoint_t *const *endpoints)
{
    cJSON *json = oa2_json_object(ctx->pool);
    cJSON *grants;
    int i;

    oa2_json_put_text(json, "issuer", ctx->settings->issuer);
    put_endpoints(json, ctx, endpoints);
    put_scopes(json, ctx);
    put_claims(json, ctx);
    oa2_json_put_words(json, "response_types_supported", "code");
    oa2_json_put_words(json, "response_modes_supported", "query");
    grants = oa2_json_put_array(json, "grant_types_supported");
    for (i = 0; oa2_grant_types[i]; i++)
        oa2_json_push_text(grants, oa2_grant_types[i]->name);
    oa2_json_put_words(json, "code_challenge_methods_supported", "S256");
    /* OpenID Connect Discovery section 3 names it; prompt itself is read by
       authorize */
    oa2_json_put_words(json, "prompt_values_supported",
                       "none login consent");
    /* RFC 9207 section 3 */
    oa2_json_put_bool(json, "authorization_response_iss_parameter_supported",
                      1);
    /* RFC 9728 section 4 */
    put_resources(json, ctx);
    return json;
}

cJSON *oa2_metadata_resource(const oa2_ctx_t *ctx, const char *resource,
                             const char *name)
{
    cJSON *json = oa2_json_object(ctx->pool);

    oa2_json_put_text(json, "resource", resource);
    oa2_json_put_words(json, "authorization_servers", ctx->settings->issuer);
    put_scopes(json, ctx);
    oa2_json_put_words(json, "bearer_methods_supported", "header");
    oa2_json_put_text(json, "resource_name", name);
    return json;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token.c - the token endpoint, RFC 6749 section 3.2: finds the grant's row
 * and lets it work.  No implicit, no password grant (RFC 9700 sections 2.1.2
 * and 2.4).
 */
#include "endpoint/endpoint.h"

#include <apr_strings.h>

#include "domain/client/client.h"
#include "grant/grant.h"

static const oa2_param_t params[] = {
    { "grant_type", OA2_REQUIRED, OA2_ONCE, 255, oa2_is_vschar },
    { "client_id", OA2_OPTIONAL, OA2_ONCE, 255, oa2_is_vschar },
    { "client_secret", OA2_OPTIONAL, OA2_ONCE, 1024, oa2_is_vschar },
    /* RFC 8707 section 2: the one parameter that may repeat */
    { "resource", OA2_OPTIONAL, OA2_MANY, 2000, oa2_is_uri },
    OA2_PARAMS_END
};

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *name = oa2_params_get(ctx->params, "grant_type");
    const oa2_grant_type_t *type = oa2_grant_type_find(name);
    cJSON *reply;

    if (!type)
        return oa2_err_make(ctx->pool, &oa2_unsupported_grant_type,
                            OA2_ID(5041), "this server does not know that "
                            "grant_type: grant_types_supported in its "
                            "metadata lists those it has",
                            "client \"%s\" asked for grant_type \"%s\"",
                            ctx->client->id, name);
    OA2_TRY(oa2_client_may_use(ctx, name));
    if (type->confidential && oa2_client_is_public(ctx->client))
        return oa2_err_make(ctx->pool, &oa2_unauthorized_client,
                            OA2_ID(5042), apr_psprintf(
                                ctx->pool, "%s is for clients with a secret, "
                                "and this one is public", name),
                            "public client \"%s\" asked for grant_type "
                            "\"%s\"", ctx->client->id, name);
    OA2_TRY(oa2_params_check(ctx->params, type->params, ctx->pool));
    OA2_TRY(type->handle(&reply, ctx));
    *out = oa2_reply_json(ctx->pool, 200, reply);
    return NULL;
}

const oa2_endpoint_t oa2_endpoint_token = {
    .name = "token",
    .metadata = "token_endpoint",
    /* Section 3.2: "The client MUST use the HTTP POST method" */
    .methods = OA2_POST,
    .client = OA2_CLIENT_ANY,
    .answer = OA2_ANSWER_JSON,
    .cors = OA2_CORS_CLIENTS,
    .params = params,
    .handle = handle,
};

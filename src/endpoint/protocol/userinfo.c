/* SPDX-License-Identifier: Apache-2.0 */
/*
 * userinfo.c - what a client may know of its user: OpenID Connect Core section
 * 5.3, as JSON.
 *
 * Any token with a user will do, with or without the scope "openid": this is
 * OAuth with OpenID's names, and what is told goes by the token's scopes.
 * Signed and encrypted answers (section 5.3.2) are not offered.
 */
#include "domain/person/claims.h"
#include "endpoint/endpoint.h"

static const oa2_param_t params[] = {
    OA2_PARAMS_END
};

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    cJSON *json;

    if (!call->token->user)
        return oa2_err_make(ctx->pool, &oa2_insufficient_scope, OA2_ID(5913),
                            "this token is the client's own and has no user: "
                            "let a user sign in (authorization_code)",
                            "client \"%s\" asked who its user is with a token "
                            "of its own", call->token->client_id);
    OA2_TRY(oa2_claims_tell(&json, ctx, call->token));
    *out = oa2_reply_json(ctx->pool, 200, json);
    return NULL;
}

const oa2_endpoint_t oa2_endpoint_userinfo = {
    .name = "userinfo",
    /* OpenID Connect Discovery section 3 */
    .metadata = "userinfo_endpoint",
    /* Section 5.3: "MUST support the use of the HTTP GET and HTTP POST
       methods" */
    .methods = OA2_GET | OA2_POST,
    .client = OA2_CLIENT_NONE,
    .asker = OA2_ASKER_TOKEN,
    .answer = OA2_ANSWER_JSON,
    /* Section 5.3: "SHOULD support the use of Cross-Origin Resource Sharing" */
    .cors = OA2_CORS_CLIENTS,
    .params = params,
    .handle = handle,
};

/* The same for clients that were written for Omniport, which have another
   name for it. */
const oa2_endpoint_t oa2_endpoint_get_user_data = {
    .name = "get_user_data",
    .methods = OA2_GET,
    .client = OA2_CLIENT_NONE,
    .asker = OA2_ASKER_TOKEN,
    .answer = OA2_ANSWER_JSON,
    .cors = OA2_CORS_CLIENTS,
    .params = params,
    .handle = handle,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_credentials.c - RFC 6749 section 4.4: the client for itself.
 *
 * No refresh token (section 4.4.3: "SHOULD NOT be included"), no user, no
 * family: one row is written.
 */
#include "grant/grant.h"

#include "domain/request/resource.h"
#include "domain/request/scope.h"
#include "domain/token.h"
#include "store/client.h"

static const oa2_param_t params[] = {
    { "scope", OA2_OPTIONAL, OA2_ONCE, 2000, oa2_is_nqschar },
    { "resource", OA2_OPTIONAL, OA2_MANY, 2000, oa2_is_uri },
    OA2_PARAMS_END
};

static oa2_err_t *handle(cJSON **reply, oa2_ctx_t *ctx)
{
    oa2_token_t like = { 0 };
    oa2_token_pair_t *pair;

    OA2_TRY(oa2_scope_resolve(&like.scope, ctx,
                              oa2_params_get(ctx->params, "scope")));
    OA2_TRY(oa2_resource_resolve(&like.audience, ctx, NULL));
    pair = oa2_token_pair_make(ctx, &like, 0);
    OA2_TRY(oa2_token_put(ctx, pair->access, ctx->client->secret));
    oa2_grant_type_issued(ctx, &oa2_grant_client_credentials, pair->access);
    *reply = pair->reply;
    return NULL;
}

/* Section 4.4: "MUST only be used by confidential clients" */
const oa2_grant_type_t oa2_grant_client_credentials = {
    .name = "client_credentials",
    .confidential = 1,
    .params = params,
    .handle = handle,
};

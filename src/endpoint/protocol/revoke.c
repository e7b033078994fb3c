/* SPDX-License-Identifier: Apache-2.0 */
/*
 * revoke.c - the revocation endpoint, RFC 7009.
 *
 * A refresh token takes its whole family along (section 2.1: "SHOULD also
 * invalidate all access tokens based on the same authorization grant"); an
 * access token goes alone (the same section: "MAY"), because an app that drops
 * a leaked access token wants to stay signed in.
 */
#include "endpoint/endpoint.h"

#include <string.h>

#include "base/shm/counter.h"
#include "domain/site/audit.h"
#include "domain/token.h"
#include "store/client.h"
#include "store/grant.h"
#include "store/refresh.h"

static const oa2_param_t params[] = {
    /* Section 2.2: "invalid tokens do not cause an error response", whatever
       they look like. */
    { "token", OA2_REQUIRED, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    /* Section 2.2.1's unsupported_token_type does not arise: the prefix says
       what a token is, and hints are not needed ("MAY ignore"; section 2.2:
       "An invalid token type hint value is ignored"). */
    { "token_type_hint", OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    { "client_id", OA2_OPTIONAL, OA2_ONCE, 255, oa2_is_vschar },
    { "client_secret", OA2_OPTIONAL, OA2_ONCE, 1024, oa2_is_vschar },
    OA2_PARAMS_END
};

static oa2_err_t *find(oa2_token_t **out, oa2_ctx_t *ctx, const char *text)
{
    *out = NULL;
    if (oa2_token_is_refresh(ctx, text))
        return oa2_refresh_find(out, ctx, oa2_digest_text(ctx->pool, text));
    return oa2_token_check(out, ctx, text);
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    oa2_token_t *token;
    int done;

    OA2_TRY(find(&token, ctx, oa2_params_get(ctx->params, "token")));
    /* Section 2.2: "The content of the response body is ignored": an empty
       object, for clients that read JSON before they look at the status. */
    *out = oa2_reply_json(ctx->pool, 200, oa2_json_object(ctx->pool));
    if (!token)
        return NULL;
    /* Section 2.1: "verifies whether the token was issued to the client
       making the revocation request. If this validation fails, the request is
       refused and the client is informed of the error" */
    if (strcmp(token->client_id, ctx->client->id) != 0)
        return oa2_err_attack(oa2_err_make(
            ctx->pool, &oa2_unauthorized_client, OA2_ID(5051),
            "the token was issued to another client",
            "client \"%s\" tried to revoke a token of client \"%s\"",
            ctx->client->id, token->client_id));
    if (token->refresh)
        OA2_TRY(oa2_grant_revoke(&done, ctx, token->grant));
    else
        OA2_TRY(oa2_token_revoke(&done, ctx, token));
    OA2_COUNT_N(ctx->counter, revoked, token->refresh ? OA2_REVOKED_GRANT
                                                      : OA2_REVOKED_TOKEN,
                done);
    if (done)
        oa2_audit(ctx, token->refresh ? &oa2_event_grant_revoked
                                      : &oa2_event_token_revoked,
                  "user", token->user, "grant",
                  token->grant ? oa2_audit_number(ctx, token->grant) : NULL,
                  NULL);
    return NULL;
}

const oa2_endpoint_t oa2_endpoint_revoke = {
    .name = "revoke",
    .metadata = "revocation_endpoint",
    .methods = OA2_POST,
    .client = OA2_CLIENT_ANY,
    .answer = OA2_ANSWER_JSON,
    .cors = OA2_CORS_CLIENTS,
    .params = params,
    .handle = handle,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * introspect.c - the introspection endpoint, RFC 7662.
 *
 * A client may ask when an administrator said so.  "own" is for a resource
 * server: it sees tokens that are meant for one of its resources, and of
 * their scope what it is registered for, and its own tokens; everything else
 * is inactive to it (section 2.2 allows both), a token for no resource in
 * particular too: that one is good everywhere.  "all" sees all.  Refresh
 * tokens are nobody's business but of the client that holds them.
 */
#include "base/text/words.h"
#include "endpoint/endpoint.h"

#include <string.h>

#include "domain/site/settings.h"
#include "domain/token.h"
#include "store/client.h"

static const oa2_param_t params[] = {
    /* Section 2.2: what "does not exist on this server" is inactive, and no
       error, whatever it looks like. */
    { "token", OA2_REQUIRED, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    { "token_type_hint", OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    { "client_id", OA2_OPTIONAL, OA2_ONCE, 255, oa2_is_vschar },
    { "client_secret", OA2_OPTIONAL, OA2_ONCE, 1024, oa2_is_vschar },
    OA2_PARAMS_END
};

static oa2_err_t *find_refresh(oa2_token_t **out, oa2_ctx_t *ctx,
                               const char *text)
{
    oa2_token_t *token;

    OA2_TRY(oa2_refresh_find(&token, ctx, oa2_digest_text(ctx->pool, text)));
    if (token && (token->spent || token->revoked
                  || token->expires <= ctx->now
                  || strcmp(token->client_id, ctx->client->id) != 0))
        token = NULL;
    *out = token;
    return NULL;
}

/* The scope that the asking client sees; NULL when the token is none of its
   concern. */
static const char *visible_scope(const oa2_ctx_t *ctx,
                                 const oa2_token_t *token)
{
    const oa2_client_t *client = ctx->client;
    const char *scope;

    if (strcmp(client->introspect, "all") == 0
        || strcmp(token->client_id, client->id) == 0)
        return token->scope;
    if (!*oa2_words_common(token->audience, client->resources, ctx->pool))
        return NULL;
    scope = oa2_words_common(token->scope, client->scope, ctx->pool);
    return *scope || !*token->scope ? scope : NULL;
}

/* Section 2.2 */
static cJSON *describe(const oa2_ctx_t *ctx, const oa2_token_t *token)
{
    cJSON *json = oa2_json_object(ctx->pool);
    const char *scope = token ? visible_scope(ctx, token) : NULL;

    oa2_json_put_bool(json, "active", scope != NULL);
    /* "SHOULD NOT include any additional information about an inactive
       token, including why" */
    if (!scope)
        return json;
    oa2_json_put_text(json, "scope", scope);
    oa2_json_put_text(json, "client_id", token->client_id);
    oa2_json_put_text(json, "username", token->user);
    if (!token->refresh)
        oa2_json_put_text(json, "token_type", "Bearer");
    oa2_json_put_number(json, "exp", token->expires);
    oa2_json_put_number(json, "iat", token->issued);
    oa2_json_put_text(json, "sub", token->sub);
    if (*token->audience)
        oa2_json_put_words(json, "aud", token->audience);
    oa2_json_put_text(json, "iss", ctx->settings->issuer);
    return json;
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *text = oa2_params_get(ctx->params, "token");
    oa2_token_t *token;

    /* Section 2.1: "MUST also require some form of authorization" */
    if (strcmp(ctx->client->introspect, "none") == 0)
        return oa2_err_make(ctx->pool, &oa2_unauthorized_client,
                            OA2_ID(5061), "this client may not introspect "
                            "tokens: ask the administrator of this server "
                            "to allow it",
                            "client \"%s\" may not introspect; to allow it: "
                            "oauth2ctl client set ID --introspect own",
                            ctx->client->id);
    if (oa2_token_is_refresh(ctx, text))
        OA2_TRY(find_refresh(&token, ctx, text));
    else
        OA2_TRY(oa2_token_check(&token, ctx, text));
    *out = oa2_reply_json(ctx->pool, 200, describe(ctx, token));
    return NULL;
}

const oa2_endpoint_t oa2_endpoint_introspect = {
    .name = "introspect",
    .metadata = "introspection_endpoint",
    /* Section 2.1: POST; the parameters hold a token */
    .methods = OA2_POST,
    .client = OA2_CLIENT_CONFIDENTIAL,
    .answer = OA2_ANSWER_JSON,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

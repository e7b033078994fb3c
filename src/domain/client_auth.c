/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_auth.c - how a client proves who it is, RFC 6749 section 2.3.
 *
 * Why a proof fails is never said: unknown client, wrong secret, disabled
 * client and wrong kind of client look alike and cost about the same.
 */
#include "domain/client_auth.h"

#include <string.h>
#include <strings.h>
#include <apr_strings.h>

#include "base/encode.h"
#include "domain/client.h"

static int is_basic(const char *authorization)
{
    return authorization && strncasecmp(authorization, "Basic ", 6) == 0;
}

static oa2_err_t *malformed(const oa2_ctx_t *ctx)
{
    return oa2_err_make(ctx->pool, &oa2_invalid_client, OA2_ID(3040),
                        "the Authorization header is not well-formed Basic",
                        NULL);
}

/* Section 2.3.1: both halves are "encoded using the
   application/x-www-form-urlencoded encoding algorithm" before Basic. */
static oa2_err_t *read_basic(const char **id, const char **secret,
                             const oa2_ctx_t *ctx, const char *authorization)
{
    apr_size_t len;
    char *pair, *colon;

    if (!is_basic(authorization))
        return NULL;
    authorization += 6;
    while (*authorization == ' ') authorization++;
    pair = (char *)oa2_b64_decode(&len, authorization, ctx->pool);
    if (!pair || strlen(pair) != len || !(colon = strchr(pair, ':')))
        return malformed(ctx);
    *id = oa2_form_decode(pair, (apr_size_t)(colon - pair), ctx->pool);
    *secret = oa2_form_decode(colon + 1, strlen(colon + 1), ctx->pool);
    if (!*id || !**id || !*secret) {
        *id = NULL;
        return malformed(ctx);
    }
    /* Section 2.3.1: an empty secret is no secret. */
    if (!**secret)
        *secret = NULL;
    return NULL;
}

static oa2_err_t *read_post(const char **id, const char **secret,
                            const oa2_ctx_t *ctx, const char *authorization)
{
    (void)authorization;
    if (!oa2_params_get(ctx->params, "client_secret"))
        return NULL;
    *id = oa2_params_get(ctx->params, "client_id");
    if (!*id)
        return oa2_err_make(ctx->pool, &oa2_invalid_client, OA2_ID(3041),
                            "client_secret came without client_id", NULL);
    *secret = oa2_params_get(ctx->params, "client_secret");
    return NULL;
}

/* Section 3.2.1: a public client "MAY use the client_id request parameter to
   identify itself". */
static oa2_err_t *read_none(const char **id, const char **secret,
                            const oa2_ctx_t *ctx, const char *authorization)
{
    *secret = NULL;
    if (!authorization && !oa2_params_get(ctx->params, "client_secret"))
        *id = oa2_params_get(ctx->params, "client_id");
    return NULL;
}

static const oa2_client_auth_t basic = {
    .name = "client_secret_basic", .confidential = 1, .read = read_basic,
};
static const oa2_client_auth_t post = {
    .name = "client_secret_post", .confidential = 1, .read = read_post,
};
static const oa2_client_auth_t none = {
    .name = "none", .confidential = 0, .read = read_none,
};

const oa2_client_auth_t *const oa2_client_auths[] = {
    &basic, &post, &none, NULL
};

/* What the request claims: exactly one method, one client. */
static oa2_err_t *claim(const char **id, const char **secret,
                        const oa2_ctx_t *ctx, const char *authorization)
{
    const char *named = oa2_params_get(ctx->params, "client_id");
    int i, used = 0;

    if (authorization && !is_basic(authorization))
        return oa2_err_make(ctx->pool, &oa2_invalid_client, OA2_ID(3042),
                            "clients authenticate with Basic or in the body",
                            NULL);
    for (i = 0; oa2_client_auths[i]; i++) {
        const char *one = NULL, *its = NULL;
        OA2_TRY(oa2_client_auths[i]->read(&one, &its, ctx, authorization));
        if (!one) continue;
        used++;
        *id = one;
        *secret = its;
    }
    /* Section 2.3: "MUST NOT use more than one authentication method" */
    if (used > 1)
        return oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(3043),
                            "more than one client authentication method",
                            NULL);
    if (!used)
        return oa2_err_make(ctx->pool, &oa2_invalid_client, OA2_ID(3044),
                            "no client authentication", NULL);
    if (named && strcmp(named, *id) != 0)
        return oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(3045),
                            "client_id differs from the authenticated client",
                            NULL);
    return NULL;
}

static const char *problem(const oa2_ctx_t *ctx, const oa2_client_t *client,
                           const char *secret, int may_be_public)
{
    /* Stands in for a client that is not there, so that both take as long. */
    static const oa2_client_t nobody = {
        .secret = "0000000000000000000000000000000000000000000",
    };
    const oa2_client_t *held = client && client->secret ? client : &nobody;
    int right = secret &&
                oa2_client_has_secret(held, secret, ctx->now, ctx->pool);

    if (!client) return "there is no such client";
    if (client->disabled) return "the client is disabled";
    if (oa2_client_is_public(client)) {
        if (secret) return "a public client sent a secret";
        return may_be_public ? NULL : "a public client is not enough here";
    }
    if (!secret) return "the client sent no secret";
    return right ? NULL : "the secret is wrong";
}

oa2_err_t *oa2_client_authenticate(oa2_client_t **out, oa2_ctx_t *ctx,
                                   const char *authorization,
                                   int may_be_public)
{
    const char *id = NULL, *secret = NULL, *why;
    oa2_client_t *client = NULL;

    OA2_TRY(claim(&id, &secret, ctx, authorization));
    if (!oa2_client_id_problem(id))
        OA2_TRY(oa2_client_find(&client, ctx, id));
    why = problem(ctx, client, secret, may_be_public);
    /* An ID that nobody has is not logged: mixed-up fields hold secrets. */
    if (why)
        return oa2_err_make(ctx->pool, &oa2_invalid_client, OA2_ID(3046),
                            NULL, "client %s%s%s: %s",
                            client ? "\"" : "", client ? id : "(unknown)",
                            client ? "\"" : "", why);
    *out = client;
    return NULL;
}

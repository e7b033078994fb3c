/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_auth.c - how a client proves who it is, RFC 6749 section 2.3.
 *
 * Why a proof fails is never said: unknown client, wrong secret, disabled
 * client and wrong kind of client look alike and cost about the same.
 */
#include "domain/client/client_auth.h"

#include <string.h>
#include <strings.h>
#include <apr_strings.h>

#include "base/text/encode.h"
#include "domain/client/client.h"
#include "domain/site/audit.h"

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

/*
 * Section 2.3.1: both halves are "encoded using the
 * application/x-www-form-urlencoded encoding algorithm" before Basic.  Many
 * clients leave that out, so a half with '%' or '+' is read in both ways; both
 * are compared, and nothing tells which one was right.
 */
static void read_half(const char *out[OA2_READINGS], const char *half,
                      apr_size_t len, apr_pool_t *pool)
{
    const char *raw = apr_pstrmemdup(pool, half, len);
    const char *decoded = oa2_form_decode(half, len, pool);

    out[0] = decoded ? decoded : raw;
    out[1] = decoded && strcmp(decoded, raw) != 0 ? raw : NULL;
}

static oa2_err_t *read_basic(oa2_claim_t *out, const oa2_ctx_t *ctx,
                             const char *authorization)
{
    apr_size_t len;
    char *pair, *colon;

    if (!is_basic(authorization))
        return NULL;
    authorization += 6;
    while (*authorization == ' ')
        authorization++;
    pair = (char *)oa2_b64_decode(&len, authorization, ctx->pool);
    if (!pair || strlen(pair) != len || !(colon = strchr(pair, ':'))
        || colon == pair)
        return malformed(ctx);
    read_half(out->id, pair, (apr_size_t)(colon - pair), ctx->pool);
    /* Section 2.3.1: an empty secret is no secret. */
    if (colon[1])
        read_half(out->secret, colon + 1, strlen(colon + 1), ctx->pool);
    return NULL;
}

static oa2_err_t *read_post(oa2_claim_t *out, const oa2_ctx_t *ctx,
                            const char *authorization)
{
    (void)authorization;
    if (!oa2_params_get(ctx->params, "client_secret"))
        return NULL;
    out->id[0] = oa2_params_get(ctx->params, "client_id");
    if (!out->id[0])
        return oa2_err_make(ctx->pool, &oa2_invalid_client, OA2_ID(3041),
                            "client_secret came without client_id", NULL);
    out->secret[0] = oa2_params_get(ctx->params, "client_secret");
    return NULL;
}

/* Section 3.2.1: a public client "MAY use the client_id request parameter to
   identify itself". */
static oa2_err_t *read_none(oa2_claim_t *out, const oa2_ctx_t *ctx,
                            const char *authorization)
{
    if (!authorization && !oa2_params_get(ctx->params, "client_secret"))
        out->id[0] = oa2_params_get(ctx->params, "client_id");
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
static oa2_err_t *read_claim(oa2_claim_t *out, oa2_ctx_t *ctx,
                             const char *authorization)
{
    int i, used = 0;

    if (authorization && !is_basic(authorization))
        return oa2_err_make(ctx->pool, &oa2_invalid_client, OA2_ID(3042),
                            "clients authenticate with Basic or in the body",
                            NULL);
    for (i = 0; oa2_client_auths[i]; i++) {
        oa2_claim_t one = { { NULL }, { NULL } };
        OA2_TRY(oa2_client_auths[i]->read(&one, ctx, authorization));
        if (!one.id[0]) continue;
        used++;
        *out = one;
    }
    /* Section 2.3: "MUST NOT use more than one authentication method" */
    if (used > 1)
        return oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(3043),
                            "more than one client authentication method",
                            NULL);
    if (!used)
        return oa2_err_make(ctx->pool, &oa2_invalid_client, OA2_ID(3044),
                            "no client authentication", NULL);
    return NULL;
}

/* client_id beside Basic: the reading of the ID that it names is the one. */
static oa2_err_t *narrow(oa2_claim_t *claim, const oa2_ctx_t *ctx)
{
    const char *named = oa2_params_get(ctx->params, "client_id");
    int i;

    if (!named) return NULL;
    for (i = 0; i < OA2_READINGS; i++) {
        if (!claim->id[i] || strcmp(named, claim->id[i]) != 0) continue;
        claim->id[0] = named;
        claim->id[1] = NULL;
        return NULL;
    }
    return oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(3045),
                        "client_id differs from the authenticated client",
                        NULL);
}

/* All readings are compared, whichever is right. */
static int is_right(const oa2_ctx_t *ctx, const oa2_client_t *client,
                    const oa2_claim_t *claim)
{
    int i, right = 0;

    for (i = 0; i < OA2_READINGS; i++)
        if (claim->secret[i])
            right |= oa2_client_has_secret(client, claim->secret[i],
                                           ctx->now, ctx->pool);
    return right;
}

static const char *problem(const oa2_ctx_t *ctx, const oa2_client_t *client,
                           const oa2_claim_t *claim, int may_be_public)
{
    /* Stands in for a client that is not there, so that both take as long. */
    static const oa2_client_t nobody = {
        .secret = "0000000000000000000000000000000000000000000",
    };
    const oa2_client_t *held = client && client->secret ? client : &nobody;
    int right = is_right(ctx, held, claim);

    if (!client) return "there is no such client";
    if (client->disabled) return "the client is disabled";
    if (oa2_client_is_public(client)) {
        if (claim->secret[0]) return "a public client sent a secret";
        return may_be_public ? NULL : "a public client is not enough here";
    }
    if (!claim->secret[0]) return "the client sent no secret";
    return right ? NULL : "the secret is wrong";
}

oa2_err_t *oa2_client_authenticate(oa2_client_t **out, oa2_ctx_t *ctx,
                                   const char *authorization,
                                   int may_be_public)
{
    oa2_claim_t claim = { { NULL }, { NULL } };
    const char *id = NULL, *why = NULL;
    int i;

    OA2_TRY(read_claim(&claim, ctx, authorization));
    OA2_TRY(narrow(&claim, ctx));
    for (i = 0; i < OA2_READINGS && claim.id[i]; i++) {
        oa2_client_t *client = NULL;
        const char *one;

        if (!oa2_client_id_problem(claim.id[i]))
            OA2_TRY(oa2_client_find(&client, ctx, claim.id[i]));
        one = problem(ctx, client, &claim, may_be_public);
        if (!one) {
            *out = client;
            return NULL;
        }
        if (client || !why) {
            id = client ? client->id : NULL;
            why = one;
        }
    }
    /* An ID that nobody has is not logged: mixed-up fields hold secrets. */
    oa2_audit(ctx, &oa2_event_client_refused, "client", id, "why", why, NULL);
    return oa2_err_make(ctx->pool, &oa2_invalid_client, OA2_ID(3046), NULL,
                        "client %s%s%s: %s", id ? "\"" : "",
                        id ? id : "(unknown)", id ? "\"" : "", why);
}

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

#include "base/crypto.h"
#include "base/foreign_hash.h"
#include "base/text/encode.h"
#include "domain/client/client.h"
#include "domain/site/audit.h"
#include "domain/site/settings.h"
#include "store/throttle.h"

#define WINDOW (60 * 60)        /* seconds after which attempts are forgotten */

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

/* ------------------------------------------------------------ foreign */

static int has_foreign(const oa2_client_t *client)
{
    return client && (oa2_foreign_hash_is(client->secret)
                      || oa2_foreign_hash_is(client->old_secret));
}

static oa2_err_t *paused(const oa2_ctx_t *ctx, const oa2_client_t *client,
                         apr_int64_t wait)
{
    oa2_err_t *err = oa2_err_make(
        ctx->pool, &oa2_too_many_requests, OA2_ID(3047),
        "too many wrong secrets; please wait",
        "client \"%s\": the secret was refused unseen: too many attempts, %"
        APR_INT64_T_FMT " s to wait", client->id, wait);

    err->retry_after = wait;
    return oa2_err_attack(err);
}

/* The reading that the hash is of; NULL: none. */
static const char *find_reading(const char *hash, const oa2_claim_t *claim)
{
    int i;

    for (i = 0; i < OA2_READINGS; i++)
        if (claim->secret[i] && oa2_foreign_hash_matches(claim->secret[i],
                                                         hash))
            return claim->secret[i];
    return NULL;
}

/*
 * A hash that was made for passwords takes a tenth of a second and more.  So a
 * client whose secret has not been proven yet is slowed down as a login is,
 * before anybody looks; and the first time that the secret is right, what is
 * kept of it becomes a digest, which costs nothing.  Tokens go on as before.
 */
static oa2_err_t *prove_foreign(int *right, oa2_ctx_t *ctx,
                                oa2_client_t *client,
                                const oa2_claim_t *claim)
{
    oa2_throttle_t attempts = {
        .key = oa2_digest_text(ctx->pool, apr_pstrcat(
            ctx->pool, "secret ", client->id, NULL)),
        .limit = (int)ctx->settings->login_attempts, .window = WINDOW,
        .max_wait = ctx->settings->login_wait
    };
    const char *secret, *digest;
    apr_int64_t wait;
    int done = 0;

    OA2_TRY(oa2_throttle_count(&wait, ctx, &attempts));
    if (wait) return paused(ctx, client, wait);
    secret = find_reading(client->secret, claim);
    if (secret) {
        digest = oa2_digest_text(ctx->pool, secret);
        OA2_TRY(oa2_client_rehash(&done, ctx, client, digest));
        /* What is issued now is issued for the secret that is stored. */
        if (done)
            client->secret = digest;
    }
    *right = done || (ctx->now < client->old_secret_until
                        && find_reading(client->old_secret, claim));
    return *right ? oa2_throttle_clear(ctx, attempts.key) : NULL;
}

/* ------------------------------------------------------------ proof */

static const char *problem(const oa2_client_t *client,
                           const oa2_claim_t *claim, int right,
                           int may_be_public)
{
    if (!client) return "there is no such client";
    if (client->disabled & OA2_OFF_BY_HAND) return "the client is disabled";
    if (client->disabled) return "the app is not approved, or is suspended";
    if (oa2_client_is_public(client)) {
        if (claim->secret[0]) return "a public client sent a secret";
        return may_be_public ? NULL : "a public client is not enough here";
    }
    if (!claim->secret[0]) return "the client sent no secret";
    return right ? NULL : "the secret is wrong";
}

/* *why: NULL when the claim is the client's. */
static oa2_err_t *prove(const char **why, oa2_ctx_t *ctx,
                        oa2_client_t *client, const oa2_claim_t *claim,
                        int may_be_public)
{
    /* Stands in for a client that is not there, so that both take as long. */
    static const oa2_client_t nobody = {
        .secret = "0000000000000000000000000000000000000000000",
    };
    int right = is_right(ctx, client && client->secret ? client : &nobody,
                         claim);

    if (!right && has_foreign(client) && !client->disabled
        && claim->secret[0])
        OA2_TRY(prove_foreign(&right, ctx, client, claim));
    *why = problem(client, claim, right, may_be_public);
    return NULL;
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
        OA2_TRY(prove(&one, ctx, client, &claim, may_be_public));
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
    if (id)
        oa2_audit(ctx, &oa2_event_request_refused, "client", id,
                  "endpoint", ctx->endpoint, "error", oa2_invalid_client.code,
                  "said", why, NULL);
    return oa2_err_make(ctx->pool, &oa2_invalid_client, OA2_ID(3046), NULL,
                        "client %s%s%s: %s", id ? "\"" : "",
                        id ? id : "(unknown)", id ? "\"" : "", why);
}

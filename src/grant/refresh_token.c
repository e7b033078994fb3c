/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refresh_token.c - RFC 6749 section 6, rotated on every use (RFC 9700
 * section 4.14.2).
 *
 * Real clients repeat themselves: two tabs refresh at once, a phone loses the
 * answer in a tunnel.  So a spent token gets the very same answer again for a
 * short grace; after that its use is a replay and revokes the family.
 */
#include "grant/grant.h"

#include <string.h>
#include <apr_strings.h>

#include "domain/resource.h"
#include "domain/scope.h"
#include "domain/settings.h"
#include "domain/token.h"

static const oa2_param_t params[] = {
    {"refresh_token", OA2_REQUIRED, OA2_ONCE, 512, oa2_is_vschar},
    {"scope", OA2_OPTIONAL, OA2_ONCE, 2000, oa2_is_nqschar},
    {"resource", OA2_OPTIONAL, OA2_MANY, 2000, oa2_is_uri},
    OA2_PARAMS_END
};

static oa2_err_t *bad_token(oa2_ctx_t *ctx, int id, const char *why)
{
    return oa2_err_make(ctx->pool, &oa2_invalid_grant, id,
                        "the refresh token is not valid",
                        "refresh token of client \"%s\": %s",
                        ctx->client->id, why);
}

/* RFC 9700 section 4.14.2: "the authorization server cannot determine which
   party submitted the invalid refresh token, but it will revoke the active
   refresh token" */
static oa2_err_t *replayed(oa2_ctx_t *ctx, const oa2_token_t *old)
{
    int done;

    OA2_TRY(oa2_grant_revoke(&done, ctx, old->grant));
    return oa2_err_attack(bad_token(
        ctx, OA2_ID(4010), "spent before; its whole family is revoked"));
}

/* What was asked for, as one line: it is kept with the answer. */
static const char *question(oa2_ctx_t *ctx)
{
    const char *scope = oa2_params_get(ctx->params, "scope");
    const char *resource = oa2_params_join(ctx->params, "resource", ctx->pool);

    return apr_pstrcat(ctx->pool, scope ? scope : "", "\t",
                       resource ? resource : "", "\n", NULL);
}

/* The same answer to the same question, or the end of the family. */
static oa2_err_t *again(cJSON **reply, oa2_ctx_t *ctx,
                        const oa2_token_t *old, const char *text)
{
    const char *asked = question(ctx);
    const char *kept = NULL;

    if (old->reply && ctx->now - old->spent < ctx->settings->refresh_grace)
        kept = oa2_token_reply_open(ctx, text, old->reply);
    if (!kept)
        return replayed(ctx, old);
    if (strncmp(kept, asked, strlen(asked)) != 0)
        return oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(4018),
                            "the refresh token was used a moment ago with "
                            "another scope or resource", NULL);
    kept += strlen(asked);
    *reply = oa2_json_parse(kept, strlen(kept), ctx->pool);
    return *reply ? NULL : replayed(ctx, old);
}

static oa2_err_t *prove(oa2_token_t **out, oa2_ctx_t *ctx, const char *text)
{
    oa2_token_t *old = NULL;

    if (!oa2_token_is_ours(ctx, OA2_REFRESH_PREFIX, text))
        return bad_token(ctx, OA2_ID(4011), "not of this server's making");
    OA2_TRY(oa2_refresh_find(&old, ctx, oa2_digest_text(ctx->pool, text)));
    if (!old)
        return bad_token(ctx, OA2_ID(4012), "no such token");
    /* Section 6: "the refresh token is bound to the client to which it was
       issued" */
    if (strcmp(old->client_id, ctx->client->id) != 0)
        return oa2_err_attack(
            bad_token(ctx, OA2_ID(4013), "issued to another client"));
    if (old->revoked)
        return bad_token(ctx, OA2_ID(4014), "revoked");
    *out = old;
    return NULL;
}

/* Section 6: "MUST NOT include any scope not originally granted …, and if
   omitted is treated as equal" */
static oa2_err_t *narrow(const char **scope, oa2_ctx_t *ctx,
                         const oa2_token_t *old)
{
    const char *sent = oa2_params_get(ctx->params, "scope");
    const char *asked = oa2_scope_union(sent ? sent : "", "", ctx->pool);
    /* What an administrator has taken from the client since is gone. */
    const char *left =
        oa2_scope_common(old->scope, ctx->client->scope, ctx->pool);

    if (!oa2_scope_is_subset(asked, left))
        return oa2_err_make(ctx->pool, &oa2_invalid_scope, OA2_ID(4015),
                            "scope is more than was granted",
                            "client \"%s\" asked for scope \"%s\" when it "
                            "was granted \"%s\"", ctx->client->id, asked,
                            left);
    if (!*left)
        return bad_token(ctx, OA2_ID(4016), "no scope is left of it");
    *scope = *asked ? asked : left;
    return NULL;
}

static oa2_err_t *rotate(cJSON **reply, oa2_ctx_t *ctx,
                         const oa2_token_t *old, const char *text)
{
    oa2_token_t like = *old;
    oa2_token_pair_t *pair;
    oa2_token_t *now_spent = NULL;
    const char *sealed;
    int first;

    OA2_TRY(narrow(&like.scope, ctx, old));
    OA2_TRY(oa2_resource_resolve(&like.audience, ctx, old->audience));
    pair = oa2_token_pair_make(ctx, &like, 1);
    /* Section 6: the new refresh token's scope "MUST be identical to that of
       the refresh token included by the client" */
    if (pair->refresh) {
        pair->refresh->scope = old->scope;
        pair->refresh->audience = old->audience;
    }
    sealed = oa2_token_reply_seal(
        ctx, text, apr_pstrcat(ctx->pool, question(ctx),
                               oa2_json_text(pair->reply, ctx->pool), NULL));

    OA2_TRY(oa2_refresh_rotate(&first, ctx, old, sealed, pair->access,
                               pair->refresh));
    if (first) {
        *reply = pair->reply;
        return NULL;
    }
    /* Somebody was faster: read what it left behind. */
    OA2_TRY(prove(&now_spent, ctx, text));
    return again(reply, ctx, now_spent, text);
}

static oa2_err_t *handle(cJSON **reply, oa2_ctx_t *ctx)
{
    const char *text = oa2_params_get(ctx->params, "refresh_token");
    oa2_token_t *old;

    OA2_TRY(prove(&old, ctx, text));
    if (old->spent)
        return again(reply, ctx, old, text);
    if (old->expires <= ctx->now)
        return bad_token(ctx, OA2_ID(4017), "expired");
    return rotate(reply, ctx, old, text);
}

const oa2_grant_type_t oa2_grant_refresh_token = {
    .name = "refresh_token",
    .confidential = 0,
    .params = params,
    .handle = handle,
};

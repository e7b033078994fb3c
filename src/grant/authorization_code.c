/* SPDX-License-Identifier: Apache-2.0 */
/*
 * authorization_code.c - a code for tokens: RFC 6749 section 4.1.3, RFC 7636
 * section 4.6, RFC 8707 section 2.2.
 *
 * Proof first, spend last, so that only who could have redeemed a code can
 * burn it.  Until the proof a client hears one sentence for all that can be
 * wrong with a code; afterwards it is told.
 */
#include "grant/grant.h"

#include <string.h>
#include <apr_strings.h>

#include "base/shm/counter.h"
#include "domain/request/authorization.h"
#include "domain/request/pkce.h"
#include "domain/request/redirect.h"
#include "domain/request/resource.h"
#include "domain/site/settings.h"
#include "domain/site/audit.h"
#include "domain/token.h"
#include "store/code.h"

static const oa2_param_t params[] = {
    { "code", OA2_REQUIRED, OA2_ONCE, 512, oa2_is_vschar },
    { "redirect_uri", OA2_OPTIONAL, OA2_ONCE, 2000, oa2_is_uri },
    /* RFC 7636 section 4.1; who has to send it, pkce.c says */
    { "code_verifier", OA2_OPTIONAL, OA2_ONCE, 128, oa2_is_unreserved },
    { "resource", OA2_OPTIONAL, OA2_MANY, 2000, oa2_is_uri },
    OA2_PARAMS_END
};

/* said NULL: which it is, is for the log only. */
static oa2_err_t *bad_code(oa2_ctx_t *ctx, int id, const char *said,
                           const char *why)
{
    if (!said)
        said = apr_psprintf(ctx->pool, "this client has no such code: it was "
                            "not issued to it, or it is gone (a code works "
                            "once, and for %" APR_INT64_T_FMT " s)",
                            ctx->settings->code_lifetime);
    return oa2_err_make(ctx->pool, &oa2_invalid_grant, id, said,
                        "code of client \"%s\": %s", ctx->client->id, why);
}

/* Section 4.1.2: "If an authorization code is used more than once, the
   authorization server … SHOULD revoke … all tokens previously issued based
   on that authorization code." */
static oa2_err_t *replayed(oa2_ctx_t *ctx, const oa2_code_t *code)
{
    int done;

    OA2_TRY(oa2_grant_revoke(&done, ctx, code->grant));
    OA2_COUNT_N(ctx->counter, revoked, OA2_REVOKED_REUSE, done);
    oa2_audit(ctx, &oa2_event_code_reused, "user", code->user, "grant",
              oa2_audit_number(ctx, code->grant), NULL);
    return oa2_err_attack(bad_code(
        ctx, OA2_ID(4001), "the code was used before, and works once; the "
        "tokens that came of it are revoked",
        "used twice; all that came of it is revoked"));
}

/*
 * Section 4.1.3: "ensure that the redirect_uri parameter is present if [it]
 * was included in the initial authorization request …, and if included ensure
 * that their values are identical".  OAuth 2.1 (draft, section 10.2) leaves it
 * out, since PKCE proves more.  It does where answers can go to one place only:
 * with several, somebody could let a victim's code go to another one, with the
 * challenge of their own sign-in, and hand the client that code.
 */
static oa2_err_t *check_redirect(oa2_ctx_t *ctx, const oa2_code_t *code)
{
    const char *sent = oa2_params_get(ctx->params, "redirect_uri");

    if (!sent && (!code->redirect_sent
                  || (*code->challenge && oa2_redirect_default(ctx->client))))
        return NULL;
    if (sent && strcmp(sent, code->redirect_uri) == 0)
        return NULL;
    return oa2_err_make(ctx->pool, &oa2_invalid_grant, OA2_ID(4002),
                        "redirect_uri is not that of the authorization "
                        "request", "client \"%s\" sent redirect_uri \"%s\"; "
                        "the authorization request had \"%s\" (queries are "
                        "not shown)", ctx->client->id,
                        oa2_redirect_bare(sent ? sent : "", ctx->pool),
                        oa2_redirect_bare(code->redirect_uri, ctx->pool));
}

static oa2_err_t *prove(oa2_code_t **out, oa2_ctx_t *ctx)
{
    const char *text = oa2_params_get(ctx->params, "code");
    const char *verifier = oa2_params_get(ctx->params, "code_verifier");
    oa2_code_t *code = NULL;

    if (!oa2_token_is_ours(ctx, OA2_CODE_PREFIX, text))
        return bad_code(ctx, OA2_ID(4004), NULL,
                        "not of this server's making");
    OA2_TRY(oa2_code_find(&code, ctx, oa2_digest_text(ctx->pool, text)));
    if (!code)
        return bad_code(ctx, OA2_ID(4005), NULL, "no such code");

    /* Section 4.1.3: "ensure that the authorization code was issued to the
       authenticated confidential client, or … to the client_id" */
    if (strcmp(code->client_id, ctx->client->id) != 0)
        return oa2_err_attack(
            bad_code(ctx, OA2_ID(4006), NULL, "issued to another client"));
    OA2_TRY(oa2_pkce_verify(ctx, code->challenge, verifier));
    OA2_TRY(check_redirect(ctx, code));
    *out = code;
    return NULL;
}

/* What the code, which was not used yet, is still good for. */
static oa2_err_t *find_right(oa2_right_t *right, oa2_ctx_t *ctx,
                             const oa2_code_t *code)
{
    const char *problem;

    if (code->revoked)
        return bad_code(ctx, OA2_ID(4007), "the access that the code stands "
                        "for was revoked", "revoked");
    /* Section 4.1.2: "MUST expire shortly after it is issued" */
    if (code->expires <= ctx->now)
        return bad_code(ctx, OA2_ID(4008), apr_psprintf(
                            ctx->pool, "the code has expired: it is good for "
                            "%" APR_INT64_T_FMT " s",
                            ctx->settings->code_lifetime), "expired");
    if (oa2_token_is_over(ctx, code->granted))
        return bad_code(ctx, OA2_ID(4301), "the access that the code stands "
                        "for has come to its end: sign in again",
                        "OAuth2GrantLifetime is over");
    /* What an administrator has taken from the client since is gone. */
    memset(right, 0, sizeof(*right));
    right->grant_type = "authorization_code";
    right->redirect_uri = code->redirect_uri;
    right->scope = code->scope;
    right->audience = code->audience;
    problem = oa2_authorization_left(right, ctx);
    if (problem)
        return bad_code(ctx, OA2_ID(4600), apr_pstrcat(
                            ctx->pool, "nothing is left of what the code "
                            "stands for: ", problem, NULL), problem);
    return NULL;
}

static oa2_err_t *handle(cJSON **reply, oa2_ctx_t *ctx)
{
    oa2_right_t right;
    oa2_code_t *code;
    oa2_token_t like = { 0 };
    oa2_token_pair_t *pair;
    int first;

    OA2_TRY(prove(&code, ctx));
    /* Before expiry: a code that is replayed late is replayed all the same. */
    if (code->spent)
        return replayed(ctx, code);
    OA2_TRY(find_right(&right, ctx, code));

    like.grant = code->grant;
    like.granted = code->granted;
    like.user = code->user;
    like.sub = code->sub;
    like.scope = right.scope;
    OA2_TRY(oa2_resource_resolve(&like.audience, ctx, right.audience));
    pair = oa2_token_pair_make(ctx, &like, 1);
    /* RFC 8707 section 2.2: narrowed for this access token only */
    if (pair->refresh)
        pair->refresh->audience = right.audience;

    /*
     * Section 4.1.2: single use.  One statement, so of two racing exchanges
     * exactly one is first; the loser takes down what the winner was given.
     */
    OA2_TRY(oa2_code_spend(&first, ctx, code, pair->access, pair->refresh));
    if (!first)
        return replayed(ctx, code);
    oa2_grant_type_issued(ctx, &oa2_grant_authorization_code, pair->access);
    *reply = pair->reply;
    if (!*code->challenge)
        ctx->note = oa2_err_attack(oa2_err_make(
            ctx->pool, &oa2_invalid_grant, OA2_ID(4700), NULL,
            "a code was redeemed without PKCE, as this client may"));
    return NULL;
}

const oa2_grant_type_t oa2_grant_authorization_code = {
    .name = "authorization_code",
    .confidential = 0,
    .params = params,
    .handle = handle,
};

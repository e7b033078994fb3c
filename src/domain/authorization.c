/* SPDX-License-Identifier: Apache-2.0 */
/*
 * authorization.c - an authorization request on its way, RFC 6749 section
 * 4.1, RFC 9207, OpenID Connect Core section 3.1.2.3.
 */
#include "domain/authorization.h"

#include "base/uri.h"
#include "domain/scope.h"
#include "domain/settings.h"
#include "domain/token.h"

oa2_err_t *oa2_authorization_next(oa2_next_t *out, oa2_ctx_t *ctx,
                                  const oa2_flow_t *flow,
                                  const oa2_session_t *session)
{
    const char *allowed;

    if (!session || oa2_scope_has(flow->prompt, "login")) {
        *out = OA2_NEXT_LOGIN;
        return NULL;
    }
    if (oa2_scope_has(flow->prompt, "consent")) {
        *out = OA2_NEXT_CONSENT;
        return NULL;
    }
    if (ctx->client->trusted) {
        *out = OA2_NEXT_ISSUE;
        return NULL;
    }
    OA2_TRY(oa2_consent_find(&allowed, ctx, session->user, flow->client_id));
    *out = oa2_scope_is_subset(flow->scope, allowed) ? OA2_NEXT_ISSUE
                                                     : OA2_NEXT_CONSENT;
    return NULL;
}

oa2_err_t *oa2_authorization_issue(const char **code, oa2_ctx_t *ctx,
                                   const oa2_flow_t *flow,
                                   const oa2_session_t *session)
{
    const char *text = oa2_token_make(ctx, OA2_CODE_PREFIX);
    oa2_grant_t grant = {
        .id = oa2_random_id(),
        .client_id = flow->client_id,
        .user = session->user,
        .scope = flow->scope,
        .audience = flow->audience,
        .created = ctx->now,
        .expires = ctx->now + ctx->settings->code_lifetime,
    };
    /* Section 4.1.3: redeemed by this client, for this redirect URI */
    oa2_code_t row = {
        .digest = oa2_digest_text(ctx->pool, text),
        .grant = grant.id,
        .client_id = flow->client_id,
        .user = session->user,
        .redirect_uri = flow->redirect_uri,
        .redirect_sent = flow->redirect_sent,
        .challenge = flow->challenge,
        .scope = flow->scope,
        .audience = flow->audience,
        .expires = grant.expires,
    };

    OA2_TRY(oa2_code_issue(ctx, &grant, &row));
    *code = text;
    return NULL;
}

oa2_err_t *oa2_authorization_allow(oa2_ctx_t *ctx, const oa2_flow_t *flow,
                                   const oa2_session_t *session)
{
    const char *before;

    OA2_TRY(oa2_consent_find(&before, ctx, session->user, flow->client_id));
    return oa2_consent_put(ctx, session->user, flow->client_id,
                           oa2_scope_union(before, flow->scope, ctx->pool));
}

/* Section 4.1.2; RFC 9207 section 2 for iss */
const char *oa2_authorization_success(const oa2_ctx_t *ctx,
                                      const oa2_flow_t *flow,
                                      const char *code)
{
    return oa2_uri_with(ctx->pool, flow->redirect_uri, "code", code, "state",
                        flow->state, "iss", ctx->settings->issuer,
                        (char *)NULL);
}

/* Section 4.1.2.1; RFC 9207 section 2: iss "including error responses" */
const char *oa2_authorization_failure(const oa2_ctx_t *ctx,
                                      const oa2_flow_t *flow,
                                      const oa2_err_t *err)
{
    return oa2_uri_with(ctx->pool, flow->redirect_uri, "error",
                        err->kind->code, "error_description", err->said,
                        "state", flow->state, "iss", ctx->settings->issuer,
                        (char *)NULL);
}

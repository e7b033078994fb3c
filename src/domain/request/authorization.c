/* SPDX-License-Identifier: Apache-2.0 */
/*
 * authorization.c - an authorization request on its way, RFC 6749 section
 * 4.1, RFC 9207, OpenID Connect Core section 3.1.2.3.
 */
#include "domain/request/authorization.h"

#include "base/text/uri.h"
#include "base/text/words.h"
#include "domain/client/compat.h"
#include "domain/person/claims.h"
#include "domain/request/redirect.h"
#include "domain/request/resource.h"
#include "domain/site/settings.h"
#include "domain/site/audit.h"
#include "domain/token.h"
#include "store/code.h"
#include "store/consent.h"

#define CONSENT_TRIES 16        /* against the same user's other tabs */

const char *oa2_authorization_left(oa2_right_t *right, const oa2_ctx_t *ctx)
{
    const oa2_client_t *client = ctx->client;
    const char *known = oa2_settings_scope_words(ctx->settings, 0, ctx->pool);
    const char *audience = oa2_resource_served(ctx, right->audience);

    if (client->disabled)
        return "the client is disabled";
    if (!oa2_words_has(client->grants, right->grant_type))
        return "the client may not use this grant type any more";
    if (right->redirect_uri
        && !oa2_redirect_is_registered(client, right->redirect_uri, ctx->pool))
        return "its redirect URI is not registered any more";
    if (*right->audience && !*audience)
        return "none of its resources is served here any more";
    right->audience = audience;
    right->scope = oa2_words_common(
        oa2_words_common(right->scope, client->scope, ctx->pool), known,
        ctx->pool);
    return *right->scope ? NULL : "no scope is left of it";
}

/* What the consent page names, and the grant remembers. */
static const char *claims_of(const oa2_ctx_t *ctx, const oa2_flow_t *flow)
{
    return oa2_claims_of(ctx->settings, flow->scope, ctx->pool);
}

/* A claim that was added to a scope is something new. */
static int is_allowed(const oa2_ctx_t *ctx, const oa2_flow_t *flow,
                      const oa2_allowed_t *allowed)
{
    return oa2_words_is_subset(flow->scope, allowed->scope)
        && oa2_words_is_subset(claims_of(ctx, flow), allowed->claims);
}

oa2_err_t *oa2_authorization_next(oa2_next_t *out, oa2_ctx_t *ctx,
                                  const oa2_flow_t *flow,
                                  const oa2_session_t *session)
{
    oa2_allowed_t allowed;

    if (!session || oa2_words_has(flow->prompt, "login")) {
        *out = OA2_NEXT_LOGIN;
        return NULL;
    }
    if (oa2_words_has(flow->prompt, "consent")) {
        *out = OA2_NEXT_CONSENT;
        return NULL;
    }
    if (ctx->client->trusted) {
        *out = OA2_NEXT_ISSUE;
        return NULL;
    }
    OA2_TRY(oa2_consent_find(&allowed, ctx, session->user, flow->client_id));
    *out = is_allowed(ctx, flow, &allowed) ? OA2_NEXT_ISSUE
                                           : OA2_NEXT_CONSENT;
    return NULL;
}

/* What of the request only a switch allows. */
static const char *switches_of(const oa2_ctx_t *ctx, const oa2_flow_t *flow)
{
    const char *words = *flow->challenge ? "" : oa2_compat_no_pkce.name;

    return flow->type_left_out
        ? oa2_words_union(words, oa2_compat_default_response_type.name,
                          ctx->pool) : words;
}

oa2_err_t *oa2_authorization_issue(int *first, oa2_ctx_t *ctx,
                                   const oa2_flow_t *flow,
                                   const oa2_session_t *session,
                                   const char *code,
                                   const oa2_kept_t *answer)
{
    oa2_grant_t grant = {
        .id = oa2_random_id(),
        .client_id = flow->client_id,
        .user = session->user,
        .credential = session->credential,
        .session = session->digest,
        .scope = flow->scope,
        .claims = claims_of(ctx, flow),
        .audience = flow->audience,
        .created = ctx->now,
        .expires = ctx->now + ctx->settings->code_lifetime,
    };
    /* Section 4.1.3: redeemed by this client, for this redirect URI */
    oa2_code_t row = {
        .digest = oa2_digest_text(ctx->pool, code),
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

    OA2_TRY(oa2_code_issue(first, ctx, &grant, &row, answer));
    if (!*first)
        return NULL;
    oa2_audit(ctx, &oa2_event_code_issued, "user", session->user,
              "scope", flow->scope, "grant",
              oa2_audit_number(ctx, grant.id), NULL);
    oa2_compat_used(ctx, ctx->client, switches_of(ctx, flow));
    return NULL;
}

/*
 * What was allowed before is read and put back with the new: only if it is
 * still there, so that nothing comes back that is revoked meanwhile.  Who has
 * changed it each time, or removed the client, has the last word: then the
 * user is asked again next time.
 */
oa2_err_t *oa2_authorization_allow(oa2_ctx_t *ctx, const oa2_flow_t *flow,
                                   const oa2_session_t *session)
{
    oa2_consent_t consent = {
        .user = session->user, .client_id = flow->client_id,
        .credential = session->credential,
    };
    int tries = CONSENT_TRIES;
    const char *claims = claims_of(ctx, flow);
    oa2_allowed_t before;
    int done = 0;

    while (!done && tries--) {
        OA2_TRY(oa2_consent_find(&before, ctx, session->user,
                                 flow->client_id));
        if (is_allowed(ctx, flow, &before))
            return NULL;
        consent.allowed.scope =
            oa2_words_union(before.scope, flow->scope, ctx->pool);
        consent.allowed.claims =
            oa2_words_union(before.claims, claims, ctx->pool);
        OA2_TRY(oa2_consent_put(&done, ctx, &consent, &before));
    }
    if (done)
        oa2_audit(ctx, &oa2_event_consent_given, "user", session->user,
                  "scope", consent.allowed.scope, "claims",
                  consent.allowed.claims, NULL);
    return NULL;
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

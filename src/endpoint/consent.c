/* SPDX-License-Identifier: Apache-2.0 */
/*
 * consent.c - the consent page: RFC 6749 section 4.1.1, "authenticates the
 * resource owner and obtains an authorization decision".
 */
#include "endpoint/interaction.h"

#include <string.h>

#include "domain/authorization.h"
#include "domain/redirect.h"
#include "domain/scope.h"
#include "domain/settings.h"

static const oa2_param_t params[] = {
    {"flow", OA2_OPTIONAL, OA2_ONCE, 128, oa2_is_unreserved},
    {"csrf", OA2_OPTIONAL, OA2_ONCE, 128, oa2_is_unreserved},
    {"decision", OA2_OPTIONAL, OA2_ONCE, 16, oa2_is_word},
    OA2_PARAMS_END
};

static int list_scopes(oa2_page_scope_t **out, const oa2_ctx_t *ctx,
                       const oa2_flow_t *flow, const char *allowed)
{
    const apr_array_header_t *words =
        oa2_scope_split(flow->scope, ctx->pool);
    oa2_page_scope_t *rows =
        apr_pcalloc(ctx->pool, sizeof(*rows) * (apr_size_t)words->nelts);
    int i;

    for (i = 0; i < words->nelts; i++) {
        const oa2_scope_row_t *known;
        rows[i].name = APR_ARRAY_IDX(words, i, const char *);
        known = oa2_settings_scope(ctx->settings, rows[i].name);
        rows[i].description = known ? known->description : NULL;
        rows[i].already = oa2_scope_has(allowed, rows[i].name);
    }
    *out = rows;
    return words->nelts;
}

static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       const oa2_flow_t *flow, const oa2_session_t *session)
{
    oa2_ctx_t *ctx = &call->ctx;
    const oa2_client_t *client = ctx->client;
    const char *id = oa2_params_get(ctx->params, "flow");
    oa2_page_scope_t *scopes;
    const char *allowed;
    oa2_page_consent_t page = {
        .common = oa2_reply_common(call),
        .action = oa2_settings_url(ctx->settings, "consent", ctx->pool),
        .csrf = oa2_interaction_csrf(call, id),
        .flow = id,
        .client_name = *client->name ? client->name : client->id,
        .client_host = oa2_redirect_place(flow->redirect_uri, ctx->pool),
        .user = session->user,
        .loopback_only = oa2_redirect_is_local_only(client, ctx->pool),
    };

    /* Who httpd has authenticated cannot sign out here. */
    if (!call->browser.remote_user)
        page.logout_action =
            oa2_settings_url(ctx->settings, "logout", ctx->pool);
    OA2_TRY(oa2_consent_find(&allowed, ctx, session->user, client->id));
    page.n_scopes = list_scopes(&scopes, ctx, flow, allowed);
    page.scopes = scopes;
    *out = oa2_reply_page(ctx->pool, 200,
                          oa2_page_consent(call->pages, &page, ctx->pool),
                          page.common.nonce,
                          oa2_redirect_source(flow->redirect_uri, ctx->pool));
    return NULL;
}

static oa2_err_t *decide(oa2_reply_t **out, oa2_call_t *call,
                         const oa2_flow_t *flow,
                         const oa2_session_t *session)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *decision = oa2_params_get(ctx->params, "decision");
    oa2_err_t *stale = oa2_interaction_csrf_check(call);

    if (stale) {
        *out = oa2_interaction_again(call, "consent", stale);
        return NULL;
    }
    if (decision && strcmp(decision, "allow") == 0) {
        OA2_TRY(oa2_authorization_allow(ctx, flow, session));
        return oa2_interaction_finish(out, call, flow, session);
    }
    if (decision && strcmp(decision, "deny") == 0)
        return oa2_interaction_refuse(
            out, call, flow,
            oa2_err_make(ctx->pool, &oa2_access_denied, OA2_ID(5031),
                         "the user refused", NULL));
    return oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(5032),
                        "Please choose one of the two buttons.",
                        "the consent form came without a decision");
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_session_t *session;
    oa2_flow_t *flow;

    OA2_TRY(oa2_interaction_get(&flow, call));
    OA2_TRY(oa2_browser_session(&session, &call->ctx, &call->browser));
    /* The session may have ended while the page was open. */
    if (!session || oa2_scope_has(flow->prompt, "login"))
        return oa2_interaction_advance(out, call, flow, session);
    return call->method == OA2_POST ? decide(out, call, flow, session)
                                    : show(out, call, flow, session);
}

const oa2_endpoint_t oa2_endpoint_consent = {
    .name = "consent",
    .metadata = NULL,
    .methods = OA2_GET | OA2_POST,
    .client = OA2_CLIENT_NONE,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

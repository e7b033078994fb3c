/* SPDX-License-Identifier: Apache-2.0 */
/*
 * home.c - what a person sees at the issuer's own URL, who has typed it or
 * found it in a token: whose server this is, who is signed in, and for
 * developers the metadata (RFC 8414 section 3).
 */
#include "endpoint/endpoint.h"

#include "domain/site/settings.h"
#include "endpoint/signin/interaction.h"

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    const oa2_settings_t *settings = ctx->settings;
    oa2_session_t *session;
    oa2_page_home_t page = {
        .metadata = oa2_settings_metadata_url(settings, ctx->pool),
    };

    OA2_TRY(oa2_interaction_session(&session, call));
    /* Now it is known in which language. */
    page.common = oa2_reply_common(call);
    if (session)
        page.user = session->user;
    /* Who httpd has authenticated cannot sign out here. */
    if (session && !call->browser.remote_user)
        page.logout = oa2_settings_path(settings, "logout", ctx->pool);
    *out = oa2_reply_page(ctx->pool, 200,
                          oa2_page_home(call->pages, &page, ctx->pool),
                          page.common.nonce, NULL);
    return NULL;
}

static const oa2_param_t params[] = { OA2_PARAMS_END };

const oa2_endpoint_t oa2_endpoint_home = {
    .name = "home",                     /* the issuer's URL itself, too */
    .metadata = NULL,
    .methods = OA2_GET,
    .client = OA2_CLIENT_NONE,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

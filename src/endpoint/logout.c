/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logout.c - the end of a browser's session, asked and confirmed.
 *
 * It ends the login, not the access that apps were given: that is taken back
 * by revoking (RFC 7009).
 */
#include "endpoint/interaction.h"

#include <apr_strings.h>

#include "domain/settings.h"

static const oa2_param_t params[] = {
    {"flow", OA2_OPTIONAL, OA2_ONCE, 128, oa2_is_unreserved},
    {"csrf", OA2_OPTIONAL, OA2_ONCE, 128, oa2_is_unreserved},
    OA2_PARAMS_END
};

/* The question, or, when nobody is signed in, that it is so. */
static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    oa2_session_t *session;
    oa2_page_signed_out_t page = {
        .common = oa2_reply_common(call),
        .action = oa2_settings_url(ctx->settings, "logout", ctx->pool),
    };

    OA2_TRY(oa2_browser_session(&session, ctx, &call->browser));
    if (session) {
        oa2_interaction_browser(call);
        page.csrf = oa2_interaction_csrf(call, NULL);
        page.user = session->user;
    }
    page.done = session == NULL;
    *out = oa2_reply_page(ctx->pool, 200,
                          oa2_page_signed_out(call->pages, &page, ctx->pool),
                          page.common.nonce, NULL);
    return NULL;
}

static oa2_err_t *end(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *id = oa2_params_get(ctx->params, "flow");
    const char *next = oa2_settings_url(ctx->settings, "logout", ctx->pool);
    int done;

    OA2_TRY(oa2_interaction_csrf_check(call));
    if (call->browser.session_id)
        OA2_TRY(oa2_session_end(
            &done, ctx, oa2_digest_text(ctx->pool,
                                        call->browser.session_id)));
    oa2_reply_cookie(call, OA2_SESSION_COOKIE, NULL, 0);
    /* "Not you?" on the consent page: the request still waits. */
    if (id)
        next = apr_pstrcat(ctx->pool,
                           oa2_settings_url(ctx->settings, "login",
                                            ctx->pool), "?flow=", id, NULL);
    *out = oa2_reply_redirect(ctx->pool, next);
    return NULL;
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    return call->method == OA2_POST ? end(out, call) : show(out, call);
}

const oa2_endpoint_t oa2_endpoint_logout = {
    .name = "logout",
    .metadata = NULL,
    .methods = OA2_GET | OA2_POST,
    .client = OA2_CLIENT_NONE,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

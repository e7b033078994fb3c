/* SPDX-License-Identifier: Apache-2.0 */
/*
 * login.c - the login page: RFC 6749 section 3.1, "the way in which the
 * authorization server authenticates the resource owner … is beyond the scope
 * of this specification".  RFC 9700 section 4.16 (clickjacking) is obeyed by
 * dispatch's headers.
 */
#include "endpoint/interaction.h"

#include <apr_strings.h>

#include "base/units.h"
#include "domain/redirect.h"
#include "domain/scope.h"
#include "domain/settings.h"

static const oa2_param_t params[] = {
    {"flow", OA2_OPTIONAL, OA2_ONCE, 128, oa2_is_unreserved},
    {"csrf", OA2_OPTIONAL, OA2_ONCE, 128, oa2_is_unreserved},
    {"username", OA2_OPTIONAL, OA2_ONCE, 255, oa2_is_text},
    {"password", OA2_OPTIONAL, OA2_ONCE, 1024, oa2_is_text},
    OA2_PARAMS_END
};

static oa2_reply_t *show(oa2_call_t *call, const oa2_flow_t *flow, int status,
                         const char *username, const char *message)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *id = oa2_params_get(ctx->params, "flow");
    oa2_page_login_t page = {
        .common = oa2_reply_common(call),
        .action = oa2_settings_url(ctx->settings, "login", ctx->pool),
        .csrf = oa2_interaction_csrf(call, id),
        .flow = id,
        .username = username,
        .client_name = *ctx->client->name ? ctx->client->name
                                          : ctx->client->id,
        .message = message,
    };

    /* The 303 after the form may lead to the client at once, and Chromium
       holds form-action against it too. */
    return oa2_reply_page(ctx->pool, status,
                          oa2_page_login(call->pages, &page, ctx->pool),
                          page.common.nonce,
                          oa2_redirect_source(flow->redirect_uri, ctx->pool));
}

/* Which of name and password was wrong is told to nobody, and the name is not
   logged: people type passwords there by mistake. */
static oa2_reply_t *wrong(oa2_call_t *call, const oa2_flow_t *flow,
                          const char *username)
{
    oa2_reply_t *reply = show(call, flow, 403, username,
                              "The user name or the password is wrong.");

    reply->err = oa2_err_attack(oa2_err_make(
        call->ctx.pool, &oa2_access_denied, OA2_ID(5021), NULL,
        "a login failed: wrong name or password"));
    return reply;
}

static oa2_reply_t *slow_down(oa2_call_t *call, const oa2_flow_t *flow,
                              const char *username, apr_int64_t wait)
{
    apr_pool_t *pool = call->ctx.pool;
    oa2_reply_t *reply = show(
        call, flow, 429, username,
        apr_pstrcat(pool, "There were too many attempts. Please try again "
                    "in ", oa2_units_tell_seconds(wait, pool), ".", NULL));
    oa2_err_t *err = oa2_err_make(
        pool, &oa2_too_many_requests, OA2_ID(5022), NULL,
        "a login was refused unseen: too many attempts, %" APR_INT64_T_FMT
        " s to wait", wait);

    reply->err = oa2_err_attack(err);
    apr_table_setn(reply->headers, "Retry-After",
                   apr_psprintf(pool, "%" APR_INT64_T_FMT, wait));
    return reply;
}

static oa2_err_t *sign_in(oa2_reply_t **out, oa2_call_t *call,
                          oa2_flow_t *flow, const oa2_login_t *login)
{
    oa2_ctx_t *ctx = &call->ctx;
    oa2_session_t *session;
    const char *cookie;

    OA2_TRY(oa2_browser_sign_in(&cookie, &session, ctx, &call->browser,
                                login));
    oa2_reply_cookie(call, OA2_SESSION_COOKIE, cookie,
                     ctx->settings->session_lifetime);
    if (oa2_scope_has(flow->prompt, "login")) {
        flow->prompt = oa2_scope_minus(flow->prompt, "login", ctx->pool);
        OA2_TRY(oa2_flow_set_prompt(ctx, flow->digest, flow->prompt));
    }
    return oa2_interaction_advance(out, call, flow, session);
}

static oa2_err_t *try_password(oa2_reply_t **out, oa2_call_t *call,
                               oa2_flow_t *flow)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *username = oa2_params_get(ctx->params, "username");
    const char *password = oa2_params_get(ctx->params, "password");
    oa2_login_t login = {
        .name = username, .password = password,
        .ask = call->ask_password, .baton = call->ask_baton,
    };
    oa2_err_t *stale = oa2_interaction_csrf_check(call);
    oa2_password_t found;
    apr_int64_t wait;

    if (stale) {
        *out = oa2_interaction_again(call, "login", stale);
        return NULL;
    }
    if (!username || !password) {
        *out = show(call, flow, 400, username,
                    "Please enter your user name and your password.");
        return NULL;
    }
    OA2_TRY(oa2_login_try(&found, &wait, ctx, &call->browser, &login));
    if (wait)
        *out = slow_down(call, flow, username, wait);
    else if (found != OA2_PASSWORD_RIGHT)
        *out = wrong(call, flow, username);
    else
        return sign_in(out, call, flow, &login);
    return NULL;
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_session_t *session;
    oa2_flow_t *flow;

    OA2_TRY(oa2_interaction_get(&flow, call));
    if (call->method == OA2_POST)
        return try_password(out, call, flow);
    /* Signed in already, in another tab or by the Back button: go on. */
    OA2_TRY(oa2_browser_session(&session, &call->ctx, &call->browser));
    if (session && !oa2_scope_has(flow->prompt, "login"))
        return oa2_interaction_advance(out, call, flow, session);
    *out = show(call, flow, 200, flow->login_hint, NULL);
    return NULL;
}

const oa2_endpoint_t oa2_endpoint_login = {
    .name = "login",
    .metadata = NULL,
    .methods = OA2_GET | OA2_POST,
    .client = OA2_CLIENT_NONE,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interaction.c - a waiting authorization request and its steps.
 *
 * Nothing of the request travels through forms: they carry an opaque id, good
 * only together with the browser cookie, and a CSRF token.
 */
#include "endpoint/interaction.h"

#include <string.h>
#include <apr_strings.h>

#include "domain/authorization.h"
#include "domain/settings.h"

#define ID_BYTES 32

void oa2_interaction_browser(oa2_call_t *call)
{
    if (call->browser.id)
        return;
    call->browser.id = oa2_random_text(call->ctx.pool, ID_BYTES);
    oa2_reply_cookie(call, OA2_BROWSER_COOKIE, call->browser.id, 0);
}

static oa2_err_t *gone(oa2_call_t *call, int id, const char *meant)
{
    return oa2_err_make(call->ctx.pool, &oa2_invalid_request, id,
                        "This sign-in has expired, was finished already, or "
                        "was begun in another browser. Please go back to the "
                        "app and start again.", "%s", meant);
}

oa2_err_t *oa2_interaction_get(oa2_flow_t **out, oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *id = oa2_params_get(ctx->params, "flow");
    oa2_client_t *client;
    oa2_flow_t *flow;

    if (!id)
        return gone(call, OA2_ID(5001), "a page was opened without a flow");
    if (!call->browser.id)
        return oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(5002),
                            "Your browser sent no cookie. Please allow "
                            "cookies for this site, then go back to the app "
                            "and start again.",
                            "a flow was continued without the browser cookie");
    OA2_TRY(oa2_flow_find(&flow, ctx, oa2_digest_text(ctx->pool, id),
                          oa2_digest_text(ctx->pool, call->browser.id)));
    if (!flow)
        return gone(call, OA2_ID(5003),
                    "the flow is unknown, expired or another browser's");
    OA2_TRY(oa2_client_find(&client, ctx, flow->client_id));
    if (!client || client->disabled)
        return gone(call, OA2_ID(5004),
                    "the flow's client was disabled or removed meanwhile");
    ctx->client = client;
    *out = flow;
    return NULL;
}

const char *oa2_interaction_csrf(const oa2_call_t *call, const char *id)
{
    return oa2_browser_csrf(&call->ctx, &call->browser, id ? id : "");
}

oa2_err_t *oa2_interaction_csrf_check(oa2_call_t *call)
{
    const char *id = oa2_params_get(call->ctx.params, "flow");

    return oa2_browser_csrf_check(&call->ctx, &call->browser, id ? id : "",
                                  oa2_params_get(call->ctx.params, "csrf"));
}

static oa2_reply_t *step_to(oa2_call_t *call, const char *step,
                            const char *id)
{
    return oa2_reply_redirect(
        call->ctx.pool,
        apr_pstrcat(call->ctx.pool,
                    oa2_settings_url(call->ctx.settings, step,
                                     call->ctx.pool),
                    "?flow=", id, NULL));
}

oa2_reply_t *oa2_interaction_again(oa2_call_t *call, const char *step,
                                   const oa2_err_t *err)
{
    oa2_reply_t *reply =
        step_to(call, step, oa2_params_get(call->ctx.params, "flow"));

    reply->err = err;
    return reply;
}

oa2_err_t *oa2_interaction_park(oa2_reply_t **out, oa2_call_t *call,
                                oa2_flow_t *flow, const char *step)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *id = oa2_random_text(ctx->pool, ID_BYTES);

    oa2_interaction_browser(call);
    flow->digest = oa2_digest_text(ctx->pool, id);
    flow->browser = oa2_digest_text(ctx->pool, call->browser.id);
    flow->expires = ctx->now + ctx->settings->flow_lifetime;
    OA2_TRY(oa2_flow_put(ctx, flow));
    *out = step_to(call, step, id);
    return NULL;
}

oa2_err_t *oa2_interaction_advance(oa2_reply_t **out, oa2_call_t *call,
                                   const oa2_flow_t *flow,
                                   const oa2_session_t *session)
{
    const char *id = oa2_params_get(call->ctx.params, "flow");
    oa2_next_t next;

    OA2_TRY(oa2_authorization_next(&next, &call->ctx, flow, session));
    if (next == OA2_NEXT_ISSUE)
        return oa2_interaction_finish(out, call, flow, session);
    *out = step_to(call, next == OA2_NEXT_LOGIN ? "login" : "consent", id);
    return NULL;
}

/* Of two tabs, or a double click, one is first. */
static oa2_err_t *spend(oa2_call_t *call, const oa2_flow_t *flow)
{
    int first;

    if (!flow->digest)          /* it never had to wait */
        return NULL;
    OA2_TRY(oa2_flow_spend(&first, &call->ctx, flow->digest));
    return first ? NULL : gone(call, OA2_ID(5005),
                               "the flow was finished at the same moment");
}

oa2_err_t *oa2_interaction_finish(oa2_reply_t **out, oa2_call_t *call,
                                  const oa2_flow_t *flow,
                                  const oa2_session_t *session)
{
    const char *code;

    OA2_TRY(spend(call, flow));
    OA2_TRY(oa2_authorization_issue(&code, &call->ctx, flow, session));
    *out = oa2_reply_redirect(
        call->ctx.pool, oa2_authorization_success(&call->ctx, flow, code));
    return NULL;
}

oa2_err_t *oa2_interaction_refuse(oa2_reply_t **out, oa2_call_t *call,
                                  const oa2_flow_t *flow,
                                  const oa2_err_t *err)
{
    OA2_TRY(spend(call, flow));
    *out = oa2_reply_redirect(
        call->ctx.pool, oa2_authorization_failure(&call->ctx, flow, err));
    (*out)->err = err;
    return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logout.c - the end of a browser's session, asked and confirmed.
 *
 * It ends the login, not the access that apps were given: that is taken back
 * by revoking (RFC 7009).  A client's logout, by POST with the access token,
 * ends both: the token's grant with all its tokens, and the login of the
 * browser where it was given.
 */
#include "endpoint/signin/interaction.h"

#include <apr_strings.h>

#include "domain/site/settings.h"
#include "domain/site/audit.h"
#include "base/shm/counter.h"
#include "store/grant.h"

static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    OA2_PARAMS_END
};

/* The question; or, when nobody is signed in, that it is so.  why: what the
   form before was not obeyed for; NULL: there was none. */
static oa2_reply_t *show(oa2_call_t *call, const oa2_session_t *session,
                         const oa2_err_t *why)
{
    oa2_ctx_t *ctx = &call->ctx;
    oa2_page_signed_out_t page = {
        .common = oa2_reply_common(call),
        .done = session == NULL,
        .message = why ? oa2_say(ctx, why->said, NULL) : NULL,
    };
    oa2_reply_t *reply;

    if (session)
        page.user = session->user;
    if (session && call->browser.remote_user) {
        page.message = oa2_say(ctx, "This site signs you in by itself, so "
                               "that you cannot sign out here.", NULL);
    }
    else if (session) {
        page.action = oa2_settings_path(ctx->settings, "logout", ctx->pool);
        page.form = oa2_interaction_form(call, NULL, session->user, "");
    }
    reply = oa2_reply_page(ctx->pool, why ? why->kind->status : 200,
                           oa2_page_signed_out(call->pages, &page, ctx->pool),
                           page.common.nonce, NULL);
    reply->err = why;
    return reply;
}

/* "Not you?" on the consent page could not be obeyed: to that page again. */
static oa2_err_t *keep_asking(oa2_reply_t **out, oa2_call_t *call,
                              const oa2_session_t *session,
                              const oa2_err_t *why)
{
    oa2_flow_t flow;

    OA2_TRY(oa2_authorize_read(out, &flow, call));
    return *out ? NULL
                : oa2_interaction_again(out, call, &flow, session, why);
}

/* user: whose session it is; NULL: it has ended before. */
static oa2_err_t *end(oa2_reply_t **out, oa2_call_t *call,
                      const oa2_form_t *form, const char *user)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *next =
        oa2_settings_path(ctx->settings, *form->request ? "authorize"
                                                        : "logout", ctx->pool);
    int done = 0;

    if (call->browser.session_id)
        OA2_TRY(oa2_session_end(
            &done, ctx, oa2_digest_text(ctx->pool,
                                        call->browser.session_id)));
    if (done)
        oa2_audit(ctx, &oa2_event_session_ended, "user", user, NULL);
    oa2_reply_cookie(call, OA2_SESSION_COOKIE, NULL, 0);
    /* "Not you?": the request begins anew, with the login page. */
    if (*form->request)
        next = apr_pstrcat(ctx->pool, next, "?", form->request, NULL);
    *out = oa2_reply_redirect(ctx->pool, next);
    return NULL;
}

static oa2_err_t *submit(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_session_t *session;
    oa2_form_t form;
    oa2_err_t *why;

    OA2_TRY(oa2_interaction_open(&form, &why, call));
    OA2_TRY(oa2_interaction_session(&session, call));
    /* Signed out already (a double click): that is what was wanted. */
    if (session)
        why = oa2_interaction_check(call, &form, why, session);
    if (!why)
        return end(out, call, &form, session ? session->user : NULL);
    if (*form.request)
        return keep_asking(out, call, session, why);
    *out = show(call, session, why);
    return NULL;
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_session_t *session;

    if (call->method == OA2_POST)
        return submit(out, call);
    OA2_TRY(oa2_interaction_session(&session, call));
    *out = show(call, session, NULL);
    return NULL;
}

/* ------------------------------------------------------------ by a client */

static oa2_err_t *end_by_token(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    const oa2_token_t *token = call->token;
    cJSON *json = oa2_json_object(ctx->pool);
    int is_ended = 0;
    int is_revoked;

    if (token->grant) {
        OA2_TRY(oa2_grant_end_session(&is_ended, ctx, token->grant));
        OA2_TRY(oa2_grant_revoke(&is_revoked, ctx, token->grant));
    }
    else {
        OA2_TRY(oa2_token_revoke(&is_revoked, ctx, token));
    }
    OA2_COUNT_N(ctx->counter, revoked, token->grant ? OA2_REVOKED_GRANT
                                                    : OA2_REVOKED_TOKEN,
                is_revoked);
    if (is_ended)
        oa2_audit(ctx, &oa2_event_session_ended, "user", token->user,
                  "client", token->client_id, NULL);
    if (is_revoked)
        oa2_audit(ctx, token->grant ? &oa2_event_grant_revoked
                                    : &oa2_event_token_revoked,
                  "user", token->user, "client", token->client_id, "grant",
                  token->grant ? oa2_audit_number(ctx, token->grant) : NULL,
                  NULL);
    oa2_json_put_bool(json, "success", 1);
    *out = oa2_reply_json(ctx->pool, 200, json);
    return NULL;
}

static const oa2_param_t no_params[] = {
    OA2_PARAMS_END
};

static const oa2_endpoint_t with_token = {
    .name = "logout",
    .methods = OA2_POST,
    .client = OA2_CLIENT_NONE,
    .asker = OA2_ASKER_TOKEN,
    .answer = OA2_ANSWER_JSON,
    .cors = OA2_CORS_NONE,
    .params = no_params,
    .handle = end_by_token,
};

const oa2_endpoint_t oa2_endpoint_logout = {
    .name = "logout",
    .metadata = NULL,
    .methods = OA2_GET | OA2_POST,
    .client = OA2_CLIENT_NONE,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
    .with_token = &with_token,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* interaction.c - see interaction.h */
#include "endpoint/signin/interaction.h"

#include <string.h>
#include <apr_strings.h>

#include "base/text/encode.h"
#include "base/text/words.h"
#include "domain/request/way.h"
#include "domain/site/settings.h"
#include "domain/token.h"

#define ID_BYTES 32

/* ------------------------------------------------------------ the form */

/* Where several pages were opened before the first cookie was stored, each has
   brought one: see domain/person/browser.h. */
static void need_cookie(oa2_call_t *call)
{
    apr_pool_t *pool = call->ctx.pool;
    const char *id;

    if (call->browser.ids->nelts)
        return;
    id = oa2_random_text(pool, ID_BYTES);
    APR_ARRAY_PUSH(call->browser.ids, const char *) = id;
    oa2_reply_cookie(call, oa2_browser_cookie(id, pool), id, 0);
}

/* The request as it was asked, but for what of prompt was obeyed. */
static const char *request_text(const oa2_call_t *call,
                                const oa2_flow_t *flow)
{
    const oa2_ctx_t *ctx = &call->ctx;
    const char *text;

    if (!flow)
        return "";
    text = oa2_params_text(ctx->params, oa2_authorize_params, "prompt",
                           ctx->pool);
    return *flow->prompt
        ? apr_pstrcat(ctx->pool, text, "&prompt=",
                      oa2_form_encode(ctx->pool, flow->prompt), NULL)
        : text;
}

const char *oa2_interaction_url(const oa2_call_t *call,
                                const oa2_flow_t *flow)
{
    const oa2_ctx_t *ctx = &call->ctx;

    return apr_pstrcat(ctx->pool,
                       oa2_settings_path(ctx->settings, "authorize",
                                         ctx->pool),
                       "?", request_text(call, flow), NULL);
}

static const char *carry(oa2_call_t *call, const oa2_form_t *form)
{
    need_cookie(call);
    return oa2_form_make(&call->ctx, &call->browser, form);
}

const char *oa2_interaction_carry(oa2_call_t *call, const char *request,
                                  const char *user, const char *shown)
{
    oa2_form_t form = { .request = request, .user = user, .shown = shown };

    return carry(call, &form);
}

const char *oa2_interaction_form(oa2_call_t *call, const oa2_flow_t *flow,
                                 const char *user, const char *shown)
{
    if (!flow && call->back)
        return carry(call, call->back);
    return oa2_interaction_carry(call, request_text(call, flow), user, shown);
}

int oa2_interaction_is_foreign(const oa2_call_t *call)
{
    return call->method == OA2_POST && call->is_foreign
        && !call->browser.ids->nelts;
}

oa2_err_t *oa2_interaction_open(oa2_form_t *form, oa2_err_t **stale,
                                oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    oa2_params_t *asked = oa2_params_make(ctx->pool);

    /* Our forms are on our pages only. */
    if (oa2_interaction_is_foreign(call))
        return oa2_err_make(ctx->pool, &oa2_forbidden, OA2_ID(5500),
                            "Another site has sent you here. If you want to "
                            "sign in, please go back to the app.",
                            "another site's page sent a form to %s",
                            call->endpoint->name);
    *stale = oa2_form_open(form, ctx, &call->browser,
                           oa2_params_get(ctx->params, "form"));
    if (*form->back) {
        call->back = apr_pmemdup(ctx->pool, form, sizeof(*form));
        form->request = "";
    }
    OA2_TRY(oa2_params_parse(asked, form->request, strlen(form->request),
                             ctx->pool));
    ctx->params = asked;
    return NULL;
}

oa2_err_t *oa2_interaction_check(const oa2_call_t *call,
                                 const oa2_form_t *form, oa2_err_t *stale,
                                 const oa2_session_t *session)
{
    if (stale)
        return stale;
    if (!session)
        return oa2_err_make(call->ctx.pool, &oa2_forbidden, OA2_ID(5601),
                            "Your sign-in has ended meanwhile. Please sign "
                            "in once more.",
                            "a form came from a user whose session has ended");
    if (strcmp(session->user, form->user) != 0)
        return oa2_err_make(call->ctx.pool, &oa2_forbidden, OA2_ID(5602),
                            "Meanwhile you have signed in here as somebody "
                            "else. Please look who is signed in now, and "
                            "decide once more.",
                            "a form came that was made for another user than "
                            "the one who is signed in");
    return NULL;
}

oa2_err_t *oa2_interaction_again(oa2_reply_t **out, oa2_call_t *call,
                                 const oa2_flow_t *flow,
                                 const oa2_session_t *session,
                                 const oa2_err_t *why)
{
    if (session)
        return oa2_consent_page(out, call, flow, session, why);
    *out = oa2_login_page(call, flow, why->kind->status, flow->login_hint,
                          oa2_say(&call->ctx, why->said, NULL));
    (*out)->err = why;
    return NULL;
}

oa2_err_t *oa2_interaction_take_way(oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *way = oa2_way_open(
        ctx, oa2_params_get(ctx->params, OA2_WAY_PARAM));
    oa2_form_t *back;

    if (!way)
        return NULL;
    if (call->browser.remote_user)
        return oa2_err_make(ctx->pool, &oa2_forbidden, OA2_ID(5523),
                            "This site signs you in by itself, but not where "
                            "you wanted to go. Please tell its administrator.",
                            "a path with OAuth2BrowserLogin has sent a browser "
                            "to the login page, where another AuthType signs "
                            "people in: they get no session there; write that "
                            "AuthType at the path, too");
    back = apr_pcalloc(ctx->pool, sizeof(*back));
    back->request = back->user = back->shown = "";
    back->back = way;
    call->back = back;
    return NULL;
}

oa2_err_t *oa2_interaction_back(const char **url, oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    const oa2_form_t *back = call->back;
    const char *id;

    if (!back) {
        *url = oa2_settings_path(ctx->settings, "home", ctx->pool);
        return NULL;
    }
    *url = back->back;
    if (!*back->request)
        return NULL;
    OA2_TRY(oa2_typed_put(&id, ctx, back));
    *url = apr_pstrcat(ctx->pool, *url, strchr(*url, '?') ? "&" : "?",
                       OA2_KEPT_PARAM "=", id, NULL);
    return NULL;
}

/* ------------------------------------------------------------ the way */

/* prompt=none: an answer at once, or none at all. */
static oa2_err_t *silent(const oa2_call_t *call, oa2_next_t next)
{
    if (next == OA2_NEXT_LOGIN)
        return oa2_err_make(call->ctx.pool, &oa2_login_required,
                            OA2_ID(5018), "nobody is signed in", NULL);
    return oa2_err_make(call->ctx.pool, &oa2_consent_required, OA2_ID(5019),
                        "the user has not consented to this", NULL);
}

oa2_err_t *oa2_interaction_session(oa2_session_t **out, oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    oa2_session_t *session;

    OA2_TRY(oa2_browser_session(&session, ctx, &call->browser));
    if (session && call->pages)
        ctx->language = oa2_pages_language(
            call->pages, oa2_params_get(ctx->params, "ui_locales"),
            oa2_pages_language(call->pages, session->language, ctx->language,
                               ctx->pool), ctx->pool);
    *out = session;
    return NULL;
}

oa2_err_t *oa2_interaction_advance(oa2_reply_t **out, oa2_call_t *call,
                                   const oa2_flow_t *flow)
{
    oa2_session_t *session;
    oa2_next_t next;

    OA2_TRY(oa2_interaction_session(&session, call));
    OA2_TRY(oa2_authorization_next(&next, &call->ctx, flow, session));
    if (next == OA2_NEXT_ISSUE)
        return oa2_interaction_finish(out, call, flow, session, NULL);
    if (oa2_words_has(flow->prompt, "none"))
        return silent(call, next);
    if (next == OA2_NEXT_CONSENT)
        return oa2_consent_page(out, call, flow, session, NULL);
    *out = oa2_login_page(call, flow, 200, flow->login_hint, NULL);
    return NULL;
}

/* Code and answer are stored together: whoever sends the form again, at the
   same moment or a little later, is given the same code. */
oa2_err_t *oa2_interaction_finish(oa2_reply_t **out, oa2_call_t *call,
                                  const oa2_flow_t *flow,
                                  const oa2_session_t *session,
                                  const oa2_twin_t *twin)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *code = oa2_token_make(ctx, OA2_CODE_PREFIX);
    const char *to = oa2_authorization_success(ctx, flow, code);
    oa2_kept_t answer;
    int first;

    if (twin)
        answer = oa2_twin_seal(twin, ctx, to);
    OA2_TRY(oa2_authorization_issue(&first, ctx, flow, session, code,
                                    twin ? &answer : NULL));
    if (!first)
        OA2_TRY(oa2_twin_find(&to, ctx, twin));
    if (!to)
        return oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(5005),
                            "This was decided already. Please go back to the "
                            "app.", "a decision came twice, and its answer "
                            "has expired just now");
    *out = oa2_reply_redirect(ctx->pool, to);
    return NULL;
}

oa2_reply_t *oa2_interaction_refuse(oa2_call_t *call, const oa2_flow_t *flow,
                                    const oa2_err_t *err)
{
    oa2_reply_t *reply = oa2_reply_redirect(
        call->ctx.pool, oa2_authorization_failure(&call->ctx, flow, err));

    reply->err = err;
    return reply;
}

oa2_err_t *oa2_interaction_fail(oa2_reply_t **out, oa2_call_t *call,
                                const oa2_flow_t *flow, oa2_err_t *err)
{
    if (err->kind->status >= 500)
        return err;
    *out = oa2_interaction_refuse(call, flow, err);
    return NULL;
}

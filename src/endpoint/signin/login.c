/* SPDX-License-Identifier: Apache-2.0 */
/*
 * login.c - the login page: RFC 6749 section 3.1, "the way in which the
 * authorization server authenticates the resource owner … is beyond the scope
 * of this specification".  RFC 9700 section 4.16 (clickjacking) is obeyed by
 * dispatch's headers.
 */
#include "base/text/words.h"
#include "endpoint/signin/interaction.h"

#include <apr_strings.h>

#include "base/text/fold.h"
#include "base/text/units.h"
#include "domain/request/redirect.h"
#include "domain/request/way.h"
#include "domain/site/settings.h"

#define ROUNDS 3                /* against others who make the same account */

static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    { OA2_WAY_PARAM, OA2_OPTIONAL, OA2_ONCE, OA2_WAY_MAX, oa2_is_unreserved },
    { "username", OA2_OPTIONAL, OA2_ONCE, 255, oa2_is_text },
    { "password", OA2_OPTIONAL, OA2_SECRET, 1024, oa2_is_text },
    OA2_PARAMS_END
};

/* What came with the form, and for which request. */
typedef struct typed_t {
    const oa2_flow_t *flow;             /* NULL: no app waits */
    const char *username;
    const char *password;
    oa2_twin_t twin;
} typed_t;

oa2_reply_t *oa2_login_page(oa2_call_t *call, const oa2_flow_t *flow,
                            int status, const char *username,
                            const char *message)
{
    oa2_ctx_t *ctx = &call->ctx;
    oa2_page_login_t page = {
        .common = oa2_reply_common(call),
        .action = oa2_settings_path(ctx->settings, "login", ctx->pool),
        .form = oa2_interaction_form(call, flow, "", ""),
        .username = username,
        .message = message,
    };

    if (ctx->settings->sign_up)
        page.sign_up = oa2_settings_path(ctx->settings, "sign-up",
                                         ctx->pool);
    if (flow)
        page.client_name = *ctx->client->name ? ctx->client->name
                                              : ctx->client->id;
    /* The 303 after the form may lead to the client at once, and Chromium
       holds form-action against it too. */
    return oa2_reply_page(ctx->pool, status,
                          oa2_page_login(call->pages, &page, ctx->pool),
                          page.common.nonce,
                          flow ? oa2_redirect_source(flow->redirect_uri,
                                                     ctx->pool) : NULL);
}

/*
 * Which of name and password was wrong is told to nobody.  The log names an
 * account only when there is one: people type passwords into that field.
 */
static oa2_err_t *wrong(oa2_reply_t **out, oa2_call_t *call,
                        const typed_t *typed)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *known;

    OA2_TRY(oa2_login_known(&known, ctx, typed->username));
    *out = oa2_login_page(call, typed->flow, 403, typed->username,
                          oa2_say(ctx, "The user name or the password is "
                                  "wrong.", NULL));
    (*out)->err = oa2_err_attack(oa2_err_make(
        ctx->pool, &oa2_access_denied, OA2_ID(5021), NULL,
        "a login failed: %s%s%s",
        known ? "wrong password for user \"" : "no such user, or one who has "
        "not signed in here before", known ? known : "", known ? "\"" : ""));
    return NULL;
}

static oa2_reply_t *slow_down(oa2_call_t *call, const typed_t *typed,
                              apr_int64_t wait)
{
    apr_pool_t *pool = call->ctx.pool;
    oa2_reply_t *reply = oa2_login_page(
        call, typed->flow, 429, typed->username,
        oa2_say(&call->ctx, "There were too many attempts. Please try again "
                "in {{time}}.",
                "time", oa2_units_tell_seconds(wait, pool), NULL));
    oa2_err_t *err = oa2_err_make(
        pool, &oa2_too_many_requests, OA2_ID(5022), NULL,
        "a login was refused unseen: too many attempts, %" APR_INT64_T_FMT
        " s to wait", wait);

    err->retry_after = (int)wait;
    oa2_reply_why(reply, call, oa2_err_attack(err));
    return reply;
}

/* ------------------------------------------------------------ signed in */

/* Where the page was asked for, or to the one that says who is signed in. */
static oa2_err_t *go_back(oa2_reply_t **out, oa2_call_t *call)
{
    const char *url;

    OA2_TRY(oa2_interaction_back(&url, call));
    *out = oa2_reply_redirect(call->ctx.pool, url);
    return NULL;
}

/* To where the request began, but for the login that it may have asked for. */
static oa2_err_t *welcome(oa2_reply_t **out, oa2_call_t *call,
                          const typed_t *typed, const char *cookie)
{
    oa2_ctx_t *ctx = &call->ctx;
    oa2_flow_t flow;

    oa2_reply_cookie(call, OA2_SESSION_COOKIE, cookie,
                     ctx->settings->session_lifetime);
    if (!typed->flow)
        return go_back(out, call);
    flow = *typed->flow;
    flow.prompt = oa2_words_minus(flow.prompt, "login", ctx->pool);
    *out = oa2_reply_redirect(ctx->pool, oa2_interaction_url(call, &flow));
    return NULL;
}

/* What the same form was answered a moment ago: the session's cookie.  NULL:
   nothing, or its session has ended since. */
static oa2_err_t *repeated(const char **cookie, oa2_ctx_t *ctx,
                           const typed_t *typed)
{
    oa2_session_t *session = NULL;
    const char *kept;

    OA2_TRY(oa2_twin_find(&kept, ctx, &typed->twin));
    if (kept)
        OA2_TRY(oa2_session_find(&session, ctx,
                                 oa2_digest_text(ctx->pool, kept)));
    *cookie = session ? kept : NULL;
    return NULL;
}

/* Whose twin was faster takes over its session, and leaves none behind.  *out
   is NULL when the password has to be looked at once more. */
static oa2_err_t *sign_in(oa2_reply_t **out, oa2_call_t *call,
                          const typed_t *typed, const oa2_login_t *login)
{
    oa2_ctx_t *ctx = &call->ctx;
    oa2_session_t *session;
    const char *twins = NULL;
    oa2_kept_t answer;
    const char *cookie;
    int first;
    int ended;

    OA2_TRY(oa2_browser_sign_in(&cookie, &session, ctx, &call->browser,
                                login));
    if (!session) {
        *out = NULL;
        return NULL;
    }
    answer = oa2_twin_seal(&typed->twin, ctx, cookie);
    OA2_TRY(oa2_answer_put(&first, ctx, &answer));
    if (!first)
        OA2_TRY(repeated(&twins, ctx, typed));
    if (twins && !oa2_text_equal(twins, cookie)) {
        OA2_TRY(oa2_session_end(&ended, ctx, session->digest));
        cookie = twins;
    }
    return welcome(out, call, typed, cookie);
}

/* ------------------------------------------------------------ the form */

static oa2_err_t *try_once(oa2_reply_t **out, oa2_call_t *call,
                           const typed_t *typed)
{
    oa2_login_t login = {
        .name = typed->username, .password = typed->password,
        .address = call->browser.address,
        .ask = call->ask_password, .baton = call->ask_baton,
        .outside = call->ask_outside,
    };
    oa2_password_t found;
    apr_int64_t wait;

    OA2_TRY(oa2_login_try(&found, &wait, &call->ctx, &login));
    if (login.warning)
        call->warning = login.warning;
    if (wait) {
        *out = slow_down(call, typed, wait);
        return NULL;
    }
    return found == OA2_PASSWORD_RIGHT
        ? sign_in(out, call, typed, &login)
        : wrong(out, call, typed);
}

/*
 * Who was first to make the account, while the password was looked at, may be
 * somebody else, by another spelling: it is there now, and the password has to
 * be right for it.
 */
static oa2_err_t *try_password(oa2_reply_t **out, oa2_call_t *call,
                               const typed_t *typed)
{
    oa2_ctx_t *ctx = &call->ctx;
    int rounds = ROUNDS;
    const char *cookie;

    OA2_TRY(repeated(&cookie, ctx, typed));
    if (cookie)
        return welcome(out, call, typed, cookie);
    *out = NULL;
    while (!*out && rounds--)
        OA2_TRY(try_once(out, call, typed));
    if (*out)
        return NULL;
    return oa2_err_make(ctx->pool, &oa2_access_denied, OA2_ID(5604),
                        "Your account was changed at this moment. Please go "
                        "back and sign in again.",
                        "an account was made and removed again, each time "
                        "that its user signed in");
}

/* Without what was pasted with it; NULL: none. */
static const char *read_name(const oa2_ctx_t *ctx)
{
    const char *typed = oa2_params_get(ctx->params, "username");
    const char *name = typed ? oa2_fold_space(typed, ctx->pool) : NULL;

    if (!name)
        name = typed;
    return name && *name ? name : NULL;
}

/*
 * What was typed is looked at, whoever is signed in already: another tab's
 * form signs in whom it names, or nobody.
 */
static oa2_err_t *submit(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    typed_t typed = {
        .username = read_name(ctx),
        .password = oa2_params_get(ctx->params, "password"),
    };
    oa2_form_t form;
    oa2_flow_t flow;
    oa2_err_t *stale;

    OA2_TRY(oa2_interaction_open(&form, &stale, call));
    if (*form.request) {
        OA2_TRY(oa2_authorize_read(out, &flow, call));
        if (*out)
            return NULL;
        typed.flow = &flow;
    }
    if (stale) {
        *out = oa2_login_page(call, typed.flow, stale->kind->status,
                              typed.username, oa2_say(ctx, stale->said, NULL));
        (*out)->err = stale;
        return NULL;
    }
    if (!typed.username || !typed.password) {
        *out = oa2_login_page(call, typed.flow, 400, typed.username,
                              "Please enter your user name and your "
                              "password.");
        return NULL;
    }
    oa2_twin_of(&typed.twin, ctx, &form,
                  apr_pstrcat(ctx->pool, "login\n", typed.username, "\n",
                              typed.password, NULL));
    return try_password(out, call, &typed);
}

/* Without an app that waits: for who came by hand, by a bookmark, or from a
   protected path.  Signed in, the next app is let in at once. */
static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_session_t *session;

    OA2_TRY(oa2_interaction_take_way(call));
    OA2_TRY(oa2_interaction_session(&session, call));
    if (session)
        return go_back(out, call);
    *out = oa2_login_page(call, NULL, 200, NULL, NULL);
    return NULL;
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    return call->method == OA2_POST ? submit(out, call) : show(out, call);
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

/* SPDX-License-Identifier: Apache-2.0 */
/* browser.c - the person's browser: cookies, session, forms */
#include "domain/browser.h"

#include <string.h>
#include <apr_strings.h>

#include "base/encode.h"
#include "domain/account.h"
#include "domain/login.h"
#include "domain/settings.h"

#define COOKIE_BYTES 32

int oa2_browser_is_cookie(const char *name, apr_size_t len)
{
    static const char *const names[] = { OA2_BROWSER_COOKIE,
                                         OA2_SESSION_COOKIE };
    unsigned i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strlen(names[i]) == len && strncmp(names[i], name, len) == 0) {
            return 1;
        }
    }
    return 0;
}

/* Both cookies go in, so that a form dies with the login it was made in. */
static const char *form_token(const oa2_ctx_t *ctx,
                              const oa2_browser_t *browser, const char *what,
                              int key)
{
    unsigned char mac[OA2_KEY_LEN];
    const char *text = apr_pstrcat(
        ctx->pool, what, "\n", browser->id, "\n",
        browser->session_id ? browser->session_id : "", NULL);

    oa2_hmac(mac, ctx->settings->keys.csrf[key], text, strlen(text));
    return oa2_b64url_encode(ctx->pool, mac, sizeof(mac));
}

const char *oa2_browser_csrf(const oa2_ctx_t *ctx,
                             const oa2_browser_t *browser, const char *what)
{
    return form_token(ctx, browser, what, 0);
}

oa2_err_t *oa2_browser_csrf_check(const oa2_ctx_t *ctx,
                                  const oa2_browser_t *browser,
                                  const char *what, const char *sent)
{
    int i;

    if (!browser->id)
        return oa2_err_make(ctx->pool, &oa2_forbidden, OA2_ID(3050),
                            "Your browser sent no cookie. Please allow "
                            "cookies for this site, go back, reload the page "
                            "and try again.",
                            "a form came without the browser cookie");
    for (i = 0; sent && i < ctx->settings->keys.count; i++)
        if (oa2_text_equal(sent, form_token(ctx, browser, what, i)))
            return NULL;
    return oa2_err_make(
        ctx->pool, &oa2_forbidden, OA2_ID(3051),
        "This form was not made for this browser, or it is too old. Please "
        "go back, reload the page and try again.",
        "a form came with a wrong CSRF token");
}

oa2_err_t *oa2_browser_session(oa2_session_t **out, oa2_ctx_t *ctx,
                               const oa2_browser_t *browser)
{
    if (browser->remote_user) {
        oa2_session_t *session = apr_pcalloc(ctx->pool, sizeof(*session));
        oa2_user_t *user;

        OA2_TRY(oa2_account_enter(&user, ctx, browser->remote_user,
                                  browser->remote_provider));
        session->user = user->name;
        session->sub = user->sub;
        session->authenticated = ctx->now;
        session->expires = ctx->now;
        *out = session;
        return NULL;
    }
    if (!browser->session_id) {
        *out = NULL;
        return NULL;
    }
    return oa2_session_find(out, ctx,
                            oa2_digest_text(ctx->pool, browser->session_id));
}

static oa2_err_t *too_late(const oa2_ctx_t *ctx, const char *user)
{
    return oa2_err_make(ctx->pool, &oa2_access_denied, OA2_ID(3201),
                        "Your account was changed at this moment. Please go "
                        "back and sign in again.",
                        "the account \"%s\" was changed while signing in",
                        user);
}

oa2_err_t *oa2_browser_sign_in(const char **cookie, oa2_session_t **out,
                               oa2_ctx_t *ctx, const oa2_browser_t *browser,
                               const oa2_login_t *login)
{
    oa2_session_t *session = apr_pcalloc(ctx->pool, sizeof(*session));
    const char *fresh = oa2_random_text(ctx->pool, COOKIE_BYTES);
    oa2_user_t *user;
    int put;
    int ended;

    OA2_TRY(oa2_account_enter(&user, ctx, login->name, login->provider));
    session->digest = oa2_digest_text(ctx->pool, fresh);
    session->user = user->name;
    session->sub = user->sub;
    session->authenticated = ctx->now;
    session->expires = ctx->now + ctx->settings->session_lifetime;
    /* Whose row is new has nothing yet that could have been ended. */
    session->credential = login->user ? login->user->credential
                                      : user->credential;
    OA2_TRY(oa2_session_put(&put, ctx, session));
    if (!put)
        return too_late(ctx, user->name);
    /* The one before is of no use to anybody but a thief. */
    if (browser->session_id)
        OA2_TRY(oa2_session_end(&ended, ctx,
                                oa2_digest_text(ctx->pool,
                                                browser->session_id)));
    *cookie = fresh;
    *out = session;
    return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* browser.c - the person's browser: cookies, session, forms */
#include "domain/person/browser.h"

#include <string.h>
#include <apr_strings.h>

#include "base/text/encode.h"
#include "domain/person/account.h"
#include "domain/person/login.h"
#include "domain/person/claims.h"
#include "domain/person/device.h"
#include "domain/site/settings.h"
#include "domain/site/audit.h"

#define COOKIE_BYTES 32

int oa2_browser_is_cookie(const char *name, apr_size_t len)
{
    static const apr_size_t tag = sizeof(OA2_BROWSER_COOKIE) - 1;

    return (len == sizeof(OA2_SESSION_COOKIE) - 1
            && strncmp(name, OA2_SESSION_COOKIE, len) == 0)
        || (len > tag && strncmp(name, OA2_BROWSER_COOKIE, tag) == 0);
}

const char *oa2_browser_cookie(const char *id, apr_pool_t *pool)
{
    unsigned char digest[OA2_KEY_LEN];

    oa2_sha256(digest, id, strlen(id));
    return apr_psprintf(pool, OA2_BROWSER_COOKIE "%x",
                        digest[0] % OA2_BROWSER_NAMES);
}

/* Once an hour; whether it can be noted decides nothing. */
static oa2_err_t *find_used(oa2_session_t **out, oa2_ctx_t *ctx,
                            const char *digest)
{
    OA2_TRY(oa2_session_find(out, ctx, digest));
    if (*out && (*out)->used + OA2_SESSION_USED <= ctx->now)
        (void)oa2_session_touch(ctx, *out);
    return NULL;
}

oa2_err_t *oa2_browser_find(oa2_session_t **out, oa2_ctx_t *ctx,
                            const char *cookie)
{
    unsigned char key[OA2_KEY_LEN];

    oa2_sha256(key, cookie, strlen(cookie));
    *out = oa2_session_recall(ctx, key);
    return *out ? NULL
                : find_used(out, ctx, oa2_b64url_encode(ctx->pool, key,
                                                        sizeof(key)));
}

oa2_err_t *oa2_browser_session(oa2_session_t **out, oa2_ctx_t *ctx,
                               const oa2_browser_t *browser)
{
    if (browser->remote_user) {
        oa2_session_t *session = apr_pcalloc(ctx->pool, sizeof(*session));
        oa2_user_t *user;
        int made;

        OA2_TRY(oa2_account_enter(&user, &made, ctx, browser->remote_user,
                                  browser->remote_provider));
        OA2_TRY(oa2_claims_keep(ctx, user->name, browser->remote_left));
        session->user = user->name;
        session->sub = user->sub;
        session->authenticated = ctx->now;
        session->expires = ctx->now;
        session->credential = user->credential;
        session->roles = user->roles;
        session->language = user->language;
        *out = session;
        return NULL;
    }
    if (!browser->session_id) {
        *out = NULL;
        return NULL;
    }
    return find_used(out, ctx, oa2_digest_text(ctx->pool,
                                               browser->session_id));
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
    int made;
    int put;
    int ended;

    OA2_TRY(oa2_account_enter(&user, &made, ctx, login->name,
                              login->provider));
    /* Somebody else's by now, or of another spelling: nobody has vouched. */
    if (!made && !login->user) {
        *out = NULL;
        return NULL;
    }
    session->digest = oa2_digest_text(ctx->pool, fresh);
    session->user = user->name;
    session->sub = user->sub;
    session->authenticated = ctx->now;
    session->expires = ctx->now + ctx->settings->session_lifetime;
    /* Whose row is new has nothing yet that could have been ended. */
    session->credential = login->user ? login->user->credential
                                      : user->credential;
    session->roles = user->roles;
    session->device = oa2_device_of(browser->agent, ctx->pool);
    session->address = browser->address;
    OA2_TRY(oa2_session_put(&put, ctx, session));
    if (!put)
        return too_late(ctx, user->name);
    OA2_TRY(oa2_claims_keep(ctx, user->name, login->left));
    /* The one before is of no use to anybody but a thief. */
    if (browser->session_id)
        OA2_TRY(oa2_session_end(&ended, ctx,
                                oa2_digest_text(ctx->pool,
                                                browser->session_id)));
    oa2_audit(ctx, &oa2_event_login_ok, "user", user->name, "provider",
              login->provider, NULL);
    *cookie = fresh;
    *out = session;
    return NULL;
}

oa2_err_t *oa2_browser_end_one(int *done, oa2_ctx_t *ctx, const char *user,
                               const char *id)
{
    OA2_TRY(oa2_session_end_one(done, ctx, user, id));
    if (*done)
        oa2_audit(ctx, &oa2_event_session_ended, "user", user, NULL);
    return NULL;
}

oa2_err_t *oa2_browser_end_others(oa2_ctx_t *ctx, const oa2_session_t *session)
{
    static const char others[] = "others";
    int done;

    OA2_TRY(oa2_session_end_others(&done, ctx, session->user,
                                   session->digest));
    if (done)
        oa2_audit(ctx, &oa2_event_session_ended, "user", session->user,
                  "which", others, NULL);
    return NULL;
}

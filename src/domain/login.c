/* SPDX-License-Identifier: Apache-2.0 */
/*
 * login.c - a password at the login page: slowed down, then asked of httpd.
 *
 * RFC 6749 section 10.10 (online guessing).  The pause is per account and per
 * address, in the store, so that it holds across processes and restarts.
 */
#include "domain/login.h"

#include <string.h>
#include <apr_strings.h>

#include "base/crypto.h"
#include "domain/account.h"
#include "domain/settings.h"

#define WINDOW (60 * 60)        /* seconds after which attempts are forgotten */
#define ADDRESS_FACTOR 10       /* an address may hold that many people */

static const char *account_key(oa2_ctx_t *ctx, const char *name)
{
    return oa2_digest_text(
        ctx->pool, apr_pstrcat(ctx->pool, "account ",
                               oa2_account_key(name, ctx->pool), NULL));
}

/* Of IPv6 the first four groups: a household has them all to itself.  httpd
   writes an address in one way only, with "::" at most once. */
static const char *address_key(oa2_ctx_t *ctx, const char *address)
{
    const char *end = address;
    int groups = 0;

    if (!strchr(address, ':'))
        return oa2_digest_text(ctx->pool,
                               apr_pstrcat(ctx->pool, "address ", address,
                                           NULL));
    while (*end && groups < 4) {
        if (end[0] == ':' && end[1] == ':') break;
        if (*end == ':' && ++groups == 4) break;
        end++;
    }
    return oa2_digest_text(
        ctx->pool, apr_pstrcat(ctx->pool, "address ",
                               apr_pstrndup(ctx->pool, address,
                                            (apr_size_t)(end - address)),
                               "::", NULL));
}

/*
 * A provider may know the user by a name that was not typed, such as a mail
 * address.  Then another row is the user's, and what is in it has to have been
 * read before the password was looked at: so it is looked at once more.
 */
static oa2_err_t *ask(oa2_password_t *out, oa2_ctx_t *ctx, oa2_login_t *login)
{
    const char *typed = login->name;
    oa2_user_t *user;

    OA2_TRY(oa2_user_find(&user, ctx, typed));
    login->user = user;
    OA2_TRY(login->ask(out, login));
    if (*out != OA2_PASSWORD_RIGHT
        || strcmp(oa2_account_key(typed, ctx->pool),
                  oa2_account_key(login->name, ctx->pool)) == 0)
        return NULL;
    OA2_TRY(oa2_user_find(&user, ctx, login->name));
    login->user = user;
    if (!user)
        return NULL;
    login->name = typed;
    return login->ask(out, login);
}

oa2_err_t *oa2_login_try(oa2_password_t *out, apr_int64_t *wait,
                         oa2_ctx_t *ctx, const oa2_browser_t *browser,
                         oa2_login_t *login)
{
    const oa2_settings_t *set = ctx->settings;
    oa2_throttle_t account = {
        .key = account_key(ctx, login->name),
        .limit = (int)set->login_attempts,
        .window = WINDOW, .max_wait = set->login_wait,
    };
    oa2_throttle_t address = {
        .key = address_key(ctx, browser->address),
        .limit = (int)set->login_attempts * ADDRESS_FACTOR,
        .window = WINDOW, .max_wait = set->login_wait,
    };
    const char *problem = oa2_account_name(&login->name, login->name,
                                           ctx->pool);
    apr_int64_t unused;

    *out = OA2_PASSWORD_WRONG;
    /* First, so that a paused address makes no rows for accounts. */
    OA2_TRY(oa2_throttle_find(wait, ctx, address.key));
    if (*wait) return NULL;
    OA2_TRY(oa2_throttle_count(wait, ctx, &account));
    if (*wait) return NULL;
    if (!problem)
        OA2_TRY(ask(out, ctx, login));
    return *out == OA2_PASSWORD_RIGHT
               ? oa2_throttle_clear(ctx, account.key)
               : oa2_throttle_count(&unused, ctx, &address);
}

oa2_err_t *oa2_login_own(oa2_password_t *out, oa2_login_t *login)
{
    const oa2_user_t *user = login->user;
    /* An unknown user takes as long as a known one. */
    const char *hash = user && !user->disabled && oa2_account_is_own(user)
                           ? user->password : NULL;

    *out = oa2_password_matches(login->password, hash) ? OA2_PASSWORD_RIGHT
                                                       : OA2_PASSWORD_WRONG;
    login->provider = OA2_ACCOUNT_OWN;
    return NULL;
}

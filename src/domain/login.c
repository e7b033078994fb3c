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

#include "domain/client.h"
#include "domain/settings.h"

#define WINDOW (60 * 60)        /* seconds after which attempts are forgotten */
#define ADDRESS_FACTOR 10       /* an address may hold that many people */

/* "Alice" and "alice" are one account to many providers. */
static const char *account_key(oa2_ctx_t *ctx, const char *name)
{
    char *folded = apr_pstrcat(ctx->pool, "account ", name, NULL);
    char *c;

    for (c = folded; *c; c++)
        if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
    return oa2_digest_text(ctx->pool, folded);
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
    apr_int64_t unused;

    *out = OA2_PASSWORD_WRONG;
    /* First, so that a paused address makes no rows for accounts. */
    OA2_TRY(oa2_throttle_find(wait, ctx, address.key));
    if (*wait) return NULL;
    OA2_TRY(oa2_throttle_count(wait, ctx, &account));
    if (*wait) return NULL;
    if (!oa2_user_name_problem(login->name))
        OA2_TRY(login->ask(out, &login->name, login->baton,
                           login->password));
    return *out == OA2_PASSWORD_RIGHT
               ? oa2_throttle_clear(ctx, account.key)
               : oa2_throttle_count(&unused, ctx, &address);
}

oa2_err_t *oa2_login_own(oa2_password_t *out, oa2_ctx_t *ctx,
                         const char *name, const char *password)
{
    oa2_user_t *user = NULL;
    const char *hash;

    if (!oa2_user_name_problem(name))
        OA2_TRY(oa2_user_find(&user, ctx, name));
    /* An unknown user takes as long as a known one. */
    hash = user && !user->disabled ? user->password : NULL;
    *out = oa2_password_matches(password, hash) ? OA2_PASSWORD_RIGHT
                                                : OA2_PASSWORD_WRONG;
    return NULL;
}

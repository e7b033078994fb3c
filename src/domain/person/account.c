/* SPDX-License-Identifier: Apache-2.0 */
/* account.c - see account.h */
#include "domain/person/account.h"

#include <string.h>

#include "base/crypto.h"
#include "base/text/fold.h"
#include "base/text/params.h"
#include "domain/site/audit.h"
#include "store/conf.h"
#include "store/member.h"
#include "store/user_leave.h"

#define SUB_BYTES 16
#define REMOVE_TRIES 3

const char *oa2_account_name(const char **name, const char *typed,
                             apr_pool_t *pool)
{
    static const char length[] = "a user name has 1 to 255 bytes";
    const char *meant;
    const char *key;

    /* First, so that nobody's long text is folded. */
    if (strlen(typed) > OA2_ACCOUNT_NAME_MAX)
        return length;
    if (*typed && !oa2_is_text(typed))
        return "a user name is UTF-8 without control characters";
    meant = oa2_fold_space(typed, pool);
    key = meant ? oa2_fold(typed, pool) : NULL;
    if (!key)
        return "a user name has a character that Unicode does not know yet";
    if (!*meant || !*key || strlen(key) > OA2_ACCOUNT_NAME_MAX)
        return length;
    /* RFC 7617 section 2: a user-id has no colon.  Nor what folds to one. */
    if (strchr(key, ':'))
        return "a user name has no colon";
    /* What mod_authnz_ldap makes of an attribute with several values: it is
       another name when one is added, and so another account. */
    if (strstr(key, "; "))
        return "a user name is one name, without \"; \"";
    *name = meant;
    return NULL;
}

const char *oa2_account_key(const char *name, apr_pool_t *pool)
{
    const char *key = strlen(name) > OA2_ACCOUNT_NAME_MAX ? NULL
                                                    : oa2_fold(name, pool);

    return key ? key : name;
}

int oa2_account_is_own(const oa2_user_t *user)
{
    return user->password && strcmp(user->provider, OA2_ACCOUNT_OWN) == 0;
}

static oa2_err_t *disabled(const oa2_ctx_t *ctx, const char *name)
{
    return oa2_err_make(ctx->pool, &oa2_access_denied, OA2_ID(3052),
                        "This account is disabled. Please ask the "
                        "administrator of this site.",
                        "user \"%s\" is disabled", name);
}

static oa2_err_t *another(const oa2_ctx_t *ctx, const oa2_user_t *user,
                          const char *provider)
{
    return oa2_err_make(
        ctx->pool, &oa2_access_denied, OA2_ID(3200),
        "There is an account of this name already, and it belongs to somebody "
        "who signs in another way. Please ask the administrator of this site.",
        "\"%s\" vouched for \"%s\", whose account is that of \"%s\": if both "
        "are one person, run: oauth2ctl user set --provider %s -- %s",
        provider, user->name, user->provider,
        oa2_store_conf_word(provider, ctx->pool),
        oa2_store_conf_word(user->name, ctx->pool));
}

/* Nobody can be asked whether both are the same: see ask_as_written() in
   login.c for those who can. */
static oa2_err_t *spelt_otherwise(const oa2_ctx_t *ctx, const oa2_user_t *user,
                                  const char *name)
{
    return oa2_err_make(
        ctx->pool, &oa2_access_denied, OA2_ID(3900),
        "There is an account of this name already, and it is written in "
        "another way. Please sign in with the name as you wrote it first.",
        "httpd authenticated \"%s\", and the account is that of \"%s\": "
        "where both are one person, have the module in front say one "
        "spelling (AuthLDAPRemoteUserAttribute, for instance)", name,
        user->name);
}

/*
 * Who cannot be asked for once more may be one that is disabled, by a name that
 * the module in front takes for the same (see ask_alike() in login.c).
 */
static oa2_err_t *check_alike(oa2_ctx_t *ctx, const char *name,
                              const char *provider)
{
    apr_array_header_t *users;
    oa2_user_t *user;
    int i;

    OA2_TRY(oa2_user_find(&user, ctx, name));
    if (user)
        return NULL;
    OA2_TRY(oa2_user_list_alike(&users, ctx, name));
    for (i = 0; i < users->nelts; i++) {
        user = APR_ARRAY_IDX(users, i, oa2_user_t *);
        if (!user->disabled
            || (user->provider && strcmp(user->provider, provider) != 0))
            continue;
        return oa2_err_make(
            ctx->pool, &oa2_access_denied, OA2_ID(3310),
            "This account is disabled. Please ask the administrator of this "
            "site.",
            "httpd authenticated \"%s\", who has no account here yet, and "
            "\"%s\", whose name is alike, is disabled: if they are two people, "
            "run: oauth2ctl user add --external -- %s", name, user->name,
            oa2_store_conf_word(name, ctx->pool));
    }
    return NULL;
}

static int is_from_httpd(const char *provider)
{
    return strncmp(provider, OA2_ACCOUNT_HTTPD, sizeof(OA2_ACCOUNT_HTTPD) - 1)
        == 0;
}

oa2_err_t *oa2_account_enter(oa2_user_t **out, int *made, oa2_ctx_t *ctx,
                             const char *name, const char *provider)
{
    const char *sub = oa2_random_text(ctx->pool, SUB_BYTES);
    oa2_user_t *user;

    if (is_from_httpd(provider))
        OA2_TRY(check_alike(ctx, name, provider));
    OA2_TRY(oa2_user_enter(&user, ctx, name, provider, sub));
    if (strcmp(user->provider, provider) != 0)
        return another(ctx, user, provider);
    if (user->disabled)
        return disabled(ctx, user->name);
    if (is_from_httpd(provider) && strcmp(user->name, name) != 0)
        return spelt_otherwise(ctx, user, name);
    *made = strcmp(user->sub, sub) == 0;        /* public: told to clients */
    *out = user;
    return NULL;
}

oa2_err_t *oa2_account_remove(oa2_account_remove_t *out, const char **app,
                              oa2_ctx_t *ctx, const char *user)
{
    oa2_user_t *left;
    int done, tries;

    /* Again, since a team may have changed meanwhile. */
    for (tries = 0; tries < REMOVE_TRIES; tries++) {
        OA2_TRY(oa2_member_sole(app, ctx, user));
        if (*app) {
            *out = OA2_ACCOUNT_OWNS_APP;
            return NULL;
        }
        OA2_TRY(oa2_user_leave(&done, ctx, user));
        if (done) {
            *out = OA2_ACCOUNT_REMOVED;
            oa2_audit(ctx, &oa2_event_user_removed, "user", user, NULL);
            return NULL;
        }
        OA2_TRY(oa2_user_find(&left, ctx, user));
        if (!left) {
            *out = OA2_ACCOUNT_GONE;
            return NULL;
        }
    }
    *out = OA2_ACCOUNT_LAST;
    return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * login.c - a password at the login page: slowed down, then asked of httpd.
 *
 * RFC 6749 section 10.10 (online guessing).  The pause is per account and per
 * address, in the store, so that it holds across processes and restarts.
 */
#include "domain/person/login.h"

#include <string.h>
#include <apr_strings.h>

#include "base/address.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/foreign_hash.h"
#include "base/text/fold.h"
#include "base/shm/counter.h"
#include "domain/person/account.h"
#include "domain/person/look.h"
#include "domain/site/settings.h"
#include "domain/site/audit.h"
#include "store/store.h"
#include "store/throttle.h"

#define WINDOW (60 * 60)        /* seconds after which attempts are forgotten */
#define ADDRESS_FACTOR 10       /* an address may hold that many people */
#define PRIVATE_FACTOR 20       /* and a proxy, of whom nobody knows, more */
#define OUTSIDE_FACTOR 2        /* nobody's right password forgets these */

static const char *account_key(oa2_ctx_t *ctx, const char *name)
{
    return oa2_digest_text(
        ctx->pool, apr_pstrcat(ctx->pool, "account ",
                               oa2_account_key(name, ctx->pool), NULL));
}

/* Of the person at those providers, whatever realm asks, and however the name
   is spelt there. */
static const char *outside_key(oa2_ctx_t *ctx, const oa2_login_t *login)
{
    const char *alike = strlen(login->name) > OA2_ACCOUNT_NAME_MAX
        ? NULL : oa2_fold_alike(login->name, ctx->pool);

    return oa2_digest_text(
        ctx->pool, apr_pstrcat(ctx->pool, "outside ", login->outside, "\n",
                               alike ? alike : login->name, NULL));
}

static const char *address_key(oa2_ctx_t *ctx, const char *address)
{
    return oa2_digest_text(
        ctx->pool, apr_pstrcat(ctx->pool, "address ",
                               oa2_address_network(address, ctx->pool),
                               NULL));
}

/* ------------------------------------------------------------ verdicts */

/*
 * What is known of a password that comes with every request, for whoever sends
 * it at the same moment or a little later.
 */
typedef enum {
    VERDICT_BEGUN,              /* somebody asks whether he may look */
    VERDICT_LOOKED_AT,          /* an attempt: counted, and allowed */
    VERDICT_REFUSED,            /* unseen */
    VERDICT_WRONG,
    VERDICT_RIGHT
} verdict_kind_t;

typedef struct verdict_t {
    apr_int64_t since;
    verdict_kind_t kind;
} verdict_t;

#define RIGHT_FOR 60            /* seconds since it was asked for last */
#define RENEWED_AFTER 1
#define LOOKED_AT_FOR 30        /* whoever hashes, however busy, is done */
#define BEGUN_FOR 3
#define POLL apr_time_from_msec(10)
#define POLLS 200

static int recall(verdict_t *out, const oa2_ctx_t *ctx,
                  const unsigned char key[OA2_KEY_LEN])
{
    oa2_cache_t *cache = oa2_store_cache(ctx->store);
    apr_size_t len = sizeof(*out);

    return cache && oa2_cache_find(out, &len, cache, key, ctx->now);
}

static void remember(const oa2_ctx_t *ctx,
                     const unsigned char key[OA2_KEY_LEN],
                     verdict_kind_t kind)
{
    oa2_cache_t *cache = oa2_store_cache(ctx->store);
    verdict_t verdict = { ctx->now, kind };
    oa2_cache_entry_t entry = { { 0 }, { 0 }, 0, &verdict, sizeof(verdict) };

    if (!cache)
        return;
    memcpy(entry.key, key, OA2_KEY_LEN);
    entry.expires = ctx->now + (kind == VERDICT_RIGHT ? RIGHT_FOR
                                : kind == VERDICT_LOOKED_AT
                                  || kind == VERDICT_WRONG ? LOOKED_AT_FOR
                                                            : BEGUN_FOR);
    oa2_cache_put(cache, &entry, oa2_cache_mark(cache), ctx->now);
}

/* ------------------------------------------------------------ try */

static int is_same(const oa2_ctx_t *ctx, const char *a, const char *b)
{
    return strcmp(oa2_account_key(a, ctx->pool),
                  oa2_account_key(b, ctx->pool)) == 0;
}

/*
 * Two names that fold to one account may be two people to a provider that
 * compares bytes.  So who is let in by another spelling than the account's has
 * to be let in by that one too, and as that one.
 */
static oa2_err_t *ask_as_written(oa2_password_t *out, const oa2_ctx_t *ctx,
                                 oa2_login_t *login)
{
    const char *written = login->user->name;

    if (strcmp(login->provider, OA2_ACCOUNT_OWN) == 0
        || strcmp(written, login->name) == 0)
        return NULL;
    login->name = written;
    OA2_TRY(login->ask(out, login));
    if (*out == OA2_PASSWORD_RIGHT && !is_same(ctx, written, login->name))
        *out = OA2_PASSWORD_WRONG;
    return NULL;
}

/*
 * Collations and directories that take accents for nothing let one person in by
 * many names, each a new account.  So before there is a new one, those whose
 * names are alike are asked for by the same password: whose it is not is
 * somebody else.  They were read before it was looked at.
 */
static oa2_err_t *ask_alike(oa2_ctx_t *ctx, oa2_login_t *login)
{
    const char *provider = login->provider;
    const char *name = login->name;
    apr_array_header_t *users;
    int i;

    OA2_TRY(oa2_user_list_alike(&users, ctx, name));
    for (i = 0; i < users->nelts; i++) {
        const oa2_user_t *user = APR_ARRAY_IDX(users, i, oa2_user_t *);
        oa2_password_t answer;

        if (user->provider && strcmp(user->provider, provider) != 0)
            continue;
        login->name = user->name;
        OA2_TRY(login->ask(&answer, login));
        if (answer == OA2_PASSWORD_RIGHT
            && strcmp(login->provider, provider) == 0
            && is_same(ctx, user->name, login->name)) {
            login->name = user->name;
            login->user = user;
            return NULL;
        }
    }
    login->name = name;
    login->provider = provider;
    return NULL;
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
    if (*out == OA2_PASSWORD_RIGHT && !is_same(ctx, typed, login->name)) {
        OA2_TRY(oa2_user_find(&user, ctx, login->name));
        login->user = user;
        if (!user)
            return ask_alike(ctx, login);
        login->name = typed;
        OA2_TRY(login->ask(out, login));
    }
    if (*out != OA2_PASSWORD_RIGHT)
        return NULL;
    return user ? ask_as_written(out, ctx, login) : ask_alike(ctx, login);
}

oa2_err_t *oa2_login_known(const char **known, oa2_ctx_t *ctx,
                           const char *name)
{
    oa2_user_t *user = NULL;

    if (!oa2_account_name(&name, name, ctx->pool))
        OA2_TRY(oa2_user_find(&user, ctx, name));
    *known = user ? user->name : NULL;
    return NULL;
}

static void warn(oa2_login_t *login, const oa2_ctx_t *ctx,
                 apr_int64_t wrong)
{
    login->warning = oa2_err_make(
        ctx->pool, &oa2_warning, OA2_ID(3602), NULL,
        "%" APR_INT64_T_FMT " wrong passwords within an hour came from %s, a "
        "private address. It is slowed down only after twenty times as many, "
        "since many people may be behind it (accounts are at once). If it is "
        "a proxy of yours, set up mod_remoteip (RemoteIPHeader, "
        "RemoteIPTrustedProxy), so that each of them has an address",
        wrong, login->address);
}

/* What one attempt is counted against. */
typedef struct {
    oa2_throttle_t address;
    oa2_throttle_t account;
    oa2_throttle_t outside;             /* key NULL: nobody's */
} counts_t;

static oa2_err_t *give_back_outside(oa2_ctx_t *ctx, const counts_t *counts)
{
    return counts->outside.key ? oa2_throttle_give_back(ctx, &counts->outside)
                               : NULL;
}

/* Another program's hash was the first that there was: now that the password
   is known to be right, it gets one of ours.  One that is too long for that
   keeps what it has.  Who signs in does so whether it can be stored or not. */
static void make_ours(oa2_ctx_t *ctx, const oa2_login_t *login)
{
    const oa2_user_t *user = login->user;
    const char *hash;
    oa2_err_t *err;
    int done;

    if (!user || !oa2_account_is_own(user)
        || strcmp(login->provider, OA2_ACCOUNT_OWN) != 0
        || !oa2_foreign_hash_is(user->password)
        || !(hash = oa2_password_hash(ctx->pool, login->password)))
        return;
    err = oa2_user_rehash(&done, ctx, user, hash);
    if (err)
        ctx->note = err;
}

/* The attempt is taken from all; now somebody looks at the password. */
static oa2_err_t *look(oa2_password_t *out, oa2_ctx_t *ctx,
                       oa2_login_t *login, const counts_t *counts)
{
    const oa2_throttle_t *address = &counts->address;
    const oa2_throttle_t *account = &counts->account;
    const char *problem = oa2_account_name(&login->name, login->name,
                                           ctx->pool);
    apr_time_t begun = oa2_clock();
    oa2_err_t *err;

    /* Only now, when the attempt has been counted and may be looked at. */
    if (login->mark)
        remember(ctx, login->mark, VERDICT_LOOKED_AT);
    err = problem ? NULL : ask(out, ctx, login);
    if (login->user && oa2_foreign_hash_is(login->user->password))
        oa2_look_note(ctx, oa2_clock() - begun);
    if (err) {
        /* Nobody looked. */
        OA2_TRY(give_back_outside(ctx, counts));
        OA2_TRY(oa2_throttle_give_back(ctx, account));
        OA2_TRY(oa2_throttle_give_back(ctx, address));
        return err;
    }
    if (*out == OA2_PASSWORD_RIGHT) {
        make_ours(ctx, login);
        OA2_TRY(give_back_outside(ctx, counts));
        OA2_TRY(oa2_throttle_clear(ctx, account->key));
        return oa2_throttle_give_back(ctx, address);
    }
    if (oa2_address_is_private(login->address)
        && address->counted == address->limit / PRIVATE_FACTOR)
        warn(login, ctx, address->counted);
    return NULL;
}

static oa2_throttle_t throttle(const oa2_ctx_t *ctx, const char *key,
                               int factor)
{
    oa2_throttle_t one = {
        .key = key, .limit = (int)ctx->settings->login_attempts * factor,
        .window = WINDOW, .max_wait = ctx->settings->login_wait
    };

    return one;
}

/* Each is counted only where the ones before let it pass: a paused address
   makes no rows for accounts. */
static oa2_err_t *count(apr_int64_t *wait, oa2_ctx_t *ctx, counts_t *counts)
{
    OA2_TRY(oa2_throttle_count(wait, ctx, &counts->address));
    if (*wait) return NULL;
    OA2_TRY(oa2_throttle_count(wait, ctx, &counts->account));
    if (*wait) return oa2_throttle_give_back(ctx, &counts->address);
    if (!counts->outside.key) return NULL;
    OA2_TRY(oa2_throttle_count(wait, ctx, &counts->outside));
    if (!*wait) return NULL;
    OA2_TRY(oa2_throttle_give_back(ctx, &counts->account));
    return oa2_throttle_give_back(ctx, &counts->address);
}

static oa2_err_t *try_once(oa2_password_t *out, apr_int64_t *wait,
                           oa2_ctx_t *ctx, oa2_login_t *login)
{
    int is_private = oa2_address_is_private(login->address);
    counts_t counts = {
        throttle(ctx, address_key(ctx, login->address),
                 ADDRESS_FACTOR * (is_private ? PRIVATE_FACTOR : 1)),
        throttle(ctx, account_key(ctx, login->name), 1),
        throttle(ctx, login->outside ? outside_key(ctx, login) : NULL,
                 OUTSIDE_FACTOR)
    };

    *out = OA2_PASSWORD_WRONG;
    login->warning = NULL;
    counts.address.is_everywhere = counts.outside.is_everywhere = 1;
    OA2_TRY(count(wait, ctx, &counts));
    return *wait ? NULL : look(out, ctx, login, &counts);
}

/* Only who there is, is named: people type passwords into that field. */
static void note_pause(oa2_ctx_t *ctx, const oa2_login_t *login,
                       apr_int64_t wait)
{
    const char *known = NULL;

    if (oa2_login_known(&known, ctx, login->name))
        known = NULL;
    OA2_COUNT(ctx->counter, logins, OA2_LOGIN_PAUSED);
    oa2_audit(ctx, &oa2_event_login_paused, "user", known, "wait",
              oa2_audit_number(ctx, wait), NULL);
}

static void note_failure(oa2_ctx_t *ctx, const oa2_login_t *login)
{
    OA2_COUNT(ctx->counter, logins, OA2_LOGIN_FAILED);
    oa2_audit(ctx, &oa2_event_login_failed, "user",
              login->user ? login->user->name : NULL, NULL);
}

oa2_err_t *oa2_login_try(oa2_password_t *out, apr_int64_t *wait,
                         oa2_ctx_t *ctx, oa2_login_t *login)
{
    oa2_err_t *err = try_once(out, wait, ctx, login);

    if (err)
        OA2_COUNT(ctx->counter, logins, OA2_LOGIN_UNAVAILABLE);
    else if (*wait)
        note_pause(ctx, login, *wait);
    else if (*out != OA2_PASSWORD_RIGHT)
        note_failure(ctx, login);
    else
        OA2_COUNT(ctx->counter, logins, OA2_LOGIN_OK);
    return err;
}

oa2_err_t *oa2_login_own(oa2_password_t *out, oa2_login_t *login)
{
    const oa2_user_t *user = login->user;
    /* An unknown user takes as long as a known one; as long as one with another
       program's hash, by oa2_look_rest(). */
    const char *hash = user && !user->disabled && oa2_account_is_own(user)
                           ? user->password : NULL;

    int right = oa2_foreign_hash_is(hash)
        ? oa2_foreign_hash_matches(login->password, hash)
        : oa2_password_matches(login->password, hash);

    *out = right ? OA2_PASSWORD_RIGHT : OA2_PASSWORD_WRONG;
    login->provider = OA2_ACCOUNT_OWN;
    return NULL;
}

/* ------------------------------------------------------------ basic */

/* Of a user of the own table, who is not disabled. */
static oa2_err_t *check(oa2_password_t *found, apr_int64_t *wait,
                        oa2_ctx_t *ctx, oa2_login_t *login,
                        const oa2_user_t *user)
{
    const char *text = apr_pstrcat(ctx->pool, "basic\n", user->password, "\n",
                                   login->password, NULL);
    unsigned char key[OA2_KEY_LEN];
    verdict_t before = { 0, VERDICT_REFUSED };
    apr_time_t begun;
    int polls = 0;

    login->user = user;
    login->mark = key;
    oa2_hmac(key, ctx->settings->keys.form[0], text, strlen(text));
    /* Whether it may be looked at is about to be known. */
    while (recall(&before, ctx, key) && before.kind == VERDICT_BEGUN
           && polls++ < POLLS)
        apr_sleep(POLL);
    begun = oa2_clock();
    switch (before.kind) {
    case VERDICT_RIGHT:
        *found = OA2_PASSWORD_RIGHT;
        /* The stored hash is in the key: it is as true as it was. */
        if (before.since + RENEWED_AFTER > ctx->now)
            return NULL;
        break;
    case VERDICT_WRONG:
        return NULL;
    case VERDICT_LOOKED_AT:
        OA2_TRY(login->ask(found, login));
        break;
    default:
        remember(ctx, key, VERDICT_BEGUN);
        OA2_TRY(oa2_login_try(found, wait, ctx, login));
        if (*found == OA2_PASSWORD_RIGHT)
            oa2_audit(ctx, &oa2_event_login_ok, "user", user->name,
                      "provider", OA2_ACCOUNT_OWN, NULL);
    }
    remember(ctx, key, *found == OA2_PASSWORD_RIGHT ? VERDICT_RIGHT
                       : *wait ? VERDICT_REFUSED : VERDICT_WRONG);
    if (!*wait)
        oa2_look_note(ctx, oa2_clock() - begun);
    return NULL;
}

oa2_err_t *oa2_login_basic(oa2_basic_t *out, apr_int64_t *wait,
                           oa2_ctx_t *ctx, oa2_login_t *login)
{
    oa2_password_t found = OA2_PASSWORD_WRONG;
    oa2_user_t *user = NULL;
    int is_own;

    *wait = 0;
    login->warning = NULL;
    if (!oa2_account_name(&login->name, login->name, ctx->pool))
        OA2_TRY(oa2_user_find(&user, ctx, login->name));
    is_own = user && oa2_account_is_own(user);
    if (is_own && !user->disabled)
        OA2_TRY(check(&found, wait, ctx, login, user));
    if (found == OA2_PASSWORD_RIGHT)
        *out = OA2_BASIC_GRANTED;
    /* Who is known elsewhere only is not ours to refuse, unless an
       administrator disabled the account here. */
    else if (user && (is_own || user->disabled))
        *out = OA2_BASIC_REFUSED;
    else
        *out = OA2_BASIC_UNKNOWN;
    return NULL;
}

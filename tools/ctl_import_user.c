/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_import_user.c - a user of Django's: name, password hash, and what is
 * known of the person.
 */
#include <string.h>

#include <apr_strings.h>

#include "base/crypto.h"
#include "base/foreign_hash.h"
#include "ctl_import.h"
#include "domain/person/account.h"
#include "store/claim.h"

#define SUB_BYTES 16            /* 128 bits: never the same again */

/* NULL: the user has to choose a password. */
static const char *take_hash(ctl_import_t *import, const char *name,
                             const char *hash, apr_pool_t *pool)
{
    const char *problem = oa2_foreign_hash_problem(hash, pool);

    if (!problem) return hash;
    if (*hash == '!' || !*hash)
        problem = "it has no password in Django";
    ctl_import_remark(import, "user", name, "%s: it needs a new one: "
                      "oauth2ctl user invite", problem);
    return NULL;
}

static oa2_err_t *set_claim(oa2_ctx_t *ctx, const char *user,
                            const char *name, const char *value)
{
    oa2_claim_t claim = { name, OA2_CLAIM_OF_PROFILE, NULL, 0 };
    cJSON *json = oa2_json_object(ctx->pool);
    int done;

    if (!*value) return NULL;
    oa2_json_put_text(json, "value", value);
    claim.value = oa2_json_text(cJSON_GetObjectItem(json, "value"),
                                ctx->pool);
    return oa2_claim_set(&done, ctx, user, &claim);
}

static oa2_err_t *set_claims(oa2_ctx_t *ctx, const char *user,
                             const ctl_object_t *object)
{
    const char *given = ctl_dump_text(object, "first_name");
    const char *family = ctl_dump_text(object, "last_name");

    OA2_TRY(set_claim(ctx, user, "email", ctl_dump_text(object, "email")));
    OA2_TRY(set_claim(ctx, user, "given_name", given));
    OA2_TRY(set_claim(ctx, user, "family_name", family));
    return set_claim(ctx, user, "name", apr_pstrcat(
        ctx->pool, given, *given && *family ? " " : "", family, NULL));
}

/* Of the same person: by the hash, unless ours has taken its place. */
static ctl_result_t compare(const oa2_user_t *there, const oa2_user_t *user)
{
    int changed = there->password && user->password
        && oa2_foreign_hash_is(there->password)
        && !oa2_text_equal(there->password, user->password);

    return changed || strcmp(there->name, user->name) != 0
        || !there->provider || strcmp(there->provider, OA2_ACCOUNT_OWN) != 0
        || there->disabled != user->disabled ? CTL_OTHER : CTL_SAME;
}

static oa2_err_t *put(ctl_result_t *result, ctl_import_t *import,
                      oa2_ctx_t *ctx, const oa2_user_t *user,
                      const ctl_object_t *object)
{
    oa2_user_t *there;
    int done = 1;

    OA2_TRY(oa2_user_find(&there, ctx, user->name));
    *result = there ? compare(there, user) : CTL_MADE;
    if (*result == CTL_OTHER)
        ctl_import_remark(import, "user", user->name, "there is a user %s "
                          "already, who is not the same; it stays as it is",
                          there->name);
    if (*result != CTL_MADE || !import->apply) return NULL;
    OA2_TRY(oa2_user_put(&done, ctx, user));
    if (done) return set_claims(ctx, user->name, object);
    *result = CTL_OTHER;
    return NULL;
}

/* Django tells "Alice" and "alice" apart. */
static int is_double(ctl_import_t *import, const char *name,
                     apr_pool_t *pool)
{
    const char *account = oa2_account_key(name, pool);
    const char *other = apr_hash_get(import->accounts, account,
                                     APR_HASH_KEY_STRING);

    if (!other) {
        apr_hash_set(import->accounts,
                     apr_pstrdup(import->ctl->pool, account),
                     APR_HASH_KEY_STRING,
                     apr_pstrdup(import->ctl->pool, name));
        return 0;
    }
    ctl_import_remark(import, "user", name, "here it is one account with "
                      "\"%s\", which comes before it: rename one of them in "
                      "Django", other);
    return 1;
}

oa2_err_t *ctl_import_user(ctl_import_t *import, const ctl_object_t *object,
                           oa2_ctx_t *ctx)
{
    const char *typed = ctl_dump_text(object, "username");
    oa2_user_t user = { .provider = OA2_ACCOUNT_OWN, .created = ctx->now };
    const char *problem = oa2_account_name(&user.name, typed, ctx->pool);
    ctl_result_t result = CTL_SKIPPED;

    if (problem)
        ctl_import_remark(import, "user", *typed ? typed : object->key
                          ? object->key : "?", "%s: rename it in Django",
                          problem);
    else if (!is_double(import, user.name, ctx->pool)) {
        user.password = take_hash(import, user.name,
                                  ctl_dump_text(object, "password"),
                                  ctx->pool);
        user.sub = ctl_has(import->ctl, "keep-ids") && object->key
            ? object->key : oa2_random_text(ctx->pool, SUB_BYTES);
        user.disabled = !ctl_dump_flag(object, "is_active")
            && cJSON_HasObjectItem(object->fields, "is_active");
        if (ctl_dump_flag(object, "is_superuser"))
            ctl_import_remark(import, "user", user.name, "is a superuser in "
                              "Django, which gives no right here: oauth2ctl "
                              "user set --role");
        OA2_TRY(put(&result, import, ctx, &user, object));
        if (result != CTL_OTHER)
            ctl_import_called(import, import->users, object, typed,
                              user.name);
    }
    ctl_import_count(import, 0, result);
    return NULL;
}

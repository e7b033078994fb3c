/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_import_token.c - refresh tokens of django-oauth-toolkit, which keeps them
 * as they are.  Here there will be their digests only, so that a client
 * exchanges each once more, and nobody has to sign in anew.
 *
 * A token names its user, its client and the access token that has its scope by
 * their keys, and may stand before them: so all are noted, and written at the
 * end.
 */
#include <string.h>

#include <apr_strings.h>

#include "base/crypto.h"
#include "base/text/abnf.h"
#include "base/text/words.h"
#include "ctl_import.h"
#include "domain/person/claims.h"
#include "store/refresh.h"

#define LIFETIME 2592000        /* 30 days, for each of them to be used once */
#define MIN_LEN 20              /* theirs have 30 characters */

typedef struct kept_t {
    const char *digest;
    const char *user, *client, *access;     /* keys; NULL: none */
    const char *scope;                      /* NULL: not known */
} kept_t;

static const cJSON *member(const ctl_object_t *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object->fields, name);
}

static const char *key_of(const ctl_object_t *object, const char *name,
                          apr_pool_t *pool)
{
    const char *key = ctl_dump_key(member(object, name), pool);

    return key ? apr_pstrdup(pool, key) : NULL;
}

int ctl_import_is_token(const ctl_object_t *object)
{
    return cJSON_IsString(member(object, "token"))
        && member(object, "application") && member(object, "access_token")
        && cJSON_IsNull(member(object, "revoked"));
}

static int is_access_token(const ctl_object_t *object)
{
    return cJSON_IsString(member(object, "token"))
        && cJSON_IsString(member(object, "scope"))
        && member(object, "expires") && object->key;
}

void ctl_import_expect_token(ctl_import_t *import, const ctl_object_t *object)
{
    apr_pool_t *pool = import->ctl->pool;
    const char *key = key_of(object, "application", pool);

    if (!import->tokens) {
        import->tokens = apr_array_make(pool, 64, sizeof(kept_t));
        import->clients = apr_hash_make(pool);
        import->holders = apr_hash_make(pool);
    }
    if (key)
        apr_hash_set(import->holders, key, APR_HASH_KEY_STRING, "");
}

/* How others name an object that has a natural key. */
static const char *natural_key(const char *name, apr_pool_t *pool)
{
    apr_pool_t *own;
    const char *key;
    cJSON *array;

    apr_pool_create(&own, pool);
    array = oa2_json_put_array(oa2_json_object(own), "key");
    oa2_json_push_text(array, name);
    key = apr_pstrdup(pool, oa2_json_text(array, own));
    apr_pool_destroy(own);
    return key;
}

int ctl_import_has_tokens(const ctl_import_t *import,
                          const ctl_object_t *object)
{
    apr_pool_t *pool = import->ctl->pool;

    if (!import->tokens)
        return 0;
    return (object->key && apr_hash_get(import->holders, object->key,
                                        APR_HASH_KEY_STRING))
        || apr_hash_get(import->holders, natural_key(
               ctl_dump_text(object, "client_id"), pool),
               APR_HASH_KEY_STRING);
}

void ctl_import_called(const ctl_import_t *import, apr_hash_t *names,
                       const ctl_object_t *object, const char *natural,
                       const char *name)
{
    apr_pool_t *pool = import->ctl->pool;

    if (!names)
        return;
    name = apr_pstrdup(pool, name);
    if (object->key)
        apr_hash_set(names, apr_pstrdup(pool, object->key),
                     APR_HASH_KEY_STRING, name);
    apr_hash_set(names, natural_key(natural, pool), APR_HASH_KEY_STRING,
                 name);
}

void ctl_import_keep_token(ctl_import_t *import, const ctl_object_t *object)
{
    apr_pool_t *pool = import->ctl->pool;
    const char *text = ctl_dump_text(object, "token");
    kept_t *kept = apr_array_push(import->tokens);

    memset(kept, 0, sizeof(*kept));
    kept->digest = strlen(text) >= MIN_LEN ? oa2_digest_text(pool, text)
                                           : NULL;
    kept->user = key_of(object, "user", pool);
    kept->client = key_of(object, "application", pool);
    kept->access = key_of(object, "access_token", pool);
}

/* The scopes are with the access tokens. */
static oa2_err_t *find_scopes(ctl_import_t *import)
{
    apr_hash_t *by_access = apr_hash_make(import->ctl->pool);
    ctl_object_t object;
    apr_pool_t *pool;
    kept_t *kept;
    int i;

    for (i = 0; i < import->tokens->nelts; i++) {
        kept = &APR_ARRAY_IDX(import->tokens, i, kept_t);
        if (kept->access)
            apr_hash_set(by_access, kept->access, APR_HASH_KEY_STRING, kept);
    }
    OA2_TRY(ctl_dump_rewind(import->dump));
    apr_pool_create(&pool, import->ctl->pool);
    for (;;) {
        apr_pool_clear(pool);
        OA2_TRY(ctl_dump_next(&object, import->dump, pool));
        if (!object.model)
            break;
        kept = is_access_token(&object)
            ? apr_hash_get(by_access, object.key, APR_HASH_KEY_STRING) : NULL;
        if (kept && oa2_is_scope(ctl_dump_text(&object, "scope")))
            kept->scope = apr_pstrdup(import->ctl->pool,
                                      ctl_dump_text(&object, "scope"));
    }
    apr_pool_destroy(pool);
    return NULL;
}

/* What users were shown there, as an administrator says; as words. */
static const char *claims_of(const ctl_t *ctl, apr_pool_t *pool)
{
    const apr_array_header_t *names = ctl_values(ctl, "claim");
    const char *words = "";
    int i;

    for (i = 0; names && i < names->nelts; i++)
        words = oa2_words_union(words, oa2_claims_word(
            APR_ARRAY_IDX(names, i, const char *), pool), pool);
    return words;
}

/* What of it the client may have is judged at each use. */
static oa2_err_t *write_token(int *done, oa2_ctx_t *ctx, const kept_t *kept,
                              const oa2_grant_t *grant)
{
    oa2_token_t token = { .digest = kept->digest, .scope = kept->scope,
                          .issued = ctx->now, .expires = ctx->now + LIFETIME };
    oa2_client_t *client;

    *done = 0;
    OA2_TRY(oa2_client_find(&client, ctx, grant->client_id));
    if (!client)
        return NULL;
    if (!token.scope)
        token.scope = client->scope;
    if (client->refresh_lifetime)
        token.expires = ctx->now + client->refresh_lifetime;
    return oa2_refresh_take_over(done, ctx, grant, &token);
}

static oa2_err_t *take(ctl_result_t *result, ctl_import_t *import,
                       oa2_ctx_t *ctx, const kept_t *kept)
{
    oa2_grant_t grant = {
        .id = oa2_random_id(),
        .user = kept->user ? apr_hash_get(import->users, kept->user,
                                          APR_HASH_KEY_STRING) : NULL,
        .client_id = kept->client ? apr_hash_get(import->clients, kept->client,
                                                 APR_HASH_KEY_STRING) : NULL,
        .claims = claims_of(import->ctl, ctx->pool),
    };
    oa2_token_t *there;
    int done = 1;

    *result = CTL_SKIPPED;
    if (!kept->digest || !grant.user || !grant.client_id)
        return NULL;
    OA2_TRY(oa2_refresh_find(&there, ctx, kept->digest));
    *result = there ? CTL_SAME : CTL_MADE;
    if (!there && import->apply)
        OA2_TRY(write_token(&done, ctx, kept, &grant));
    if (!done)
        *result = CTL_SKIPPED;
    return NULL;
}

oa2_err_t *ctl_import_tokens(ctl_import_t *import)
{
    oa2_ctx_t ctx = import->ctl->ctx;
    int i;

    if (!import->tokens)
        return NULL;
    OA2_TRY(find_scopes(import));
    apr_pool_create(&ctx.pool, import->ctl->pool);
    for (i = 0; i < import->tokens->nelts; i++) {
        ctl_result_t result;

        apr_pool_clear(ctx.pool);
        OA2_TRY(take(&result, import, &ctx,
                     &APR_ARRAY_IDX(import->tokens, i, kept_t)));
        ctl_import_count(import, 2, result);
    }
    apr_pool_destroy(ctx.pool);
    return NULL;
}

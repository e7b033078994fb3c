/* SPDX-License-Identifier: Apache-2.0 */
/* apikey.c - see apikey.h */
#include "domain/token/apikey.h"

#include <string.h>

#include <apr_lib.h>
#include <apr_strings.h>

#include "base/text/abnf.h"
#include "base/text/encode.h"
#include "base/text/fold.h"
#include "base/text/words.h"
#include "domain/site/audit.h"
#include "domain/site/settings.h"

#define PREFIX_LEN (sizeof(OA2_APIKEY_PREFIX) - 1)
#define BODY_LEN (PREFIX_LEN + 43)
#define CHECK_BYTES 6
#define TEXT_LEN (BODY_LEN + 8)

/* ------------------------------------------------------------ texts */

static const char *check_part(const char *text, apr_pool_t *pool)
{
    unsigned char sum[OA2_KEY_LEN];

    oa2_sha256(sum, text, BODY_LEN);
    return oa2_b64url_encode(pool, sum, CHECK_BYTES);
}

const char *oa2_apikey_new(apr_pool_t *pool)
{
    const char *body = apr_pstrcat(pool, OA2_APIKEY_PREFIX,
                                   oa2_random_text(pool, OA2_KEY_LEN), NULL);

    return apr_pstrcat(pool, body, check_part(body, pool), NULL);
}

static int is_well_formed(const char *text, apr_pool_t *pool)
{
    return strlen(text) == TEXT_LEN
        && strncmp(text, OA2_APIKEY_PREFIX, PREFIX_LEN) == 0
        && strcmp(text + BODY_LEN, check_part(text, pool)) == 0;
}

/* ------------------------------------------------------------ add */

static const char *scope_problem(const oa2_ctx_t *ctx, const char *scope,
                                 const char *may)
{
    const apr_array_header_t *words = oa2_words_split(scope, ctx->pool);
    const char *word;
    int i;

    for (i = 0; i < words->nelts; i++) {
        word = APR_ARRAY_IDX(words, i, const char *);
        if (!oa2_is_scope_token(word))
            return apr_psprintf(ctx->pool, "\"%s\" cannot be a scope: these "
                                "are words of printable ASCII characters "
                                "without '\"' and '\\'", word);
    }
    if (!may || oa2_words_is_subset(scope, may))
        return NULL;
    word = oa2_words_minus(scope, may, ctx->pool);
    return apr_psprintf(ctx->pool, "the scope \"%s\" cannot be given to the "
                        "key: %s%s", apr_pstrmemdup(ctx->pool, word,
                                                    strcspn(word, " ")),
                        *may ? "there are: " : "there is none", may);
}

const char *oa2_apikey_problem(const oa2_ctx_t *ctx, const oa2_apikey_t *key,
                               const char *may)
{
    if (!*key->name)
        return "give the key a name by which it will be known, such as the "
               "program that uses it";
    if (strlen(key->name) > OA2_APIKEY_NAME_MAX)
        return "the name of a key has at most "
               APR_STRINGIFY(OA2_APIKEY_NAME_MAX) " bytes";
    if (!oa2_is_text(key->name))
        return "the name of a key is one line of UTF-8";
    if (key->expires && key->expires <= ctx->now)
        return "the key would have expired already";
    return scope_problem(ctx, key->scope, may);
}

oa2_err_t *oa2_apikey_add(oa2_apikey_put_t *out, oa2_ctx_t *ctx,
                          oa2_apikey_t *key, const char *text)
{
    key->digest = oa2_digest_text(ctx->pool, text);
    key->id = oa2_apikey_id(ctx);
    key->created = ctx->now;
    OA2_TRY(oa2_apikey_put(out, ctx, key));
    if (*out == OA2_APIKEY_PUT)
        oa2_audit(ctx, &oa2_event_apikey_added, "user", key->user, "client",
                  key->client_id, "key", key->id, "scope", key->scope,
                  "expires", key->expires
                  ? oa2_audit_number(ctx, key->expires) : NULL, NULL);
    return NULL;
}

/* ------------------------------------------------------------ check */

static oa2_err_t *find(oa2_apikey_t **out, oa2_ctx_t *ctx, const char *text)
{
    unsigned char digest[OA2_KEY_LEN];

    oa2_sha256(digest, text, strlen(text));
    /* What is remembered was checked before. */
    *out = oa2_apikey_recall(ctx, digest);
    if (*out || !is_well_formed(text, ctx->pool))
        return NULL;
    OA2_TRY(oa2_apikey_find(out, ctx, oa2_b64url_encode(ctx->pool, digest,
                                                        sizeof(digest))));
    /* Once an hour; whether it can be noted decides nothing. */
    if (*out && (*out)->used + OA2_APIKEY_USED <= ctx->now)
        (void)oa2_apikey_touch(ctx, *out);
    return NULL;
}

static int is_of(const oa2_apikey_t *key, const char *name, apr_pool_t *pool)
{
    const char *owner = key->user ? key->user : key->client_id;
    const char *folded;

    if (!*name || strcmp(name, owner) == 0)
        return 1;
    folded = key->user ? oa2_fold(name, pool) : NULL;
    owner = folded ? oa2_fold(owner, pool) : NULL;
    return owner && strcmp(folded, owner) == 0;
}

/* RFC 9110 section 11.2, token68, but for the "=" at its end: in the middle of
   such a word the prefix stands by chance. */
const char *oa2_apikey_in(const char *text)
{
    const char *at = text;

    while (at && (at = strstr(at, OA2_APIKEY_PREFIX)) != NULL) {
        if (at == text || !(apr_isalnum(at[-1]) || strchr("-._~+/", at[-1])))
            return at;
        at++;
    }
    return NULL;
}

static oa2_err_t *refuse(oa2_ctx_t *ctx, int id, const char *why)
{
    return oa2_err_make(ctx->pool, &oa2_invalid_api_key, id, NULL, "%s", why);
}

/* What its user was allowed to give it when it was made may be no such scope
   any more: nobody else has looked at it. */
static const char *still_for_keys(const oa2_ctx_t *ctx, const char *scope)
{
    const apr_array_header_t *words = oa2_words_split(scope, ctx->pool);
    const char *left = "";
    int i;

    for (i = 0; i < words->nelts; i++) {
        const char *word = APR_ARRAY_IDX(words, i, const char *);
        const oa2_scope_row_t *row = oa2_settings_scope(ctx->settings, word);

        if (row && row->is_for_keys)
            left = oa2_words_union(left, word, ctx->pool);
    }
    return left;
}

oa2_err_t *oa2_apikey_check(oa2_apikey_t **out, oa2_ctx_t *ctx,
                            const oa2_apikey_sent_t *sent)
{
    oa2_apikey_t *key;

    /* httpd joins repeated headers by ", ". */
    if (sent->is_several || strchr(sent->text, ','))
        return oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(3915),
                            "there is more than one API key", NULL);
    OA2_TRY(find(&key, ctx, sent->text));
    if (!key)
        return refuse(ctx, OA2_ID(3916),
                      "the API key is unknown, expired or revoked, or its "
                      "owner is disabled");
    if (sent->name && !is_of(key, sent->name, ctx->pool))
        return refuse(ctx, OA2_ID(3917), apr_pstrcat(
            ctx->pool, "the API key ", key->id, " came with a name that is "
            "not its owner's; an empty one will do", NULL));
    if (key->is_own)
        key->scope = still_for_keys(ctx, key->scope);
    *out = key;
    return NULL;
}

/* ------------------------------------------------------------ take back */

oa2_err_t *oa2_apikey_take_back(int *done, oa2_ctx_t *ctx, const char *id,
                                const char *user, const char *client_id)
{
    oa2_apikey_t *key;

    OA2_TRY(oa2_apikey_revoke(&key, ctx, id, user, client_id));
    *done = key != NULL;
    if (key)
        oa2_audit(ctx, &oa2_event_apikey_revoked, "user", key->user,
                  "client", key->client_id, "key", key->id, NULL);
    return NULL;
}

oa2_err_t *oa2_apikey_take_back_all(int *count, oa2_ctx_t *ctx,
                                    const char *user, const char *client_id)
{
    OA2_TRY(oa2_apikey_revoke_all(count, ctx, user, client_id));
    if (*count)
        oa2_audit(ctx, &oa2_event_apikey_revoked, "user", user, "client",
                  client_id, "count", oa2_audit_number(ctx, *count), NULL);
    return NULL;
}

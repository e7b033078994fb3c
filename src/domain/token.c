/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token.c - tokens and codes as texts: RFC 6749 sections 1.4, 1.5 and 10.10
 * (at least 128 bits; here 256).
 */
#include "domain/token.h"

#include <string.h>
#include <apr_strings.h>

#include "base/text/encode.h"
#include "base/text/words.h"
#include "domain/client/compat.h"
#include "domain/site/settings.h"
#include "store/client.h"

#define OURS "oa2"              /* how all of ours begin */
#define PREFIX_LEN 5
#define BODY_LEN (PREFIX_LEN + 43)
#define CHECK_BYTES 6           /* 48 bits: one lie in 2^48 asks the database */

static const char *check_part(const oa2_ctx_t *ctx, int key,
                              const char *text)
{
    unsigned char mac[OA2_KEY_LEN];

    oa2_hmac(mac, ctx->settings->keys.check[key], text, BODY_LEN);
    return oa2_b64url_encode(ctx->pool, mac, CHECK_BYTES);
}

const char *oa2_token_make(const oa2_ctx_t *ctx, const char *prefix)
{
    const char *body = apr_pstrcat(
        ctx->pool, prefix, oa2_random_text(ctx->pool, OA2_KEY_LEN), NULL);

    return apr_pstrcat(ctx->pool, body, check_part(ctx, 0, body), NULL);
}

int oa2_token_is_ours(const oa2_ctx_t *ctx, const char *prefix,
                      const char *text)
{
    int i;

    if (strlen(text) != OA2_TOKEN_TEXT_LEN
        || strncmp(text, prefix, PREFIX_LEN) != 0)
        return 0;
    for (i = 0; i < ctx->settings->keys.count; i++)
        if (oa2_text_equal(text + BODY_LEN, check_part(ctx, i, text)))
            return 1;
    return 0;
}

int oa2_token_is_refresh(const oa2_ctx_t *ctx, const char *text)
{
    if (oa2_token_is_ours(ctx, OA2_REFRESH_PREFIX, text))
        return 1;
    return strncmp(text, OURS, sizeof(OURS) - 1) != 0
        && oa2_compat_may(ctx, ctx->client, &oa2_compat_imported_refresh);
}

static oa2_token_t *blank(const oa2_ctx_t *ctx, const oa2_token_t *like,
                          apr_int64_t lifetime)
{
    oa2_token_t *token = apr_pcalloc(ctx->pool, sizeof(*token));

    token->grant = like->grant;
    token->client_id = ctx->client->id;
    token->user = like->user;
    token->sub = like->sub;
    token->scope = like->scope;
    token->audience = like->audience;
    token->issued = ctx->now;
    token->expires = ctx->now + lifetime;
    return token;
}

/* Per client, or else the server's; not beyond the grant's. */
static apr_int64_t lifetime(const oa2_ctx_t *ctx, const oa2_token_t *like,
                            apr_int64_t own, apr_int64_t server)
{
    apr_int64_t wanted = own ? own : server;
    apr_int64_t left = like->granted + ctx->settings->grant_lifetime
        - ctx->now;

    if (!like->granted || !ctx->settings->grant_lifetime || left > wanted)
        return wanted;
    return left;
}

int oa2_token_is_over(const oa2_ctx_t *ctx, apr_int64_t granted)
{
    return ctx->settings->grant_lifetime
        && granted + ctx->settings->grant_lifetime <= ctx->now;
}

oa2_token_pair_t *oa2_token_pair_make(const oa2_ctx_t *ctx,
                                      const oa2_token_t *like,
                                      int with_refresh)
{
    oa2_token_pair_t *pair = apr_pcalloc(ctx->pool, sizeof(*pair));
    apr_int64_t good = lifetime(ctx, like, ctx->client->access_lifetime,
                                ctx->settings->access_lifetime);
    const char *text = oa2_token_make(ctx, OA2_ACCESS_PREFIX);

    pair->access = blank(ctx, like, good);
    pair->access->digest = oa2_digest_text(ctx->pool, text);

    /* RFC 6749 section 5.1; scope is always told, not only when it differs */
    pair->reply = oa2_json_object(ctx->pool);
    oa2_json_put_text(pair->reply, "access_token", text);
    oa2_json_put_text(pair->reply, "token_type", "Bearer");
    oa2_json_put_number(pair->reply, "expires_in", good);
    oa2_json_put_text(pair->reply, "scope", like->scope);

    if (with_refresh && oa2_words_has(ctx->client->grants, "refresh_token")) {
        text = oa2_token_make(ctx, OA2_REFRESH_PREFIX);
        pair->refresh = blank(ctx, like,
                              lifetime(ctx, like,
                                       ctx->client->refresh_lifetime,
                                       ctx->settings->refresh_lifetime));
        pair->refresh->refresh = 1;
        pair->refresh->digest = oa2_digest_text(ctx->pool, text);
        oa2_json_put_text(pair->reply, "refresh_token", text);
    }
    return pair;
}

oa2_err_t *oa2_token_check(oa2_token_t **out, oa2_ctx_t *ctx,
                           const char *text)
{
    unsigned char key[OA2_KEY_LEN];

    oa2_sha256(key, text, strlen(text));
    /* What is remembered was checked before: the check part is for what would
       cost the database a question. */
    *out = oa2_token_recall(ctx, key);
    if (*out || !oa2_token_is_ours(ctx, OA2_ACCESS_PREFIX, text))
        return NULL;
    return oa2_token_find(out, ctx,
                          oa2_b64url_encode(ctx->pool, key, sizeof(key)));
}

/* Both are needed: the server's key is in no copy of the database, and the
   spent token nowhere but with its client. */
static void reply_key(unsigned char key[OA2_KEY_LEN], const oa2_ctx_t *ctx,
                      int secret, const char *spent)
{
    oa2_hmac(key, ctx->settings->keys.reply[secret], spent, strlen(spent));
}

const char *oa2_token_reply_seal(const oa2_ctx_t *ctx, const char *spent,
                                 const char *reply)
{
    unsigned char key[OA2_KEY_LEN];

    reply_key(key, ctx, 0, spent);
    return oa2_seal(ctx->pool, key, ctx->client->id, reply);
}

const char *oa2_token_reply_open(const oa2_ctx_t *ctx, const char *spent,
                                 const char *sealed)
{
    const char *reply = NULL;
    int i;

    for (i = 0; !reply && i < ctx->settings->keys.count; i++) {
        unsigned char key[OA2_KEY_LEN];

        reply_key(key, ctx, i, spent);
        reply = oa2_unseal(ctx->pool, key, ctx->client->id, sealed);
    }
    return reply;
}

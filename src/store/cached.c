/* SPDX-License-Identifier: Apache-2.0 */
/* cached.c - see cached.h */
#include "store/cached.h"

#include <string.h>

#include "base/shm/counter.h"
#include "base/text/encode.h"
#include "store/db/pool.h"

const unsigned char *oa2_cached_key(const char *digest, apr_pool_t *pool)
{
    apr_size_t len;
    const unsigned char *key = oa2_b64url_decode(&len, digest, pool);

    return key && len == OA2_KEY_LEN ? key : NULL;
}

static void salt(unsigned char out[OA2_KEY_LEN], const oa2_ctx_t *ctx,
                 oa2_cached_kind_t kind,
                 const unsigned char key[OA2_KEY_LEN])
{
    int i;

    for (i = 0; i < OA2_KEY_LEN; i++)
        out[i] = ctx->salt ? key[i] ^ ctx->salt[i] : key[i];
    out[0] ^= (unsigned char)kind;
}

int oa2_cached_find(oa2_pack_t *pack, oa2_ctx_t *ctx, oa2_cached_kind_t kind,
                    const unsigned char key[OA2_KEY_LEN])
{
    unsigned char salted[OA2_KEY_LEN];
    oa2_cache_t *cache = ctx->store->tokens;
    apr_size_t len = cache ? oa2_cache_room(cache) : 0;
    unsigned char *buf;

    if (!cache)
        return 0;
    buf = apr_palloc(ctx->pool, len);
    salt(salted, ctx, kind, key);
    if (!oa2_cache_find(buf, &len, cache, salted, ctx->now))
        return 0;
    oa2_pack_begin(pack, buf, len);
    return 1;
}

oa2_cached_t oa2_cached_missed(oa2_ctx_t *ctx, oa2_cached_kind_t kind,
                               const unsigned char key[OA2_KEY_LEN])
{
    oa2_cached_t cached;

    memset(&cached, 0, sizeof(cached));
    if (!ctx->store->tokens)
        return cached;
    salt(cached.key, ctx, kind, key);
    cached.mark = oa2_cache_mark(ctx->store->tokens);
    OA2_COUNT(ctx->counter, cache_misses, OA2_CACHE_TOKENS);
    return cached;
}

int oa2_cached_begin(oa2_pack_t *pack, oa2_ctx_t *ctx)
{
    oa2_cache_t *cache = ctx->store->tokens;
    apr_size_t room = cache ? oa2_cache_room(cache) : 0;

    if (!cache)
        return 0;
    oa2_pack_begin(pack, apr_palloc(ctx->pool, room), room);
    return 1;
}

void oa2_cached_put(oa2_ctx_t *ctx, const oa2_cached_t *cached,
                    oa2_cache_entry_t *entry, const oa2_pack_t *pack)
{
    oa2_cache_t *cache = ctx->store->tokens;
    const unsigned char *begin = pack->end - oa2_cache_room(cache);

    if (!pack->ok)
        return;
    memcpy(entry->key, cached->key, OA2_KEY_LEN);
    entry->data = begin;
    entry->len = (apr_size_t)(pack->at - begin);
    if (oa2_cache_put(cache, entry, cached->mark, ctx->now))
        OA2_COUNT(ctx->counter, cache_evictions, OA2_CACHE_TOKENS);
}

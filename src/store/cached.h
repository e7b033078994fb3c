/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cached.h - what the tokens' cache remembers, found under the digest of a
 * secret.  Only the store floor includes this.
 *
 * A digest that is shifted by a secret of the server's, and by what kind of
 * thing it is, is as good a key as the digest; so no server takes over what
 * one with another secret has checked, and no kind is taken for another one.
 */
#ifndef OA2_STORE_CACHED_H
#define OA2_STORE_CACHED_H

#include "base/ctx.h"
#include "base/shm/cache.h"
#include "base/shm/pack.h"

typedef enum {
    OA2_CACHED_TOKEN,
    OA2_CACHED_APIKEY,
    OA2_CACHED_SESSION
} oa2_cached_kind_t;

/* What is to be remembered once the database has said it. */
typedef struct oa2_cached_t {
    unsigned char key[OA2_KEY_LEN];
    oa2_cache_mark_t mark;
} oa2_cached_t;

/* The bytes that a digest's text stands for; NULL for what is no digest. */
const unsigned char *oa2_cached_key(const char *digest, apr_pool_t *pool);
/* 1 when it is there: *pack is what was put, to be unpacked. */
int oa2_cached_find(oa2_pack_t *pack, oa2_ctx_t *ctx, oa2_cached_kind_t kind,
                    const unsigned char key[OA2_KEY_LEN]);
/* It is not there, and the database is about to be asked. */
oa2_cached_t oa2_cached_missed(oa2_ctx_t *ctx, oa2_cached_kind_t kind,
                               const unsigned char key[OA2_KEY_LEN]);
/* Something to pack into; 0: there is no cache. */
int oa2_cached_begin(oa2_pack_t *pack, oa2_ctx_t *ctx);
/* entry: tags and expires; the rest is filled in.  What did not fit into pack
   is left out. */
void oa2_cached_put(oa2_ctx_t *ctx, const oa2_cached_t *cached,
                    oa2_cache_entry_t *entry, const oa2_pack_t *pack);

#endif

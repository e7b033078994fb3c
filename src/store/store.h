/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.h - everything that is remembered, as verbs of the domain: what they
 * all promise, and the store itself.  A header of this folder has the verbs of
 * one noun.
 *
 * Below: PostgreSQL or SQLite (store/db/), and the cache that processes share
 * (base/shm/cache.h).  Above: nobody writes SQL, or includes from store/db/.
 *
 * Promises that every verb keeps:
 *   - One round trip on PostgreSQL; on SQLite one statement or one short
 *     BEGIN IMMEDIATE transaction.
 *   - Compare and set: of N racing callers exactly one is told that it won.
 *   - When a verb that changes something returns NULL, the change is
 *     committed, and no process of this machine will use an older cached
 *     answer; PostgreSQL has told the other machines (NOTIFY).
 *   - When the answer of the database got lost, the verb finds out whether it
 *     was done, and says so.  Where it cannot (the row of its statement says
 *     .repeats = 0, or the database stays away), it returns
 *     oa2_temporarily_unavailable, and may have been done.  Of something that
 *     was taken away *done may be 0 then, though it was this caller who did.
 *   - Waits are bounded (store settings).  With the database away it returns
 *     oa2_temporarily_unavailable, at once after the first failure.
 *   - `find` answers NULL in *out when there is no such row: no error.
 *
 * All verbs but those of the store, the realms and the purge see the rows of
 * ctx->realm only, cached or not: a name, a digest or an id of another realm
 * is one that there is not.  Verbs that take what a `find` answered take what
 * a find of the same realm answered.
 *
 * Times are seconds since 1970.  Digests are base64url(SHA-256(secret)),
 * 43 characters: the secrets themselves are never stored.  Lists are words
 * separated by one space; "" is the empty list, never NULL.  Returned
 * structures live in ctx->pool.  All text is valid UTF-8 without NUL: callers
 * see to it before.
 */
#ifndef OA2_STORE_STORE_H
#define OA2_STORE_STORE_H

#include "base/shm/cache.h"
#include "base/ctx.h"
#include "store/conf.h"

/*
 * Needs apr_dbd_init() to have run.  Connects lazily: succeeds with the
 * database away.  Thread-safe afterwards; one per process (call it after
 * fork), destroyed with pool.  Two caches, because a client takes more room
 * than a token; NULL: none is used.
 */
oa2_err_t *oa2_store_open(oa2_store_t **out, const oa2_store_conf_t *conf,
                          oa2_cache_t *tokens, oa2_cache_t *clients,
                          apr_pool_t *pool);
/* The tokens' cache. */
oa2_cache_t *oa2_store_cache(const oa2_store_t *store);
/* 1: a database server, which other machines may use too; 0: a file. */
int oa2_store_is_server(const oa2_store_t *store);
/* For tests: one cheap statement; NULL when the database answers. */
oa2_err_t *oa2_store_ping(oa2_ctx_t *ctx);

#endif

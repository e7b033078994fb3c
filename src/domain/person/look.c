/* SPDX-License-Identifier: Apache-2.0 */
/* look.c - see look.h */
#include "domain/person/look.h"

#include "base/crypto.h"
#include "store/store.h"

#define LOOK_KNOWN_FOR (60 * 60)
#define LOOK_MAX apr_time_from_sec(2)   /* a machine that was busy */
#define STEP apr_time_from_msec(200)    /* a failed login's answer, rounded */

/*
 * How long it takes to look at a password here, in microseconds, and the
 * longest of late, since hashes of other programs take longer than ours.  Whom
 * nobody looks at is answered as late.  He costs no more than that, however
 * many come: a hash for each would let one of them keep the machine busy.
 */
static void look_key(unsigned char key[OA2_KEY_LEN])
{
    static const char text[] = "how long a look takes";

    oa2_sha256(key, text, sizeof(text) - 1);
}

static apr_int64_t find_look(const oa2_ctx_t *ctx)
{
    oa2_cache_t *cache = oa2_store_cache(ctx->store);
    unsigned char key[OA2_KEY_LEN];
    apr_int64_t took = 0;
    apr_size_t len = sizeof(took);

    look_key(key);
    return cache && oa2_cache_find(&took, &len, cache, key, ctx->now) ? took
                                                                     : 0;
}

void oa2_look_note(const oa2_ctx_t *ctx, apr_int64_t took)
{
    oa2_cache_t *cache = oa2_store_cache(ctx->store);
    oa2_cache_entry_t entry = { { 0 }, { 0 }, 0, &took, sizeof(took) };

    if (took > LOOK_MAX)
        took = LOOK_MAX;
    if (!cache || took <= find_look(ctx))
        return;
    look_key(entry.key);
    entry.expires = ctx->now + LOOK_KNOWN_FOR;
    oa2_cache_put(cache, &entry, oa2_cache_mark(cache), ctx->now);
}

apr_interval_time_t oa2_look_step(apr_interval_time_t took)
{
    if (took < 0)               /* the clock was set */
        took = 0;
    return STEP - took % STEP;
}

apr_interval_time_t oa2_look_rest(const oa2_ctx_t *ctx,
                                  apr_interval_time_t took)
{
    apr_interval_time_t look = find_look(ctx);

    return took < look ? look - took + oa2_look_step(look)
                       : oa2_look_step(took);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* tell.c - what has become untrue, told to the caches of this machine. */
#include "store/tell.h"

#include "store/db/pool.h"

apr_uint64_t oa2_tell_tag(const char *kind, const char *key)
{
    return oa2_cache_tag(*kind, key);
}

void oa2_tell_caches(oa2_store_t *store, const char *kind, const char *key)
{
    oa2_cache_t *caches[2] = { store->tokens, store->clients };
    int i;

    for (i = 0; i < 2; i++) {
        if (!caches[i])
            continue;
        if (*kind == *OA2_OF_ALL)
            oa2_cache_flush(caches[i]);
        else
            oa2_cache_bump(caches[i], oa2_tell_tag(kind, key));
    }
}

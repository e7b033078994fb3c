/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listener.h - what other machines changed: a LISTEN on a connection of its
 * own, for a thread of its own.  Only PostgreSQL.
 */
#ifndef OA2_STORE_LISTENER_H
#define OA2_STORE_LISTENER_H

#include "base/ctx.h"

typedef struct oa2_listener_t oa2_listener_t;

/*
 * Says, on a connection of the pool's, what the listener has to hear.  Once a
 * second, and not in the listener's thread: it waits as any statement does.
 */
oa2_err_t *oa2_listener_beat(oa2_ctx_t *ctx);
/*
 * Connects, LISTENs, hears a beat, and then flushes the cache.  Bounded by a
 * few seconds.
 */
oa2_err_t *oa2_listener_open(oa2_listener_t **out, oa2_store_t *store,
                             apr_pool_t *pool);
/* For poll(2): readable when there is something to hear. */
int oa2_listener_socket(const oa2_listener_t *listener);
/*
 * Bumps the cache for all that has arrived.  A beat that is among it vouches
 * for the cache (oa2_cache_beat), as of when it was said: what others commit
 * where the pool writes is heard here.  That everything cached is untrue is
 * obeyed twice a second at most, and nothing vouched for until it is.  Waits
 * for nothing.  An error, also
 * when no beat came for four seconds: close and open again.
 */
oa2_err_t *oa2_listener_hear(oa2_listener_t *listener, apr_pool_t *pool);
/* How long until it has to be called again, when nothing is heard before. */
apr_interval_time_t oa2_listener_rest(const oa2_listener_t *listener);
void oa2_listener_close(oa2_listener_t *listener);

#endif

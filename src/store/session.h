/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.h - browsers that are signed in.  store/store.h has the promises.
 */
#ifndef OA2_STORE_SESSION_H
#define OA2_STORE_SESSION_H

#include <apr_tables.h>

#include "base/ctx.h"
#include "base/crypto.h"

#define OA2_SESSION_USED 3600           /* seconds: how exact `used` is */

/* A browser's login.  RFC 6749 knows no sessions: they are ours. */
typedef struct oa2_session_t {
    const char *digest;                 /* of the cookie's value */
    const char *user;                   /* name */
    const char *sub;
    apr_int64_t authenticated;          /* when the password was typed */
    apr_int64_t expires;
    const char *credential;             /* the user's; put: as it was before
                                           the password was looked at */
    const char *roles;                  /* the user's, words; find only */
    const char *language;               /* the user's; not when recalled */
    const char *device;                 /* domain/person/device.h; NULL, as
                                           below: not known */
    const char *address;                /* where the password was typed */
    apr_int64_t used;                   /* list and find only; not when it is
                                           recalled */
} oa2_session_t;

/*
 * Whatever ends a user's sessions changes the credential in the user's row: a
 * session is good while the two are the same, so that none has to be hunted
 * down, and none that is made meanwhile is left.  *put: 0 when they differ
 * already, or the user is disabled or gone: then nothing is stored.
 */
oa2_err_t *oa2_session_put(int *put, oa2_ctx_t *ctx,
                           const oa2_session_t *session);
/* What the cache remembers of a live one; NULL says nothing.  Asks no database.
   key: what the digest's text stands for. */
oa2_session_t *oa2_session_recall(oa2_ctx_t *ctx,
                                  const unsigned char key[OA2_KEY_LEN]);
/* NULL when expired or ended, or its user is disabled or gone.  Asks the
   database, and has the cache remember it: what our pages do is by what there
   is now, also where nobody tells the cache (SQLite). */
oa2_err_t *oa2_session_find(oa2_session_t **out, oa2_ctx_t *ctx,
                            const char *digest);
/* Notes that a found one is used now, unless that was noted lately; waits for
   nobody who does the same. */
oa2_err_t *oa2_session_touch(oa2_ctx_t *ctx, const oa2_session_t *session);
/* By which its user may name one of his own. */
const char *oa2_session_id(const oa2_session_t *session, apr_pool_t *pool);
/*
 * *out: oa2_session_t of that user that are good, at most n, the newest first,
 * those behind `after` (oa2_session_key(); NULL: from the newest).
 */
oa2_err_t *oa2_session_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                            const char *user, const char *after, int n);
const char *oa2_session_key(const oa2_session_t *session, apr_pool_t *pool);
oa2_err_t *oa2_session_end(int *done, oa2_ctx_t *ctx, const char *digest);
/* The user's, by oa2_session_id(). */
oa2_err_t *oa2_session_end_one(int *done, oa2_ctx_t *ctx, const char *user,
                               const char *id);
/* All of a user's but that one (NULL: all), and what would become another one:
   sign-ins and links (store/ticket.h) that are under way.  *done: 0 when there
   is no such user. */
oa2_err_t *oa2_session_end_others(int *done, oa2_ctx_t *ctx, const char *user,
                                  const char *digest);
/* Signs out everybody in ctx's realm; *ended: how many sessions that were. */
oa2_err_t *oa2_session_end_all(apr_int64_t *ended, oa2_ctx_t *ctx);

#endif

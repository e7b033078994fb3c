/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.h - browsers that are signed in.  store/store.h has the promises.
 */
#ifndef OA2_STORE_SESSION_H
#define OA2_STORE_SESSION_H

#include "base/ctx.h"
#include "base/crypto.h"

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
oa2_err_t *oa2_session_end(int *done, oa2_ctx_t *ctx, const char *digest);
/* Signs out everybody in ctx's realm; *ended: how many sessions that were. */
oa2_err_t *oa2_session_end_all(apr_int64_t *ended, oa2_ctx_t *ctx);

#endif

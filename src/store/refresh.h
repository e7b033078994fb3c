/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refresh.h - refresh tokens, RFC 6749 section 1.5, and their rotation.
 * store/store.h has the promises.
 */
#ifndef OA2_STORE_REFRESH_H
#define OA2_STORE_REFRESH_H

#include "store/grant.h"
#include "store/token.h"

/* The longest time, in seconds, that a spent refresh token's answer is kept. */
#define OA2_REFRESH_GRACE_MAX 300

/* A refresh token, spent, expired, revoked or not, while the row exists and
   its client and user are there and enabled. */
oa2_err_t *oa2_refresh_find(oa2_token_t **out, oa2_ctx_t *ctx,
                            const char *digest);
/* One that another server has issued: the grant's id, client, user and claims,
   and the token's digest, scope, issued and expires.  *done: 0 when there is
   no such client or user, or a token of that digest. */
oa2_err_t *oa2_refresh_take_over(int *done, oa2_ctx_t *ctx,
                                 const oa2_grant_t *grant,
                                 const oa2_token_t *token);
/*
 * Spends old, leaving reply with it, and stores its successors, all or
 * nothing.  *first is 0 when old was spent or its grant revoked before.
 */
oa2_err_t *oa2_refresh_rotate(int *first, oa2_ctx_t *ctx,
                              const oa2_token_t *old, const char *reply,
                              const oa2_token_t *access,
                              const oa2_token_t *refresh);

/*
 * The same for old that was spent and whose answer never arrived: its
 * successors, which old names, are taken away and others stored in their
 * place, all or nothing.  *first is 0 when the successor was used meanwhile,
 * or replaced by somebody else, or the grant revoked: nothing is changed then.
 * Who uses the successor later is using a spent token that has none itself.
 */
oa2_err_t *oa2_refresh_replace(int *first, oa2_ctx_t *ctx,
                               const oa2_token_t *old, const char *reply,
                               const oa2_token_t *access,
                               const oa2_token_t *refresh);

#endif

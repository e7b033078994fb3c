/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grant.h - authorizations, each a family of codes and tokens.
 * store/store.h has the promises.
 */
#ifndef OA2_STORE_GRANT_H
#define OA2_STORE_GRANT_H

#include <apr_tables.h>
#include "base/ctx.h"

/*
 * One authorization: user x client x scope; the family of its codes and
 * tokens.  A revoked grant takes all of them down.
 */
typedef struct oa2_grant_t {
    apr_int64_t id;                     /* random, positive */
    const char *client_id;
    const char *user;
    const char *scope;
    const char *claims;                 /* issue only: that were shown, words
                                           of domain/person/claims.h */
    const char *audience;
    apr_int64_t created;
    apr_int64_t expires;                /* the last of its tokens' */
    apr_int64_t revoked;                /* 0: not */
    const char *session;                /* oa2_code_issue() only: the digest of
                                           the browser's login; NULL: none */
    const char *credential;             /* oa2_code_issue() only: the user's,
                                           of the session that asked */
    apr_int64_t used;                   /* find and list only: when its client
                                           last got a refresh token of it; 0:
                                           never, or that has gone */
} oa2_grant_t;

/* *done: 0 when there is none or it was revoked before. */
oa2_err_t *oa2_grant_revoke(int *done, oa2_ctx_t *ctx, apr_int64_t id);
/* Ends the login that the grant came of.  *done: 0 when there is none of ours,
   or it has ended. */
oa2_err_t *oa2_grant_end_session(int *done, oa2_ctx_t *ctx, apr_int64_t id);
/* All grants of a user, of a client, or of both (NULL: any of this realm);
   consents of the pair go too.  Of all users: so does what clients were issued
   for themselves.  *count: how many grants. */
oa2_err_t *oa2_grant_revoke_all(int *count, oa2_ctx_t *ctx, const char *user,
                                const char *client_id);
/* NULL in *out when there is none; a revoked one is one. */
oa2_err_t *oa2_grant_find(oa2_grant_t **out, oa2_ctx_t *ctx, apr_int64_t id);
/* *out: oa2_grant_t *, live ones of a user, of a client, or of both (NULL:
   any), at most n, the newest first.  before: only what comes behind that one
   (its created and id); NULL: from the newest.  One index range. */
oa2_err_t *oa2_grant_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                          const char *user, const char *client_id,
                          const oa2_grant_t *before, int n);

/* ------------------------------------------- for the verbs of the store */

/*
 * Takes away the grants, with their codes and refresh tokens, of a client
 * (user NULL; mark: its serial) or of a user (client_id NULL; mark: its sub)
 * that is gone already, in batches.  Both are keys (store/realm_key.h).  Access
 * tokens go when they expire.
 */
oa2_err_t *oa2_grant_remove_all(oa2_ctx_t *ctx, const char *user,
                                const char *client_id, const char *mark);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token.h - access tokens, RFC 6749 section 1.4, and the record of both kinds.
 * store/store.h has the promises.
 */
#ifndef OA2_STORE_TOKEN_H
#define OA2_STORE_TOKEN_H

#include <apr_tables.h>

#include "base/ctx.h"
#include "base/crypto.h"

typedef struct oa2_token_t {
    const char *digest;
    int refresh;                        /* 0: access token */
    apr_int64_t grant;                  /* 0: client_credentials, no family */
    const char *client_id;
    const char *user;                   /* NULL: the client acts for itself */
    const char *sub;                    /* find only; NULL as user is */
    const char *scope;
    const char *audience;
    apr_int64_t issued;
    apr_int64_t expires;
    apr_int64_t spent;                  /* refresh: when rotated; 0: not */
    const char *reply;                  /* refresh: sealed answer, or NULL */
    int revoked;                        /* refresh_find only, as all below */
    apr_int64_t granted;                /* when the grant began */
    const char *successor;              /* digests of what it was exchanged */
    const char *successor_access;       /* for; NULL: not, or none */
} oa2_token_t;

/*
 * An access token without a family (client_credentials): one INSERT.
 * secret: its client's (the digest), as it was read when the client proved who
 * it is; an error once that is good no more.
 */
oa2_err_t *oa2_token_put(oa2_ctx_t *ctx, const oa2_token_t *token,
                         const char *secret);
/*
 * What the cache remembers of a live access token; NULL says nothing.  Asks no
 * database.  key: what the digest's text stands for.
 */
oa2_token_t *oa2_token_recall(oa2_ctx_t *ctx,
                              const unsigned char key[OA2_KEY_LEN]);
/*
 * A live access token: not expired, not revoked, its grant not revoked, its
 * client and user there and enabled, and without a grant nothing ended what
 * the client has for itself; NULL otherwise.  Cached: a hit asks no
 * database.
 */
oa2_err_t *oa2_token_find(oa2_token_t **out, oa2_ctx_t *ctx,
                          const char *digest);
/* *out: oa2_token_t *, a client's live access tokens, at most n, those that
   live longest first.  before: only what comes behind that one (its expires
   and digest); NULL: from the first.  One index range.  Not cached. */
oa2_err_t *oa2_token_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                          const char *client_id, const oa2_token_t *before,
                          int n);
/* The access token only; its family lives on.  *done: 0 when there is none. */
oa2_err_t *oa2_token_revoke(int *done, oa2_ctx_t *ctx,
                            const oa2_token_t *token);

#endif

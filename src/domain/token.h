/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token.h - tokens and codes as texts, and how they are issued and checked.
 *
 * A text is prefix . base64url(32 random bytes) . base64url(6 bytes of
 * HMAC-SHA256(server key, prefix . random part)): the prefix is for secret
 * scanners, the check part refuses made-up tokens without the database.
 */
#ifndef OA2_DOMAIN_TOKEN_H
#define OA2_DOMAIN_TOKEN_H

#include "base/text/json.h"
#include "store/token.h"

#define OA2_ACCESS_PREFIX "oa2a_"
#define OA2_REFRESH_PREFIX "oa2r_"
#define OA2_CODE_PREFIX "oa2c_"
#define OA2_TOKEN_TEXT_LEN 56   /* 5 + 43 + 8 */

const char *oa2_token_make(const oa2_ctx_t *ctx, const char *prefix);
/* 1 when text has this prefix, the right length, and a check part of this
   server's. */
int oa2_token_is_ours(const oa2_ctx_t *ctx, const char *prefix,
                      const char *text);

/* 1 when text can be a refresh token of ctx->client's: as above; or, with the
   switch imported_refresh, one that another server has made. */
int oa2_token_is_refresh(const oa2_ctx_t *ctx, const char *text);

/* A pair as it is answered, and as it is stored. */
typedef struct oa2_token_pair_t {
    oa2_token_t *access;
    oa2_token_t *refresh;       /* NULL: none */
    cJSON *reply;               /* RFC 6749 section 5.1 */
} oa2_token_pair_t;

/*
 * Makes the tokens for ctx->client; stores nothing.  like gives grant, user,
 * scope, audience, and when the grant began (0: none), beyond whose
 * OAuth2GrantLifetime neither lives.  with_refresh: a refresh token too, if
 * the client may use it.
 */
oa2_token_pair_t *oa2_token_pair_make(const oa2_ctx_t *ctx,
                                      const oa2_token_t *like,
                                      int with_refresh);
/*
 * The live access token that text is: what the protected side and userinfo
 * ask.  *out NULL: unknown, expired, revoked or made up, which look alike.
 */
oa2_err_t *oa2_token_check(oa2_token_t **out, oa2_ctx_t *ctx,
                           const char *text);
/* 1 when a grant that began then has come to its OAuth2GrantLifetime. */
int oa2_token_is_over(const oa2_ctx_t *ctx, apr_int64_t granted);
/* Seals an answer so that only who holds the spent refresh token *and* one of
   this server's secrets opens it. */
const char *oa2_token_reply_seal(const oa2_ctx_t *ctx, const char *spent,
                                 const char *reply);
const char *oa2_token_reply_open(const oa2_ctx_t *ctx, const char *spent,
                                 const char *sealed);

#endif

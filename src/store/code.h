/* SPDX-License-Identifier: Apache-2.0 */
/*
 * code.h - authorization codes, RFC 6749 section 4.1.2.  store/store.h has the
 * promises.
 */
#ifndef OA2_STORE_CODE_H
#define OA2_STORE_CODE_H

#include "store/answer.h"
#include "store/grant.h"
#include "store/token.h"

/* RFC 6749 section 4.1.2 */
typedef struct oa2_code_t {
    const char *digest;
    apr_int64_t grant;
    const char *client_id;
    const char *user;
    const char *sub;                    /* find only */
    const char *redirect_uri;
    int redirect_sent;
    const char *challenge;
    const char *scope;
    const char *audience;
    apr_int64_t expires;
    int spent;                          /* find only */
    int revoked;                        /* find only: the grant's */
    apr_int64_t granted;                /* find only: when the grant began */
} oa2_code_t;

/*
 * Makes the grant, its code and, if it is not NULL, the answer to the form that
 * asked for it, all or nothing.  *first is 0 when that form had an answer
 * before: then nothing is stored.  Refused when grant->credential is the user's
 * no more: whatever ends sessions ends what one of them is just asking for.
 */
oa2_err_t *oa2_code_issue(int *first, oa2_ctx_t *ctx,
                          const oa2_grant_t *grant, const oa2_code_t *code,
                          const oa2_kept_t *answer);
/* Spent, expired and revoked codes are found too, while the row exists. NULL
   when the client or user is gone or disabled. */
oa2_err_t *oa2_code_find(oa2_code_t **out, oa2_ctx_t *ctx,
                         const char *digest);
/*
 * Spends the code and stores its tokens (refresh NULL: none), all or nothing;
 * *first is 0 when the code was spent or revoked before: then nothing is
 * stored.  The grant lives as long as the last token.
 */
oa2_err_t *oa2_code_spend(int *first, oa2_ctx_t *ctx, const oa2_code_t *code,
                          const oa2_token_t *access,
                          const oa2_token_t *refresh);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer.h - what a form was answered, for those who send it twice.
 * store/store.h has the promises.
 */
#ifndef OA2_STORE_ANSWER_H
#define OA2_STORE_ANSWER_H

#include "base/ctx.h"

/* The sealed answer to a form (domain/request/form.h). */
typedef struct oa2_kept_t {
    const char *digest;                 /* of the form and who sent it */
    const char *reply;                  /* sealed */
    apr_int64_t expires;
} oa2_kept_t;

/* *first: 0 when another one is there and has not expired. */
oa2_err_t *oa2_answer_put(int *first, oa2_ctx_t *ctx,
                          const oa2_kept_t *answer);
/* *reply NULL when there is none, or it has expired. */
oa2_err_t *oa2_answer_find(const char **reply, oa2_ctx_t *ctx,
                           const char *digest);

/* --------------------------------------- for the statements of the store */

/* Behind an INSERT into oauth2_answer: of those who send one form at once, one
   is first.  What has expired, and was not removed yet, is nobody's. */
#define OA2_ANSWER_FIRST(now) \
    " ON CONFLICT (digest) DO UPDATE SET reply = excluded.reply," \
    " expires = excluded.expires" \
    " WHERE oauth2_answer.expires <= CAST(" now " AS BIGINT)"

#endif

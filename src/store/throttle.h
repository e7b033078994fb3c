/* SPDX-License-Identifier: Apache-2.0 */
/*
 * throttle.h - attempts, counted, and the pauses that follow.
 * store/store.h has the promises.
 */
#ifndef OA2_STORE_THROTTLE_H
#define OA2_STORE_THROTTLE_H

#include "base/ctx.h"

/*
 * Counts one attempt against each key (a digest; e.g. of an account, of an
 * address) *before* the password is looked at, so that parallel guesses all
 * count.  From the limit-th attempt on within the window each doubles the
 * pause that follows, from 1 s to max_wait.  *wait: seconds that this attempt
 * would have to wait; 0: go on.
 */
typedef struct oa2_throttle_t {
    const char *key;
    int limit;
    apr_int64_t window;
    apr_int64_t max_wait;               /* 0: only counts, pauses nobody */
    int is_everywhere;                  /* not of this realm: of all that there
                                           are in the database */
    apr_int64_t counted;                /* out: attempts, this one too */
} oa2_throttle_t;

oa2_err_t *oa2_throttle_count(apr_int64_t *wait, oa2_ctx_t *ctx,
                              oa2_throttle_t *throttle);
/* The attempt was none against this key; a pause that it began ends. */
oa2_err_t *oa2_throttle_give_back(oa2_ctx_t *ctx,
                                  const oa2_throttle_t *throttle);
/* The right password was given: forget the account's attempts. */
oa2_err_t *oa2_throttle_clear(oa2_ctx_t *ctx, const char *key);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * claim.h - what is kept of people, to be told to clients.
 * store/store.h has the promises.
 */
#ifndef OA2_STORE_CLAIM_H
#define OA2_STORE_CLAIM_H

#include <apr_tables.h>
#include "base/ctx.h"

#define OA2_CLAIM_OF_PROFILE "profile"  /* somebody has set it */
#define OA2_CLAIM_OF_ENV "env:"         /* and a name: the last login's */

typedef struct oa2_claim_t {
    const char *name;
    const char *source;                 /* as above */
    const char *value;                  /* JSON */
    apr_int64_t updated;                /* list only */
} oa2_claim_t;

/* *out: oa2_claim_t, all that is kept of the user, in the order of names. */
oa2_err_t *oa2_claim_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                          const char *user);
/* Sets it; value NULL: removes it.  *done: 0 when there is no such user, or
   nothing to remove. */
oa2_err_t *oa2_claim_set(int *done, oa2_ctx_t *ctx, const char *user,
                         const oa2_claim_t *claim);
/*
 * What a client may be told by this grant: *consented, the names that its user
 * was shown, as words (domain/person/claims.h), and *out, all that is kept of
 * that user.  "" and nothing when the grant is gone or revoked.
 */
oa2_err_t *oa2_claim_of_grant(const char **consented,
                              apr_array_header_t **out, oa2_ctx_t *ctx,
                              apr_int64_t grant);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grant.h - one const row per grant_type, RFC 6749 sections 1.3 and 4.5.
 *
 * A new grant is one file and one line in oa2_grants (grant.c).
 */
#ifndef OA2_GRANT_GRANT_H
#define OA2_GRANT_GRANT_H

#include "base/ctx.h"
#include "base/text/json.h"
#include "store/token.h"

typedef struct oa2_grant_type_t {
    const char *name;                   /* grant_type */
    int confidential;                   /* public clients are refused */
    const oa2_param_t *params;          /* beside grant_type and the client's */
    /* *reply: RFC 6749 section 5.1.  ctx->client is proven and may use it. */
    oa2_err_t *(*handle)(cJSON **reply, oa2_ctx_t *ctx);
} oa2_grant_type_t;

extern const oa2_grant_type_t oa2_grant_authorization_code;
extern const oa2_grant_type_t oa2_grant_refresh_token;
extern const oa2_grant_type_t oa2_grant_client_credentials;

extern const oa2_grant_type_t *const oa2_grant_types[];     /* NULL ends it */

/* For the grants: an access token was stored, for the first time. */
void oa2_grant_type_issued(oa2_ctx_t *ctx, const oa2_grant_type_t *type,
                           const oa2_token_t *access);
/* NULL when unknown. */
const oa2_grant_type_t *oa2_grant_type_find(const char *name);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * access.h - to take back what clients have: by an administrator, at a page or
 * by oauth2ctl.  Each says so in the audit trail.
 */
#ifndef OA2_DOMAIN_TOKEN_ACCESS_H
#define OA2_DOMAIN_TOKEN_ACCESS_H

#include "store/grant.h"
#include "store/token.h"

/* A grant with all its tokens.  *done: 0 when there is none, or it was revoked
   before.  by: who does it; NULL: the audit's origin says so. */
oa2_err_t *oa2_access_end(int *done, oa2_ctx_t *ctx, apr_int64_t grant,
                          const char *by);
/* As oa2_grant_revoke_all(): all of a user, of a client, or of both. */
oa2_err_t *oa2_access_end_all(int *count, oa2_ctx_t *ctx, const char *user,
                              const char *client_id, const char *by);
/* A token that was found: an access token ends alone, a refresh token with its
   grant (RFC 7009 section 2.1).  *done: 0 when it was revoked before. */
oa2_err_t *oa2_access_end_token(int *done, oa2_ctx_t *ctx,
                                const oa2_token_t *token, const char *by);

#endif

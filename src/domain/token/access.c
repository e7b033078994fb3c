/* SPDX-License-Identifier: Apache-2.0 */
/* access.c - see access.h */
#include "domain/token/access.h"

#include "domain/site/audit.h"

oa2_err_t *oa2_access_end(int *done, oa2_ctx_t *ctx, apr_int64_t grant,
                          const char *by)
{
    oa2_grant_t *found;

    *done = 0;
    OA2_TRY(oa2_grant_find(&found, ctx, grant));
    if (!found)
        return NULL;
    OA2_TRY(oa2_grant_revoke(done, ctx, grant));
    if (*done)
        oa2_audit(ctx, &oa2_event_grant_revoked, "user", found->user,
                  "client", found->client_id, "grant",
                  oa2_audit_number(ctx, grant), "by", by, NULL);
    return NULL;
}

oa2_err_t *oa2_access_end_all(int *count, oa2_ctx_t *ctx, const char *user,
                              const char *client_id, const char *by)
{
    OA2_TRY(oa2_grant_revoke_all(count, ctx, user, client_id));
    /* What a client has for itself ends too, and is no grant. */
    if (*count || !user)
        oa2_audit(ctx, &oa2_event_grant_revoked, "user", user, "client",
                  client_id, "count", oa2_audit_number(ctx, *count), "by", by,
                  NULL);
    return NULL;
}

oa2_err_t *oa2_access_end_token(int *done, oa2_ctx_t *ctx,
                                const oa2_token_t *token, const char *by)
{
    OA2_TRY(token->refresh ? oa2_grant_revoke(done, ctx, token->grant)
                           : oa2_token_revoke(done, ctx, token));
    if (*done)
        oa2_audit(ctx, token->refresh ? &oa2_event_grant_revoked
                                      : &oa2_event_token_revoked,
                  "user", token->user, "client", token->client_id, "grant",
                  token->grant ? oa2_audit_number(ctx, token->grant) : NULL,
                  "by", by, NULL);
    return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* grant.c - the list of grant types; a new one is a line here */
#include "grant/grant.h"

#include <string.h>

#include "base/shm/counter.h"
#include "domain/site/audit.h"

const oa2_grant_type_t *const oa2_grant_types[] = {
    &oa2_grant_authorization_code,
    &oa2_grant_refresh_token,
    &oa2_grant_client_credentials,
    NULL
};

const oa2_grant_type_t *oa2_grant_type_find(const char *name)
{
    int i;

    for (i = 0; oa2_grant_types[i]; i++)
        if (strcmp(oa2_grant_types[i]->name, name) == 0)
            return oa2_grant_types[i];
    return NULL;
}

void oa2_grant_type_issued(oa2_ctx_t *ctx, const oa2_grant_type_t *type,
                           const oa2_token_t *access)
{
    const char *grant = access->grant ? oa2_audit_number(ctx, access->grant)
                                      : NULL;
    int i = 0;

    while (oa2_grant_types[i] && oa2_grant_types[i] != type)
        i++;
    if (i < OA2_GRANTS)
        OA2_COUNT(ctx->counter, tokens, i);
    if (type == &oa2_grant_refresh_token)
        oa2_audit(ctx, &oa2_event_token_refreshed, "user", access->user,
                  "scope", access->scope, "grant", grant, NULL);
    else
        oa2_audit(ctx, &oa2_event_token_issued, "user", access->user,
                  "grant_type", type->name, "scope", access->scope, "grant",
                  grant, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scopes.c - admin/scopes: scopes and claims as the configuration has them.
 * They are changed there and nowhere else.
 */
#include <string.h>

#include <apr_strings.h>

#include "domain/person/role.h"
#include "domain/site/settings.h"
#include "endpoint/admin/admin.h"

static const oa2_param_t params[] = {
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    OA2_PARAMS_END
};

static const oa2_claim_row_t *claim_at(const oa2_settings_t *settings, int i)
{
    return settings->claims && i < settings->claims->nelts
        ? &APR_ARRAY_IDX(settings->claims, i, oa2_claim_row_t) : NULL;
}

static void put_claims_of(cJSON *item, const oa2_settings_t *settings,
                          const char *scope)
{
    cJSON *list = oa2_json_put_array(item, "claims");
    const oa2_claim_row_t *claim;
    int i;

    for (i = 0; (claim = claim_at(settings, i)) != NULL; i++)
        if (strcmp(claim->scope, scope) == 0)
            oa2_json_put_text(oa2_json_push_object(list), "claim",
                              claim->name);
}

static void put_scopes(cJSON *model, const oa2_settings_t *settings)
{
    cJSON *list = oa2_json_put_array(model, "scopes");
    int i;

    for (i = 0; i < settings->scopes->nelts; i++) {
        const oa2_scope_row_t *row =
            &APR_ARRAY_IDX(settings->scopes, i, oa2_scope_row_t);
        cJSON *item = oa2_json_push_object(list);

        oa2_json_put_text(item, "name", row->name);
        oa2_json_put_text(item, "description", row->description);
        oa2_json_put_text(item, "category", row->category);
        oa2_json_put_bool(item, "is_default", row->is_default);
        oa2_json_put_bool(item, "is_sensitive", row->is_sensitive);
        put_claims_of(item, settings, row->name);
    }
    oa2_json_put_bool(model, "has_scopes", settings->scopes->nelts > 0);
}

static const char *source_of(const oa2_ctx_t *ctx,
                             const oa2_claim_row_t *claim)
{
    switch (claim->source) {
    case OA2_CLAIM_ENV:
        return oa2_say(ctx, "The last sign-in, from {{variable}}",
                       "variable", claim->variable, NULL);
    case OA2_CLAIM_QUERY:
        return oa2_say(ctx, "Asked for each time (OAuth2ClaimQuery)", NULL);
    case OA2_CLAIM_USER:
        return oa2_say(ctx, "The name to sign in by", NULL);
    default:
        return oa2_say(ctx, "Kept with the user", NULL);
    }
}

static void put_claims(cJSON *model, const oa2_ctx_t *ctx)
{
    cJSON *list = oa2_json_put_array(model, "all_claims");
    const oa2_claim_row_t *claim;
    int i;

    for (i = 0; (claim = claim_at(ctx->settings, i)) != NULL; i++) {
        cJSON *item = oa2_json_push_object(list);

        oa2_json_put_text(item, "name", claim->name);
        oa2_json_put_text(item, "scope", claim->scope);
        oa2_json_put_text(item, "source", source_of(ctx, claim));
        oa2_json_put_bool(item, "is_editable", claim->is_editable);
    }
    oa2_json_put_bool(model, "has_claims", i > 0);
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    cJSON *model = oa2_admin_model(call);

    put_scopes(model, call->ctx.settings);
    put_claims(model, &call->ctx);
    *out = oa2_sheet_show(call, 200, OA2_PAGE_ADMIN_SCOPES, model);
    return NULL;
}

const oa2_endpoint_t oa2_endpoint_admin_scopes = {
    .name = "admin/scopes",
    .metadata = NULL,
    .methods = OA2_GET,
    .client = OA2_CLIENT_NONE,
    .asker = OA2_ASKER_SESSION,
    .role = OA2_ROLE_ADMINISTRATOR,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

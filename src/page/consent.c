/* SPDX-License-Identifier: Apache-2.0 */
/*
 * consent.c - what consent.mustache is shown.
 *
 * RFC 6749 section 10.2 and RFC 8252 section 8.6: the user has to see who
 * asks, for what, and where the answer goes.
 */
#include "page/model.h"

#include <string.h>

static void put_claims(cJSON *item, const apr_array_header_t *claims)
{
    cJSON *list = oa2_json_put_array(item, "claims");
    int i;

    for (i = 0; claims && i < claims->nelts; i++) {
        cJSON *claim = oa2_json_push_object(list);

        oa2_json_put_text(claim, "label",
                          APR_ARRAY_IDX(claims, i, const char *));
    }
    oa2_json_put_bool(item, "has_claims", claims && claims->nelts > 0);
}

static void put_scope(cJSON *list, const oa2_page_scope_t *scope)
{
    cJSON *item = oa2_json_push_object(list);

    oa2_json_put_text(item, "name", scope->name);
    oa2_json_put_text(item, "description", scope->description);
    oa2_json_put_bool(item, "already", scope->already);
    oa2_json_put_bool(item, "sensitive", scope->sensitive);
    put_claims(item, scope->claims);
}

static int is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static cJSON *put_group(cJSON *groups, const char *category)
{
    cJSON *group = oa2_json_push_object(groups);

    oa2_json_put_text(group, "category", category);
    return oa2_json_put_array(group, "scopes");
}

/* Once in groups, and once as a plain list. */
static void put_scopes(cJSON *model, const oa2_page_consent_t *in)
{
    cJSON *all = oa2_json_put_array(model, "scopes");
    cJSON *groups = oa2_json_put_array(model, "groups");
    cJSON *group = NULL;
    int i;

    for (i = 0; i < in->n_scopes; i++) {
        const oa2_page_scope_t *scope = &in->scopes[i];

        if (!i || !is_same(scope[-1].category, scope->category))
            group = put_group(groups, scope->category);
        put_scope(group, scope);
        put_scope(all, scope);
    }
    oa2_json_put_bool(model, "has_scopes", in->n_scopes > 0);
}

cJSON *oa2_page_consent_model(const oa2_page_consent_t *in, apr_pool_t *pool)
{
    cJSON *model = oa2_page_model(&in->common, pool);

    oa2_json_put_text(model, "action", in->action);
    oa2_json_put_text(model, "logout_action", in->logout_action);
    oa2_json_put_text(model, "form", in->form);
    oa2_json_put_text(model, "client_name", in->client_name);
    oa2_json_put_text(model, "client_logo", in->client_logo);
    oa2_json_put_text(model, "client_host", in->client_host);
    oa2_json_put_text(model, "user", in->user);
    oa2_json_put_bool(model, "loopback_only", in->loopback_only);
    oa2_json_put_text(model, "message", in->message);
    put_scopes(model, in);
    return model;
}

const char *oa2_page_consent(const oa2_pages_t *pages,
                             const oa2_page_consent_t *in, apr_pool_t *pool)
{
    return oa2_page_render(pages, in->common.language, OA2_PAGE_CONSENT,
                           oa2_page_consent_model(in, pool), pool);
}

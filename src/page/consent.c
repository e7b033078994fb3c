/* SPDX-License-Identifier: Apache-2.0 */
/*
 * consent.c - what consent.mustache is shown.
 *
 * RFC 6749 section 10.2 and RFC 8252 section 8.6: the user has to see who
 * asks, for what, and where the answer goes.
 */
#include "page/model.h"

static void put_scopes(cJSON *model, const oa2_page_consent_t *in)
{
    cJSON *scopes = oa2_json_put_array(model, "scopes");
    int i;

    for (i = 0; i < in->n_scopes; i++) {
        const oa2_page_scope_t *scope = &in->scopes[i];
        cJSON *item = oa2_json_push_object(scopes);

        oa2_json_put_text(item, "name", scope->name);
        oa2_json_put_text(item, "description", scope->description);
        oa2_json_put_bool(item, "already", scope->already);
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
    return oa2_page_render(pages, OA2_PAGE_CONSENT,
                           oa2_page_consent_model(in, pool), pool);
}

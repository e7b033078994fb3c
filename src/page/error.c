/* SPDX-License-Identifier: Apache-2.0 */
/*
 * error.c - what error.mustache is shown: the errors that RFC 6749 section
 * 4.1.2.1 forbids to redirect, and all others that a browser sees.
 */
#include "page/model.h"

static void put_details(cJSON *model, const oa2_page_error_t *in)
{
    cJSON *details = oa2_json_put_array(model, "details");
    int i;

    for (i = 0; i < in->n_details; i++) {
        cJSON *item = oa2_json_push_object(details);

        oa2_json_put_text(item, "label", in->details[i].label);
        oa2_json_put_text(item, "value", in->details[i].value);
    }
    oa2_json_put_bool(model, "has_details",
                      in->n_details > 0 || in->code || in->reference);
}

cJSON *oa2_page_error_model(const oa2_page_error_t *in, apr_pool_t *pool)
{
    cJSON *model = oa2_page_model(&in->common, pool);

    oa2_json_put_text(model, "title", in->title);
    oa2_json_put_text(model, "message", in->message);
    oa2_json_put_text(model, "hint", in->hint);
    oa2_json_put_text(model, "code", in->code);
    oa2_json_put_text(model, "reference", in->reference);
    put_details(model, in);
    return model;
}

const char *oa2_page_error(const oa2_pages_t *pages,
                           const oa2_page_error_t *in, apr_pool_t *pool)
{
    return oa2_page_render(pages, in->common.language, OA2_PAGE_ERROR,
                           oa2_page_error_model(in, pool), pool);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signed_out.c - what signed-out.mustache is shown.
 *
 * Signing out is a POST with a CSRF token, so a link to it has to ask first.
 */
#include "page/model.h"

cJSON *oa2_page_signed_out_model(const oa2_page_signed_out_t *in,
                                 apr_pool_t *pool)
{
    cJSON *model = oa2_page_model(&in->common, pool);

    oa2_json_put_bool(model, "done", in->done);
    oa2_json_put_text(model, "action", in->action);
    oa2_json_put_text(model, "form", in->form);
    oa2_json_put_text(model, "user", in->user);
    oa2_json_put_text(model, "message", in->message);
    return model;
}

const char *oa2_page_signed_out(const oa2_pages_t *pages,
                                const oa2_page_signed_out_t *in,
                                apr_pool_t *pool)
{
    return oa2_page_render(pages, in->common.language, OA2_PAGE_SIGNED_OUT,
                           oa2_page_signed_out_model(in, pool), pool);
}

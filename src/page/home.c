/* SPDX-License-Identifier: Apache-2.0 */
/* home.c - what home.mustache is shown. */
#include "page/model.h"

cJSON *oa2_page_home_model(const oa2_page_home_t *in, apr_pool_t *pool)
{
    cJSON *model = oa2_page_model(&in->common, pool);

    oa2_json_put_text(model, "metadata", in->metadata);
    oa2_json_put_text(model, "logout", in->logout);
    oa2_json_put_text(model, "user", in->user);
    return model;
}

const char *oa2_page_home(const oa2_pages_t *pages, const oa2_page_home_t *in,
                          apr_pool_t *pool)
{
    return oa2_page_render(pages, in->common.language, OA2_PAGE_HOME,
                           oa2_page_home_model(in, pool), pool);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set_password.c - what set-password.mustache is shown.
 *
 * What was typed is never part of a model.
 */
#include "page/model.h"

cJSON *oa2_page_set_password_model(const oa2_page_set_password_t *in,
                                   apr_pool_t *pool)
{
    cJSON *model = oa2_page_model(&in->common, pool);

    oa2_json_put_bool(model, "done", in->done);
    oa2_json_put_bool(model, "gone", in->gone);
    oa2_json_put_text(model, "action", in->action);
    oa2_json_put_text(model, "form", in->form);
    oa2_json_put_text(model, "user", in->user);
    oa2_json_put_text(model, "login", in->login);
    oa2_json_put_text(model, "message", in->message);
    oa2_json_put_text(model, "least", in->least);
    return model;
}

const char *oa2_page_set_password(const oa2_pages_t *pages,
                                  const oa2_page_set_password_t *in,
                                  apr_pool_t *pool)
{
    return oa2_page_render(pages, in->common.language, OA2_PAGE_SET_PASSWORD,
                           oa2_page_set_password_model(in, pool), pool);
}

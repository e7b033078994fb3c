/* SPDX-License-Identifier: Apache-2.0 */
/*
 * login.c - what login.mustache is shown.
 *
 * The password is never part of a model: a failed attempt shows it empty.
 */
#include "page/model.h"

cJSON *oa2_page_login_model(const oa2_page_login_t *in, apr_pool_t *pool)
{
    cJSON *model = oa2_page_model(&in->common, pool);

    oa2_json_put_text(model, "action", in->action);
    oa2_json_put_text(model, "form", in->form);
    oa2_json_put_text(model, "username", in->username);
    oa2_json_put_text(model, "client_name", in->client_name);
    oa2_json_put_text(model, "message", in->message);
    oa2_json_put_text(model, "sign_up", in->sign_up);
    return model;
}

const char *oa2_page_login(const oa2_pages_t *pages,
                           const oa2_page_login_t *in, apr_pool_t *pool)
{
    return oa2_page_render(pages, in->common.language, OA2_PAGE_LOGIN,
                           oa2_page_login_model(in, pool), pool);
}

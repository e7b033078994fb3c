/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model.h - the models of the pages, which a test compares with the variables
 * that the files use.
 */
#ifndef OA2_PAGE_MODEL_H
#define OA2_PAGE_MODEL_H

#include "page/page.h"

cJSON *oa2_page_login_model(const oa2_page_login_t *in, apr_pool_t *pool);
cJSON *oa2_page_consent_model(const oa2_page_consent_t *in, apr_pool_t *pool);
cJSON *oa2_page_error_model(const oa2_page_error_t *in, apr_pool_t *pool);
cJSON *oa2_page_signed_out_model(const oa2_page_signed_out_t *in,
                                 apr_pool_t *pool);
cJSON *oa2_page_set_password_model(const oa2_page_set_password_t *in,
                                   apr_pool_t *pool);

#endif

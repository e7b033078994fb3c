/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model.h - what is inside the page floor: the list of pages, and their
 * models, which a test compares with the variables that the files use.
 *
 * A new page is a file, its two functions, and one row of OA2_PAGE_LIST.
 */
#ifndef OA2_PAGE_MODEL_H
#define OA2_PAGE_MODEL_H

#include "base/json.h"
#include "page/page.h"

/* The file is the name and ".mustache". */
#define OA2_PAGE_LIST(ROW) \
    ROW(LOGIN, "login") \
    ROW(CONSENT, "consent") \
    ROW(ERROR, "error") \
    ROW(SIGNED_OUT, "signed-out") \
    ROW(HOME, "home")

#define OA2_PAGE_ID(id, name) OA2_PAGE_##id,
typedef enum {
    OA2_PAGE_LIST(OA2_PAGE_ID)
    OA2_PAGE_COUNT
} oa2_page_id_t;
#undef OA2_PAGE_ID

/* A model with the common part in it; it lives as long as pool. */
cJSON *oa2_page_model(const oa2_page_common_t *common, apr_pool_t *pool);
const char *oa2_page_render(const oa2_pages_t *pages, oa2_page_id_t id,
                            const cJSON *model, apr_pool_t *pool);

cJSON *oa2_page_login_model(const oa2_page_login_t *in, apr_pool_t *pool);
cJSON *oa2_page_consent_model(const oa2_page_consent_t *in, apr_pool_t *pool);
cJSON *oa2_page_error_model(const oa2_page_error_t *in, apr_pool_t *pool);
cJSON *oa2_page_signed_out_model(const oa2_page_signed_out_t *in,
                                 apr_pool_t *pool);
cJSON *oa2_page_home_model(const oa2_page_home_t *in, apr_pool_t *pool);

#endif

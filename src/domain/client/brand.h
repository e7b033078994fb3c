/* SPDX-License-Identifier: Apache-2.0 */
/*
 * brand.h - the picture by which people know an app.  Outcomes:
 * domain/client/app.h.
 */
#ifndef OA2_DOMAIN_CLIENT_BRAND_H
#define OA2_DOMAIN_CLIENT_BRAND_H

#include "domain/client/app.h"

/* The endpoint that answers it. */
#define OA2_BRAND_ENDPOINT "logo"
/* A problem's field. */
#define OA2_BRAND_FIELD "logo"

/*
 * bytes: whatever was sent.  What is kept is made of it by oauth2-logo
 * (base/picture.h).  Where that cannot work ctx->note says why, and a problem
 * that it is not the picture's fault.
 */
oa2_err_t *oa2_brand_set(oa2_app_result_t *out, oa2_ctx_t *ctx,
                         const oa2_actor_t *who, const char *id,
                         const void *bytes, apr_size_t len);
/* There need not be one. */
oa2_err_t *oa2_brand_remove(oa2_app_result_t *out, oa2_ctx_t *ctx,
                            const oa2_actor_t *who, const char *id);
/* Where the picture with that digest is, as a path on this host; logo NULL:
   there is none, and NULL. */
const char *oa2_brand_path(const oa2_ctx_t *ctx, const char *id,
                           const char *logo);

#endif

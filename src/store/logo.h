/* SPDX-License-Identifier: Apache-2.0 */
/* logo.h - the picture of an app.  store/store.h has the promises. */
#ifndef OA2_STORE_LOGO_H
#define OA2_STORE_LOGO_H

#include <apr_tables.h>
#include "base/ctx.h"

typedef struct oa2_logo_t {
    const char *type;                   /* media type */
    const char *digest;                 /* of its bytes: for URL and ETag */
    const void *bytes;
    apr_size_t len;
} oa2_logo_t;

/* *out NULL: it has none.  The pages'; and for tests. */
oa2_err_t *oa2_logo_get(oa2_logo_t **out, oa2_ctx_t *ctx, const char *id);
/* *done: 0 when there is no such client.  The pages'; and for tests. */
oa2_err_t *oa2_logo_put(int *done, oa2_ctx_t *ctx, const char *id,
                        const oa2_logo_t *logo);
/* The pages'; and for tests. */
oa2_err_t *oa2_logo_remove(int *done, oa2_ctx_t *ctx, const char *id);


#endif

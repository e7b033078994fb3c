/* SPDX-License-Identifier: Apache-2.0 */
/* compat_use.h - how often a client has used a compatibility switch.
   store/store.h has the promises. */
#ifndef OA2_STORE_COMPAT_USE_H
#define OA2_STORE_COMPAT_USE_H

#include <apr_tables.h>
#include "base/ctx.h"

typedef struct oa2_compat_use_t {
    const char *name;                   /* of the switch */
    apr_int64_t uses;
    apr_int64_t last;                   /* the time of the last one */
} oa2_compat_use_t;

/* One more, now; of a client that there is not, none. */
oa2_err_t *oa2_compat_use_add(oa2_ctx_t *ctx, const char *client_id,
                              const char *name);
/* *out: oa2_compat_use_t, by name. */
oa2_err_t *oa2_compat_use_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                               const char *client_id);

#endif

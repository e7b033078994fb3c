/* SPDX-License-Identifier: Apache-2.0 */
/* refused.h - the last refused requests of an app, for its developers. */
#ifndef OA2_DOMAIN_CLIENT_REFUSED_H
#define OA2_DOMAIN_CLIENT_REFUSED_H

#include <apr_tables.h>
#include "base/ctx.h"

/* A request of this client was refused: notes it for its developers, in turns.
   said: the sentence that the client got.  No secret is in it. */
void oa2_refused_note(oa2_ctx_t *ctx, const oa2_err_t *err);

#define OA2_REFUSED_MOST 20

typedef struct oa2_refused_t {
    apr_int64_t at;
    const char *endpoint;
    const char *error;                  /* "" : a page's */
    const char *said;
} oa2_refused_t;

/* *out: oa2_refused_t, the last OA2_REFUSED_MOST, the newest first. */
oa2_err_t *oa2_refused_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                           const char *id);

#endif

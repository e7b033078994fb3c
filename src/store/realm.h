/* SPDX-License-Identifier: Apache-2.0 */
/*
 * realm.h - whose clients and users these are.  store/store.h has the promises.
 */
#ifndef OA2_STORE_REALM_H
#define OA2_STORE_REALM_H

#include <apr_tables.h>
#include "base/ctx.h"

/*
 * Whose clients and users these are: an issuer's, or those of several issuers
 * that an administrator gave one realm.
 */
typedef struct oa2_realm_t {
    apr_int64_t id;                     /* for ctx->realm */
    const char *name;
    apr_int64_t created;
} oa2_realm_t;

/*
 * The number of the realm of that name, given to it when it has none yet.  The
 * first name gets 0, and with it all rows that there were before there were
 * realms.  Whoever else asks at the same moment is told the same.
 */
oa2_err_t *oa2_realm_enter(apr_int64_t *id, oa2_ctx_t *ctx, const char *name);
/* For tests.  Gives no number: *found is 0 when it has none, and *id as it
   was. */
oa2_err_t *oa2_realm_find(int *found, apr_int64_t *id, oa2_ctx_t *ctx,
                          const char *name);
/*
 * Notes mark, a fingerprint of the server's secret, for ctx->realm.  *before:
 * the one noted last, at *when; "" if none was.
 */
oa2_err_t *oa2_realm_note_secret(const char **before, apr_int64_t *when,
                                 oa2_ctx_t *ctx, const char *mark);
/* oa2_realm_t, all of them, by id. */
oa2_err_t *oa2_realm_list(apr_array_header_t **out, oa2_ctx_t *ctx);

#endif

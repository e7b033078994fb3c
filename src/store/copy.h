/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copy.h - all that an embedded database holds, elsewhere.
 */
#ifndef OA2_STORE_COPY_H
#define OA2_STORE_COPY_H

#include <apr_tables.h>
#include "base/ctx.h"

/* SQLite only: all that is committed now, in a new file at path, which may be
   empty or not there.  Nobody has to wait meanwhile. */
oa2_err_t *oa2_store_backup(oa2_ctx_t *ctx, const char *path);

typedef struct oa2_copied_t {
    const char *name;                   /* of a table */
    apr_int64_t rows;
} oa2_copied_t;

/*
 * From SQLite to PostgreSQL: every row of every table, as of one moment, all
 * or nothing.  Both have the same schema version, and the tables of `to` are
 * empty.  *out: oa2_copied_t.
 */
oa2_err_t *oa2_store_copy(apr_array_header_t **out, oa2_ctx_t *to,
                          oa2_ctx_t *from);

#endif

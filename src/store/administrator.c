/* SPDX-License-Identifier: Apache-2.0 */
/* administrator.c - see administrator.h */
#include "store/administrator.h"

#include "store/db/sql.h"

#define FIND(position, realm) OA2_ADMINISTRATORS(position, realm, "$1") \
    " AND (CAST($2 AS TEXT) IS NULL OR name <> $2) LIMIT 1"
static const oa2_sql_t find_sql = {
    "administrator_find", FIND("strpos", OA2_REALM_PGSQL),
    { FIND("instr", OA2_REALM_SQLITE) }, .repeats = 1
};

oa2_err_t *oa2_administrator_find(int *found, oa2_ctx_t *ctx, const char *but)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &find_sql, oa2_realm_prefix(ctx),
                    oa2_realm_key(ctx, but)));
    *found = rows->nelts > 0;
    return NULL;
}

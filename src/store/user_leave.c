/* SPDX-License-Identifier: Apache-2.0 */
/*
 * user_leave.c - see user_leave.h
 *
 * PostgreSQL looks again only at a row that it had to wait for, not at what
 * else a statement asks.  So the rows of the apps are locked, in their order,
 * and are left out when their count of the team is another one than the
 * statement sees: then it was made on what is not so any more.
 */
#include "store/user_leave.h"

#include "store/administrator.h"
#include "store/db/sql.h"
#include "store/grant.h"
#include "store/member.h"
#include "store/realm_key.h"
#include "store/tell.h"

/* $1 user, $2 the realm's prefix. */
#define LOCK "SELECT c.id FROM oauth2_client c" \
    " JOIN oauth2_client seen ON seen.id = c.id AND seen.team = c.team" \
    " JOIN oauth2_app_member m ON m.client_id = c.id" \
    " WHERE m.user_name = $1 ORDER BY c.id FOR UPDATE OF c"
#define LEAVE(position, others) "DELETE FROM oauth2_user WHERE name = $1" \
    " AND " OA2_UNLESS_LAST(position, others, "$1", "$2") \
    " AND NOT EXISTS (" OA2_OWNED_ALONE("$1") ")"
#define OTHERS OA2_ADMINISTRATORS("instr", OA2_REALM_SQLITE, "$2")
static const oa2_sql_t leave_sql = {
    "user_leave",
    "WITH a AS (" OA2_ADMINISTRATORS("strpos", OA2_REALM_PGSQL, "$2")
    " ORDER BY name FOR UPDATE), c AS (" LOCK "),"
    " t AS (UPDATE oauth2_client SET team = team + 1 FROM c"
    " WHERE oauth2_client.id = c.id),"
    " u AS (" LEAVE("strpos", "a") " AND (SELECT count(*) FROM c)"
    " = (SELECT count(*) FROM oauth2_app_member WHERE user_name = $1)"
    " RETURNING name, sub)"
    " SELECT sub, " OA2_TELL(OA2_OF_USER, "name") " FROM u",
    { "?" OA2_TEAMS_CHANGE("$1"),
      LEAVE("instr", "(" OTHERS ") AS a") " RETURNING sub" },
    .repeats = 0                        /* what is gone has no sub */
};

oa2_err_t *oa2_user_leave(int *done, oa2_ctx_t *ctx, const char *name)
{
    const char *key = oa2_realm_key(ctx, name);
    apr_array_header_t *rows;
    oa2_err_t *err = OA2_SQL(&rows, ctx, &leave_sql, key,
                             oa2_realm_prefix(ctx));

    /* After a failure too: only the answer may have been lost. */
    oa2_tell_caches(ctx->store, OA2_OF_USER, key);
    OA2_TRY(err);
    *done = rows->nelts > 0;
    if (!*done)
        return NULL;
    return oa2_grant_remove_all(
        ctx, key, NULL,
        oa2_row_text(APR_ARRAY_IDX(rows, 0, oa2_row_t), 0));
}

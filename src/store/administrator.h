/* SPDX-License-Identifier: Apache-2.0 */
/*
 * administrator.h - whether an administrator is left who can sign in: one with
 * the role, who is not disabled, has the account of the name, and a password
 * here or a provider that has vouched.  store/store.h has the promises.
 */
#ifndef OA2_STORE_ADMINISTRATOR_H
#define OA2_STORE_ADMINISTRATOR_H

#include "base/ctx.h"
#include "store/realm_key.h"

/* In SQL.  position: strpos or instr; the condition is that of the index. */
#define OA2_IS_ADMINISTRATOR(position) \
    position "(' ' || roles || ' ', ' administrator ') > 0"
/* realm: OA2_REALM_PGSQL or OA2_REALM_SQLITE; prefix: the argument. */
#define OA2_ADMINISTRATORS(position, realm, prefix) \
    "SELECT name FROM oauth2_user WHERE " OA2_IS_ADMINISTRATOR(position) \
    " AND " realm("name", prefix) " AND disabled = 0" \
    " AND (account IS NULL OR account < ':' OR account >= ';')" \
    " AND (password IS NOT NULL OR provider <> 'oauth2')"
/*
 * A condition: spare is NULL, or this user is no administrator, or one of
 * others, a FROM clause of those above as `a`, is another.  On PostgreSQL they
 * are locked: two who go at once wait for each other's row, and the later one
 * sees who is gone.
 */
#define OA2_UNLESS_LAST(position, others, user, spare) \
    "(CAST(" spare " AS TEXT) IS NULL" \
    " OR NOT (" OA2_IS_ADMINISTRATOR(position) ")" \
    " OR EXISTS (SELECT 1 FROM " others " WHERE a.name <> " user "))"

/* *found: 1 when there is one beside the user `but` (NULL: at all), by the
   row's name. */
oa2_err_t *oa2_administrator_find(int *found, oa2_ctx_t *ctx,
                                  const char *but);

#endif

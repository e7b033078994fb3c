/* SPDX-License-Identifier: Apache-2.0 */
/*
 * realm_key.h - the realm's number in the keys.
 *
 * In realm 0 a client's id and a user's name are stored as they are; in realm
 * N as "N:id" and "N:name".  Neither can hold a colon, so a key is of one
 * realm only, and what somebody sends is never another realm's key.  Only the
 * store floor includes this: its verbs put the number on and take it off.
 */
#ifndef OA2_STORE_REALM_KEY_H
#define OA2_STORE_REALM_KEY_H

#include "store/db/sql.h"

/* The key of a name in ctx's realm; one that nobody has for a name with a
   colon.  NULL for NULL. */
const char *oa2_realm_key(const oa2_ctx_t *ctx, const char *name);
/* The name of a key; NULL when it is another realm's, and for NULL. */
const char *oa2_realm_name(const oa2_ctx_t *ctx, const char *key);

/*
 * What all keys of ctx's realm, and no others, have up to their first colon:
 * the argument of the two below, which are true for a key of it.
 */
const char *oa2_realm_prefix(const oa2_ctx_t *ctx);
/* Behind all keys of ctx's realm. */
const char *oa2_realm_end(const oa2_ctx_t *ctx);
#define OA2_REALM_PGSQL(column, arg) \
    "substr(" column ", 1, strpos(" column ", ':')) = " arg
#define OA2_REALM_SQLITE(column, arg) \
    "substr(" column ", 1, instr(" column ", ':')) = " arg

/*
 * Runs a statement that lists rows by key: key first among its columns, WHERE
 * key >= $1 AND key < $2 ORDER BY key LIMIT CAST($3 AS BIGINT).  *rows: at most
 * n rows of ctx's realm behind the name `after` (NULL: from the start), read
 * by ranges of the index.
 */
oa2_err_t *oa2_realm_rows(apr_array_header_t **rows, oa2_ctx_t *ctx,
                          const oa2_sql_t *sql, const char *after, int n);
/* The same, of names that begin so. */
oa2_err_t *oa2_realm_rows_of(apr_array_header_t **rows, oa2_ctx_t *ctx,
                             const oa2_sql_t *sql, const char *beginning,
                             const char *after, int n);

#endif

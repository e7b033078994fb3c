/* SPDX-License-Identifier: Apache-2.0 */
/*
 * foreign.h - a look into tables of the same database that are not ours, by a
 * query that an administrator has written.
 */
#ifndef OA2_STORE_FOREIGN_H
#define OA2_STORE_FOREIGN_H

#include "base/ctx.h"

/*
 * *row: JSON, an object with a member for each column of the one row that the
 * query (one SELECT, without a semicolon) has for its $1; NULL: no row.  On
 * PostgreSQL each value has the JSON type of its column; SQLite knows text,
 * integers and floating point only.
 *
 * The query only reads, takes a second at most, and has half of the connections
 * at most; after one that took too long nobody looks for two seconds.  *why:
 * what went wrong, or that there is more than one row, to be logged (warn once
 * a minute in each process, info otherwise); then *row is NULL.  An error: the
 * database itself is away.
 */
oa2_err_t *oa2_foreign_find(const char **row, const oa2_err_t **why,
                            oa2_ctx_t *ctx, const char *query,
                            const char *value);

#endif

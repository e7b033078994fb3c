/* SPDX-License-Identifier: Apache-2.0 */
/*
 * migrate.h - the version of the tables, and how they get to the newest one.
 */
#ifndef OA2_STORE_MIGRATE_H
#define OA2_STORE_MIGRATE_H

#include "base/ctx.h"

typedef struct oa2_schema_t {
    int current;                        /* version in the database; 0: none */
    int newest;                         /* version this program knows */
    int oldest;                         /* lowest that this program can use */
} oa2_schema_t;

/* An error too when the database could not hold what it would have to. */
oa2_err_t *oa2_schema_find(oa2_schema_t *out, oa2_ctx_t *ctx);
/*
 * Applies what is missing, each version in one transaction, one process at a
 * time; *applied counts them.  Then, each time, gives users an account that a
 * program of version 1 has made: see oa2_user_list_replaced().
 */
oa2_err_t *oa2_schema_migrate(int *applied, oa2_ctx_t *ctx);

/* The numbered schema files, compiled in by build/sql2c.awk. */
typedef struct oa2_migration_t {
    int version;
    const char *pgsql;          /* statements, separated by ";\n" */
    const char *sqlite3;
} oa2_migration_t;

/* Ascending; ended by version 0. */
extern const oa2_migration_t oa2_migrations[];

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * migrate.h - the numbered schema files, compiled in by build/sql2c.awk.
 */
#ifndef OA2_STORE_MIGRATE_H
#define OA2_STORE_MIGRATE_H

typedef struct oa2_migration_t {
    int version;
    const char *pgsql;          /* statements, separated by ";\n" */
    const char *sqlite3;
} oa2_migration_t;

/* Ascending; ended by version 0. */
extern const oa2_migration_t oa2_migrations[];

#endif

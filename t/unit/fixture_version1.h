/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fixture_version1.h - a store with the tables of version 1, and that
 * program's statements (version1.h) run on it.
 */
#ifndef OA2_TEST_FIXTURE_VERSION1_H
#define OA2_TEST_FIXTURE_VERSION1_H

#include "unit/fixture_store.h"

#include "store/db/sql.h"

/* One statement of version 1; "#" in a value is the run's digit. */
typedef struct {
    const oa2_sql_t *sql;
    int rows;                           /* that it has to answer */
    const char *values[OA2_SQL_ARGS];
} fixture_step_t;

/* The tables of version 1, empty, without a cache; fixture_close(). */
fixture_t *fixture_version1_open(void);
/* Fails the test where a statement does not answer as many rows. */
void fixture_version1_run(oa2_ctx_t *ctx, char number,
                          const fixture_step_t *steps, size_t n);
/* With the run's digit in it; NULL stays NULL. */
const char *fixture_version1_value(const char *value, char run,
                                   apr_pool_t *pool);

#endif

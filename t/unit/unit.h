/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unit.h - what every unit test starts with: cmocka, and a pool per test.
 *
 * cmocka.h wants the four standard headers before it.
 */
#ifndef OA2_UNIT_H
#define OA2_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <apr_general.h>
#include <apr_pools.h>
#include <apr_strings.h>

#define UNIT_COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
/* A test that gets a fresh pool as *state. */
#define UNIT_TEST(f) cmocka_unit_test_setup_teardown(f, unit_begin, unit_end)

static inline int unit_begin(void **state)
{
    apr_pool_t *pool;

    if (apr_initialize() != APR_SUCCESS
        || apr_pool_create(&pool, NULL) != APR_SUCCESS)
        return -1;
    *state = pool;
    return 0;
}

static inline int unit_end(void **state)
{
    apr_pool_destroy(*state);
    apr_terminate();
    return 0;
}

/* Says which row of a table it was, which cmocka's asserts do not. */
#define UNIT_ROW(ok, what)                                      \
    do {                                                        \
        if (!(ok)) fail_msg("row %s", (what));                  \
    } while (0)

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_units.c - base/text/units: a number is read within its limits or
 * refused, and what is said of it reads as the same number.
 */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_strings.h>

#include "base/text/units.h"

#define MAX APR_INT64_C(0x7fffffffffffffff)

static void check_seconds(const char *text, apr_pool_t *pool)
{
    apr_int64_t n = -1;
    apr_int64_t again = -1;

    if (oa2_units_seconds(&n, text, 0, MAX, pool)) {
        if (n != -1)
            abort();
        return;
    }
    if (oa2_units_seconds(&again, oa2_units_say_seconds(n, pool), n, n, pool)
        || again != n)
        abort();
    if (!*oa2_units_tell_seconds(n, pool))
        abort();
    if (strlen(oa2_units_say_time(n, pool)) != 20)
        abort();
}

static void check_limits(const char *text, apr_pool_t *pool)
{
    apr_int64_t n = 7;

    if (!oa2_units_seconds(&n, text, 60, 86400, pool)
        && (n < 60 || n > 86400))
        abort();
    if (!oa2_units_bytes(&n, text, 1024, 1 << 30, pool)
        && (n < 1024 || n > 1 << 30))
        abort();
    if (!oa2_units_number(&n, text, 1, 64, pool) && (n < 1 || n > 64))
        abort();
}

/* A plain number is the same number of bytes, and "0" of seconds. */
static void check_plain(const char *text, apr_pool_t *pool)
{
    apr_int64_t n;
    apr_int64_t bytes;

    if (oa2_units_number(&n, text, 0, MAX, pool)) return;
    if (strspn(text, "0123456789") != strlen(text))
        abort();
    if (oa2_units_bytes(&bytes, text, 0, MAX, pool) || bytes != n)
        abort();
    if (!oa2_units_seconds(&bytes, text, 0, MAX, pool) != (n == 0))
        abort();
    if (n != strtoll(text, NULL, 10))
        abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return apr_initialize() == APR_SUCCESS ? 0 : 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text;
    apr_pool_t *pool;

    if (apr_pool_create(&pool, NULL) != APR_SUCCESS)
        abort();
    text = apr_pstrmemdup(pool, (const char *)data, size);
    check_seconds(text, pool);
    check_limits(text, pool);
    check_plain(text, pool);
    apr_pool_destroy(pool);
    return 0;
}

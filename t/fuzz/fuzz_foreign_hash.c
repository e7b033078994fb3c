/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_foreign_hash.c - base/foreign_hash: what is read is usable or has a
 * problem, nothing of a hash is quoted, and what has one never matches.
 */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_strings.h>

#include "base/foreign_hash.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return apr_initialize() == APR_SUCCESS ? 0 : 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *problem;
    const char *text;
    apr_pool_t *pool;

    if (apr_pool_create(&pool, NULL) != APR_SUCCESS)
        abort();
    text = apr_pstrmemdup(pool, (const char *)data, size);
    problem = oa2_foreign_hash_problem(text, pool);
    if (problem && oa2_foreign_hash_matches("correct horse battery", text))
        abort();
    if (!problem && !oa2_foreign_hash_is(text))
        abort();
    if (problem && strlen(problem) > 120)
        abort();
    apr_pool_destroy(pool);
    return 0;
}

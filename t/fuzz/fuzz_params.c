/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_params.c - base/text/params: any query string or body is taken or
 * refused, and what was taken keeps the header's promises.
 */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_strings.h>

#include "base/text/encode.h"
#include "base/text/params.h"

static const oa2_param_t rows[] = {
    { "grant_type", OA2_REQUIRED, OA2_ONCE, 64, oa2_is_nqschar },
    { "code", OA2_OPTIONAL, OA2_ONCE, 512, oa2_is_vschar },
    { "scope", OA2_OPTIONAL, OA2_ONCE, 1024, oa2_is_scope },
    { "resource", OA2_OPTIONAL, OA2_MANY, 2048, oa2_is_uri },
    { "login_hint", OA2_OPTIONAL, OA2_ONCE, 256, oa2_is_text },
    OA2_PARAMS_END
};

static void check_error(const oa2_err_t *err)
{
    if (err->kind != &oa2_invalid_request || !oa2_is_nqschar(err->said))
        abort();
}

/* What the parser let through. */
static void check_taken(const oa2_params_t *params, const char *name,
                        apr_pool_t *pool)
{
    const char *value = oa2_params_get(params, name);
    const char *all = oa2_params_join(params, name, pool);
    int count = oa2_params_count(params, name);

    if (count < 0 || count > OA2_PARAMS_MAX)
        abort();
    if (!value != !all || (value && (!*value || count == 0)))
        abort();
    if (value && !oa2_utf8_is_valid(value, strlen(value)))
        abort();
    if (value && strncmp(all, value, strlen(value)) != 0)
        abort();
}

/* What the rows let through besides. */
static void check_obeyed(const oa2_params_t *params, apr_pool_t *pool)
{
    const oa2_param_t *row;

    for (row = rows; row->name; row++) {
        const char *value = oa2_params_get(params, row->name);

        check_taken(params, row->name, pool);
        if (!value && row->presence == OA2_REQUIRED)
            abort();
        if (value && (strlen(value) > row->max || !row->is(value)))
            abort();
        if (row->repeat == OA2_ONCE
            && oa2_params_count(params, row->name) > 1)
            abort();
    }
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return apr_initialize() == APR_SUCCESS ? 0 : 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool;
    oa2_params_t *params;
    oa2_err_t *err;

    if (apr_pool_create(&pool, NULL) != APR_SUCCESS)
        abort();
    params = oa2_params_make(pool);
    err = oa2_params_parse(params, (const char *)data, size, pool);
    if (err)
        check_error(err);
    check_taken(params, "code", pool);
    check_taken(params, "a", pool);
    if (!err) {
        err = oa2_params_check(params, rows, pool);
        if (err)
            check_error(err);
        else
            check_obeyed(params, pool);
    }
    apr_pool_destroy(pool);
    return 0;
}

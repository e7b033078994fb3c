/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_multipart.c - base/text/multipart: a Content-Type's line, and behind it
 * a body.  Either is refused, or what was taken keeps the header's promises.
 */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_strings.h>

#include "base/text/encode.h"
#include "base/text/multipart.h"

static void check_file(const oa2_file_t *file, const char *body,
                       apr_size_t len)
{
    const char *bytes = (const char *)file->bytes;

    if (bytes < body || bytes + file->len > body + len)
        abort();
    if (!*file->field || !oa2_utf8_is_valid(file->name, strlen(file->name)))
        abort();
    if (!*file->name && !file->len)
        abort();
}

static void check_taken(const oa2_params_t *params,
                        const apr_array_header_t *files, const char *body,
                        apr_size_t len)
{
    const char *value = oa2_params_get(params, "a");
    int i;

    if (value && (!oa2_utf8_is_valid(value, strlen(value))
                  || strlen(value) > OA2_PARAMS_BYTES))
        abort();
    if (oa2_params_count(params, "a") > OA2_PARAMS_MAX
        || files->nelts > OA2_MULTIPART_FILES)
        abort();
    for (i = 0; i < files->nelts; i++)
        check_file(&APR_ARRAY_IDX(files, i, oa2_file_t), body, len);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return apr_initialize() == APR_SUCCESS ? 0 : 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *end = size ? memchr(text, '\n', size) : NULL;
    apr_array_header_t *files;
    oa2_params_t *params;
    const char *boundary;
    apr_pool_t *pool;
    oa2_err_t *err;

    if (!end) return 0;
    if (apr_pool_create(&pool, NULL) != APR_SUCCESS)
        abort();
    params = oa2_params_make(pool);
    files = apr_array_make(pool, 2, sizeof(oa2_file_t));
    boundary = oa2_multipart_boundary(
        apr_pstrmemdup(pool, text, (apr_size_t)(end - text)), pool);
    if (boundary) {
        apr_size_t len = size - (apr_size_t)(end + 1 - text);

        err = oa2_multipart_parse(params, files, boundary, end + 1, len,
                                  pool);
        if (err && (err->kind != &oa2_invalid_request
                    || !oa2_is_nqschar(err->said)))
            abort();
        check_taken(params, files, end + 1, len);
    }
    apr_pool_destroy(pool);
    return 0;
}

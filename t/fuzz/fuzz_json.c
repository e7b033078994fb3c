/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_json.c - base/text/json: what parses can be printed, and what was
 * printed parses and prints the same.
 */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_strings.h>

#include "base/text/encode.h"
#include "base/text/json.h"

#define DEPTH_MAX 32

static void check_value(const cJSON *value, int depth)
{
    const cJSON *item;
    const char *text = cJSON_GetStringValue(value);

    if (depth > DEPTH_MAX + 1)
        abort();
    if (text && !oa2_utf8_is_valid(text, strlen(text)))
        abort();
    if (value->string
        && !oa2_utf8_is_valid(value->string, strlen(value->string)))
        abort();
    cJSON_ArrayForEach(item, value) {
        check_value(item, depth + 1);
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
    cJSON *json;

    if (apr_pool_create(&pool, NULL) != APR_SUCCESS)
        abort();
    json = oa2_json_parse((const char *)data, size, pool);
    if (json) {
        const char *text = oa2_json_text(json, pool);
        const cJSON *again = oa2_json_parse(text, strlen(text), pool);

        check_value(json, 1);
        if (memchr(data, 0, size))
            abort();
        if (!again || strcmp(oa2_json_text(again, pool), text) != 0)
            abort();
        oa2_json_get_text(json, "a");
    }
    apr_pool_destroy(pool);
    return 0;
}

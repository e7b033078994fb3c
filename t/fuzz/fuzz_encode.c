/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_encode.c - base/text/encode and base/text/abnf: decoders of hostile
 * bytes.
 *
 * A canonical form has one text for one value: what decodes must encode to
 * the text that it came from.
 */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_strings.h>

#include "base/text/abnf.h"
#include "base/text/encode.h"

static void check_b64(const char *text, apr_pool_t *pool)
{
    apr_size_t len;
    unsigned char *bytes = oa2_b64url_decode(&len, text, pool);
    char *url;
    char *at;

    if (bytes && (bytes[len] != '\0'
                  || strcmp(oa2_b64url_encode(pool, bytes, len), text) != 0))
        abort();
    bytes = oa2_b64_decode(&len, text, pool);
    if (!bytes) return;
    if (bytes[len] != '\0' || strlen(text) != (len + 2) / 3 * 4)
        abort();
    /* the other alphabet, and padding, make it the other form */
    url = oa2_b64url_encode(pool, bytes, len);
    for (at = url; *at; at++) {
        if (*at == '-')
            *at = '+';
        else if (*at == '_')
            *at = '/';
    }
    if (strncmp(url, text, strlen(url)) != 0)
        abort();
    if (strspn(text + strlen(url), "=") != strlen(text + strlen(url)))
        abort();
}

static void check_form(const char *data, apr_size_t size, apr_pool_t *pool)
{
    char *value = oa2_form_decode(data, size, pool);
    char *again;

    if (!value) return;
    if (strlen(value) > size || !oa2_utf8_is_valid(value, strlen(value)))
        abort();
    again = oa2_url_encode(pool, value);
    if (*again && !oa2_is_uri(again))
        abort();
    again = oa2_form_decode(again, strlen(again), pool);
    if (!again || strcmp(again, value) != 0)
        abort();
}

/* The classes as sets: which of them holds which. */
static void check_text(const char *text)
{
    apr_size_t len = strlen(text);

    if (oa2_is_text(text) && !oa2_utf8_is_valid(text, len))
        abort();
    if (oa2_is_vschar(text) && !oa2_is_text(text))
        abort();
    if (oa2_is_nqschar(text) && !oa2_is_vschar(text))
        abort();
    if (oa2_is_scope(text) && !oa2_is_nqschar(text))
        abort();
    if (oa2_is_scope_token(text) && !oa2_is_scope(text))
        abort();
    if (oa2_is_unreserved(text) && !oa2_is_b64token(text))
        abort();
    if (oa2_is_b64token(text) && !oa2_is_vschar(text))
        abort();
    if (oa2_is_uri(text) && !oa2_is_scope_token(text))
        abort();
    if (oa2_is_word(text) && !oa2_is_words(text))
        abort();
    if (oa2_is_words(text) && !oa2_is_nqschar(text))
        abort();
    if (*text && !oa2_is_any(text))
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
    check_b64(text, pool);
    check_form((const char *)data, size, pool);
    check_text(text);
    /* a prefix of valid text is valid up to its last character */
    if (oa2_utf8_is_valid((const char *)data, size) && size > 0
        && data[size - 1] < 0x80
        && !oa2_utf8_is_valid((const char *)data, size - 1))
        abort();
    apr_pool_destroy(pool);
    return 0;
}

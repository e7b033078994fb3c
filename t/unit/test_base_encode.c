/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_base_encode.c - base/text/encode: RFC 4648's vectors, and what is no
 * code.
 */
#include "unit/unit.h"

#include "base/text/encode.h"

/* RFC 4648 section 10, and the two digits that differ. */
static const struct {
    const char *plain;
    const char *url;
    const char *padded;
} vectors[] = {
    { "", "", "" },
    { "f", "Zg", "Zg==" },
    { "fo", "Zm8", "Zm8=" },
    { "foo", "Zm9v", "Zm9v" },
    { "foob", "Zm9vYg", "Zm9vYg==" },
    { "fooba", "Zm9vYmE", "Zm9vYmE=" },
    { "foobar", "Zm9vYmFy", "Zm9vYmFy" },
    { "\xfb\xff\xbf", "-_-_", "+/+/" },
};

static void vectors_go_both_ways(void **state)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(vectors); i++) {
        const char *plain = vectors[i].plain;
        apr_size_t len = 99;
        unsigned char *out;

        assert_string_equal(oa2_b64url_encode(*state, plain, strlen(plain)),
                            vectors[i].url);
        out = oa2_b64url_decode(&len, vectors[i].url, *state);
        assert_non_null(out);
        assert_int_equal(len, strlen(plain));
        assert_string_equal((char *)out, plain);
        out = oa2_b64_decode(&len, vectors[i].padded, *state);
        assert_non_null(out);
        assert_int_equal(len, strlen(plain));
        assert_string_equal((char *)out, plain);
    }
}

static void all_bytes_and_lengths_go_both_ways(void **state)
{
    unsigned char data[256];
    apr_size_t len;
    int i;

    for (i = 0; i < 256; i++)
        data[i] = (unsigned char)(i * 7);
    for (i = 0; i <= 256; i++) {
        char *text = oa2_b64url_encode(*state, data, (apr_size_t)i);
        unsigned char *back = oa2_b64url_decode(&len, text, *state);

        assert_int_equal(strlen(text), (i * 8 + 5) / 6);
        assert_non_null(back);
        assert_int_equal(len, i);
        assert_memory_equal(back, data, (size_t)i);
        assert_int_equal(back[i], 0);
    }
}

static const char *const bad_url[] = {
    "A", "AAAAA",                       /* six bits are no byte */
    "Zh", "Zm9",                        /* unused bits set */
    "Zg=", "Zg==", "=", "====",         /* padding */
    "Zg\n", " Zg", "Z g", "Zm 9v",
    "+/+/", "Zm9v+", "Zg.", "Z\xc3\xa9", "Zm8\x7f",
};

static const char *const bad_padded[] = {
    "Zg", "Zm8", "Zg=", "Zg===", "Zm9v====", "=", "==", "===", "====",
    "A===",                             /* six bits are no byte */
    "Zh==", "Zm9=",                     /* unused bits set */
    "Z=g=", "=Zg=", "Zg==Zg==", "Zm8=\n", "-_-_", "Zg==\n\n\n\n",
    "Zm9v Zm9", "Zg=\xc3",
};

static void what_is_not_canonical_is_refused(void **state)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(bad_url); i++) {
        apr_size_t len = 99;

        UNIT_ROW(!oa2_b64url_decode(&len, bad_url[i], *state) && len == 99,
                 bad_url[i]);
    }
    for (i = 0; i < UNIT_COUNT(bad_padded); i++) {
        apr_size_t len = 99;

        UNIT_ROW(!oa2_b64_decode(&len, bad_padded[i], *state) && len == 99,
                 bad_padded[i]);
    }
}

static void a_value_is_percent_encoded(void **state)
{
    char all[256];
    apr_size_t i;
    const char *text;

    assert_string_equal(oa2_url_encode(*state, ""), "");
    assert_string_equal(oa2_url_encode(*state, "AZaz09-._~"), "AZaz09-._~");
    assert_string_equal(oa2_url_encode(*state, "a b+c&d=e%/?#\xc3\xa9\x7f"),
                        "a%20b%2Bc%26d%3De%25%2F%3F%23%C3%A9%7F");
    for (i = 0; i < 255; i++)
        all[i] = (char)(i + 1);
    all[255] = '\0';
    text = oa2_url_encode(*state, all);
    /* 66 of the 255 are unreserved */
    assert_int_equal(strlen(text), 66 + 3 * (255 - 66));
}

static const struct {
    const char *text;
    const char *want;
} forms[] = {
    { "", "" },
    { "a+b", "a b" },
    { "a%20b", "a b" },
    { "a%2Bb%2bb", "a+b+b" },
    { "%C3%A9\xc3\xa9", "\xc3\xa9\xc3\xa9" },
    { "a=b&c", "a=b&c" },
    /* RFC 6749 appendix B */
    { "+%25%26%2B%C2%A3%E2%82%AC", " %&+\xc2\xa3\xe2\x82\xac" },
    { "%0d%0A", "\r\n" },
    { "%2525", "%25" },
    { "%", NULL },
    { "%2", NULL },
    { "a%2", NULL },
    { "%zz", NULL },
    { "%2g", NULL },
    { "%g2", NULL },
    { "%%20", NULL },
    { "% 2", NULL },
    { "%+2", NULL },
    { "%00", NULL },
    { "a%00b", NULL },
    { "%ff", NULL },
    { "\xff", NULL },
    { "%C3", NULL },
    { "%c0%80", NULL },
    { "%ED%A0%80", NULL },
};

/* The text has just its bytes, so that ASan sees a read behind them. */
static void a_form_value_is_decoded_or_refused(void **state)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(forms); i++) {
        apr_size_t len = strlen(forms[i].text);
        char *copy = malloc(len ? len : 1);
        char *out;

        memcpy(copy, forms[i].text, len);
        out = oa2_form_decode(copy, len, *state);
        free(copy);
        if (forms[i].want)
            UNIT_ROW(out && strcmp(out, forms[i].want) == 0, forms[i].text);
        else
            UNIT_ROW(!out, forms[i].text);
    }
    assert_null(oa2_form_decode("a\0b", 3, *state));
    assert_null(oa2_form_decode("\0", 1, *state));
    /* no further than it was told */
    assert_string_equal(oa2_form_decode("ab%zz", 2, *state), "ab");
    assert_null(oa2_form_decode("ab%20", 4, *state));
}

static void encoding_and_decoding_agree(void **state)
{
    const char *text = "a b&c=d+\xc3\xa9\xf0\x9f\x98\x80%~";
    const char *encoded = oa2_url_encode(*state, text);

    assert_string_equal(oa2_form_decode(encoded, strlen(encoded), *state),
                        text);
}

/* RFC 3629 section 4's grammar, restated over code points. */
static void utf8_is_what_rfc_3629_says(void **state)
{
    unsigned long c;

    (void)state;
    for (c = 0; c < 0x120000; c++) {
        unsigned char s[4];
        apr_size_t len = 0;
        int want = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);

        if (c < 0x80) {
            s[len++] = (unsigned char)c;
        }
        else if (c < 0x800) {
            s[len++] = (unsigned char)(0xc0 | c >> 6);
        }
        else if (c < 0x10000) {
            s[len++] = (unsigned char)(0xe0 | c >> 12);
            s[len++] = (unsigned char)(0x80 | (c >> 6 & 63));
        }
        else {
            s[len++] = (unsigned char)(0xf0 | c >> 18);
            s[len++] = (unsigned char)(0x80 | (c >> 12 & 63));
            s[len++] = (unsigned char)(0x80 | (c >> 6 & 63));
        }
        if (c >= 0x80)
            s[len++] = (unsigned char)(0x80 | (c & 63));
        if (oa2_utf8_is_valid((char *)s, len) != want)
            fail_msg("U+%04lX", c);
        if (len > 1 && oa2_utf8_is_valid((char *)s, len - 1))
            fail_msg("U+%04lX without its last byte", c);
    }
}

static const char *const bad_utf8[] = {
    "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf",
    "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
    "\xf5\x80\x80\x80", "\xfe", "\xff", "a\xc3", "\xc3(", "\xe2\x82(",
    "\xe2(\xac", "\xf0\x9f\x98(", "\xf0\x9f(\x80", "\xed\xa0\x80",
    "\xed\xbf\xbf", "\xc3\xa9\xa9", "\xe2\x82\xc0", "\xf0\x9f\x98\xc0",
};

static void bad_utf8_is_seen(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < UNIT_COUNT(bad_utf8); i++)
        UNIT_ROW(!oa2_utf8_is_valid(bad_utf8[i], strlen(bad_utf8[i])),
                 bad_utf8[i]);
    assert_true(oa2_utf8_is_valid("", 0));
    assert_true(oa2_utf8_is_valid("\0", 1));
    assert_true(oa2_utf8_is_valid("\xed\x9f\xbf\xee\x80\x80", 6));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(vectors_go_both_ways),
        UNIT_TEST(all_bytes_and_lengths_go_both_ways),
        UNIT_TEST(what_is_not_canonical_is_refused),
        UNIT_TEST(a_value_is_percent_encoded),
        UNIT_TEST(a_form_value_is_decoded_or_refused),
        UNIT_TEST(encoding_and_decoding_agree),
        UNIT_TEST(utf8_is_what_rfc_3629_says),
        UNIT_TEST(bad_utf8_is_seen),
    };

    return cmocka_run_group_tests_name("base/encode", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_base_abnf.c - base/text/abnf: every byte of every class, then its shape.
 */
#include "unit/unit.h"

#include "base/text/abnf.h"

#define ALPHA_DIGIT "abcdefghijklmnopqrstuvwxyz" \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static int in_vschar(int c)
{
    return c >= 0x20 && c <= 0x7e;
}

static int in_nqchar(int c)
{
    return c == 0x21 || (c >= 0x23 && c <= 0x5b) || (c >= 0x5d && c <= 0x7e);
}

static int in_nqschar(int c)
{
    return c == 0x20 || in_nqchar(c);
}

static int in_uri(int c)
{
    return strchr(ALPHA_DIGIT "-._~:/?#[]@!$&'()*+,;=", c) != NULL;
}

/* A byte alone: those above 0x7f are no UTF-8. */
static int in_text(int c)
{
    return c >= 0x20 && c <= 0x7e;
}

static int in_unreserved(int c)
{
    return strchr(ALPHA_DIGIT "-._~", c) != NULL;
}

static int in_b64token(int c)
{
    return strchr(ALPHA_DIGIT "-._~+/", c) != NULL;
}

static int in_word(int c)
{
    return strchr("abcdefghijklmnopqrstuvwxyz_", c) != NULL;
}

static int in_word_or_space(int c)
{
    return c == ' ' || in_word(c);
}

static int in_any(int c)
{
    return c != 0;
}

static const struct {
    const char *name;
    oa2_class_fn *is;
    int (*in)(int c);
} classes[] = {
    { "any", oa2_is_any, in_any },
    { "vschar", oa2_is_vschar, in_vschar },
    { "nqschar", oa2_is_nqschar, in_nqschar },
    { "scope", oa2_is_scope, in_nqchar },
    { "scope_token", oa2_is_scope_token, in_nqchar },
    { "uri", oa2_is_uri, in_uri },
    { "text", oa2_is_text, in_text },
    { "unreserved", oa2_is_unreserved, in_unreserved },
    { "b64token", oa2_is_b64token, in_b64token },
    { "word", oa2_is_word, in_word },
    { "words", oa2_is_words, in_word_or_space },
};

static void each_class_has_its_bytes_and_no_other(void **state)
{
    size_t i;
    int c;

    (void)state;
    for (i = 0; i < UNIT_COUNT(classes); i++) {
        if (classes[i].is("") != 0)
            fail_msg("%s takes nothing for something", classes[i].name);
        for (c = 1; c < 256; c++) {
            char alone[2] = { 0, 0 };
            char last[4] = "aa";
            int want = classes[i].in(c) ? 1 : 0;

            alone[0] = last[2] = (char)c;
            last[3] = '\0';
            if (classes[i].is(alone) != want)
                fail_msg("%s, byte %02x alone", classes[i].name, (unsigned)c);
            /* "=" may end a b64token, though it may not be one */
            if (classes[i].is == oa2_is_b64token && c == '=')
                want = 1;
            if (classes[i].is(last) != want)
                fail_msg("%s, byte %02x last", classes[i].name, (unsigned)c);
        }
    }
}

static const struct {
    oa2_class_fn *is;
    int want;
    const char *text;
} shapes[] = {
    { oa2_is_scope, 1, "read write" },
    { oa2_is_scope, 1, "a b c:d/e" },
    { oa2_is_scope, 0, " read" },
    { oa2_is_scope, 0, "read " },
    { oa2_is_scope, 0, "read  write" },
    { oa2_is_scope, 0, " " },
    { oa2_is_scope, 0, "read\twrite" },
    { oa2_is_scope, 0, "read \"write\"" },
    { oa2_is_scope_token, 0, "read write" },
    { oa2_is_words, 1, "login consent" },
    { oa2_is_words, 1, " login  consent " },
    { oa2_is_words, 0, "login,consent" },
    { oa2_is_word, 1, "authorization_code" },
    { oa2_is_word, 0, "login consent" },
    { oa2_is_b64token, 1, "abc=" },
    { oa2_is_b64token, 1, "abc==" },
    { oa2_is_b64token, 1, "mF_9.B5f-4.1JqM" },
    { oa2_is_b64token, 0, "=" },
    { oa2_is_b64token, 0, "a=b" },
    { oa2_is_b64token, 0, "a= " },
    { oa2_is_b64token, 0, "a b" },
    { oa2_is_uri, 1, "https://a.example/cb?x=%20&y=%aF#z" },
    { oa2_is_uri, 1, "http://[::1]:80/" },
    { oa2_is_uri, 0, "%" },
    { oa2_is_uri, 0, "a%2" },
    { oa2_is_uri, 0, "a%2g" },
    { oa2_is_uri, 0, "a%g2" },
    { oa2_is_uri, 0, "http://a b/" },
    { oa2_is_uri, 0, "http://\xc3\xa9/" },
    { oa2_is_text, 1, "Gr\xc3\xbc\xc3\x9f dich" },
    { oa2_is_text, 1, "\xc2\xa0" },               /* U+00A0 */
    { oa2_is_text, 0, "\xc2\x9f" },               /* U+009F */
    { oa2_is_text, 0, "a\xc2\x80" "b" },          /* U+0080 */
    { oa2_is_text, 1, "\xc3\x80" },               /* C3, not C2 */
    { oa2_is_text, 1, "\xe2\x82\xac \xf0\x9f\x98\x80" },
    { oa2_is_text, 0, "a\nb" },
    { oa2_is_text, 0, "\x7f" },
    { oa2_is_text, 0, "\xc0\xaf" },
    { oa2_is_text, 0, "\xed\xa0\x80" },
};

static void each_class_has_its_shape(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < UNIT_COUNT(shapes); i++)
        UNIT_ROW(shapes[i].is(shapes[i].text) == shapes[i].want,
                 shapes[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(each_class_has_its_bytes_and_no_other),
        UNIT_TEST(each_class_has_its_shape),
    };

    return cmocka_run_group_tests_name("base/abnf", tests, NULL, NULL);
}

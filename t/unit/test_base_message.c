/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_base_message.c - a mail stays what it was meant to be, whatever is in
 * the names: RFC 5322 section 2.2, RFC 2047.
 */
#include "base/crypto.h"
#include "base/text/message.h"
#include "unit/unit.h"

static int setup(void **state)
{
    apr_pool_t *pool;

    assert_int_equal(apr_initialize(), APR_SUCCESS);
    apr_pool_create(&pool, NULL);
    oa2_crypto_init();
    *state = pool;
    return 0;
}

static int teardown(void **state)
{
    apr_pool_destroy(*state);
    return 0;
}

static void addresses(void **state)
{
    static const char *const good[] = {
        "ann@example.com", "a.b+c'd@mail.example-site.org", "o'hara@x"
    };
    static const char *const bad[] = {
        "", "ann", "@example.com", "ann@", "ann@b@c", "a b@example.com",
        "ann@example.com,bob@example.com", "ann@example.com\nBcc: b@c",
        "<ann@example.com>", "\"a b\"@example.com", "-t@example.com",
        ".a@example.com", "a..b@example.com", "a.@example.com", "a@b..c",
        "a@-_.c", "\xc3\xa4@example.com", "a@\xc3\xa4.de", "a@[127.0.0.1]"
    };
    char *longest = apr_pcalloc(*state, OA2_ADDRESS_MAX + 2);
    size_t i;

    for (i = 0; i < UNIT_COUNT(good); i++)
        assert_true(oa2_message_is_address(good[i]));
    for (i = 0; i < UNIT_COUNT(bad); i++)
        if (oa2_message_is_address(bad[i]))
            fail_msg("%s", bad[i]);
    memset(longest, 'a', OA2_ADDRESS_MAX);
    longest[1] = '@';
    assert_true(oa2_message_is_address(longest));
    longest[OA2_ADDRESS_MAX] = 'a';
    assert_false(oa2_message_is_address(longest));
}

/* The line that begins so; NULL: none, or more than one. */
static const char *field(const char *text, const char *name, apr_pool_t *pool)
{
    const char *end = strstr(text, "\n\n");
    const char *start = apr_pstrcat(pool, "\n", name, ": ", NULL);
    const char *all = apr_pstrcat(
        pool, "\n", apr_pstrmemdup(pool, text, (apr_size_t)(end - text)),
        "\n", NULL);
    const char *at = strstr(all, start);

    if (!at || strstr(at + 1, start)) return NULL;
    at += strlen(start);
    return apr_pstrmemdup(pool, at, strcspn(at, "\n"));
}

static void a_plain_message(void **state)
{
    const oa2_message_t message = {
        "accounts@example.com", "Orders \"&\" Sons", "ann@example.com",
        "Your account", "Hello\n", apr_time_from_sec(951827696)
    };
    const char *text = oa2_message_text(&message, *state);

    assert_string_equal(field(text, "From", *state),
                        "\"Orders \\\"&\\\" Sons\" <accounts@example.com>");
    assert_string_equal(field(text, "To", *state), "ann@example.com");
    assert_string_equal(field(text, "Subject", *state), "Your account");
    assert_string_equal(field(text, "Date", *state),
                        "Tue, 29 Feb 2000 12:34:56 +0000");
    assert_string_equal(strchr(field(text, "Message-ID", *state), '@'),
                        "@example.com>");
    assert_string_equal(field(text, "Auto-Submitted", *state),
                        "auto-generated");
    assert_string_equal(field(text, "Content-Type", *state),
                        "text/plain; charset=UTF-8");
    assert_string_equal(strstr(text, "\n\n"), "\n\nHello\n");
}

static void no_name_makes_a_field(void **state)
{
    const oa2_message_t message = {
        "a@b.c", "X\nBcc: everybody@example.com", "ann@example.com",
        "Hi\r\n\r\nBcc: everybody@example.com", "", 0
    };
    const char *text = oa2_message_text(&message, *state);

    assert_null(field(text, "Bcc", *state));
    assert_string_equal(field(text, "Subject", *state),
                        "Hi    Bcc: everybody@example.com");
}

/* RFC 2047 section 2: lines of 76 characters, and each word whole. */
static void what_is_not_ascii(void **state)
{
    const oa2_message_t message = {
        "a@b.c", "Gr\xc3\xbc\xc3\x9f" "e", "ann@example.com",
        "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
        "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
        "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9",
        "", 0
    };
    const oa2_message_t looks_encoded = {
        "a@b.c", NULL, "ann@example.com", "=?UTF-8?Q?x?=", "", 0
    };
    const char *text = oa2_message_text(&message, *state);
    const char *line;

    assert_string_equal(field(text, "From", *state),
                        "=?UTF-8?B?R3LDvMOfZQ==?= <a@b.c>");
    assert_non_null(strstr(
        text, "\nSubject: =?UTF-8?B?w6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOp"
        "w6nDqcOpw6k=?=\n =?UTF-8?B?w6nDqcOpw6nDqQ==?=\n"));
    for (line = text; line; line = strchr(line + 1, '\n'))
        assert_true(strcspn(line + 1, "\n") <= 76);
    text = oa2_message_text(&looks_encoded, *state);
    assert_string_equal(field(text, "Subject", *state),
                        "=?UTF-8?B?PT9VVEYtOD9RP3g/PQ==?=");
    assert_string_equal(field(text, "From", *state), "a@b.c");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(a_plain_message),
        cmocka_unit_test(no_name_makes_a_field),
        cmocka_unit_test(what_is_not_ascii),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}

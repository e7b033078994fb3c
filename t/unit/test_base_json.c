/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_base_json.c - base/text/json: RFC 8259, and what cJSON alone would take.
 */
#include "unit/unit.h"

#include "base/text/json.h"

static cJSON *parse(const char *text, apr_size_t len, apr_pool_t *pool)
{
    char *copy = malloc(len ? len : 1);
    cJSON *json;

    /* just its bytes, so that ASan sees a read behind them */
    memcpy(copy, text, len);
    json = oa2_json_parse(copy, len, pool);
    free(copy);
    return json;
}

static const struct {
    const char *text;
    const char *want;           /* printed again */
} good[] = {
    { "{}", "{}" },
    { " [ ] \r\n\t", "[]" },
    { "null", "null" },
    { "true", "true" },
    { "false", "false" },
    { "0", "0" },
    { "-0", "-0" },
    { "-1.5e2", "-150" },
    { "1E+2", "100" },
    { "0.5", "0.5" },
    { "100000000000000000000000000000000000000000000000000000000000000",
     "1e+62" },
    { "\"\"", "\"\"" },
    { "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"a\\\"\\\\/\\b\\f\\n\\r\\t\"" },
    { "\"\\u0041\\u00e9\\uD83D\\uDE00\"", "\"A\xc3\xa9\xf0\x9f\x98\x80\"" },
    { "\"\\u000a\\u0001\"", "\"\\n\\u0001\"" },
    { "\"\xc3\xa9\x7f\"", "\"\xc3\xa9\x7f\"" },
    { "{\"a\" : [1, {\"b\":null}] , \"c\":\"d\"}",
     "{\"a\":[1,{\"b\":null}],\"c\":\"d\"}" },
    { "{\"\":1}", "{\"\":1}" },
};

static const char *const bad[] = {
    "", " ", "{", "}", "[", "]", "\"", "[1", "[1,", "[1,]", "[,1]", "[,]",
    "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:1}", "{'a':1}", "{,}",
    "{\"a\":1 \"b\":2}", "{\"a\" 1}", "[1 2]", "[1}", "{\"a\":1]",
    "nul", "nulll", "True", "NaN", "Infinity", "undefined",
    "01", "-", "+1", ".5", "1.", "1.e2", "1e", "1e+", "0x1", "--1", "-a",
    "00", "-01", "1 2", "{} {}", "{}x", "[]]", "1,", "/**/1", "//\n1",
    "\"a", "\"a\\\"", "\"\\x41\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\",
    "\"\\u\"", "\"a\nb\"", "\"\t\"", "\"\x1f\"", "\0131", "\f1", "1\x01",
    "\"\\u0000\"", "{\"a\\u0000b\":1}",
    "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\ud800x\"",
    "\"\\udbff\\ud800\"", "\"\\ud83d\\n\"", "\"\\ud83d\\",
    "\xef\xbb\xbf{}", "\"\xc0\x80\"", "\"\xff\"", "\"\xed\xa0\x80\"",
    "\xff", "{\"\xc3\":1}",
    /* 64 characters: cJSON would stop before the last */
    "1234567890123456789012345678901234567890123456789012345678901234",
};

static void json_is_parsed_and_printed(void **state)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(good); i++) {
        cJSON *json = parse(good[i].text, strlen(good[i].text), *state);

        UNIT_ROW(json && strcmp(oa2_json_text(json, *state),
                                good[i].want) == 0, good[i].text);
    }
}

static void what_is_not_json_is_refused(void **state)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(bad); i++)
        UNIT_ROW(!parse(bad[i], strlen(bad[i]), *state), bad[i]);
    assert_null(parse("{}\0", 3, *state));
    assert_null(parse("\"a\0b\"", 5, *state));
    assert_null(parse("\0", 1, *state));
    assert_null(parse("\"\\\0\"", 4, *state));
    assert_non_null(parse("{}x", 2, *state));
    assert_null(parse("[1]", 2, *state));
}

static void nesting_ends_at_32(void **state)
{
    char text[256];
    int i;

    for (i = 0; i < 33; i++) {
        text[i] = '[';
        text[33 + i] = ']';
    }
    assert_null(parse(text, 66, *state));
    assert_non_null(parse(text + 1, 64, *state));
    /* side by side is not deeper */
    apr_snprintf(text, sizeof(text), "[%s%s%s]", "[[]],[[]],[[]],[[]],[[]],",
                 "[[]],[[]],[[]],[[]],[[]],[[]],[[]],[[]],[[]],[[]],[[]],",
                 "[[]],[[]],[[]],[[]],[[]],[[]],[[]],[[]],[[]],[[]],[[]]");
    assert_non_null(parse(text, strlen(text), *state));
    for (i = 0; i < 33; i++)
        memcpy(text + i * 5, "{\"a\":", 5);
    text[165] = '1';
    memset(text + 166, '}', 33);
    assert_null(parse(text, 199, *state));
    assert_non_null(parse(text + 5, 193, *state));
}

static void members_are_put(void **state)
{
    cJSON *json = oa2_json_object(*state);

    oa2_json_put_text(json, "a", "b\"\n");
    oa2_json_put_text(json, "gone", NULL);
    oa2_json_put_number(json, "n", 1769860800);
    oa2_json_put_bool(json, "yes", 2);
    oa2_json_put_bool(json, "no", 0);
    oa2_json_put_words(json, "w", "read write");
    oa2_json_put_words(json, "one", "read");
    oa2_json_put_words(json, "empty", "");
    oa2_json_put_words(json, "none", NULL);
    oa2_json_put_words(json, "spaced", "  a  b ");
    assert_string_equal(oa2_json_text(json, *state),
                        "{\"a\":\"b\\\"\\n\",\"n\":1769860800,\"yes\":true,"
                        "\"no\":false,\"w\":[\"read\",\"write\"],"
                        "\"one\":[\"read\"],\"empty\":[],"
                        "\"spaced\":[\"a\",\"b\"]}");
}

static void numbers_are_exact_below_2_to_the_53(void **state)
{
    static const apr_int64_t numbers[] = {
        0, 1, -1, 2147483647, APR_INT64_C(2147483648),
        APR_INT64_C(-2147483649), APR_INT64_C(253402300799),
        APR_INT64_C(999999999999999), APR_INT64_C(9007199254740991),
        APR_INT64_C(-9007199254740991),
    };
    size_t i;

    for (i = 0; i < UNIT_COUNT(numbers); i++) {
        cJSON *json = oa2_json_object(*state);

        oa2_json_put_number(json, "n", numbers[i]);
        assert_string_equal(oa2_json_text(json, *state),
                            apr_psprintf(*state, "{\"n\":%" APR_INT64_T_FMT
                                         "}", numbers[i]));
    }
}

static void a_member_is_a_string_or_nothing(void **state)
{
    const char *text = "{\"s\":\"x\",\"n\":1,\"z\":null,\"a\":[],\"e\":\"\"}";
    cJSON *json = parse(text, strlen(text), *state);

    assert_string_equal(oa2_json_get_text(json, "s"), "x");
    assert_string_equal(oa2_json_get_text(json, "e"), "");
    assert_null(oa2_json_get_text(json, "n"));
    assert_null(oa2_json_get_text(json, "z"));
    assert_null(oa2_json_get_text(json, "a"));
    assert_null(oa2_json_get_text(json, "S"));
    assert_null(oa2_json_get_text(json, "gone"));
    assert_null(oa2_json_get_text(NULL, "s"));
    assert_null(oa2_json_get_text(parse("[]", 2, *state), "s"));
}

static long alive;

static void *count_malloc(size_t size)
{
    alive++;
    return malloc(size);
}

static void count_free(void *block)
{
    if (block)
        alive--;
    free(block);
}

static void values_die_with_their_pool(void **state)
{
    cJSON_Hooks hooks = { count_malloc, count_free };
    apr_pool_t *pool;
    cJSON *json;
    const char *text;

    cJSON_InitHooks(&hooks);
    alive = 0;
    assert_int_equal(apr_pool_create(&pool, *state), APR_SUCCESS);
    json = oa2_json_object(pool);
    oa2_json_put_words(json, "w", "a b c");
    oa2_json_push_text(oa2_json_put_array(json, "a"), "b");
    oa2_json_push_object(oa2_json_put_array(json, "o"));
    oa2_json_put_object(json, "e");
    assert_non_null(parse("{\"a\":[1,2]}", 11, pool));
    assert_null(parse("{\"a\":[1,2}", 10, pool));
    assert_true(alive > 0);
    text = oa2_json_text(json, *state);
    apr_pool_destroy(pool);
    assert_int_equal(alive, 0);
    assert_string_equal(text, "{\"w\":[\"a\",\"b\",\"c\"],\"a\":[\"b\"],"
                              "\"o\":[{}],\"e\":{}}");
    cJSON_InitHooks(NULL);
}

/* RFC 7396, appendix A, and the example of section 3 */
static void patches_are_merged(void **state)
{
    static const char *const rows[][3] = {
        { "{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
        { "{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}" },
        { "{\"a\":\"b\"}", "{\"a\":null}", "{}" },
        { "{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}" },
        { "{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
        { "{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}" },
        { "{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}",
          "{\"a\":{\"b\":\"d\"}}" },
        { "{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}" },
        { "[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]" },
        { "{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]" },
        { "{\"a\":\"foo\"}", "null", "null" },
        { "{\"a\":\"foo\"}", "\"bar\"", "\"bar\"" },
        { "{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}" },
        { "[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}" },
        { "{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}" },
        { "{\"a\":1,\"a\":2}", "{\"a\":null}", "{}" },
        { "{\"a\":1}", "{\"a\":2,\"a\":null,\"a\":3}", "{\"a\":3}" },
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cJSON *target = oa2_json_parse(rows[i][0], strlen(rows[i][0]), *state);
        cJSON *patch = oa2_json_parse(rows[i][1], strlen(rows[i][1]), *state);

        assert_string_equal(
            oa2_json_text(oa2_json_merge(target, patch, *state), *state),
            rows[i][2]);
    }
    assert_string_equal(oa2_json_text(oa2_json_merge(
        NULL, oa2_json_parse("{\"a\":1}", 7, *state), *state), *state),
        "{\"a\":1}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(json_is_parsed_and_printed),
        UNIT_TEST(what_is_not_json_is_refused),
        UNIT_TEST(nesting_ends_at_32),
        UNIT_TEST(members_are_put),
        UNIT_TEST(numbers_are_exact_below_2_to_the_53),
        UNIT_TEST(a_member_is_a_string_or_nothing),
        UNIT_TEST(values_die_with_their_pool),
        UNIT_TEST(patches_are_merged),
    };

    return cmocka_run_group_tests_name("base/json", tests, NULL, NULL);
}

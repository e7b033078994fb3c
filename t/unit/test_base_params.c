/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_base_params.c - base/text/params: RFC 6749 section 3.1 and appendix B.
 */
#include "unit/unit.h"

#include "base/text/params.h"

static const oa2_param_t rows[] = {
    { "grant_type", OA2_REQUIRED, OA2_ONCE, 32, oa2_is_word },
    { "scope", OA2_OPTIONAL, OA2_ONCE, 8, oa2_is_scope },
    { "resource", OA2_OPTIONAL, OA2_MANY, 64, oa2_is_uri },
    { "token", OA2_OPTIONAL, OA2_ONCE, 100, oa2_is_any },
    OA2_PARAMS_END
};

static oa2_err_t *parse(oa2_params_t **params, const char *text,
                        apr_pool_t *pool)
{
    apr_size_t len = strlen(text);
    char *copy = malloc(len ? len : 1);
    oa2_err_t *err;

    /* just its bytes, so that ASan sees a read behind them */
    memcpy(copy, text, len);
    *params = oa2_params_make(pool);
    err = oa2_params_parse(*params, copy, len, pool);
    memset(copy, 'x', len);
    free(copy);
    return err;
}

static void names_and_values_are_decoded(void **state)
{
    oa2_params_t *params;

    assert_null(parse(&params, "a=1&b%3d=x+y%26&&c&d=&e=f=g&", *state));
    assert_string_equal(oa2_params_get(params, "a"), "1");
    assert_string_equal(oa2_params_get(params, "b="), "x y&");
    assert_null(oa2_params_get(params, "c"));
    assert_int_equal(oa2_params_count(params, "c"), 1);
    assert_null(oa2_params_get(params, "d"));
    assert_int_equal(oa2_params_count(params, "d"), 1);
    assert_string_equal(oa2_params_get(params, "e"), "f=g");
    assert_int_equal(oa2_params_count(params, ""), 0);
    assert_null(oa2_params_get(params, "A"));
    assert_int_equal(oa2_params_count(params, "nothing"), 0);
    assert_null(oa2_params_get(params, "nothing"));
}

static void nothing_holds_no_parameters(void **state)
{
    oa2_params_t *params;

    assert_null(parse(&params, "", *state));
    assert_null(parse(&params, "&&&", *state));
    assert_null(oa2_params_get(params, ""));
    assert_null(oa2_params_parse(params, NULL, 0, *state));
}

static void query_and_body_add_up(void **state)
{
    oa2_params_t *params = oa2_params_make(*state);

    assert_null(oa2_params_parse(params, "a=1", 3, *state));
    assert_null(oa2_params_parse(params, "a=2&b=3", 7, *state));
    assert_int_equal(oa2_params_count(params, "a"), 2);
    assert_string_equal(oa2_params_get(params, "a"), "1");
    assert_string_equal(oa2_params_get(params, "b"), "3");
}

static void the_first_value_that_is_one_counts(void **state)
{
    oa2_params_t *params;

    assert_null(parse(&params, "a=&a=1&a=2&a", *state));
    assert_string_equal(oa2_params_get(params, "a"), "1");
    assert_int_equal(oa2_params_count(params, "a"), 4);
    assert_string_equal(oa2_params_join(params, "a", *state), "1 2");
    assert_null(oa2_params_join(params, "b", *state));
    assert_null(parse(&params, "a=&a", *state));
    assert_null(oa2_params_join(params, "a", *state));
}

static const char *const bad[] = {
    "a=%", "a=%2", "a=%zz", "%=a", "a=%00", "%00=a", "a=%ff", "%ff",
    "a=1&b=%c3", "=1", "=", "a=1&=2", "a=\xc0\x80", "ok=1&\xff=1",
};

static void bad_encoding_is_refused(void **state)
{
    oa2_params_t *params;
    size_t i;

    for (i = 0; i < UNIT_COUNT(bad); i++) {
        oa2_err_t *err = parse(&params, bad[i], *state);

        if (!err)
            err = oa2_params_check_encoding(params, NULL, *state);
        UNIT_ROW(err && err->kind == &oa2_invalid_request, bad[i]);
    }
    params = oa2_params_make(*state);
    assert_null(oa2_params_parse(params, "a=b\0c", 5, *state));
    assert_non_null(oa2_params_check_encoding(params, NULL, *state));
    assert_non_null(oa2_params_parse(params, "a\0=b", 4, *state));
}

static void what_is_wrong_is_said(void **state)
{
    static const struct {
        const char *text, *said;
    } wrong[] = {
        { "a=%00", "a holds a NUL character." },
        { "a=%ff", "a is not encoded in UTF-8." },
        { "a=%zz", "a has a % that two hexadecimal digits do not follow." },
        { "%00=a", "The name of a parameter holds a NUL character." },
        { "grant_type=x&scope=a%0a", "scope may hold only words of "
            "printable ASCII characters (no quotation mark, no backslash) "
            "with one space between." },
    };
    oa2_params_t *params;
    size_t i;

    for (i = 0; i < UNIT_COUNT(wrong); i++) {
        oa2_err_t *err = parse(&params, wrong[i].text, *state);

        if (!err)
            err = oa2_params_check(params, rows, *state);
        UNIT_ROW(err && strcmp(err->said, wrong[i].said) == 0, wrong[i].text);
    }
}

/* RFC 7662 section 2.2, RFC 7009 section 2.2: no error, whatever it is */
static void any_row_takes_what_cannot_be_decoded(void **state)
{
    static const char *const texts[] = {
        "token=%00", "token=%ff", "token=%zz", "token=%C3%A9",
    };
    oa2_params_t *params;
    size_t i;

    for (i = 0; i < UNIT_COUNT(texts); i++) {
        char *text = apr_pstrcat(*state, "grant_type=x&", texts[i], NULL);

        assert_null(parse(&params, text, *state));
        UNIT_ROW(!oa2_params_check(params, rows, *state)
                     && oa2_params_get(params, "token") != NULL,
                 texts[i]);
        assert_null(oa2_params_check_encoding(params, rows, *state));
    }
}

/* curl --data-binary @file */
static void a_line_break_at_the_end_is_no_part(void **state)
{
    static const char *const texts[] = { "a=b\n", "a=b\r\n", "a=b&\n\n" };
    oa2_params_t *params;
    size_t i;

    for (i = 0; i < UNIT_COUNT(texts); i++) {
        assert_null(parse(&params, texts[i], *state));
        assert_string_equal(oa2_params_get(params, "a"), "b");
    }
    assert_null(parse(&params, "a=b\nc", *state));
    assert_string_equal(oa2_params_get(params, "a"), "b\nc");
    assert_null(parse(&params, "a=b%0A", *state));
    assert_string_equal(oa2_params_get(params, "a"), "b\n");
    assert_null(parse(&params, "\n", *state));
}

static void a_value_is_never_quoted(void **state)
{
    oa2_params_t *params;
    oa2_err_t *err;

    assert_null(parse(&params, "a=geheim%zz", *state));
    err = oa2_params_check_encoding(params, NULL, *state);
    assert_null(strstr(err->said, "geheim"));
    assert_null(strstr(err->meant, "geheim"));
    assert_null(parse(&params, "grant_type=GEHEIM", *state));
    err = oa2_params_check(params, rows, *state);
    assert_null(strstr(err->said, "GEHEIM"));
    assert_null(strstr(err->meant, "GEHEIM"));
}

static void a_name_has_128_bytes_at_most(void **state)
{
    oa2_params_t *params;
    char name[256];
    char text[512];

    memset(name, 'n', sizeof(name));
    name[128] = '\0';
    apr_snprintf(text, sizeof(text), "%s=1", name);
    assert_null(parse(&params, text, *state));
    assert_string_equal(oa2_params_get(params, name), "1");
    /* 384 bytes encoded are 128 decoded */
    memset(text, '\0', sizeof(text));
    while (strlen(text) < 3 * 128)
        strncat(text, "%6e", 4);
    assert_null(parse(&params, text, *state));
    assert_int_equal(oa2_params_count(params, name), 1);
    name[128] = 'n';
    name[129] = '\0';
    apr_snprintf(text, sizeof(text), "a=1&%s=1", name);
    assert_non_null(parse(&params, text, *state));
}

static void there_are_100_names_at_most(void **state)
{
    char text[1024] = "";
    oa2_params_t *params;
    int i;

    for (i = 0; i < OA2_PARAMS_MAX; i++)
        apr_snprintf(text + strlen(text), 8, "&p%d=", i);
    assert_null(parse(&params, text, *state));
    assert_int_equal(oa2_params_count(params, "p99"), 1);
    strncat(text, "&q", 3);
    assert_non_null(parse(&params, text, *state));
    /* and in one request, not in one text */
    assert_null(oa2_params_parse(params, "", 0, *state));
    assert_non_null(oa2_params_parse(params, "x=1", 3, *state));
}

static void there_are_64_kib_at_most(void **state)
{
    char *text = apr_palloc(*state, OA2_PARAMS_BYTES + 2);
    oa2_params_t *params;

    memset(text, 'x', OA2_PARAMS_BYTES + 1);
    text[1] = '=';
    text[OA2_PARAMS_BYTES] = '\0';
    assert_null(parse(&params, text, *state));
    assert_int_equal(strlen(oa2_params_get(params, "x")),
                     OA2_PARAMS_BYTES - 2);
    text[OA2_PARAMS_BYTES] = 'x';
    text[OA2_PARAMS_BYTES + 1] = '\0';
    assert_non_null(parse(&params, text, *state));
    assert_int_equal(oa2_params_count(params, "x"), 0);
}

static void added_values_are_copies(void **state)
{
    oa2_params_t *params = oa2_params_make(*state);
    char name[] = "a";
    char value[] = "1";

    oa2_params_add(params, name, value);
    name[0] = value[0] = 'x';
    assert_string_equal(oa2_params_get(params, "a"), "1");
}

static const struct {
    const char *text;
    const char *said;           /* a piece of it; NULL: fine */
} checks[] = {
    { "grant_type=x", NULL },
    { "grant_type=x&unknown=%22%01", NULL },
    { "grant_type=x&scope=", NULL },
    { "grant_type=x&scope=a+b", NULL },
    { "grant_type=x&resource=a&resource=b", NULL },
    { "grant_type=x&resource=&resource=", NULL },
    { "", "grant_type is missing" },
    { "grant_type", "grant_type is missing" },
    { "grant_type=", "grant_type is missing" },
    { "Grant_type=x", "grant_type is missing" },
    { "grant_type=x&grant_type=x", "grant_type was sent more than once" },
    { "grant_type=x&grant_type=", "grant_type was sent more than once" },
    { "grant_type=&grant_type=x", "grant_type was sent more than once" },
    { "grant_type=x&u=1&u=2", "u was sent more than once" },
    { "grant_type=x&scope=12345678", NULL },
    { "grant_type=x&scope=123456789", "scope is too long" },
    { "grant_type=x&scope=a++b", "scope may hold only" },
    { "grant_type=x&scope=a%22", "scope may hold only" },
    { "grant_type=X", "grant_type may hold only" },
    { "grant_type=x&resource=a&resource=b%20", "resource may hold only" },
    { "grant_type=x&u%22%c3%a9=1&u%22%c3%a9=2", "u'?? was sent more than" },
};

static void rows_are_held_against_parameters(void **state)
{
    oa2_params_t *params;
    size_t i;

    for (i = 0; i < UNIT_COUNT(checks); i++) {
        oa2_err_t *err;

        UNIT_ROW(!parse(&params, checks[i].text, *state), checks[i].text);
        err = oa2_params_check(params, rows, *state);
        if (!checks[i].said)
            UNIT_ROW(!err, checks[i].text);
        else
            UNIT_ROW(err && err->kind == &oa2_invalid_request
                     && strstr(err->said, checks[i].said), checks[i].text);
    }
}

static void no_rows_still_refuse_repetition(void **state)
{
    static const oa2_param_t none[] = { OA2_PARAMS_END };
    oa2_params_t *params;

    assert_null(parse(&params, "a=1&b=2", *state));
    assert_null(oa2_params_check(params, none, *state));
    assert_null(parse(&params, "a=1&b=2&a=3", *state));
    assert_non_null(oa2_params_check(params, none, *state));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(names_and_values_are_decoded),
        UNIT_TEST(nothing_holds_no_parameters),
        UNIT_TEST(query_and_body_add_up),
        UNIT_TEST(the_first_value_that_is_one_counts),
        UNIT_TEST(bad_encoding_is_refused),
        UNIT_TEST(what_is_wrong_is_said),
        UNIT_TEST(any_row_takes_what_cannot_be_decoded),
        UNIT_TEST(a_line_break_at_the_end_is_no_part),
        UNIT_TEST(a_value_is_never_quoted),
        UNIT_TEST(a_name_has_128_bytes_at_most),
        UNIT_TEST(there_are_100_names_at_most),
        UNIT_TEST(there_are_64_kib_at_most),
        UNIT_TEST(added_values_are_copies),
        UNIT_TEST(rows_are_held_against_parameters),
        UNIT_TEST(no_rows_still_refuse_repetition),
    };

    return cmocka_run_group_tests_name("base/params", tests, NULL, NULL);
}

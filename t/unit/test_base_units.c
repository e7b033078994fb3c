/* SPDX-License-Identifier: Apache-2.0 */
/* test_base_units.c - base/text/units: what is read, refused and said. */
#include "unit/unit.h"

#include "base/text/units.h"

#define MAX APR_INT64_C(0x7fffffffffffffff)
#define REFUSED (-1)

typedef const char *parse_fn(apr_int64_t *out, const char *text,
                             apr_int64_t min, apr_int64_t max,
                             apr_pool_t *pool);

static const struct {
    parse_fn *parse;
    const char *text;
    apr_int64_t want;
} rows[] = {
    { oa2_units_seconds, "90s", 90 },
    { oa2_units_seconds, "10m", 600 },
    { oa2_units_seconds, "12h", 43200 },
    { oa2_units_seconds, "30d", 2592000 },
    { oa2_units_seconds, "0", 0 },
    { oa2_units_seconds, "0s", 0 },
    { oa2_units_seconds, "00", 0 },
    { oa2_units_seconds, "010s", 10 },
    { oa2_units_seconds, "90", REFUSED },
    { oa2_units_seconds, "", REFUSED },
    { oa2_units_seconds, "s", REFUSED },
    { oa2_units_seconds, "-1s", REFUSED },
    { oa2_units_seconds, "+1s", REFUSED },
    { oa2_units_seconds, " 1s", REFUSED },
    { oa2_units_seconds, "1s ", REFUSED },
    { oa2_units_seconds, "1 s", REFUSED },
    { oa2_units_seconds, "1S", REFUSED },
    { oa2_units_seconds, "1w", REFUSED },
    { oa2_units_seconds, "1k", REFUSED },
    { oa2_units_seconds, "1.5h", REFUSED },
    { oa2_units_seconds, "1h30m", REFUSED },
    { oa2_units_seconds, "0x10s", REFUSED },
    { oa2_units_seconds, "1e3s", REFUSED },
    { oa2_units_seconds, "9223372036854775807s", MAX },
    { oa2_units_seconds, "9223372036854775808s", REFUSED },
    { oa2_units_seconds, "18446744073709551617s", REFUSED },
    { oa2_units_seconds, "106751991167300d", APR_INT64_C(9223372036854720000) },
    { oa2_units_seconds, "106751991167301d", REFUSED },
    { oa2_units_bytes, "65536", 65536 },
    { oa2_units_bytes, "0", 0 },
    { oa2_units_bytes, "512k", 524288 },
    { oa2_units_bytes, "32m", 33554432 },
    { oa2_units_bytes, "1g", 1073741824 },
    { oa2_units_bytes, "1G", REFUSED },
    { oa2_units_bytes, "1kb", REFUSED },
    { oa2_units_bytes, "1t", REFUSED },
    { oa2_units_bytes, "1s", REFUSED },
    { oa2_units_bytes, "k", REFUSED },
    { oa2_units_bytes, "8589934591g", APR_INT64_C(9223372035781033984) },
    { oa2_units_bytes, "8589934592g", REFUSED },
    { oa2_units_number, "0", 0 },
    { oa2_units_number, "42", 42 },
    { oa2_units_number, "9223372036854775807", MAX },
    { oa2_units_number, "9223372036854775808", REFUSED },
    { oa2_units_number, "99999999999999999999", REFUSED },
    { oa2_units_number, "", REFUSED },
    { oa2_units_number, "-1", REFUSED },
    { oa2_units_number, "4k", REFUSED },
    { oa2_units_number, "4s", REFUSED },
    { oa2_units_number, "4 ", REFUSED },
    { oa2_units_number, "x", REFUSED },
};

static void numbers_are_read_exactly_or_refused(void **state)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(rows); i++) {
        apr_int64_t out = -7;
        const char *said = rows[i].parse(&out, rows[i].text, 0, MAX, *state);

        if (rows[i].want == REFUSED)
            UNIT_ROW(said && *said && out == -7, rows[i].text);
        else
            UNIT_ROW(!said && out == rows[i].want, rows[i].text);
    }
}

static void limits_belong_to_the_range(void **state)
{
    apr_int64_t out = -7;

    assert_non_null(oa2_units_seconds(&out, "59s", 60, 3600, *state));
    assert_non_null(oa2_units_seconds(&out, "3601s", 60, 3600, *state));
    assert_non_null(oa2_units_seconds(&out, "0", 60, 3600, *state));
    assert_int_equal(out, -7);
    assert_null(oa2_units_seconds(&out, "1m", 60, 3600, *state));
    assert_int_equal(out, 60);
    assert_null(oa2_units_seconds(&out, "1h", 60, 3600, *state));
    assert_int_equal(out, 3600);
    assert_non_null(oa2_units_bytes(&out, "63k", 65536, 131072, *state));
    assert_non_null(oa2_units_bytes(&out, "129k", 65536, 131072, *state));
    assert_null(oa2_units_bytes(&out, "64k", 65536, 131072, *state));
    assert_null(oa2_units_bytes(&out, "128k", 65536, 131072, *state));
    assert_non_null(oa2_units_number(&out, "1", 2, 4, *state));
    assert_non_null(oa2_units_number(&out, "5", 2, 4, *state));
    assert_null(oa2_units_number(&out, "2", 2, 4, *state));
    assert_null(oa2_units_number(&out, "4", 2, 4, *state));
}

static void a_refusal_says_what_would_be_right(void **state)
{
    apr_int64_t out;

    assert_string_equal(oa2_units_seconds(&out, "x", 0, 2592000, *state),
                        "expected a time with its unit, such as 90s, 10m, "
                        "12h or 30d, from 0 to 30d");
    assert_string_equal(oa2_units_bytes(&out, "x", 1000, 1 << 25, *state),
                        "expected a number of bytes, such as 65536, 512k, "
                        "32m or 1g, from 1000 to 32m");
    assert_string_equal(oa2_units_number(&out, "x", 1, 64, *state),
                        "expected a whole number from 1 to 64");
}

static const struct {
    apr_int64_t seconds;
    const char *said;
    const char *told;
} sayings[] = {
    { 0, "0", "0 seconds" },
    { 1, "1s", "1 second" },
    { 59, "59s", "59 seconds" },
    { 60, "1m", "1 minute" },
    { 90, "90s", "1 minute 30 seconds" },
    { 600, "10m", "10 minutes" },
    { 3600, "1h", "1 hour" },
    { 5400, "90m", "1 hour 30 minutes" },
    { 86400, "1d", "1 day" },
    { 90000, "25h", "1 day 1 hour" },
    { 2592000, "30d", "30 days" },
    { 93784, "93784s", "1 day 2 hours 3 minutes 4 seconds" },
};

static void times_are_said_and_told(void **state)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(sayings); i++) {
        apr_int64_t seconds = sayings[i].seconds;
        apr_int64_t back = -1;

        assert_string_equal(oa2_units_say_seconds(seconds, *state),
                            sayings[i].said);
        assert_string_equal(oa2_units_tell_seconds(seconds, *state),
                            sayings[i].told);
        assert_null(oa2_units_seconds(&back, sayings[i].said, 0, MAX,
                                      *state));
        assert_int_equal(back, seconds);
    }
    assert_string_equal(oa2_units_tell_seconds(-5, *state), "0 seconds");
}

static const struct {
    apr_int64_t seconds;
    const char *said;
} moments[] = {
    { 0, "1970-01-01T00:00:00Z" },
    { 1769860800, "2026-01-31T12:00:00Z" },
    { 951782400, "2000-02-29T00:00:00Z" },
    { APR_INT64_C(4102444799), "2099-12-31T23:59:59Z" },
    { -1, "1969-12-31T23:59:59Z" },
    { APR_INT64_C(253402300799), "9999-12-31T23:59:59Z" },
    { APR_INT64_C(253402300800), "9999-12-31T23:59:59Z" },
    { MAX, "9999-12-31T23:59:59Z" },
    { -MAX - 1, "0000-01-01T00:00:00Z" },
};

static void moments_are_rfc_3339(void **state)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(moments); i++)
        assert_string_equal(oa2_units_say_time(moments[i].seconds, *state),
                            moments[i].said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(numbers_are_read_exactly_or_refused),
        UNIT_TEST(limits_belong_to_the_range),
        UNIT_TEST(a_refusal_says_what_would_be_right),
        UNIT_TEST(times_are_said_and_told),
        UNIT_TEST(moments_are_rfc_3339),
    };

    return cmocka_run_group_tests_name("base/units", tests, NULL, NULL);
}

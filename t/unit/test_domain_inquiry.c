/* SPDX-License-Identifier: Apache-2.0 */
/* test_domain_inquiry.c - domain/site/inquiry: what people write, and read. */
#include "unit/unit.h"

#include "domain/site/inquiry.h"

/* 2026-03-14T00:00:00Z */
#define DAY APR_INT64_C(1773446400)

static void test_when(void **state)
{
    static const struct {
        const char *text;
        int is_end;
        apr_int64_t seconds;            /* -1: refused */
    } rows[] = {
        { "2026-03-14", 0, DAY },
        { "2026-03-14", 1, DAY + 86400 },
        { "2026-03-14T09:26", 0, DAY + 9 * 3600 + 26 * 60 },
        { "2026-03-14T09:26", 1, DAY + 9 * 3600 + 26 * 60 },
        { "2026-03-14T09:26:53", 0, DAY + 9 * 3600 + 26 * 60 + 53 },
        { "2026-03-14T09:26:53Z", 0, DAY + 9 * 3600 + 26 * 60 + 53 },
        { "", 0, -1 },
        { "yesterday", 0, -1 },
        { "2026-03", 0, -1 },
        { "2026-13-01", 0, -1 },
        { "2026-00-01", 0, -1 },
        { "2026-01-00", 0, -1 },
        { "2026-01-32", 0, -1 },
        { "1969-01-01", 0, -1 },
        { "-026-01-01", 0, -1 },
        { "2026-03-14T", 0, -1 },
        { "2026-03-14T09", 0, -1 },
        { "2026-03-14T24:00", 0, -1 },
        { "2026-03-14T09:60", 0, -1 },
        { "2026-03-14T09:26:", 0, -1 },
        { "2026-03-14T09:26:53+01:00", 0, -1 },
        { "2026-03-14 09:26", 0, -1 },
        { "2026-03-14Z", 0, -1 },
        { "99999999999999d", 0, -1 },
    };
    apr_time_t at;
    unsigned i;

    for (i = 0; i < UNIT_COUNT(rows); i++) {
        at = -1;
        assert_int_equal(oa2_inquiry_time(&at, rows[i].text, rows[i].is_end,
                                          *state), rows[i].seconds >= 0);
        assert_int_equal(at, rows[i].seconds < 0
                         ? -1 : apr_time_from_sec(rows[i].seconds));
    }
    assert_true(oa2_inquiry_time(&at, "2h", 0, *state));
    assert_true(apr_time_now() - at >= apr_time_from_sec(7200));
    assert_true(apr_time_now() - at < apr_time_from_sec(7260));
}

static void test_members(void **state)
{
    static const struct {
        const char *members;
        const char *by;
        const char *more;
    } rows[] = {
        { "{}", NULL, "" },
        { "{\"by\":\"carol\"}", "carol", "" },
        { "{\"scope\":\"a b\",\"by\":\"carol\",\"count\":\"3\"}", "carol",
          "scope=a b  count=3" },
        { "{\"n\":3,\"scope\":\"a\"}", NULL, "scope=a" },
        { "no JSON", NULL, "" },
    };
    unsigned i;

    for (i = 0; i < UNIT_COUNT(rows); i++) {
        oa2_trail_t row = { .members = rows[i].members };
        const char *by = oa2_inquiry_by(&row, *state);

        if (rows[i].by)
            assert_string_equal(by, rows[i].by);
        else
            assert_null(by);
        assert_string_equal(oa2_inquiry_more(&row, *state), rows[i].more);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(test_when),
        UNIT_TEST(test_members),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* test_page_chart.c - page/chart: what is drawn, and what its top is. */
#include "unit/unit.h"

#include "page/chart.h"

static const char *path(const cJSON *chart, int i)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(chart, "paths");

    return oa2_json_get_text(cJSON_GetArrayItem(list, i), "d");
}

static void test_bars(void **state)
{
    static const apr_uint64_t good[] = { 1, 2, 9 }, bad[] = { 0, 2, 9 };
    static const unsigned char known[] = { 1, 1, 0 };
    const oa2_chart_series_t series[] = {
        { "is-good", "Good", good }, { "is-bad", "Bad", bad },
    };
    cJSON *chart = oa2_json_object(*state);

    assert_int_equal(oa2_chart_bars(chart, series, 2, known, 3, *state), 4);
    assert_string_equal(path(chart, 0), "M16.0 160.0V120.0H197.3V160.0Z"
                        "M229.3 160.0V80.0H410.7V160.0Z");
    /* it stands on the other */
    assert_string_equal(path(chart, 1), "M229.3 80.0V0.0H410.7V80.0Z");
}

static void test_lines(void **state)
{
    static const apr_uint64_t values[] = { 5, 10, 7, 5 };
    static const unsigned char known[] = { 1, 1, 0, 1 };
    const oa2_chart_series_t series = { "line", "Line", values };
    cJSON *chart = oa2_json_object(*state);

    assert_int_equal(oa2_chart_lines(chart, &series, 1, known, 4, *state), 10);
    assert_string_equal(path(chart, 0), "M0.0 80.0H160.0L160.0 0.0H320.0"
                        "M480.0 80.0H640.0");
}

static void test_tops(void **state)
{
    static const struct { apr_uint64_t most, top; } rows[] = {
        { 0, 2 }, { 1, 2 }, { 2, 2 }, { 3, 4 }, { 5, 10 }, { 10, 10 },
        { 11, 20 }, { 39, 40 }, { 41, 100 }, { 123456, 200000 },
    };
    static const unsigned char known[] = { 1 };
    unsigned i;

    for (i = 0; i < UNIT_COUNT(rows); i++) {
        const oa2_chart_series_t series = { "a", "A", &rows[i].most };

        assert_int_equal(oa2_chart_bars(oa2_json_object(*state), &series, 1,
                                        known, 1, *state), rows[i].top);
        assert_int_equal(oa2_chart_lines(oa2_json_object(*state), &series, 1,
                                         known, 1, *state), rows[i].top);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(test_bars),
        UNIT_TEST(test_lines),
        UNIT_TEST(test_tops),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* test_base_pace.c - how many turns there are, and for whom */
#include "unit/unit.h"

#include "base/pace.h"

#define SPAN 60
#define MOST 6

static int take(oa2_pace_t *pace, const char *name, apr_int64_t now)
{
    apr_uint32_t held;

    return oa2_pace_take(pace, &held, name, now, SPAN, MOST);
}

static void so_many_in_a_span(void **state)
{
    oa2_pace_t pace = { { { 0, 0 } } };
    apr_uint32_t held;
    int i;

    (void)state;
    for (i = 0; i < MOST; i++)
        assert_true(take(&pace, "192.0.2.1", 600 + i));
    for (i = 0; i < 10; i++)
        assert_false(take(&pace, "192.0.2.1", 659));
    /* the next span tells what was held back, once */
    assert_true(oa2_pace_take(&pace, &held, "192.0.2.1", 660, SPAN, MOST));
    assert_int_equal(held, 10);
    assert_true(oa2_pace_take(&pace, &held, "192.0.2.1", 660, SPAN, MOST));
    assert_int_equal(held, 0);
    /* a clock that was set back starts a span too */
    assert_true(oa2_pace_take(&pace, &held, "192.0.2.1", 600, SPAN, MOST));
    assert_int_equal(held, 0);
}

/* One busy asker takes its lane's turns only, and all together are bounded. */
static void lanes(void **state)
{
    oa2_pace_t pace = { { { 0, 0 } } };
    int i, n, granted = 0, others = 0;
    char name[32];

    (void)state;
    for (i = 0; i < 100; i++)
        granted += take(&pace, "192.0.2.1", 600);
    assert_int_equal(granted, MOST);
    for (i = 0; i < 10000; i++) {
        apr_snprintf(name, sizeof(name), "198.51.%d.%d", i / 250, i % 250);
        n = take(&pace, name, 600);
        others += n;
        granted += n;
    }
    assert_true(others >= (OA2_PACE_LANES - 1) * MOST);
    assert_true(granted <= OA2_PACE_LANES * MOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(so_many_in_a_span),
        UNIT_TEST(lanes),
    };

    return cmocka_run_group_tests_name("base/pace", tests, NULL, NULL);
}

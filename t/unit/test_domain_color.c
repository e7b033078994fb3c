/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_domain_color.c - a site's colour: what can be read, what cannot, and
 * that what is proposed can.
 */
#include "unit/unit.h"

#include <stdio.h>

#include "domain/site/color.h"

static const char *judge(oa2_color_t *out, const char *light, const char *dark,
                        apr_pool_t *pool)
{
    const char *problem = oa2_color_read(out, light, dark, pool);

    if (problem)
        print_message("%s\n", problem);
    return problem;
}

static void what_can_be_read(void **state)
{
    oa2_color_t color;

    /* The pages' own. */
    assert_null(judge(&color, "#1d5c52", "#86cfc0", *state));
    assert_string_equal(color.light, "#1d5c52");
    assert_string_equal(color.dark, "#86cfc0");
    assert_null(judge(&color, "#003399", NULL, *state));
    assert_string_equal(color.light, "#003399");
    assert_string_equal(color.light_strong, "#002773");
    /* Made of it, and good by itself. */
    assert_null(judge(&color, "#003399", color.dark, *state));
    assert_null(judge(&color, "#000000", NULL, *state));
    assert_null(judge(&color, "#000000", "#FFFFFF", *state));
    assert_string_equal(color.dark, "#ffffff");
}

static void what_cannot(void **state)
{
    static const struct {
        const char *light;
        const char *dark;
        const char *said;
    } rows[] = {
        { "red", NULL, "\"red\" is no colour" },
        { "#12345", NULL, "hexadecimal" },
        { "#12345g", NULL, "hexadecimal" },
        { "1d5c52", NULL, "no colour" },
        { "#1d5c52", "white", "\"white\" is no colour" },
        { "#ffcc00", NULL, "\"#ffcc00\" behind it for dark ones" },
        { "#ffffff", NULL, "on light pages is 1.1:1" },
        { "#757575", NULL, "on light pages is 4.0:1" },
        { "#ffcc00", "#ffcc00", "on light pages" },
        { "#1d5c52", "#1d5c52", "on dark pages is 1.8:1" },
    };
    oa2_color_t color;
    size_t i;

    for (i = 0; i < UNIT_COUNT(rows); i++) {
        const char *problem = judge(&color, rows[i].light, rows[i].dark,
                                   *state);

        assert_non_null(problem);
        assert_non_null(strstr(problem, rows[i].said));
    }
}

/* Whatever the colour, what is proposed is accepted. */
static void proposals(void **state)
{
    unsigned n;

    for (n = 0; n < 4096; n++) {
        const char *light = apr_psprintf(*state, "#%02x%02x%02x",
                                         (n >> 8) * 17, (n >> 4 & 15) * 17,
                                         (n & 15) * 17);
        oa2_color_t color;
        const char *problem = oa2_color_read(&color, light, NULL, *state);
        const char *better = problem ? strstr(problem, "write \"") : NULL;

        if (problem) {
            assert_non_null(better);
            light = apr_pstrmemdup(*state, better + 7, 7);
            assert_null(judge(&color, light, NULL, *state));
        }
        assert_null(judge(&color, color.light_strong, color.dark_strong,
                         *state));
    }
}

/* The surfaces are those of the style sheet. */
static void surfaces(void **state)
{
    const char *path = apr_pstrcat(*state, getenv("OA2_SRCDIR"),
                                   "/pages/style.mustache", NULL);
    FILE *file = fopen(path, "r");
    char text[65536];
    size_t len;
    const char *dark;

    assert_non_null(file);
    len = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[len] = '\0';
    dark = strstr(text, "prefers-color-scheme: dark");
    assert_non_null(dark);
    assert_true(strstr(text, "--paper: " OA2_COLOR_BEHIND_LIGHT ";") < dark);
    assert_non_null(strstr(text, "--paper: " OA2_COLOR_BEHIND_LIGHT ";"));
    assert_non_null(strstr(dark, "--tint: " OA2_COLOR_BEHIND_DARK ";"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        UNIT_TEST(what_can_be_read),
        UNIT_TEST(what_cannot),
        UNIT_TEST(proposals),
        UNIT_TEST(surfaces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

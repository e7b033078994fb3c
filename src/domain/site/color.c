/* SPDX-License-Identifier: Apache-2.0 */
/* color.c - see color.h */
#include "domain/site/color.h"

#include <math.h>
#include <string.h>

#include <apr_lib.h>
#include <apr_strings.h>

#define LEAST 4.5
#define STRONGER 25                     /* per cent of black, or of white */

typedef struct {
    int part[3];                        /* red, green, blue: 0 to 255 */
} rgb_t;

static const rgb_t black = { { 0, 0, 0 } };
static const rgb_t white = { { 255, 255, 255 } };

static int digit(char c)
{
    return apr_isdigit(c) ? c - '0' : apr_tolower(c) - 'a' + 10;
}

/* 0: it is no "#rrggbb". */
static int read_rgb(rgb_t *out, const char *text)
{
    int i;

    if (text[0] != '#' || strlen(text) != 7) return 0;
    for (i = 1; i < 7; i++) {
        if (!apr_isxdigit(text[i])) return 0;
    }
    for (i = 0; i < 3; i++)
        out->part[i] = digit(text[1 + 2 * i]) * 16 + digit(text[2 + 2 * i]);
    return 1;
}

static const char *write_rgb(rgb_t color, apr_pool_t *pool)
{
    return apr_psprintf(pool, "#%02x%02x%02x", (unsigned)color.part[0],
                        (unsigned)color.part[1], (unsigned)color.part[2]);
}

static rgb_t mix(rgb_t color, rgb_t other, int percent)
{
    int i;

    for (i = 0; i < 3; i++)
        color.part[i] += (other.part[i] - color.part[i]) * percent / 100;
    return color;
}

/* WCAG 2.2, "relative luminance" */
static double luminance(rgb_t color)
{
    static const double weight[] = { 0.2126, 0.7152, 0.0722 };
    double sum = 0;
    int i;

    for (i = 0; i < 3; i++) {
        double part = color.part[i] / 255.0;

        sum += weight[i] * (part <= 0.04045 ? part / 12.92
                            : pow((part + 0.055) / 1.055, 2.4));
    }
    return sum;
}

/* WCAG 2.2, "contrast ratio" */
static double contrast(rgb_t a, rgb_t b)
{
    double one = luminance(a) + 0.05;
    double other = luminance(b) + 0.05;

    return one > other ? one / other : other / one;
}

/* The nearest that can be read there; to black or to white, some can. */
static rgb_t readable(rgb_t color, rgb_t behind, rgb_t to)
{
    int percent = 0;

    while (contrast(mix(color, to, percent), behind) < LEAST)
        percent++;
    return mix(color, to, percent);
}

static const char *no_color(const char *text, apr_pool_t *pool)
{
    return apr_psprintf(pool, "\"%s\" is no colour: write \"#\" and six "
                        "hexadecimal digits, as \"#1d5c52\"", text);
}

static const char *too_weak(const char *text, double ratio, const char *where,
                            const char *better, apr_pool_t *pool)
{
    return apr_psprintf(pool, "the contrast of \"%s\" on %s pages is %.1f:1, "
                        "and people need 4.5:1 to read it (WCAG 2.2, 1.4.3): "
                        "write %s", text, where, floor(ratio * 10) / 10,
                        better);
}

static const char *light_problem(rgb_t light, rgb_t dark, rgb_t on_light,
                                 rgb_t on_dark, const char *text,
                                 int is_alone, apr_pool_t *pool)
{
    double ratio = contrast(light, on_light);
    const char *better = write_rgb(readable(light, on_light, black), pool);

    if (ratio >= LEAST) return NULL;
    better = apr_pstrcat(pool, "\"", better, "\"", NULL);
    /* It may be the right one for dark pages. */
    if (is_alone && contrast(light, on_dark) >= LEAST)
        better = apr_pstrcat(pool, better, ", and \"",
                             write_rgb(dark, pool),
                             "\" behind it for dark ones", NULL);
    return too_weak(text, ratio, "light", better, pool);
}

const char *oa2_color_read(oa2_color_t *out, const char *light,
                           const char *dark, apr_pool_t *pool)
{
    rgb_t on_light = black;
    rgb_t on_dark = black;
    rgb_t first = black;
    rgb_t second = black;
    const char *problem;

    read_rgb(&on_light, OA2_COLOR_BEHIND_LIGHT);
    read_rgb(&on_dark, OA2_COLOR_BEHIND_DARK);
    if (!read_rgb(&first, light)) return no_color(light, pool);
    if (dark && !read_rgb(&second, dark)) return no_color(dark, pool);
    if (!dark)
        second = readable(first, on_dark, white);
    problem = light_problem(first, second, on_light, on_dark, light, !dark,
                            pool);
    if (problem) return problem;
    if (contrast(second, on_dark) < LEAST) {
        return too_weak(dark, contrast(second, on_dark), "dark",
                        apr_pstrcat(pool, "\"", write_rgb(
                            readable(second, on_dark, white), pool), "\"",
                            NULL), pool);
    }
    out->light = write_rgb(first, pool);
    out->light_strong = write_rgb(mix(first, black, STRONGER), pool);
    out->dark = write_rgb(second, pool);
    out->dark_strong = write_rgb(mix(second, white, STRONGER), pool);
    return NULL;
}

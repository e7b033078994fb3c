/* SPDX-License-Identifier: Apache-2.0 */
/* chart.c - see chart.h */
#include "page/chart.h"

#include <apr_strings.h>
#include <apr_tables.h>

#define GAP 0.15                        /* of a bar's place */

/* 2, 4, 10, 20, 40, 100, … */
static apr_uint64_t top_of(apr_uint64_t most)
{
    apr_uint64_t unit = 1;

    for (;;) {
        if (most <= 2 * unit)
            return 2 * unit;
        if (most <= 4 * unit)
            return 4 * unit;
        if (most <= 10 * unit || unit > most / 10)
            return 10 * unit;
        unit *= 10;
    }
}

static double height_of(apr_uint64_t value, apr_uint64_t top)
{
    return (double)value / (double)top * OA2_CHART_HEIGHT;
}

/* printf's "." is another letter in some locales; httpd sets none, but a
   module of its may. */
static const char *number(double value, apr_pool_t *pool)
{
    long tenths = (long)(value * 10 + 0.5);

    return apr_psprintf(pool, "%ld.%ld", tenths / 10, tenths % 10);
}

static void put_path(cJSON *list, const oa2_chart_series_t *series,
                     const apr_array_header_t *words, apr_pool_t *pool)
{
    cJSON *item = oa2_json_push_object(list);

    oa2_json_put_text(item, "name", series->name);
    oa2_json_put_text(item, "label", series->label);
    oa2_json_put_text(item, "d", apr_array_pstrcat(pool, words, 0));
}

/* ------------------------------------------------------------ bars */

static void push_bar(apr_array_header_t *words, double x, double width,
                     double from, double to, apr_pool_t *pool)
{
    APR_ARRAY_PUSH(words, const char *) = apr_pstrcat(
        pool, "M", number(x, pool), " ", number(OA2_CHART_HEIGHT - from, pool),
        "V", number(OA2_CHART_HEIGHT - to, pool),
        "H", number(x + width, pool),
        "V", number(OA2_CHART_HEIGHT - from, pool), "Z", NULL);
}

apr_uint64_t oa2_chart_bars(cJSON *chart, const oa2_chart_series_t *series,
                            int count, const unsigned char *is_known, int n,
                            apr_pool_t *pool)
{
    cJSON *list = oa2_json_put_array(chart, "paths");
    apr_uint64_t *below = apr_pcalloc(pool, (apr_size_t)n * sizeof(*below));
    double place = (double)OA2_CHART_WIDTH / n;
    apr_uint64_t most = 0;
    apr_uint64_t top;
    int i;
    int j;

    for (i = 0; i < n; i++) {
        apr_uint64_t sum = 0;

        for (j = 0; is_known[i] && j < count; j++)
            sum += series[j].values[i];
        most = sum > most ? sum : most;
    }
    top = top_of(most);
    for (j = 0; j < count; j++) {
        apr_array_header_t *words = apr_array_make(pool, n, sizeof(char *));

        for (i = 0; i < n; i++) {
            apr_uint64_t value = is_known[i] ? series[j].values[i] : 0;

            if (value)
                push_bar(words, i * place + place * GAP / 2,
                         place * (1 - GAP), height_of(below[i], top),
                         height_of(below[i] + value, top), pool);
            below[i] += value;
        }
        put_path(list, &series[j], words, pool);
    }
    return top;
}

/* ------------------------------------------------------------ lines */

apr_uint64_t oa2_chart_lines(cJSON *chart, const oa2_chart_series_t *series,
                             int count, const unsigned char *is_known, int n,
                             apr_pool_t *pool)
{
    cJSON *list = oa2_json_put_array(chart, "paths");
    double place = (double)OA2_CHART_WIDTH / n;
    apr_uint64_t most = 0;
    apr_uint64_t top;
    int i;
    int j;

    for (j = 0; j < count; j++)
        for (i = 0; i < n; i++)
            if (is_known[i] && series[j].values[i] > most)
                most = series[j].values[i];
    top = top_of(most);
    for (j = 0; j < count; j++) {
        apr_array_header_t *words = apr_array_make(pool, n, sizeof(char *));
        int is_down = 0;

        /* As broad as its place, so that one alone is seen. */
        for (i = 0; i < n; i++) {
            if (is_known[i])
                APR_ARRAY_PUSH(words, const char *) = apr_pstrcat(
                    pool, is_down ? "L" : "M", number(i * place, pool), " ",
                    number(OA2_CHART_HEIGHT
                           - height_of(series[j].values[i], top), pool),
                    "H", number((i + 1) * place, pool), NULL);
            is_down = is_known[i];
        }
        put_path(list, &series[j], words, pool);
    }
    return top;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chart.h - what a template needs to draw a chart as SVG: paths, in the units
 * of its viewBox.
 *
 * Colours are the style sheet's, by classes, as a page's policy allows no
 * inline style; numbers are for people in a table beside it.
 */
#ifndef OA2_PAGE_CHART_H
#define OA2_PAGE_CHART_H

#include "base/text/json.h"

/* The viewBox is "0 0 640 160". */
#define OA2_CHART_WIDTH 640
#define OA2_CHART_HEIGHT 160

typedef struct oa2_chart_series_t {
    const char *name;                   /* a class of the style sheet */
    const char *label;
    const apr_uint64_t *values;
} oa2_chart_series_t;

/*
 * Into a chart: paths, a list of name, label and d.  Bars: the series stand on
 * each other.  Lines: each for itself, broken where nothing is known.
 * is_known: of each of the n values; at least one series and one value.
 * Returns what the top stands for: 2, 4 or 10 times a power of ten, so that
 * half of it is a number too.
 */
apr_uint64_t oa2_chart_bars(cJSON *chart, const oa2_chart_series_t *series,
                            int count, const unsigned char *is_known, int n,
                            apr_pool_t *pool);
apr_uint64_t oa2_chart_lines(cJSON *chart, const oa2_chart_series_t *series,
                             int count, const unsigned char *is_known, int n,
                             apr_pool_t *pool);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* fixture_clock.c - see fixture_clock.h */
#include "unit/fixture_clock.h"

#include <time.h>

apr_time_t fixture_clock_stopped;
apr_interval_time_t fixture_clock_ahead;

apr_time_t oa2_clock(void)
{
    struct timespec at = { 0, 0 };

    if (fixture_clock_stopped != 0)
        return fixture_clock_stopped;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return apr_time_from_sec((apr_time_t)at.tv_sec) + at.tv_nsec / 1000
        + fixture_clock_ahead;
}

apr_time_t oa2_clock_coarse(void)
{
    return oa2_clock();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* clock.c - see clock.h */
#include "base/clock.h"

#include <time.h>

static apr_time_t read_clock(clockid_t id)
{
    struct timespec at = { 0, 0 };

    if (clock_gettime(id, &at) != 0)
        clock_gettime(CLOCK_MONOTONIC, &at);
    return apr_time_from_sec((apr_time_t)at.tv_sec) + at.tv_nsec / 1000 + 1;
}

apr_time_t oa2_clock(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

apr_time_t oa2_clock_coarse(void)
{
#ifdef CLOCK_MONOTONIC_COARSE
    return read_clock(CLOCK_MONOTONIC_COARSE);
#else
    return read_clock(CLOCK_MONOTONIC);
#endif
}

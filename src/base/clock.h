/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock.h - for how long: a clock that nobody sets.
 *
 * The time of day (apr_time_now) can be set back or forth.  What waits, or
 * counts an age, goes by this one; what expires at a date does not.
 */
#ifndef OA2_BASE_CLOCK_H
#define OA2_BASE_CLOCK_H

#include <apr_time.h>

/* Microseconds; the same in all processes of the machine until it is booted
   again, never less than before, and never 0. */
apr_time_t oa2_clock(void);
/* The same to a few milliseconds, and cheaper. */
apr_time_t oa2_clock_coarse(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stop.h - how what works in the background hears that it has to end.
 *
 * A pipe that becomes readable, so that it is heard while something else is
 * waited for; its reading end travels as a file descriptor, -1 for "never".
 */
#ifndef OA2_BASE_STOP_H
#define OA2_BASE_STOP_H

#include <apr_time.h>

#define OA2_STOP_NEVER (-1)

/* 1 when the caller has to end.  Waits for that; for fd to be readable, if it
   is not -1; and for so long, or for ever when it is negative. */
int oa2_stop_within(int stop, apr_interval_time_t most, int fd);

#endif

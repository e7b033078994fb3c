/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fixture_clock.h - base/clock's, for tests in which time has to pass.
 *
 * A program that uses one of these has fixture_clock.c's oa2_clock() in the
 * place of the library's.
 */
#ifndef OA2_TEST_FIXTURE_CLOCK_H
#define OA2_TEST_FIXTURE_CLOCK_H

#include "base/clock.h"

/* Not 0: it stands still there.  The test's processes each have their own. */
extern apr_time_t fixture_clock_stopped;
/* Else the real one, and so much more. */
extern apr_interval_time_t fixture_clock_ahead;

#endif

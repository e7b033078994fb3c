/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pace.c - see pace.h
 *
 * Two threads that meet at the beginning of a span may count one turn in the
 * one before: it is a bound for a log, not an account.
 */
#include "base/pace.h"

#include <string.h>
#include <apr_atomic.h>
#include <apr_hash.h>

int oa2_pace_take(oa2_pace_t *pace, apr_uint32_t *held, const char *name,
                  apr_int64_t now, int span, apr_uint32_t most)
{
    apr_ssize_t len = (apr_ssize_t)strlen(name);
    unsigned int lane = apr_hashfunc_default(name, &len) % OA2_PACE_LANES;
    volatile apr_uint32_t *in = &pace->lanes[lane].span;
    volatile apr_uint32_t *asked = &pace->lanes[lane].asked;
    apr_uint32_t current = (apr_uint32_t)(now / span);
    apr_uint32_t last = apr_atomic_read32(in);

    *held = 0;
    if (last != current && apr_atomic_cas32(in, current, last) == last) {
        apr_uint32_t before = apr_atomic_xchg32(asked, 0);
        if (before > most)
            *held = before - most;
    }
    return apr_atomic_inc32(asked) < most;
}

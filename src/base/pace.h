/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pace.h - how often something may be done on behalf of whoever asks, in one
 * process, without a lock and in fixed memory.
 *
 * A name (an address) has one of OA2_PACE_LANES lanes; who shares a lane shares
 * its turns.  So one busy asker cannot take everybody's turns, and however many
 * there are, the sum is bounded.
 */
#ifndef OA2_BASE_PACE_H
#define OA2_BASE_PACE_H

#include <apr.h>

#define OA2_PACE_LANES 64

/* Zeroed is ready.  Any thread may use it. */
typedef struct oa2_pace_t {
    struct {
        volatile apr_uint32_t span;     /* which span of time it counts in */
        volatile apr_uint32_t asked;
    } lanes[OA2_PACE_LANES];
} oa2_pace_t;

/*
 * 1: it is name's turn; 0: it had `most` turns in this span of time already.
 * now and span in seconds.  *held is how many were held back in the lane's
 * last span, said once, with its first turn afterwards.
 */
int oa2_pace_take(oa2_pace_t *pace, apr_uint32_t *held, const char *name,
                  apr_int64_t now, int span, apr_uint32_t most);

#endif

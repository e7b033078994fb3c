/* SPDX-License-Identifier: Apache-2.0 */
/*
 * look.h - how long a look at a password takes here, and so when the answer to
 * a failed login leaves.
 */
#ifndef OA2_DOMAIN_PERSON_LOOK_H
#define OA2_DOMAIN_PERSON_LOOK_H

#include <apr_time.h>

#include "base/ctx.h"

/* A password of the own table was looked at, in that time (microseconds). */
void oa2_look_note(const oa2_ctx_t *ctx, apr_int64_t took);
/*
 * How long the answer to a failed login still has to wait, when checking it
 * took that long: as long as the longest look of late, and until the next of
 * the steps of 200 ms.  An unknown name, a paused account and a wrong password
 * take equally long, and only the last one costs more than time; what a
 * provider needs for a name that it knows, and for one that it does not,
 * cannot be told either.
 */
apr_interval_time_t oa2_look_rest(const oa2_ctx_t *ctx,
                                  apr_interval_time_t took);
/* The steps alone (for tests). */
apr_interval_time_t oa2_look_step(apr_interval_time_t took);

#endif

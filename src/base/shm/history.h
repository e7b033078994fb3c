/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history.h - how numbers went in the last hour and day, in memory that
 * processes share.
 *
 * Somebody takes a sample of what the counters (counter.h) say, once a minute;
 * what is between two samples is what happened meanwhile.  So whoever counts
 * pays nothing for it, and a sample that was missed leaves a gap and no error.
 * One sample of each minute is kept for an hour, and one of each quarter of an
 * hour for a day.
 *
 * Times are base/clock.h's: setting the time of day moves nothing.
 */
#ifndef OA2_BASE_SHM_HISTORY_H
#define OA2_BASE_SHM_HISTORY_H

#include "base/shm/counter.h"

/* Sums since the counters were made.  Only words of 64 bits. */
typedef struct oa2_sample_t {
    apr_uint64_t good;                  /* answers of our endpoints: 2xx, 3xx */
    apr_uint64_t refused;               /* because of what was asked */
    apr_uint64_t failed;                /* because of us: 5xx */
    oa2_times_t times;                  /* of all of these */
    apr_uint64_t let_in;                /* requests below AuthType OAuth2 */
    apr_uint64_t kept_out;
    apr_uint64_t unavailable;           /* because of us */
} oa2_sample_t;

typedef enum { OA2_HISTORY_HOUR, OA2_HISTORY_DAY } oa2_span_t;

#define OA2_HISTORY_MOST 96             /* intervals of a span */

typedef struct oa2_interval_t {
    int is_known;                       /* 0: nobody was there to look */
    oa2_sample_t sum;                   /* what happened in it */
} oa2_interval_t;

typedef struct oa2_history_t oa2_history_t;

/* Bytes; an empty one is that many zero bytes. */
apr_size_t oa2_history_size(void);
/* The one in that memory. */
oa2_history_t *oa2_history_at(void *memory);

/*
 * Keeps the sample where one is due at the time `at`, and says how long it is
 * from then until the next one is.  Of any process: of several that come with
 * the same minute's, one is kept.
 */
apr_interval_time_t oa2_history_note(oa2_history_t *history,
                                     const oa2_sample_t *sample,
                                     apr_time_t at);
/* Minutes, or quarters of an hour, that a span has: as many as there are
   intervals in it, and how many seconds each takes. */
int oa2_history_count(oa2_span_t span);
int oa2_history_seconds(oa2_span_t span);
/*
 * The span's intervals up to the time `at`, the oldest first: the last one
 * ended at most one interval before it.  out: oa2_history_count() of them.
 * history NULL: nothing is known.
 */
void oa2_history_read(oa2_interval_t *out, const oa2_history_t *history,
                      oa2_span_t span, apr_time_t at);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * units.h - numbers with units, as administrators write them.
 *
 * Each returns NULL and sets *out, or a sentence that says what was expected
 * (in static storage or in pool), and leaves *out alone.
 */
#ifndef OA2_BASE_TEXT_UNITS_H
#define OA2_BASE_TEXT_UNITS_H

#include <apr_pools.h>

/* "90s", "10m", "12h", "30d", "0"; a bare number other than 0 is refused. */
const char *oa2_units_seconds(apr_int64_t *out, const char *text,
                              apr_int64_t min, apr_int64_t max,
                              apr_pool_t *pool);
/* "512k", "32m", "1g" or plain bytes; powers of 1024. */
const char *oa2_units_bytes(apr_int64_t *out, const char *text,
                            apr_int64_t min, apr_int64_t max,
                            apr_pool_t *pool);
/* A plain decimal number. */
const char *oa2_units_number(apr_int64_t *out, const char *text,
                             apr_int64_t min, apr_int64_t max,
                             apr_pool_t *pool);
/* 600 -> "10m", 90 -> "90s": the shortest exact form. */
const char *oa2_units_say_seconds(apr_int64_t seconds, apr_pool_t *pool);
/* For people: 1 -> "1 second", 600 -> "10 minutes". */
const char *oa2_units_tell_seconds(apr_int64_t seconds, apr_pool_t *pool);
/* RFC 3339 in UTC: "2026-01-31T12:00:00Z". */
const char *oa2_units_say_time(apr_int64_t seconds, apr_pool_t *pool);

#endif

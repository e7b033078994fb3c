/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counter.h - what is counted, in memory that processes share.
 *
 * A row of OA2_COUNTERS is the whole of a counter: the member, what it is told
 * as, and how many of it there are (one for each value of its label).  The
 * numbers only go up, as long as httpd runs; readers work out rates.
 *
 * Each processor counts in a stripe of its own, so that threads do not take
 * cache lines from each other: counting is one atomic addition to a line that
 * is there already.  Who reads adds up the stripes; of numbers that are going
 * up meanwhile some are seen before and some after, and none is lost.
 *
 * The rows' names are those that base cannot know the meaning of: which grant,
 * endpoint or outcome a label's value stands for is said by who counts it.
 */
#ifndef OA2_BASE_SHM_COUNTER_H
#define OA2_BASE_SHM_COUNTER_H

#include <stddef.h>

#include <apr_pools.h>
#include <apr_time.h>

/* The values of labels: V(NAME, "text").  At most as many as a row has. */
#define OA2_GUARDED(V)                                                      \
    V(OK, "ok")                                                             \
    V(NO_TOKEN, "no_token")                                                 \
    V(BAD_TOKEN, "invalid_token")                                           \
    V(SCOPE, "insufficient_scope")                                          \
    V(FORBIDDEN, "forbidden")                                               \
    V(BAD_REQUEST, "invalid_request")                                       \
    V(BAD_KEY, "invalid_api_key")                                           \
    V(PASSWORD, "wrong_password")                                           \
    V(UNAVAILABLE, "unavailable")
#define OA2_LOGINS(V)                                                       \
    V(OK, "ok")                                                             \
    V(FAILED, "failed")                                                     \
    V(PAUSED, "paused")                                                     \
    V(UNAVAILABLE, "unavailable")
#define OA2_CACHES(V)                                                       \
    V(TOKENS, "tokens")                                                     \
    V(CLIENTS, "clients")
#define OA2_REVOKED(V)                                                      \
    V(TOKEN, "token")                                                       \
    V(GRANT, "grant")                                                       \
    V(REUSE, "reuse")

#define V(name, text) OA2_GUARDED_##name,
typedef enum { OA2_GUARDED(V) OA2_GUARDED_VALUES } oa2_guarded_t;
#undef V
#define V(name, text) OA2_LOGIN_##name,
typedef enum { OA2_LOGINS(V) OA2_LOGIN_VALUES } oa2_login_count_t;
#undef V
#define V(name, text) OA2_CACHE_##name,
typedef enum { OA2_CACHES(V) OA2_CACHE_VALUES } oa2_cache_count_t;
#undef V
#define V(name, text) OA2_REVOKED_##name,
typedef enum { OA2_REVOKED(V) OA2_REVOKED_VALUES } oa2_revoked_count_t;
#undef V

#define OA2_PLACES 64               /* most endpoints; the last: any other */
#define OA2_OUTCOMES 32             /* of a request to one of them */
#define OA2_GRANTS 16               /* most grant types */

/*
 * X(KIND, member, how many, "family", "label", "what is told of it")
 * KIND: COUNT, events, told as family_total; SECONDS, how long they took,
 * told as the histogram family_seconds.  Label "": there is one only.
 */
#define OA2_COUNTERS(X)                                                     \
    X(COUNT, requests, OA2_PLACES * OA2_OUTCOMES, "oauth2_requests",        \
      "endpoint,outcome", "Requests to an endpoint by what became of them: " \
      "2xx, 3xx, or the error")                                             \
    X(SECONDS, request_seconds, OA2_PLACES, "oauth2_request", "endpoint",   \
      "From a request to an endpoint to its answer")                        \
    X(COUNT, guarded, OA2_GUARDED_VALUES, "oauth2_protected_requests",      \
      "outcome", "Requests below AuthType OAuth2 by who was let in")        \
    X(COUNT, tokens, OA2_GRANTS, "oauth2_tokens_issued", "grant_type",      \
      "Access tokens issued")                                               \
    X(COUNT, revoked, OA2_REVOKED_VALUES, "oauth2_revocations", "what",     \
      "A token, a grant with all its tokens, or such a one because "        \
      "something of it was used twice")                                     \
    X(COUNT, logins, OA2_LOGIN_VALUES, "oauth2_logins", "outcome",          \
      "Passwords that were tried")                                          \
    X(COUNT, cache_hits, OA2_CACHE_VALUES, "oauth2_cache_hits", "cache",    \
      "Answers found in the cache")                                         \
    X(COUNT, cache_misses, OA2_CACHE_VALUES, "oauth2_cache_misses",         \
      "cache", "Answers that the database was asked for")                   \
    X(COUNT, cache_evictions, OA2_CACHE_VALUES, "oauth2_cache_evictions",   \
      "cache", "Good answers that had to make room for others")             \
    X(SECONDS, statement_seconds, 1, "oauth2_database_statement", "",       \
      "From a statement to its answer, the wait for a connection included") \
    X(COUNT, waits, 1, "oauth2_database_waits", "",                         \
      "Statements that waited for a connection")                            \
    X(COUNT, refused, 1, "oauth2_database_refusals", "",                    \
      "Statements that the database could not run, or not in time")         \
    X(COUNT, away, 1, "oauth2_database_outages", "",                        \
      "Times that the database began to refuse")                            \
    X(COUNT, deaf, 1, "oauth2_listener_losses", "",                         \
      "Times that the connection that tells what other machines change "    \
      "was lost")                                                           \
    X(COUNT, purged, 1, "oauth2_purged_rows", "",                           \
      "Rows removed that nothing could need any more")

/* Bounds of a histogram, in microseconds; more than the last one is +Inf. */
#define OA2_TIME_BOUNDS { 1000, 2500, 5000, 10000, 25000, 50000, 100000,    \
    250000, 500000, 1000000, 2500000, 5000000 }
#define OA2_TIMES 12

typedef struct oa2_times_t {
    apr_uint64_t within[OA2_TIMES + 1]; /* not cumulative; the last: +Inf */
    apr_uint64_t usec;                  /* of all together */
} oa2_times_t;

#define OA2_COUNTER_OF_COUNT apr_uint64_t
#define OA2_COUNTER_OF_SECONDS oa2_times_t

/* What is counted, once.  Only words of 64 bits. */
typedef struct oa2_counts_t {
#define X(kind, member, n, family, label, help)                             \
    OA2_COUNTER_OF_##kind member[n];
    OA2_COUNTERS(X)
#undef X
} oa2_counts_t;

typedef struct oa2_counter_t oa2_counter_t;

/* Bytes for so many stripes; 0: as many as there are processors here. */
apr_size_t oa2_counter_size(int stripes);
/* memory: oa2_counter_size() zero bytes. */
oa2_counter_t *oa2_counter_init(void *memory, int stripes);
/* The one that was set up in it before. */
oa2_counter_t *oa2_counter_at(void *memory);

/*
 * OA2_COUNT(counter, logins, OA2_LOGIN_OK): one more of it.  counter NULL:
 * nobody counts.  Of any thread and process, at any time, a signal handler's
 * too.
 */
#define OA2_COUNT(counter, member, i) OA2_COUNT_N(counter, member, i, 1)
#define OA2_COUNT_N(counter, member, i, n)                                  \
    oa2_counter_add((counter), offsetof(oa2_counts_t, member)               \
                    + (apr_size_t)(i) * sizeof(apr_uint64_t), (apr_uint64_t)(n))
/* How long one more took; less than nothing (the clock was set) is nothing. */
#define OA2_COUNT_TIME(counter, member, i, took)                            \
    oa2_counter_time((counter), offsetof(oa2_counts_t, member)              \
                     + (apr_size_t)(i) * sizeof(oa2_times_t), (took))

/* For the macros; at: the offset in oa2_counts_t. */
void oa2_counter_add(oa2_counter_t *counter, apr_size_t at, apr_uint64_t n);
void oa2_counter_time(oa2_counter_t *counter, apr_size_t at,
                      apr_interval_time_t took);

/* All stripes added up.  NULL: nothing was counted. */
void oa2_counter_sum(oa2_counts_t *out, const oa2_counter_t *counter);

#endif

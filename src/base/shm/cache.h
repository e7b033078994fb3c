/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache.h - what the database said lately, in memory that processes share.
 *
 * A set-associative table over a block of memory that the caller provides
 * (anonymous shared memory in httpd, plain memory in tests).  Readers take no
 * lock: each set has a sequence counter that also says who is writing in it.
 * A writer that dies in a set is noticed, and the set cleared, after a second.
 *
 * Truth stays in the database.  What makes an entry untrue is told to the
 * cache as a *tag* ("the grant 17", "the client x"): oa2_cache_bump() makes
 * every entry that carries the tag a miss, in constant time, by counting up
 * one cell of a table of counters; an entry remembers the sum of its tags'
 * cells.  Two tags may share a cell: the price is a needless miss, never a
 * stale hit.
 *
 * What was read from the database just before a bump must not be stored just
 * after it.  So: mark = oa2_cache_mark(); ask the database; oa2_cache_put(…,
 * mark, …) - which drops the entry when anything was bumped in between, and
 * from which on the entry's age counts.
 *
 * Expiry is a date, and is compared with the caller's.  Ages go by the clock
 * that nobody sets (base/clock.h): an old beat does not count again when the
 * time of day is set back.
 */
#ifndef OA2_BASE_SHM_CACHE_H
#define OA2_BASE_SHM_CACHE_H

#include <apr_pools.h>
#include "base/crypto.h"

typedef struct oa2_cache_t oa2_cache_t;
typedef struct oa2_counters_t oa2_counters_t;

/* When the database was asked, for oa2_cache_put(). */
typedef struct oa2_cache_mark_t {
    apr_uint32_t moment;            /* bumps and flushes so far */
    apr_time_t at;                  /* base/clock.h's */
} oa2_cache_mark_t;

#define OA2_CACHE_TAGS 3            /* most tags an entry can carry */
#define OA2_CACHE_TRUST 5           /* seconds an entry lives unvouched for */
#define OA2_CACHE_VOUCH 3           /* seconds a beat vouches for */

typedef struct oa2_cache_entry_t {
    unsigned char key[OA2_KEY_LEN]; /* a SHA-256 */
    apr_uint64_t tags[OA2_CACHE_TAGS];  /* from oa2_cache_tag(); 0: none */
    apr_int64_t expires;            /* seconds since 1970 */
    const void *data;
    apr_size_t len;
} oa2_cache_entry_t;

/*
 * What bumps, flushes and beats count, apart from the entries: several caches
 * of one database, of other sizes or one after the other, may go by the same
 * counters, and then what is told to one is told to all.  memory:
 * oa2_counters_size() zero bytes.
 */
apr_size_t oa2_counters_size(void);
oa2_counters_t *oa2_counters_init(void *memory);
/* Those that were set up in it before. */
oa2_counters_t *oa2_counters_at(void *memory);
/*
 * memory: size zero bytes, which are not touched before they are used.
 * entry_size: bytes an entry takes in all, its own 80 included.  counters:
 * each process has to have them as far from memory as the others do; NULL:
 * the cache has its own, in its memory.  NULL when memory has no room for one
 * set of eight.
 */
oa2_cache_t *oa2_cache_init(void *memory, apr_size_t size,
                            apr_size_t entry_size, oa2_counters_t *counters);
/* The most data bytes an entry can hold. */
apr_size_t oa2_cache_room(const oa2_cache_t *cache);
/* How many entries there are. */
apr_size_t oa2_cache_capacity(const oa2_cache_t *cache);

apr_uint64_t oa2_cache_tag(char kind, const char *name);

/*
 * 1 and up to *len bytes (in: size of buf; out: length) when an entry is
 * there, unexpired, unbumped and young enough: less than OA2_CACHE_TRUST
 * seconds old, unless a listener has vouched within OA2_CACHE_VOUCH seconds.
 * 0 also when buf is too small for it; then *len is left alone.
 */
int oa2_cache_find(void *buf, apr_size_t *len, oa2_cache_t *cache,
                   const unsigned char key[OA2_KEY_LEN], apr_int64_t now);
oa2_cache_mark_t oa2_cache_mark(oa2_cache_t *cache);
/* Too large, or bumped since mark: not stored, which is no error.  1: another
   one that was still good had to make room. */
int oa2_cache_put(oa2_cache_t *cache, const oa2_cache_entry_t *entry,
                   oa2_cache_mark_t mark, apr_int64_t now);
void oa2_cache_bump(oa2_cache_t *cache, apr_uint64_t tag);
/* Everything becomes a miss. */
void oa2_cache_flush(oa2_cache_t *cache);
/* The listener: all that was committed elsewhere before that moment of
   base/clock.h's has been told. */
void oa2_cache_beat(oa2_cache_t *cache, apr_time_t at);

#endif

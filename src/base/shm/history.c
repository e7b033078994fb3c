/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history.c - see history.h
 *
 * Two rings of slots, one for each span.  A slot is found by the number of its
 * minute (or quarter of an hour), and says which one it holds: so there is no
 * head that two writers would have to agree upon, and what is older than the
 * ring is known for what it is.
 *
 * A mark is twice that number, and one more while somebody writes.  Who is
 * ended while writing leaves a slot that nobody reads, and the next round
 * takes over.
 */
#include "base/shm/history.h"

#include <string.h>

/* One more than intervals, and some that are written while others are read. */
#define SLOTS (OA2_HISTORY_MOST + 4)
#define SPANS 2
#define WORDS (sizeof(oa2_sample_t) / sizeof(apr_uint64_t))

typedef struct {
    apr_uint64_t mark;                  /* 0: empty */
    apr_uint64_t words[WORDS];
} slot_t;

struct oa2_history_t {
    slot_t slots[SPANS][SLOTS];
};

static const struct {
    int count;
    int seconds;
} spans[SPANS] = {
    [OA2_HISTORY_HOUR] = { 60, 60 },
    [OA2_HISTORY_DAY] = { OA2_HISTORY_MOST, 900 },
};

apr_size_t oa2_history_size(void)
{
    return sizeof(oa2_history_t);
}

oa2_history_t *oa2_history_at(void *memory)
{
    return memory;
}

int oa2_history_count(oa2_span_t span)
{
    return spans[span].count;
}

int oa2_history_seconds(oa2_span_t span)
{
    return spans[span].seconds;
}

/* Which minute (or quarter) it is, from 1. */
static apr_uint64_t number_of(oa2_span_t span, apr_time_t at)
{
    return (apr_uint64_t)(at / apr_time_from_sec(spans[span].seconds)) + 1;
}

/* ------------------------------------------------------------ note */

static void keep(slot_t *slot, apr_uint64_t number,
                 const oa2_sample_t *sample)
{
    apr_uint64_t mark = __atomic_load_n(&slot->mark, __ATOMIC_ACQUIRE);
    apr_uint64_t words[WORDS];
    apr_size_t i;

    /* It is there, or somebody is about it. */
    if (mark >= 2 * number
        || !__atomic_compare_exchange_n(&slot->mark, &mark, 2 * number + 1, 0,
                                        __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
        return;
    __atomic_thread_fence(__ATOMIC_RELEASE);
    memcpy(words, sample, sizeof(words));
    for (i = 0; i < WORDS; i++)
        __atomic_store_n(&slot->words[i], words[i], __ATOMIC_RELAXED);
    __atomic_store_n(&slot->mark, 2 * number, __ATOMIC_RELEASE);
}

apr_interval_time_t oa2_history_note(oa2_history_t *history,
                                     const oa2_sample_t *sample,
                                     apr_time_t at)
{
    apr_time_t minute = apr_time_from_sec(spans[OA2_HISTORY_HOUR].seconds);
    int i;

    for (i = 0; i < SPANS; i++) {
        apr_uint64_t number = number_of((oa2_span_t)i, at);

        keep(&history->slots[i][number % SLOTS], number, sample);
    }
    return minute - at % minute;
}

/* ------------------------------------------------------------ read */

/* 0: there is none of that number. */
static int find(oa2_sample_t *out, const oa2_history_t *history,
                oa2_span_t span, apr_uint64_t number)
{
    const slot_t *slot = &history->slots[span][number % SLOTS];
    apr_uint64_t words[WORDS];
    apr_size_t i;

    if (__atomic_load_n(&slot->mark, __ATOMIC_ACQUIRE) != 2 * number)
        return 0;
    for (i = 0; i < WORDS; i++)
        words[i] = __atomic_load_n(&slot->words[i], __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (__atomic_load_n(&slot->mark, __ATOMIC_RELAXED) != 2 * number)
        return 0;
    memcpy(out, words, sizeof(words));
    return 1;
}

/* 0: something is less than before, so it was counted anew. */
static int subtract(oa2_sample_t *out, const oa2_sample_t *to,
                    const oa2_sample_t *from)
{
    apr_uint64_t a[WORDS];
    apr_uint64_t b[WORDS];
    apr_size_t i;

    memcpy(a, to, sizeof(a));
    memcpy(b, from, sizeof(b));
    for (i = 0; i < WORDS; i++) {
        if (a[i] < b[i])
            return 0;
        a[i] -= b[i];
    }
    memcpy(out, a, sizeof(a));
    return 1;
}

void oa2_history_read(oa2_interval_t *out, const oa2_history_t *history,
                      oa2_span_t span, apr_time_t at)
{
    apr_uint64_t last = number_of(span, at);
    int count = spans[span].count;
    oa2_sample_t before;
    oa2_sample_t sample;
    int was_there = 0;
    int i;

    memset(out, 0, (apr_size_t)count * sizeof(*out));
    memset(&before, 0, sizeof(before));
    for (i = 0; history && i <= count; i++) {
        apr_uint64_t back = (apr_uint64_t)(count - i);
        int is_there = last > back && find(&sample, history, span,
                                           last - back);

        if (i > 0)
            out[i - 1].is_known = was_there && is_there
                && subtract(&out[i - 1].sum, &sample, &before);
        was_there = is_there;
        if (is_there)
            before = sample;
    }
}

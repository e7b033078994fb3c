/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counter.c - see counter.h
 *
 * The block: a head, then the stripes, each beginning with a cache line of its
 * own.  A thread counts in the stripe of the processor that it is on; should it
 * be moved just then, it counts in its neighbour's, which is why additions are
 * atomic all the same.
 *
 * Relaxed: the numbers say nothing of any other memory.
 */
#include "base/shm/counter.h"

#include <sched.h>
#include <string.h>
#include <unistd.h>

#include <apr_portable.h>

#define LINE 64
#define STRIPES_MAX 64

struct oa2_counter_t {
    apr_size_t stripes;
    char unused[LINE - sizeof(apr_size_t)];
};

#define STRIPE_SIZE ((sizeof(oa2_counts_t) + LINE - 1) / LINE * LINE)
#define WORDS (sizeof(oa2_counts_t) / sizeof(apr_uint64_t))

static apr_size_t count_of(int stripes)
{
    long wanted = stripes > 0 ? stripes : sysconf(_SC_NPROCESSORS_CONF);

    if (wanted < 1)
        return 1;
    return wanted > STRIPES_MAX ? STRIPES_MAX : (apr_size_t)wanted;
}

apr_size_t oa2_counter_size(int stripes)
{
    return LINE + sizeof(oa2_counter_t) + count_of(stripes) * STRIPE_SIZE;
}

oa2_counter_t *oa2_counter_at(void *memory)
{
    apr_size_t over = (apr_uintptr_t)memory % LINE;

    return (void *)((char *)memory + (LINE - over) % LINE);
}

oa2_counter_t *oa2_counter_init(void *memory, int stripes)
{
    oa2_counter_t *counter = oa2_counter_at(memory);

    counter->stripes = count_of(stripes);
    return counter;
}

/* Where the system cannot say, threads are spread by their stacks. */
static apr_size_t here(void)
{
#ifdef __linux__
    int processor = sched_getcpu();

    if (processor >= 0)
        return (apr_size_t)processor;
#endif
    return (apr_size_t)((apr_uintptr_t)apr_os_thread_current() >> 12);
}

/* A division takes longer than all the rest. */
static apr_size_t own(const oa2_counter_t *counter)
{
    apr_size_t i = here();

    return i < counter->stripes ? i : i % counter->stripes;
}

static apr_uint64_t *word_at(oa2_counter_t *counter, apr_size_t stripe,
                             apr_size_t at)
{
    char *first = (char *)counter + sizeof(*counter);

    return (void *)(first + stripe * STRIPE_SIZE + at);
}

static void add(apr_uint64_t *word, apr_uint64_t n)
{
    __atomic_add_fetch(word, n, __ATOMIC_RELAXED);
}

void oa2_counter_add(oa2_counter_t *counter, apr_size_t at, apr_uint64_t n)
{
    if (counter)
        add(word_at(counter, own(counter), at), n);
}

void oa2_counter_time(oa2_counter_t *counter, apr_size_t at,
                      apr_interval_time_t took)
{
    static const apr_interval_time_t bounds[OA2_TIMES] = OA2_TIME_BOUNDS;
    apr_size_t stripe;
    apr_size_t i = 0;

    if (!counter)
        return;
    if (took < 0)
        took = 0;
    while (i < OA2_TIMES && took > bounds[i])
        i++;
    stripe = own(counter);
    add(word_at(counter, stripe, at + offsetof(oa2_times_t, within)
                + i * sizeof(apr_uint64_t)), 1);
    add(word_at(counter, stripe, at + offsetof(oa2_times_t, usec)),
        (apr_uint64_t)took);
}

void oa2_counter_sum(oa2_counts_t *out, const oa2_counter_t *counter)
{
    apr_uint64_t *sum = (void *)out;
    const char *first;
    apr_size_t stripe;
    apr_size_t i;

    memset(out, 0, sizeof(*out));
    if (!counter)
        return;
    first = (const char *)counter + sizeof(*counter);
    for (stripe = 0; stripe < counter->stripes; stripe++) {
        const apr_uint64_t *word =
            (const void *)(first + stripe * STRIPE_SIZE);

        for (i = 0; i < WORDS; i++)
            sum[i] += __atomic_load_n(&word[i], __ATOMIC_RELAXED);
    }
}

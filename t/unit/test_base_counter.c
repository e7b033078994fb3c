/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_base_counter.c - base/shm/counter: no count is lost, whoever counts.
 */
#include "unit/unit.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/shm/counter.h"
#include "unit/fixture_child.h"

#define PROCESSES 4
#define THREADS 8
#define ROUNDS 20000
#define ALL ((apr_uint64_t)PROCESSES * THREADS * ROUNDS)

static oa2_counter_t *make(int stripes)
{
    void *memory = mmap(NULL, oa2_counter_size(stripes),
                        PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                        -1, 0);

    assert_ptr_not_equal(memory, MAP_FAILED);
    return oa2_counter_init(memory, stripes);
}

static void *count(void *counter)
{
    int i;

    for (i = 0; i < ROUNDS; i++) {
        OA2_COUNT(counter, logins, OA2_LOGIN_FAILED);
        OA2_COUNT_N(counter, purged, 0, 3);
        OA2_COUNT_TIME(counter, request_seconds, OA2_PLACES - 1, 2000);
    }
    return NULL;
}

static void count_in_threads(oa2_counter_t *counter)
{
    pthread_t threads[THREADS];
    int i;

    for (i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, count, counter) != 0)
            _exit(1);
    for (i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

/* As few stripes as there can be, as many as there are, and more. */
static void test_many_at_once(void **state)
{
    static const int stripes[] = { 1, 0, 64 };
    oa2_counts_t sum;
    unsigned i;
    int j;

    (void)state;
    for (i = 0; i < UNIT_COUNT(stripes); i++) {
        oa2_counter_t *counter = make(stripes[i]);
        pid_t children[PROCESSES];

        for (j = 0; j < PROCESSES; j++) {
            children[j] = fixture_child();
            if (children[j] == 0) {
                count_in_threads(counter);
                _exit(0);
            }
        }
        for (j = 0; j < PROCESSES; j++)
            assert_int_equal(fixture_child_await(children[j]), 0);
        oa2_counter_sum(&sum, counter);
        assert_int_equal(sum.logins[OA2_LOGIN_FAILED], ALL);
        assert_int_equal(sum.logins[OA2_LOGIN_OK], 0);
        assert_int_equal(sum.purged[0], 3 * ALL);
        assert_int_equal(sum.request_seconds[OA2_PLACES - 1].within[1], ALL);
        assert_int_equal(sum.request_seconds[OA2_PLACES - 1].usec,
                         2000 * ALL);
    }
}

/* A time on a bound is within it (OpenMetrics: "le"). */
static void test_bounds(void **state)
{
    static const struct { apr_interval_time_t took; int at; } rows[] = {
        { -5, 0 }, { 0, 0 }, { 1000, 0 }, { 1001, 1 }, { 5000000, 11 },
        { 5000001, OA2_TIMES }, { APR_INT64_MAX / 2, OA2_TIMES },
    };
    oa2_counts_t sum;
    unsigned i;

    (void)state;
    for (i = 0; i < UNIT_COUNT(rows); i++) {
        oa2_counter_t *counter = make(2);

        OA2_COUNT_TIME(counter, statement_seconds, 0, rows[i].took);
        oa2_counter_sum(&sum, counter);
        assert_int_equal(sum.statement_seconds[0].within[rows[i].at], 1);
        assert_int_equal(sum.statement_seconds[0].usec,
                         rows[i].took < 0 ? 0 : rows[i].took);
    }
}

/* A later configuration finds what was counted before. */
static void test_found_again(void **state)
{
    apr_pool_t *pool = *state;
    void *memory = apr_pcalloc(pool, oa2_counter_size(3) + 1);
    oa2_counts_t sum;

    /* whatever address the memory has */
    memory = (char *)memory + 1;
    OA2_COUNT(oa2_counter_init(memory, 3), tokens, 2);
    OA2_COUNT(oa2_counter_at(memory), tokens, 2);
    oa2_counter_sum(&sum, oa2_counter_at(memory));
    assert_int_equal(sum.tokens[2], 2);
}

static void test_nobody_counts(void **state)
{
    oa2_counts_t sum;

    (void)state;
    OA2_COUNT(NULL, tokens, 2);
    OA2_COUNT_TIME(NULL, statement_seconds, 0, 1);
    oa2_counter_sum(&sum, NULL);
    assert_int_equal(sum.tokens[2], 0);
}

static int end(void **state)
{
    fixture_children_end();
    return unit_end(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_many_at_once, unit_begin, end),
        UNIT_TEST(test_bounds),
        UNIT_TEST(test_found_again),
        UNIT_TEST(test_nobody_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

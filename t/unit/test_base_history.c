/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_base_history.c - base/shm/history: what happened when, whoever writes.
 */
#include "unit/unit.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/shm/history.h"
#include "unit/fixture_child.h"

#define MINUTE apr_time_from_sec(60)
#define START (apr_time_from_sec(86400) * 3)    /* a whole quarter too */
#define LAST 59                         /* of the hour */

static oa2_history_t *make(void)
{
    void *memory = mmap(NULL, oa2_history_size(), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_ptr_not_equal(memory, MAP_FAILED);
    return oa2_history_at(memory);
}

static apr_interval_time_t note(oa2_history_t *history, apr_time_t at,
                                apr_uint64_t good)
{
    oa2_sample_t sample = { .good = good };

    sample.times.usec = 10 * good;
    return oa2_history_note(history, &sample, at);
}

static const oa2_interval_t *hour(const oa2_history_t *history, apr_time_t at)
{
    static oa2_interval_t out[OA2_HISTORY_MOST];

    oa2_history_read(out, history, OA2_HISTORY_HOUR, at);
    return out;
}

static void test_nothing_is_known(void **state)
{
    int i;

    (void)state;
    for (i = 0; i <= LAST; i++) {
        assert_false(hour(make(), START)[i].is_known);
        assert_false(hour(NULL, START)[i].is_known);
        /* just after the machine was booted */
        assert_false(hour(make(), 1)[i].is_known);
    }
}

static void test_what_is_between(void **state)
{
    oa2_history_t *history = make();
    const oa2_interval_t *found;

    (void)state;
    assert_int_equal(note(history, START, 5), MINUTE);
    assert_int_equal(note(history, START + MINUTE + 1, 12), MINUTE - 1);
    /* the first of a minute stays */
    note(history, START + 2 * MINUTE - 1, 100);
    found = hour(history, START + 2 * MINUTE - 1);
    assert_true(found[LAST].is_known);
    assert_int_equal(found[LAST].sum.good, 7);
    assert_int_equal(found[LAST].sum.times.usec, 70);
    assert_false(found[LAST - 1].is_known);
    /* an hour later it is gone, and never something else's */
    found = hour(history, START + 60 * MINUTE);
    assert_false(found[LAST].is_known);
    assert_true(found[0].is_known);
    assert_int_equal(found[0].sum.good, 7);
    found = hour(history, START + 61 * MINUTE);
    assert_false(found[0].is_known);
}

static void test_a_gap(void **state)
{
    oa2_history_t *history = make();
    const oa2_interval_t *found;

    (void)state;
    note(history, START, 5);
    note(history, START + MINUTE, 6);
    note(history, START + 3 * MINUTE, 20);
    note(history, START + 4 * MINUTE, 21);
    found = hour(history, START + 4 * MINUTE);
    assert_true(found[LAST].is_known);
    assert_int_equal(found[LAST].sum.good, 1);
    assert_false(found[LAST - 1].is_known);
    assert_false(found[LAST - 2].is_known);
    assert_true(found[LAST - 3].is_known);
    /* counted anew */
    note(history, START + 5 * MINUTE, 3);
    assert_false(hour(history, START + 5 * MINUTE)[LAST].is_known);
}

/* Two days of minutes: the last hour and day are there, and add up. */
static void test_two_days(void **state)
{
    oa2_history_t *history = make();
    oa2_interval_t day[OA2_HISTORY_MOST];
    const oa2_interval_t *found;
    apr_time_t end = START + 2880 * MINUTE;
    int i;

    (void)state;
    assert_int_equal(oa2_history_count(OA2_HISTORY_DAY), OA2_HISTORY_MOST);
    for (i = 0; i <= 2880; i++)
        note(history, START + i * MINUTE, 2 * (apr_uint64_t)i);
    found = hour(history, end);
    oa2_history_read(day, history, OA2_HISTORY_DAY, end);
    for (i = 0; i <= LAST; i++) {
        assert_true(found[i].is_known);
        assert_int_equal(found[i].sum.good, 2);
    }
    for (i = 0; i < OA2_HISTORY_MOST; i++) {
        assert_true(day[i].is_known);
        assert_int_equal(day[i].sum.good, 30);
    }
}

/* Processes that write and read at once: no sample is two halves. */
static void test_many_at_once(void **state)
{
    oa2_history_t *history = make();
    pid_t children[4];
    unsigned i;
    int j;

    (void)state;
    for (i = 0; i < UNIT_COUNT(children); i++) {
        children[i] = fixture_child();
        if (children[i] == 0) {
            for (j = 0; j < 3000; j++) {
                const oa2_interval_t *found;

                note(history, START + j * MINUTE, (apr_uint64_t)j);
                found = hour(history, START + j * MINUTE);
                if (found[LAST].is_known
                    && found[LAST].sum.times.usec != 10 * found[LAST].sum.good)
                    _exit(1);
            }
            _exit(0);
        }
    }
    for (i = 0; i < UNIT_COUNT(children); i++)
        assert_int_equal(fixture_child_await(children[i]), 0);
}

static int end(void **state)
{
    fixture_children_end();
    return unit_end(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(test_nothing_is_known),
        UNIT_TEST(test_what_is_between),
        UNIT_TEST(test_a_gap),
        UNIT_TEST(test_two_days),
        cmocka_unit_test_setup_teardown(test_many_at_once, unit_begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_job.c - work that waits: claimed by one, again when it was left
 * lying, later after each failure, and not for ever; and whose turn it is.
 */
#include <pthread.h>

#include "store/job.h"
#include "store/purge.h"
#include "store/store.h"
#include "unit/fixture_store.h"

#define THREADS 8
#define JOBS 24
#define LEASE 60
#define MOST 9

static int setup(void **state)
{
    *state = fixture_open_file(THREADS, 0);
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    return 0;
}

static oa2_queued_t *claim(oa2_ctx_t *ctx)
{
    oa2_queued_t *job;

    fixture_good(oa2_job_claim(&job, ctx, "mail", LEASE));
    return job;
}

static int failed(oa2_ctx_t *ctx, const oa2_queued_t *job)
{
    int given_up;

    fixture_good(oa2_job_fail(&given_up, ctx, job, "no route", MOST));
    return given_up;
}

static void a_job_is_claimed_once_and_is_gone_when_done(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_queued_t *job;

    assert_null(claim(ctx));
    fixture_good(oa2_job_put(ctx, "mail", "to ann"));
    fixture_good(oa2_job_claim(&job, ctx, "other", LEASE));
    assert_null(job);
    job = claim(ctx);
    assert_non_null(job);
    assert_string_equal(job->text, "to ann");
    assert_int_equal(job->attempts, 1);
    assert_null(job->error);
    assert_null(claim(ctx));
    fixture_good(oa2_job_done(ctx, job));
    ctx->now += 10 * LEASE;
    assert_null(claim(ctx));
}

static void a_realm_sees_its_own(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;

    ctx->realm = 3;
    fixture_good(oa2_job_put(ctx, "mail", "x"));
    ctx->realm = 0;
    assert_null(claim(ctx));
    ctx->realm = 3;
    assert_non_null(claim(ctx));
}

static void what_nobody_finished_is_claimed_again_after_its_lease(
    void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_queued_t *first;
    oa2_queued_t *second;

    fixture_good(oa2_job_put(ctx, "mail", "x"));
    first = claim(ctx);
    ctx->now += LEASE - 1;
    assert_null(claim(ctx));
    ctx->now += 1;
    second = claim(ctx);
    assert_non_null(second);
    assert_int_equal(second->attempts, 2);
    /* Who was late has nothing to say any more. */
    fixture_good(oa2_job_done(ctx, first));
    failed(ctx, first);
    ctx->now += LEASE;
    assert_non_null(claim(ctx));
}

static void a_failure_is_repeated_later_and_later(void **state)
{
    static const int waits[] = { 60, 120, 240, 480, 960, 1920, 3600, 3600 };
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_queued_t *job;
    apr_int64_t removed;
    apr_size_t i;

    fixture_good(oa2_job_put(ctx, "mail", "x"));
    job = claim(ctx);
    for (i = 0; i < UNIT_COUNT(waits); i++) {
        assert_int_equal(failed(ctx, job), 0);
        ctx->now += waits[i] - 1;
        assert_null(claim(ctx));
        ctx->now += 1;
        job = claim(ctx);
        assert_non_null(job);
        assert_int_equal(job->attempts, i + 2);
        assert_string_equal(job->error, "no route");
    }
    assert_int_equal(failed(ctx, job), 1);
    ctx->now += OA2_JOB_KEPT - 1;
    assert_null(claim(ctx));
    fixture_good(oa2_purge(&removed, ctx, 100));
    assert_true(removed == 0);
    ctx->now += 1;
    fixture_good(oa2_purge(&removed, ctx, 100));
    assert_true(removed == 1);
}

static void an_error_is_cut_between_characters(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    char *text = apr_palloc(ctx->pool, OA2_JOB_ERROR_MAX + 3);
    oa2_queued_t *job;
    int given_up;

    memset(text, 'x', OA2_JOB_ERROR_MAX + 2);
    memcpy(text + OA2_JOB_ERROR_MAX - 1, "\xc3\xa9", 3);
    fixture_good(oa2_job_put(ctx, "mail", "x"));
    job = claim(ctx);
    fixture_good(oa2_job_fail(&given_up, ctx, job, text, MOST));
    ctx->now += 60;
    job = claim(ctx);
    assert_int_equal(strlen(job->error), OA2_JOB_ERROR_MAX - 1);
}

/* ------------------------------------------------------------ races */

typedef struct {
    oa2_ctx_t *ctx;
    pthread_barrier_t *barrier;
    int count;
    int turns;
} racer_t;

static void *race(void *baton)
{
    racer_t *racer = baton;
    oa2_queued_t *job;
    int mine;

    pthread_barrier_wait(racer->barrier);
    while ((job = claim(racer->ctx)) != NULL) {
        fixture_good(oa2_job_done(racer->ctx, job));
        racer->count++;
    }
    fixture_good(oa2_job_turn(&mine, racer->ctx, "purge", 60));
    racer->turns += mine;
    return NULL;
}

static void many_claimers_get_each_job_once(void **state)
{
    fixture_t *fixture = *state;
    pthread_barrier_t barrier;
    pthread_t threads[THREADS];
    racer_t racers[THREADS] = { { 0 } };
    oa2_store_t *second;
    int count = 0;
    int turns = 0;
    int i;

    fixture_good(oa2_store_open(&second, &fixture->conf, NULL, NULL,
                                fixture->store_pool));
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (i = 0; i < JOBS; i++)
        fixture_good(oa2_job_put(fixture->ctx, "mail", "x"));
    for (i = 0; i < THREADS; i++) {
        racers[i].ctx = fixture_another(fixture);
        racers[i].barrier = &barrier;
        if (i % 2)
            racers[i].ctx->store = second;
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]),
                         0);
    }
    for (i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        count += racers[i].count;
        turns += racers[i].turns;
        apr_pool_destroy(racers[i].ctx->pool);
    }
    /* With SKIP LOCKED one may see none while others still have theirs. */
    assert_int_equal(count, JOBS);
    assert_int_equal(turns, 1);
    assert_null(claim(fixture->ctx));
    pthread_barrier_destroy(&barrier);
}

/* ------------------------------------------------------------ turns */

static int turn(oa2_ctx_t *ctx)
{
    int mine;

    fixture_good(oa2_job_turn(&mine, ctx, "purge", 60));
    return mine;
}

static void a_turn_is_one_nodes(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;

    assert_int_equal(turn(ctx), 1);
    assert_int_equal(turn(ctx), 0);
    ctx->now += 59;
    assert_int_equal(turn(ctx), 0);
    ctx->now += 1;
    assert_int_equal(turn(ctx), 1);
    fixture_good(oa2_job_turn_in(ctx, "purge", 10));
    ctx->now += 9;
    assert_int_equal(turn(ctx), 0);
    ctx->now += 1;
    assert_int_equal(turn(ctx), 1);
    /* A node whose clock is a little behind: no turn for that. */
    ctx->now -= 5;
    assert_int_equal(turn(ctx), 0);
    /* One whose clock was hours ahead does not stop everybody for hours. */
    ctx->now += 7200;
    assert_int_equal(turn(ctx), 1);
    ctx->now -= 7200;
    assert_int_equal(turn(ctx), 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(a_job_is_claimed_once_and_is_gone_when_done),
        T(a_realm_sees_its_own),
        T(what_nobody_finished_is_claimed_again_after_its_lease),
        T(a_failure_is_repeated_later_and_later),
        T(an_error_is_cut_between_characters),
        T(many_claimers_get_each_job_once),
        T(a_turn_is_one_nodes),
#undef T
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

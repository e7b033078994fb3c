/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_base_process.c - a program that is run to its end: what it gets, what
 * it says, and that it ends, whatever it does.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"
#include "unit/unit.h"

typedef struct {
    apr_pool_t *pool;
    int stop[2];
    char folder[32];
} fixture_t;

static int setup(void **state)
{
    fixture_t *f = calloc(1, sizeof(*f));

    assert_int_equal(apr_initialize(), APR_SUCCESS);
    signal(SIGPIPE, SIG_IGN);           /* as in httpd */
    apr_pool_create(&f->pool, NULL);
    assert_int_equal(pipe(f->stop), 0);
    memcpy(f->folder, "/tmp/oa2-process-XXXXXX", 24);
    assert_non_null(mkdtemp(f->folder));
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_t *f = *state;

    unlink(apr_pstrcat(f->pool, f->folder, "/pid", NULL));
    assert_int_equal(rmdir(f->folder), 0);
    close(f->stop[0]);
    close(f->stop[1]);
    apr_pool_destroy(f->pool);
    free(f);
    return 0;
}

static oa2_err_t *run(fixture_t *f, const char **output, const char *script,
                      const char *input, int seconds)
{
    const char *const argv[] = { "/bin/sh", "-c", script, "sh", f->folder,
                                 NULL };
    const oa2_process_t process = {
        .argv = argv, .input = input, .input_len = strlen(input),
        .most = apr_time_from_sec(seconds), .stop = f->stop[0],
        .leave = apr_time_from_msec(300)
    };
    oa2_process_end_t end;
    oa2_err_t *err = oa2_process_run(&end, &process, f->pool);

    assert_true(end.is_begun);
    assert_int_equal(end.answer_len, 0);
    *output = end.said;
    return err;
}

static void what_it_gets(void **state)
{
    fixture_t *f = *state;
    const char *output;
    char *big = apr_pcalloc(f->pool, 300001);

    memset(big, 'x', 300000);
    /* Something of ours that is nobody else's business. */
    setenv("PGPASSWORD", "hunter2", 1);
    assert_null(run(f, &output, "test \"$(cat)\" = 'a b' &&"
                    " test -z \"$PGPASSWORD$HOME\" && test -n \"$PATH\"",
                    "a b", 10));
    assert_string_equal(output, "");
    assert_null(run(f, &output, "test $(wc -c) = 300000", big, 10));
    /* Who does not read it does no harm. */
    assert_null(run(f, &output, "exec <&-; sleep 0.2", big, 10));
}

static void what_it_says(void **state)
{
    fixture_t *f = *state;
    const char *output;
    oa2_err_t *err;

    err = run(f, &output, "echo no >&1; printf 'no\\nroute\\303' >&2; exit 75",
              "", 10);
    assert_int_equal(err->id, 1502);
    assert_non_null(strstr(err->meant, "ended with status 75"));
    assert_string_equal(output, "no route");
    err = run(f, &output, "yes >&2 & sleep 0.3; kill -9 $! $$", "", 10);
    assert_int_equal(err->id, 1503);
    assert_true(strlen(output) == 399);
}

static void what_is_not_there(void **state)
{
    static const char *const argv[] = { "/nowhere/sendmail", NULL };
    const oa2_process_t process = {
        .argv = argv, .most = 1, .stop = OA2_STOP_NEVER
    };
    fixture_t *f = *state;
    oa2_process_end_t end;
    oa2_err_t *err = oa2_process_run(&end, &process, f->pool);

    assert_int_equal(err->id, 1500);
    assert_false(end.is_begun);
    assert_int_equal(end.status, -1);
    assert_non_null(strstr(err->meant, "No such file"));
}

static oa2_err_t *ask(fixture_t *f, oa2_process_end_t *end, const char *script,
                      const char *input, apr_size_t len)
{
    const char *const argv[] = { "/bin/sh", "-c", script, NULL };
    const oa2_process_t process = {
        .argv = argv, .input = input, .input_len = len, .answer_most = 200000,
        .worst = 7, .most = apr_time_from_sec(10), .stop = f->stop[0]
    };

    return oa2_process_run(end, &process, f->pool);
}

/* Both ways at once, more than a pipe holds, and NULs. */
static void what_it_answers(void **state)
{
    fixture_t *f = *state;
    char *big = apr_pcalloc(f->pool, 200000);
    oa2_process_end_t end;
    oa2_err_t *err;

    memset(big + 1, 'x', 199998);
    assert_null(ask(f, &end, "exec cat", big, 200000));
    assert_int_equal(end.status, 0);
    assert_int_equal(end.answer_len, 200000);
    assert_memory_equal(end.answer, big, 200000);
    assert_null(ask(f, &end, "echo a; echo b >&2; exit 7", "", 0));
    assert_int_equal(end.status, 7);
    assert_int_equal(end.answer_len, 2);
    assert_string_equal(end.said, "b");
    err = ask(f, &end, "exit 8", "", 0);
    assert_int_equal(err->id, 1502);
    assert_int_equal(end.status, 8);
    err = ask(f, &end, "cat; echo", big, 200000);
    assert_int_equal(err->id, 1501);
    assert_non_null(strstr(err->meant, "too much"));
    err = ask(f, &end, "exec yes", "", 0);
    assert_int_equal(err->id, 1501);
    assert_int_equal(end.status, -1);
}

/* 1: the process whose number the script has written is no more, or only
   waits for init to take notice. */
static int has_gone(const char *stat)
{
    FILE *file = fopen(stat, "r");
    char text[256] = "";

    if (!file) return 1;
    if (!fgets(text, sizeof(text), file))
        text[0] = '\0';
    fclose(file);
    return !*text || strstr(text, ") Z");
}

static int is_gone(fixture_t *f)
{
    FILE *file = fopen(apr_pstrcat(f->pool, f->folder, "/pid", NULL), "r");
    int pid = 0;
    int tries;

    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d", &pid), 1);
    fclose(file);
    for (tries = 100; tries; tries--) {
        if (has_gone(apr_psprintf(f->pool, "/proc/%d/stat", pid))) return 1;
        apr_sleep(apr_time_from_msec(100));
    }
    return 0;
}

/* What it has started ends too.  httpd's threads have all signals blocked; a
   program that is started by one can be asked to end all the same. */
static void who_hangs_is_ended(void **state)
{
    fixture_t *f = *state;
    const char *output;
    apr_time_t began;
    sigset_t all, before;
    oa2_err_t *err;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    err = run(f, &output, "sleep 60 & echo $! >$1/pid;"
              " trap 'echo bye >&2; exit 0' TERM; wait", "", 1);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    assert_int_equal(err->id, 1501);
    assert_non_null(strstr(err->meant, "in time"));
    assert_true(is_gone(f));
    /* Who does not want to, and whom it leaves behind. */
    err = run(f, &output, "sh -c \"trap '' TERM; sleep 60 & wait\" &"
              " echo $! >$1/pid; sleep 60", "", 1);
    assert_int_equal(err->id, 1501);
    assert_true(is_gone(f));
    began = oa2_clock();
    err = run(f, &output, "trap '' TERM; sleep 60 & wait", "", 1);
    assert_int_equal(err->id, 1501);
    assert_true(oa2_clock() - began >= apr_time_from_sec(2));
}

static void who_is_at_it_when_httpd_ends_has_a_moment(void **state)
{
    fixture_t *f = *state;
    const char *output;
    oa2_err_t *err;

    assert_int_equal(write(f->stop[1], "", 1), 1);
    assert_null(run(f, &output, "sleep 0.1", "", 60));
    err = run(f, &output, "echo $$ >$1/pid; exec sleep 60", "", 60);
    assert_int_equal(err->id, 1501);
    assert_non_null(strstr(err->meant, "before httpd did"));
    assert_true(is_gone(f));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(what_it_gets),
        T(what_it_says),
        T(what_it_answers),
        T(what_is_not_there),
        T(who_hangs_is_ended),
        T(who_is_at_it_when_httpd_ends_has_a_moment),
#undef T
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

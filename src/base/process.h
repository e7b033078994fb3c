/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.h - another program, run to its end with something on its standard
 * input: no shell, nothing of ours inherited, and never for ever.
 */
#ifndef OA2_BASE_PROCESS_H
#define OA2_BASE_PROCESS_H

#include "base/err.h"
#include "base/stop.h"

/* Seconds between being asked to end (SIGTERM) and being ended (SIGKILL). */
#define OA2_PROCESS_GRACE 1

typedef struct oa2_process_t {
    const char *const *argv;            /* NULL ends it; [0] is a path */
    const void *input;
    apr_size_t input_len;
    apr_size_t answer_most;             /* bytes of its standard output that
                                           are wanted: who writes more is ended;
                                           0: what it writes goes nowhere */
    int worst;                          /* the highest exit status that is an
                                           answer, and no failure */
    apr_interval_time_t most;           /* then it is ended */
    int stop;                           /* readable: it is ended after so … */
    apr_interval_time_t leave;          /* … long at the latest */
} oa2_process_t;

/* Written in any case. */
typedef struct oa2_process_end_t {
    int is_begun;                       /* 0: it could not even be run */
    int status;                         /* it exited with; -1: it did not */
    const char *said;                   /* on standard error: at most some
                                           hundred bytes, in one line of
                                           printable ASCII; may hold anything
                                           that was in the input; "": nothing */
    const void *answer;                 /* on standard output */
    apr_size_t answer_len;
} oa2_process_end_t;

/*
 * NULL: it ended by itself, with a status up to process->worst.  Else why not.
 *
 * It is in a process group of its own, which is ended as a whole.  It has
 * httpd's PATH and TZ, LANG=C, and no other environment; no signal is blocked
 * or ignored.  The caller ignores SIGPIPE, as httpd does.
 */
oa2_err_t *oa2_process_run(oa2_process_end_t *end,
                           const oa2_process_t *process, apr_pool_t *pool);

#endif

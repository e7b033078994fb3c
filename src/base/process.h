/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.h - another program, run to its end with a text on its standard
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
    const char *input;
    apr_interval_time_t most;           /* then it is ended */
    int stop;                           /* readable: it is ended after so … */
    apr_interval_time_t leave;          /* … long at the latest */
} oa2_process_t;

/*
 * NULL: it ended by itself with status 0.  Else why not; *output is then what
 * it wrote to standard error, at most some hundred bytes in one line of
 * printable ASCII ("" : nothing): it may hold anything that was in the input.
 *
 * It is in a process group of its own, which is ended as a whole.  It has
 * httpd's PATH and TZ, LANG=C, and no other environment; standard output goes
 * nowhere; no signal is blocked or ignored.  The caller ignores SIGPIPE, as
 * httpd does.
 */
oa2_err_t *oa2_process_run(const char **output, const oa2_process_t *process,
                           apr_pool_t *pool);

#endif

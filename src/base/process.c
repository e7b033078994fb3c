/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.c - see process.h
 *
 * posix_spawn() and not APR's: the thread that calls has all signals blocked,
 * and a program that is started so could not be asked to end.  Descriptors
 * are all closed on exec, as everywhere in httpd.
 */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <apr_strings.h>

#include "base/clock.h"

#define SAID_MAX 400
#define LOOK apr_time_from_msec(50)     /* how often whether it has ended */

typedef struct {
    pid_t pid;
    int in;                             /* we write to it; -1: closed */
    int err;                            /* we read from it; -1: closed */
    int out;                            /* likewise */
    const char *input;                  /* what is left of it */
    apr_size_t left;
    char said[SAID_MAX + 1];
    apr_size_t said_len;
    char *answer;
    apr_size_t answer_len;
    apr_size_t answer_most;
    int is_too_much;                    /* it answered more than that */
} child_t;

/* ------------------------------------------------------------ starting */

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Where our end does not block. */
static int make_pipe(int *ours, int *theirs, int is_input)
{
    int fds[2];

    /* At once: another thread may be starting a program of its own. */
    if (pipe2(fds, O_CLOEXEC)) return errno;
    *ours = fds[is_input ? 1 : 0];
    *theirs = fds[is_input ? 0 : 1];
    fcntl(*ours, F_SETFL, O_NONBLOCK);
    return 0;
}

static const char *setting(const char *name, const char *preset,
                           apr_pool_t *pool)
{
    const char *value = getenv(name);

    if (!value)
        value = preset;
    return value ? apr_pstrcat(pool, name, "=", value, NULL) : NULL;
}

/* The other ends of our pipes; out -1: nowhere. */
typedef struct {
    int in;
    int out;
    int err;
} ends_t;

static int spawn(child_t *child, const char *const *argv, const ends_t *ends,
                 apr_pool_t *pool)
{
    const char *environment[] = {
        setting("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", pool), "LANG=C",
        setting("TZ", NULL, pool), NULL
    };
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigset_t all;
    int why;

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, ends->in, 0);
    if (ends->out < 0)
        posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    else
        posix_spawn_file_actions_adddup2(&files, ends->out, 1);
    posix_spawn_file_actions_adddup2(&files, ends->err, 2);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK
                             | POSIX_SPAWN_SETSIGDEF
                             | POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    why = posix_spawn(&child->pid, argv[0], &files, &attributes,
                      (char *const *)(void *)(apr_uintptr_t)argv,
                      (char *const *)(void *)(apr_uintptr_t)environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return why;
}

static void close_all(child_t *child)
{
    close_fd(&child->in);
    close_fd(&child->out);
    close_fd(&child->err);
}

static int start(child_t *child, const oa2_process_t *process,
                 apr_pool_t *pool)
{
    ends_t ends = { -1, -1, -1 };
    int why;

    why = make_pipe(&child->in, &ends.in, 1);
    if (!why)
        why = make_pipe(&child->err, &ends.err, 0);
    if (!why && process->answer_most)
        why = make_pipe(&child->out, &ends.out, 0);
    if (!why)
        why = spawn(child, process->argv, &ends, pool);
    close_fd(&ends.in);
    close_fd(&ends.out);
    close_fd(&ends.err);
    if (why)
        close_all(child);
    return why;
}

/* ------------------------------------------------------------ talking */

/* Who does not read to the end is not our business: its status is. */
static void tell(child_t *child)
{
    ssize_t n;

    while (child->left) {
        n = write(child->in, child->input, child->left);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
        if (n < 0) break;
        child->input += n;
        child->left -= (apr_size_t)n;
    }
    close_fd(&child->in);
}

static void keep_said(child_t *child, const char *text, apr_size_t len)
{
    apr_size_t i;

    for (i = 0; i < len && child->said_len < SAID_MAX; i++) {
        int is_plain = text[i] >= ' ' && text[i] <= '~';

        child->said[child->said_len++] = is_plain ? text[i] : ' ';
    }
}

static void keep_answer(child_t *child, const char *bytes, apr_size_t len)
{
    apr_size_t room = child->answer_most - child->answer_len;

    child->is_too_much |= len > room;
    if (len > room)
        len = room;
    memcpy(child->answer + child->answer_len, bytes, len);
    child->answer_len += len;
}

static void hear(int *fd, child_t *child,
                 void keep(child_t *child, const char *text, apr_size_t len))
{
    char text[4096];
    ssize_t n = -1;

    while (!child->is_too_much
           && ((n = read(*fd, text, sizeof(text))) > 0
               || (n < 0 && errno == EINTR))) {
        if (n > 0)
            keep(child, text, (apr_size_t)n);
    }
    if (!child->is_too_much && n == 0)
        close_fd(fd);
}

static void hear_all(child_t *child)
{
    if (child->err >= 0)
        hear(&child->err, child, keep_said);
    if (child->out >= 0)
        hear(&child->out, child, keep_answer);
}

static void talk(child_t *child, int stop, apr_interval_time_t most)
{
    struct pollfd fds[4] = {
        { child->in, POLLOUT, 0 }, { child->err, POLLIN, 0 },
        { child->out, POLLIN, 0 }, { stop, POLLIN, 0 }
    };

    if (poll(fds, 4, (int)apr_time_as_msec(most + 999)) <= 0) return;
    if (child->in >= 0 && fds[0].revents)
        tell(child);
    if (fds[1].revents || fds[2].revents)
        hear_all(child);
}

/* 1: it has ended; *status: of waitpid(), -1: nobody can know. */
static int has_ended(int *status, const child_t *child)
{
    pid_t pid = waitpid(child->pid, status, WNOHANG);

    if (pid < 0 && errno == EINTR) return 0;
    if (pid < 0)
        *status = -1;
    return pid != 0;
}

/* ------------------------------------------------------------ ending */

/* 1: it has ended, and is still ours to wait for: so the number of its group
   cannot mean others. */
static int is_over(const child_t *child)
{
    siginfo_t info;

    info.si_pid = 0;
    return (waitid(P_PID, (id_t)child->pid, &info,
                   WEXITED | WNOHANG | WNOWAIT) && errno != EINTR)
        || info.si_pid != 0;
}

/* The whole group: first it is asked to end, then whoever is left is ended. */
static void end(int *status, const child_t *child)
{
    apr_time_t until = oa2_clock() + apr_time_from_sec(OA2_PROCESS_GRACE);

    kill(-child->pid, SIGTERM);
    while (!is_over(child) && oa2_clock() < until) {
        oa2_stop_within(OA2_STOP_NEVER, LOOK, -1);
    }
    kill(-child->pid, SIGKILL);
    while (!has_ended(status, child)) {
        oa2_stop_within(OA2_STOP_NEVER, LOOK, -1);
    }
}

/* Waits for its end; a sentence that says why it had to be ended; NULL: it
   had not. */
static const char *attend(int *status, child_t *child,
                          const oa2_process_t *process)
{
    apr_time_t until = oa2_clock() + process->most;
    const char *why = "it did not end in time";
    int stop = process->stop;

    while (!has_ended(status, child)) {
        if (oa2_stop_within(stop, 0, -1)) {
            stop = OA2_STOP_NEVER;
            why = "it did not end before httpd did";
            if (oa2_clock() + process->leave < until)
                until = oa2_clock() + process->leave;
        }
        if (child->is_too_much)
            why = "it wrote too much";
        if (child->is_too_much || oa2_clock() > until) {
            end(status, child);
            return why;
        }
        talk(child, stop, LOOK);
    }
    return NULL;
}

/* NULL, or why its end is none that was wanted. */
static oa2_err_t *judge(oa2_process_end_t *end, const oa2_process_t *process,
                        int status, apr_pool_t *pool)
{
    const char *name = process->argv[0];

    if (status != -1 && WIFEXITED(status)) {
        end->status = WEXITSTATUS(status);
        if (end->status <= process->worst) return NULL;
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(1502), NULL,
                            "\"%s\" ended with status %d", name, end->status);
    }
    return oa2_err_make(pool, &oa2_server_error, OA2_ID(1503), NULL,
                        "\"%s\" ended by a signal (%d)", name,
                        status != -1 && WIFSIGNALED(status)
                        ? WTERMSIG(status) : 0);
}

oa2_err_t *oa2_process_run(oa2_process_end_t *end,
                           const oa2_process_t *process, apr_pool_t *pool)
{
    child_t *child = apr_pcalloc(pool, sizeof(*child));
    const oa2_process_end_t none = { 0, -1, "", "", 0 };
    const char *why;
    int status = -1;
    int failed;

    *end = none;
    child->in = child->out = child->err = -1;
    child->input = process->input;
    child->left = process->input_len;
    child->answer = apr_palloc(pool, process->answer_most + 1);
    child->answer_most = process->answer_most;
    failed = start(child, process, pool);
    if (failed) {
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(1500), NULL,
                            "could not run \"%s\": %s", process->argv[0],
                            strerror(failed));
    }
    end->is_begun = 1;
    why = attend(&status, child, process);
    hear_all(child);
    close_all(child);
    while (child->said_len && child->said[child->said_len - 1] == ' ')
        child->said[--child->said_len] = '\0';
    end->said = child->said;
    end->answer = child->answer;
    end->answer_len = child->answer_len;
    if (!why && child->is_too_much)
        why = "it wrote too much";
    if (why) {
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(1501), NULL,
                            "\"%s\" was ended: %s", process->argv[0], why);
    }
    return judge(end, process, status, pool);
}

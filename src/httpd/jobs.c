/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jobs.c - see jobs.h
 *
 * The lock is fcntl's on a file without a name that the children of one
 * configuration inherit: it belongs to a process, and ends with it, whatever
 * it dies of.  After a graceful restart old and new children have a worker
 * each for a while, which does no harm.
 */
#include "httpd/jobs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <apr_allocator.h>
#include <apr_portable.h>
#include <apr_strings.h>
#include <apr_thread_proc.h>
#include <http_config.h>

#include "httpd/log.h"
#include "httpd/module.h"

#define BEAT apr_time_from_sec(1)
#define PURGE_EVERY apr_time_from_sec(60)
#define PURGE_AGAIN apr_time_from_sec(10)   /* when there was more to remove */
#define PURGE_MOST apr_time_from_sec(2)     /* the longest round */
#define PURGE_BATCH 1000
#define RETRY_MOST 4                        /* seconds */

/* One database, as the worker sees it. */
typedef struct {
    oa2_db_t *db;
    apr_pool_t *pool;                   /* the listener's */
    oa2_listener_t *listener;           /* NULL: not connected */
    apr_time_t next_open;
    int retry;                          /* seconds to the next attempt */
    int was_lost;                       /* and was said so */
    apr_time_t next_purge;
    int purge_failed;                   /* and was said so */
} work_t;

typedef struct {
    apr_pool_t *pool;                   /* the thread's own */
    apr_pool_t *scratch;                /* emptied each time */
    apr_thread_t *thread;
    int lock;                           /* file descriptor */
    int stop[2];                        /* a pipe: readable means end */
    int elected;
    int count;
    work_t *works;
    struct pollfd *fds;                 /* count + 1 */
} jobs_t;

static apr_time_t jitter(apr_time_t most)
{
    apr_uint32_t n;

    oa2_random(&n, sizeof(n));
    return (apr_time_t)n % most;
}

/* ------------------------------------------------------------ electing */

oa2_err_t *oa2_jobs_prepare(apr_file_t **lock, apr_pool_t *pconf)
{
    char *path = ap_runtime_dir_relative(pconf, "mod_oauth2_api.XXXXXX");
    const char *temp;
    apr_status_t rv = APR_EBADPATH;

    /* Buffered or shared it must not be; it is closed on exec. */
    if (path) {
        rv = apr_file_mktemp(lock, path, APR_FOPEN_CREATE | APR_FOPEN_EXCL
                             | APR_FOPEN_READ | APR_FOPEN_WRITE, pconf);
    }
    if (rv != APR_SUCCESS && apr_temp_dir_get(&temp, pconf) == APR_SUCCESS) {
        path = apr_pstrcat(pconf, temp, "/mod_oauth2_api.XXXXXX", NULL);
        rv = apr_file_mktemp(lock, path, APR_FOPEN_CREATE | APR_FOPEN_EXCL
                             | APR_FOPEN_READ | APR_FOPEN_WRITE, pconf);
    }
    if (rv != APR_SUCCESS) {
        return oa2_err_make(pconf, &oa2_server_error, OA2_ID(7050), NULL,
                            "could not make a lock file in the runtime "
                            "directory or in TMPDIR (%pm): see "
                            "DefaultRuntimeDir", &rv);
    }
    apr_file_remove(path, pconf);
    return NULL;
}

static int elect(const jobs_t *jobs)
{
    struct flock lock;

    memset(&lock, 0, sizeof(lock));
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_len = 1;
    return fcntl(jobs->lock, F_SETLK, &lock) == 0;
}

/* ------------------------------------------------------------ listening */

static void lose(work_t *work, const oa2_err_t *err, apr_time_t now)
{
    if (work->listener) oa2_listener_close(work->listener);
    work->listener = NULL;
    if (!work->was_lost) {
        oa2_log_server(work->db->server, APLOG_WARNING, err->id,
                       "%s; until it is back, cached tokens are asked for "
                       "again after %d seconds", err->meant, OA2_CACHE_TRUST);
    }
    work->was_lost = 1;
    work->retry = work->retry ? work->retry * 2 : 1;
    if (work->retry > RETRY_MOST) work->retry = RETRY_MOST;
    work->next_open = now + apr_time_from_sec(work->retry)
        + jitter(APR_USEC_PER_SEC);
}

static void listen_again(work_t *work, apr_time_t now)
{
    oa2_err_t *err;

    if (now < work->next_open) return;
    apr_pool_clear(work->pool);
    err = oa2_listener_open(&work->listener, work->db->store, work->pool);
    if (err) {
        lose(work, err, apr_time_now());
        return;
    }
    work->retry = 0;
    oa2_log_server(work->db->server,
                   work->was_lost ? APLOG_NOTICE : APLOG_INFO, OA2_ID(7051),
                   "listening for what other servers change in the database");
    work->was_lost = 0;
}

static void hear(work_t *work, int check, apr_pool_t *scratch)
{
    apr_time_t now = apr_time_now();
    oa2_err_t *err = oa2_listener_hear(work->listener, check,
                                       apr_time_sec(now), scratch);

    if (err) lose(work, err, apr_time_now());
}

/* ------------------------------------------------------------ purging */

static int is_ending(const jobs_t *jobs)
{
    struct pollfd fd = { jobs->stop[0], POLLIN, 0 };

    return poll(&fd, 1, 0) > 0;
}

static void purge(jobs_t *jobs, work_t *work)
{
    apr_time_t began = apr_time_now();
    apr_int64_t removed = 1;
    oa2_err_t *err = NULL;

    while (!err && removed && !is_ending(jobs)
           && apr_time_now() - began < PURGE_MOST) {
        oa2_ctx_t ctx;

        apr_pool_clear(jobs->scratch);
        ctx = oa2_db_ctx(work->db, jobs->scratch);
        err = oa2_purge(&removed, &ctx, PURGE_BATCH);
        /* A revocation elsewhere does not wait for it. */
        if (work->listener) hear(work, 0, jobs->scratch);
    }
    if (err && !work->purge_failed) {
        oa2_log_server(work->db->server, APLOG_WARNING, OA2_ID(7052),
                       "could not remove expired rows: %s", err->meant);
    }
    work->purge_failed = err != NULL;
    /* Jitter: several machines share a database. */
    work->next_purge = began
        + (!err && removed ? PURGE_AGAIN : PURGE_EVERY)
        + jitter(apr_time_from_sec(10));
}

/* ------------------------------------------------------------ the thread */

static void serve(jobs_t *jobs, int check)
{
    int i;

    for (i = 0; i < jobs->count && !is_ending(jobs); i++) {
        work_t *work = &jobs->works[i];
        apr_time_t now = apr_time_now();

        apr_pool_clear(jobs->scratch);
        if (oa2_store_is_pgsql(work->db->store)) {
            if (!work->listener) listen_again(work, now);
            if (work->listener && (check || jobs->fds[i + 1].revents)) {
                hear(work, check, jobs->scratch);
            }
        }
        if (now >= work->next_purge && !is_ending(jobs)) purge(jobs, work);
    }
}

/* 1 when the thread has to end. */
static int wait_until(jobs_t *jobs, apr_time_t until)
{
    apr_time_t left = until - apr_time_now();
    int i;

    /* A clock that was set back must not make us sleep for long. */
    if (left > BEAT) left = BEAT;
    jobs->fds[0].fd = jobs->stop[0];
    jobs->fds[0].events = POLLIN;
    for (i = 0; i < jobs->count; i++) {
        oa2_listener_t *listener = jobs->works[i].listener;

        jobs->fds[i + 1].fd = listener ? oa2_listener_socket(listener) : -1;
        jobs->fds[i + 1].events = POLLIN;
        jobs->fds[i + 1].revents = 0;
    }
    if (poll(jobs->fds, (nfds_t)jobs->count + 1,
             left > 0 ? (int)apr_time_as_msec(left) + 1 : 0) < 0) {
        return errno != EINTR;
    }
    return jobs->fds[0].revents != 0;
}

static void *APR_THREAD_FUNC run(apr_thread_t *thread, void *baton)
{
    jobs_t *jobs = baton;
    apr_time_t next_beat = 0;
    int i;

    (void)thread;
    do {
        apr_time_t now = apr_time_now();
        int check = now >= next_beat || next_beat - now > BEAT;

        if (check) next_beat = now + BEAT;
        if (!jobs->elected) jobs->elected = elect(jobs);
        if (jobs->elected) serve(jobs, check);
    } while (!wait_until(jobs, next_beat));
    for (i = 0; i < jobs->count; i++) {
        if (jobs->works[i].listener) {
            oa2_listener_close(jobs->works[i].listener);
        }
    }
    return NULL;
}

static apr_status_t end(void *baton)
{
    jobs_t *jobs = baton;
    apr_status_t rv;

    while (write(jobs->stop[1], "", 1) < 0 && errno == EINTR) {
    }
    apr_thread_join(&rv, jobs->thread);
    close(jobs->stop[0]);
    close(jobs->stop[1]);
    return APR_SUCCESS;
}

static void set_works(jobs_t *jobs, oa2_db_t *dbs)
{
    apr_time_t now = apr_time_now();
    oa2_db_t *db;

    for (db = dbs; db; db = db->next) jobs->count++;
    jobs->works = apr_pcalloc(jobs->pool, (apr_size_t)jobs->count
                              * sizeof(work_t));
    jobs->fds = apr_pcalloc(jobs->pool, ((apr_size_t)jobs->count + 1)
                            * sizeof(struct pollfd));
    jobs->count = 0;
    for (db = dbs; db; db = db->next) {
        work_t *work = &jobs->works[jobs->count];

        if (!db->store) continue;
        work->db = db;
        work->next_purge = now + apr_time_from_sec(5)
            + jitter(PURGE_EVERY - apr_time_from_sec(5));
        apr_pool_create(&work->pool, jobs->pool);
        jobs->count++;
    }
}

/*
 * Signals are the main thread's: one that the kernel gave to this thread
 * would be lost for httpd, which waits for it with sigwait().
 */
static apr_status_t start_thread(jobs_t *jobs)
{
    sigset_t all;
    sigset_t before;
    apr_status_t rv;

    sigfillset(&all);
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    sigdelset(&all, SIGFPE);
    sigdelset(&all, SIGILL);
    sigdelset(&all, SIGABRT);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rv = apr_thread_create(&jobs->thread, NULL, run, jobs, jobs->pool);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rv;
}

/* An allocator of its own: pchild's is used by httpd's threads meanwhile. */
static jobs_t *make(apr_pool_t *pchild)
{
    apr_allocator_t *allocator;
    apr_pool_t *pool;
    jobs_t *jobs;

    apr_allocator_create(&allocator);
    apr_pool_create_ex(&pool, pchild, NULL, allocator);
    apr_allocator_owner_set(allocator, pool);
    apr_pool_tag(pool, "mod_oauth2_api jobs");
    jobs = apr_pcalloc(pool, sizeof(*jobs));
    jobs->pool = pool;
    apr_pool_create(&jobs->scratch, pool);
    return jobs;
}

void oa2_jobs_start(oa2_db_t *dbs, apr_file_t *lock, server_rec *s,
                    apr_pool_t *pchild)
{
    jobs_t *jobs = make(pchild);
    apr_os_file_t fd;
    apr_status_t rv;

    set_works(jobs, dbs);
    apr_os_file_get(&fd, lock);
    jobs->lock = fd;
    if (!jobs->count) return;
    if (pipe(jobs->stop)) {
        rv = errno;
    }
    else {
        fcntl(jobs->stop[0], F_SETFD, FD_CLOEXEC);
        fcntl(jobs->stop[1], F_SETFD, FD_CLOEXEC);
        rv = start_thread(jobs);
    }
    if (rv != APR_SUCCESS) {
        oa2_log_server(s, APLOG_ERR, OA2_ID(7053),
                       "could not start the thread for background work "
                       "(%pm): revocations on other servers are seen after "
                       "%d seconds, and this process removes no expired rows",
                       &rv, OA2_CACHE_TRUST);
        return;
    }
    /* Before the pools below pchild are destroyed: the thread uses them. */
    apr_pool_pre_cleanup_register(pchild, jobs, end);
}

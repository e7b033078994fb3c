/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jobs.c - see jobs.h
 *
 * The lock is fcntl's on a file without a name that the children of one
 * configuration inherit: it belongs to a process, and ends with it, whatever
 * it dies of.  After a graceful restart old and new children have workers
 * for a while, which does no harm.
 *
 * A thread for each thing that may have to wait, for each database: so no
 * outage and no job stands in the way of a revocation that is told, nor of
 * what vouches for the cache.
 */
#include "httpd/run/jobs.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <apr_allocator.h>
#include <apr_portable.h>
#include <apr_strings.h>
#include <apr_thread_proc.h>
#include <http_config.h>

#include "base/clock.h"
#include "httpd/module.h"
#include "httpd/run/count.h"
#include "httpd/run/listen.h"
#include "httpd/run/log.h"
#include "httpd/run/work.h"
#include "store/store.h"

#define ASK apr_time_from_sec(1)            /* whether the lock is free */
#define KINDS 3                             /* of workers a database has */

typedef struct {
    apr_pool_t *pool;                   /* the first thread's own */
    apr_thread_t *thread;
    server_rec *server;                 /* whose log it is */
    const oa2_db_t *db;                 /* the first: all have one counter */
    int lock;                           /* file descriptor */
    int stop[2];                        /* a pipe: readable means end */
    int count;
    oa2_worker_t *workers;
} jobs_t;

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

/* ------------------------------------------------------------ threads */

static void *APR_THREAD_FUNC run_worker(apr_thread_t *thread, void *baton)
{
    oa2_worker_t *worker = baton;

    (void)thread;
    worker->work(worker);
    return NULL;
}

static void tell_no_thread(const jobs_t *jobs, apr_status_t rv)
{
    oa2_log_server(jobs->server, APLOG_ERR, OA2_ID(7053),
                   "could not start a thread for background work (%pm): "
                   "revocations on other servers may be seen after %d "
                   "seconds only, and expired rows may stay", &rv,
                   OA2_CACHE_TRUST);
}

/* Of what was counted; and how long it is until the next one is due. */
static apr_interval_time_t take_sample(const jobs_t *jobs)
{
    oa2_sample_t sample;

    if (!jobs->db->history) return OA2_STOP_NEVER;
    oa2_count_sample(&sample, jobs->db->counter);
    return oa2_history_note(jobs->db->history, &sample, oa2_clock());
}

/* Waits to be elected, and then for the end; in this thread, which waits for
   nothing else, samples are taken. */
static void *APR_THREAD_FUNC run(apr_thread_t *thread, void *baton)
{
    jobs_t *jobs = baton;
    apr_status_t rv;
    int i;

    (void)thread;
    while (!elect(jobs)) {
        if (oa2_stop_within(jobs->stop[0], ASK, -1)) return NULL;
    }
    for (i = 0; i < jobs->count; i++) {
        oa2_worker_t *worker = &jobs->workers[i];

        worker->stop = jobs->stop[0];
        rv = apr_thread_create(&worker->thread, NULL, run_worker, worker,
                               worker->pool);
        if (rv != APR_SUCCESS)
            tell_no_thread(jobs, rv);
    }
    while (!oa2_stop_within(jobs->stop[0], take_sample(jobs), -1)) {
    }
    for (i = 0; i < jobs->count; i++) {
        if (jobs->workers[i].thread) {
            apr_thread_join(&rv, jobs->workers[i].thread);
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

/* An allocator of its own: the parent's is another thread's. */
static apr_pool_t *make_pool(apr_pool_t *parent)
{
    apr_allocator_t *allocator;
    apr_pool_t *pool;

    apr_allocator_create(&allocator);
    apr_pool_create_ex(&pool, parent, NULL, allocator);
    apr_allocator_owner_set(allocator, pool);
    apr_pool_tag(pool, "mod_oauth2_api jobs");
    return pool;
}

static void add_worker(jobs_t *jobs, oa2_db_t *db,
                       void (*work)(oa2_worker_t *))
{
    oa2_worker_t *worker = &jobs->workers[jobs->count++];

    worker->db = db;
    worker->work = work;
    worker->pool = make_pool(jobs->pool);
    apr_pool_create(&worker->scratch, worker->pool);
}

static void set_workers(jobs_t *jobs, oa2_db_t *dbs)
{
    apr_size_t most = 0;
    oa2_db_t *db;

    for (db = dbs; db; db = db->next)
        most += KINDS;
    jobs->workers = apr_pcalloc(jobs->pool, most * sizeof(oa2_worker_t));
    for (db = dbs; db; db = db->next) {
        if (!db->store) continue;
        if (oa2_store_is_server(db->store)) {
            add_worker(jobs, db, oa2_listen_always);
            add_worker(jobs, db, oa2_beat_always);
        }
        add_worker(jobs, db, oa2_work_always);
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

void oa2_jobs_start(oa2_db_t *dbs, apr_file_t *lock, server_rec *s,
                    apr_pool_t *pchild)
{
    apr_pool_t *pool = make_pool(pchild);
    jobs_t *jobs = apr_pcalloc(pool, sizeof(*jobs));
    apr_os_file_t fd;
    apr_status_t rv;

    jobs->pool = pool;
    jobs->server = s;
    jobs->db = dbs;
    set_workers(jobs, dbs);
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
        tell_no_thread(jobs, rv);
        return;
    }
    /* Before the pools below pchild are destroyed: the threads use them. */
    apr_pool_pre_cleanup_register(pchild, jobs, end);
}

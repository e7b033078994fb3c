/* SPDX-License-Identifier: Apache-2.0 */
/*
 * work.c - see work.h
 *
 * One job after the other, so that whatever they do, they take one thread and
 * one connection.  Between two rows of the table every job has its turn: what
 * takes long delays others by one run.
 */
#include "httpd/run/work.h"

#include <apr_atomic.h>
#include <http_main.h>

#include "base/clock.h"
#include "base/pace.h"
#include "httpd/conf/conf.h"
#include "httpd/module.h"
#include "httpd/run/log.h"
#include "job/job.h"

#define FIRST 5                         /* s: not all work when httpd starts */
#define JITTER apr_time_from_sec(10)
#define TOLD 6                          /* failures a minute, for each job */

/* What is known of one job. */
typedef struct {
    const oa2_job_t *job;
    apr_time_t next;                    /* by oa2_clock() */
    int has_failed;                     /* and was said so */
    oa2_pace_t pace;
} task_t;

static apr_time_t jittered(int seconds, apr_interval_time_t most)
{
    return oa2_clock() + apr_time_from_sec(seconds)
        + (most > 0 ? oa2_worker_jitter(most) : 0);
}

static void tell(task_t *task, const oa2_worker_t *worker,
                 const oa2_err_t *err)
{
    if (err && !task->has_failed) {
        oa2_log_server(worker->db->server, APLOG_WARNING, OA2_ID(7052),
                       "could not do what has to be done from time to time "
                       "(%s): %s", task->job->name, err->meant);
    }
    task->has_failed = err != NULL;
}

/* ------------------------------------------------------------ by turns */

/*
 * A turn saves work, and keeps nobody out: who cannot ask for one, because the
 * table is not there (tables of the version before), works all the same.
 */
static void take_turn(task_t *task, oa2_worker_t *worker)
{
    const oa2_job_t *job = task->job;
    oa2_job_call_t call = { .stop = worker->stop };
    oa2_err_t *refused;
    oa2_err_t *err = NULL;
    int mine = 0;

    call.ctx = oa2_db_ctx(worker->db, worker->scratch);
    refused = oa2_job_turn(&mine, &call.ctx, job->name, job->every);
    if (mine || (refused && refused->kind != &oa2_temporarily_unavailable))
        err = job->run(&call);
    if (!err && call.again && !refused)
        err = oa2_job_turn_in(&call.ctx, job->name, job->soon);
    tell(task, worker, err ? err : refused);
    task->next = jittered(call.again ? job->soon : job->every, JITTER);
}

/* ------------------------------------------------------------ queued */

/* A server of the realm that can do it; NULL: none. */
static const oa2_server_t *able(const oa2_job_t *job,
                                const oa2_db_realm_t *realm)
{
    const server_rec *s;

    for (s = ap_server_conf; s; s = s->next) {
        const oa2_server_t *conf = oa2_conf_server(s);

        if (conf && conf->realm == realm && conf->pages && !conf->fault
            && (!job->is_able || job->is_able(&conf->settings)))
            return conf;
    }
    return NULL;
}

static oa2_ctx_t ctx_of(const oa2_worker_t *worker, const oa2_server_t *conf)
{
    oa2_ctx_t ctx = oa2_db_ctx(worker->db, worker->scratch);

    ctx.settings = &conf->settings;
    ctx.realm = conf->realm->id;
    return ctx;
}

static void tell_failure(task_t *task, const oa2_worker_t *worker,
                         const oa2_queued_t *queued, const oa2_err_t *err,
                         int given_up)
{
    apr_uint32_t held;

    if (!oa2_pace_take(&task->pace, &held, task->job->name,
                       apr_time_sec(apr_time_now()), 60, TOLD))
        return;
    oa2_log_server(worker->db->server, given_up ? APLOG_ERR : APLOG_WARNING,
                   err->id, "%s: attempt %d of %d%s: %s", task->job->name,
                   queued->attempts, task->job->attempts,
                   given_up ? ", given up" : "", err->meant);
}

/* Whoever claimed it before may have been ended by it, each time. */
static oa2_err_t *cut_off(const oa2_ctx_t *ctx)
{
    return oa2_err_make(ctx->pool, &oa2_server_error, OA2_ID(7560), NULL,
                        "the process that did it ended each time before it "
                        "was done");
}

static oa2_err_t *work_on(task_t *task, const oa2_worker_t *worker,
                          const oa2_server_t *conf, oa2_queued_t *queued)
{
    const oa2_job_t *job = task->job;
    oa2_job_call_t call = {
        .ctx = ctx_of(worker, conf), .queued = queued, .pages = conf->pages,
        .stop = worker->stop,
    };
    oa2_ctx_t ctx;
    oa2_err_t *err;
    int given_up;

    err = queued->attempts > job->attempts ? cut_off(&call.ctx)
                                           : job->run(&call);
    ctx = ctx_of(worker, conf);
    if (!err) return oa2_job_done(&ctx, queued);
    OA2_TRY(oa2_job_fail(&given_up, &ctx, queued, err->meant,
                         job->attempts));
    tell_failure(task, worker, queued, err, given_up);
    return NULL;
}

/* *found 1: there was one, and there may be more. */
static oa2_err_t *work_for(int *found, task_t *task, oa2_worker_t *worker,
                           const oa2_server_t *conf)
{
    oa2_ctx_t ctx = ctx_of(worker, conf);
    oa2_queued_t *queued;

    OA2_TRY(oa2_job_claim(&queued, &ctx, task->job->name, task->job->lease));
    if (!queued) return NULL;
    *found = 1;
    return work_on(task, worker, conf, queued);
}

static void take_queued(task_t *task, oa2_worker_t *worker)
{
    const oa2_db_realm_t *realm = worker->db->realms;
    oa2_err_t *err = NULL;
    int found = 0;

    if (!apr_atomic_read32(&worker->db->is_ready))
        realm = NULL;
    for (; realm && !err; realm = realm->next) {
        const oa2_server_t *conf = able(task->job, realm);

        if (conf && !oa2_stop_within(worker->stop, 0, -1))
            err = work_for(&found, task, worker, conf);
    }
    tell(task, worker, err);
    task->next = jittered(found && !err ? 0 : task->job->every, 0);
}

/* ------------------------------------------------------------ all */

static task_t *make_tasks(int *count, apr_pool_t *pool)
{
    task_t *tasks;
    int n = 0;
    int i;

    while (oa2_jobs[n])
        n++;
    tasks = apr_pcalloc(pool, (apr_size_t)n * sizeof(*tasks));
    for (i = 0; i < n; i++) {
        tasks[i].job = oa2_jobs[i];
        tasks[i].next = jittered(
            FIRST, apr_time_from_sec(oa2_jobs[i]->every - FIRST));
    }
    *count = n;
    return tasks;
}

void oa2_work_always(oa2_worker_t *worker)
{
    apr_interval_time_t wait;
    task_t *tasks;
    int count;
    int i;

    tasks = make_tasks(&count, worker->pool);
    do {
        apr_time_t soonest = 0;

        for (i = 0; i < count; i++) {
            if (oa2_clock() >= tasks[i].next) {
                apr_pool_clear(worker->scratch);
                if (tasks[i].job->where == OA2_JOB_BY_TURNS)
                    take_turn(&tasks[i], worker);
                else
                    take_queued(&tasks[i], worker);
            }
            if (i == 0 || tasks[i].next < soonest)
                soonest = tasks[i].next;
        }
        wait = soonest - oa2_clock();
    } while (!oa2_stop_within(worker->stop, wait > 0 ? wait : 0, -1));
}

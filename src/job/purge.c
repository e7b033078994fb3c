/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purge.c - expired rows go: store/purge.
 *
 * By turns, because once is enough; but two at once do no harm, since each
 * leaves the rows that the other has locked.
 */
#include "job/job.h"

#include "base/clock.h"
#include "store/health.h"
#include "store/purge.h"

#define MOST apr_time_from_sec(2)       /* the longest turn */
#define BATCH 1000

/* For who looks how it goes. */
static oa2_err_t *note_overdue(oa2_ctx_t *ctx)
{
    apr_int64_t overdue;

    OA2_TRY(oa2_purge_overdue(&overdue, ctx));
    oa2_health_purged(ctx->store, overdue);
    return NULL;
}

/* Rounds for two seconds at most. */
static oa2_err_t *run(oa2_job_call_t *call)
{
    apr_time_t began = oa2_clock();
    apr_pool_t *pool;
    apr_int64_t removed;
    oa2_err_t *err;

    apr_pool_create(&pool, call->ctx.pool);
    do {
        oa2_ctx_t ctx = call->ctx;

        apr_pool_clear(pool);
        ctx.pool = pool;
        err = oa2_purge(&removed, &ctx, BATCH);
    } while (!err && removed && !oa2_stop_within(call->stop, 0, -1)
             && oa2_clock() - began < MOST);
    call->again = !err && removed;
    return err ? err : note_overdue(&call->ctx);
}

const oa2_job_t oa2_job_purge = {
    .name = "purge",
    .where = OA2_JOB_BY_TURNS,
    .every = 60,
    .soon = 10,
    .run = run,
};

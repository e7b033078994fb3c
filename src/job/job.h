/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job.h - one const row for what is done without a request, and what it is
 * called with.
 *
 * The floor stands beside the endpoints: neither knows the other.  A job is a
 * file that ends in its row, and a line in the roof's list.  httpd/run/work
 * obeys the row: of each node one child works, one job after the other, in a
 * thread for each database.
 */
#ifndef OA2_JOB_JOB_H
#define OA2_JOB_JOB_H

#include "base/stop.h"
#include "domain/site/settings.h"
#include "page/pages.h"
#include "store/job.h"

typedef enum {
    /* Every so often, by one node of all that use the database. */
    OA2_JOB_BY_TURNS,
    /* What was put into the table (store/job.h), once for each row. */
    OA2_JOB_QUEUED
} oa2_job_where_t;

typedef struct oa2_job_call_t {
    oa2_ctx_t ctx;              /* its pool ends with the call */
    const oa2_queued_t *queued; /* NULL: by turns */
    const oa2_pages_t *pages;   /* of the realm's server; NULL: by turns */
    int stop;                   /* base/stop.h: readable: come to an end */
    int again;                  /* set it when there is more to do */
} oa2_job_call_t;

/*
 * What a run owes:
 *   - It ends: by itself within half of the lease, and within three seconds
 *     once `stop` is readable, whatever it waits for.
 *   - Once more is no harm.  A run that was killed, or whose answer got lost,
 *     is repeated; only the job knows what that means.
 *   - Its error is for the log and for the row: it says nothing secret.
 *     The next attempt comes after a minute, two, four, … up to an hour.
 */
typedef struct oa2_job_t {
    const char *name;           /* its rows' kind */
    oa2_job_where_t where;
    int every;                  /* seconds: between turns, or between looks
                                   into the table */
    int soon;                   /* by turns: the next one when it sets again */
    int attempts;               /* queued: then it is given up */
    int lease;                  /* queued: seconds; another takes it then */
    /* Queued: whether a server with these settings can do it.  NULL: any. */
    int (*is_able)(const oa2_settings_t *settings);
    oa2_err_t *(*run)(oa2_job_call_t *call);
} oa2_job_t;

/* The roof's list; NULL ends it. */
extern const oa2_job_t *const oa2_jobs[];

extern const oa2_job_t oa2_job_purge;
extern const oa2_job_t oa2_job_mail;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jobs.h - what has to be done without a request: hearing what other machines
 * changed, the jobs (job/job.h), and a sample of the counters each minute.
 *
 * One thread in each child waits for a lock.  Of one server's children, the
 * one that holds it does the work, in three threads for each database; when it
 * dies, the kernel frees the lock and another takes over within a second.
 */
#ifndef OA2_HTTPD_RUN_JOBS_H
#define OA2_HTTPD_RUN_JOBS_H

#include <httpd.h>
#include <apr_file_io.h>
#include "httpd/start/db.h"

/* In post_config: the file that children of this configuration lock. */
oa2_err_t *oa2_jobs_prepare(apr_file_t **lock, apr_pool_t *pconf);
/* In a child.  The threads end, joined, before pchild's memory goes. */
void oa2_jobs_start(oa2_db_t *dbs, apr_file_t *lock, server_rec *s,
                    apr_pool_t *pchild);

#endif

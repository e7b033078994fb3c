/* SPDX-License-Identifier: Apache-2.0 */
/* worker.h - one thread, which does one thing for one database. */
#ifndef OA2_HTTPD_RUN_WORKER_H
#define OA2_HTTPD_RUN_WORKER_H

#include <apr_thread_proc.h>
#include "base/stop.h"
#include "httpd/start/db.h"

typedef struct oa2_worker_t {
    oa2_db_t *db;
    int stop;                           /* base/stop.h */
    void (*work)(struct oa2_worker_t *);
    apr_thread_t *thread;               /* NULL: not started */
    apr_pool_t *pool;                   /* the thread's own */
    apr_pool_t *scratch;                /* emptied each time */
} oa2_worker_t;

/* At random, less than most: several machines share a database. */
apr_interval_time_t oa2_worker_jitter(apr_interval_time_t most);

#endif

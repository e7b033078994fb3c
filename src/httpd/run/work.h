/* SPDX-License-Identifier: Apache-2.0 */
/* work.h - obeys the rows of the jobs (job/job.h) for one database. */
#ifndef OA2_HTTPD_RUN_WORK_H
#define OA2_HTTPD_RUN_WORK_H

#include "httpd/run/worker.h"

void oa2_work_always(oa2_worker_t *worker);

#endif

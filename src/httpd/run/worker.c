/* SPDX-License-Identifier: Apache-2.0 */
/* worker.c - see worker.h */
#include "httpd/run/worker.h"

#include "base/crypto.h"

apr_interval_time_t oa2_worker_jitter(apr_interval_time_t most)
{
    apr_uint32_t n;

    oa2_random(&n, sizeof(n));
    return (apr_interval_time_t)n % most;
}

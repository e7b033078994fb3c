/* SPDX-License-Identifier: Apache-2.0 */
/* shared.h - memory that httpd's processes share, and that outlives a
   configuration: a graceful restart finds it again by its name. */
#ifndef OA2_HTTPD_START_SHARED_H
#define OA2_HTTPD_START_SHARED_H

#include <apr_pools.h>
#include <apr_time.h>
#include "base/err.h"

typedef struct oa2_shared_t {
    apr_pool_t *process_pool;           /* what lives as long as httpd */
    apr_pool_t *pool;                   /* for errors */
    apr_time_t now;                     /* this configuration's own moment */
} oa2_shared_t;

/*
 * size bytes under that name, in use from now on.  *is_new: they were made
 * just now, and are zero.  All processes have them at the same address.
 */
oa2_err_t *oa2_shared_get(void **memory, int *is_new,
                          const oa2_shared_t *shared, const char *name,
                          apr_size_t size);
/* Gives back everything that this configuration did not ask for.  Children of
   the one before keep their mapping. */
void oa2_shared_drop_unused(const oa2_shared_t *shared);

#endif

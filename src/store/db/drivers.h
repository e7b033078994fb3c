/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drivers.h - the databases that there are.
 */
#ifndef OA2_STORE_DB_DRIVERS_H
#define OA2_STORE_DB_DRIVERS_H

#include "store/db/driver.h"

/* NULL when there is none of that name. */
const oa2_driver_t *oa2_driver_find(const char *name);
/* "pgsql or sqlite3", for people. */
const char *oa2_driver_names(apr_pool_t *pool);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conninfo.h - libpq's connection strings.
 */
#ifndef OA2_STORE_DB_CONNINFO_H
#define OA2_STORE_DB_CONNINFO_H

#include <apr_pools.h>

/* NULL, or a sentence that says what is wrong; quotes no value. */
const char *oa2_conninfo_check(const char *params, apr_pool_t *pool);
/* Without passwords; *secret: there was one.  Of params that are right. */
const char *oa2_conninfo_show(int *secret, const char *params,
                              apr_pool_t *pool);
/* With our bounds where the administrator gave none; NULL when libpq does not
   understand params. */
const char *oa2_conninfo_complete(const char *params, apr_pool_t *pool);

#endif

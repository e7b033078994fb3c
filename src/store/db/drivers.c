/* SPDX-License-Identifier: Apache-2.0 */
/* drivers.c - the databases that there are. */
#include "store/db/drivers.h"

#include <string.h>

#include <apr_strings.h>

#include "store/db/pgsql.h"
#include "store/db/sqlite.h"

static const oa2_driver_t *const drivers[] = {
    &oa2_pgsql_driver,
    &oa2_sqlite_driver
};

#define DRIVERS (sizeof(drivers) / sizeof(drivers[0]))

const oa2_driver_t *oa2_driver_find(const char *name)
{
    apr_size_t i;

    for (i = 0; i < DRIVERS; i++)
        if (strcmp(drivers[i]->name, name) == 0)
            return drivers[i];
    return NULL;
}

const char *oa2_driver_names(apr_pool_t *pool)
{
    const char *names = drivers[0]->name;
    apr_size_t i;

    for (i = 1; i < DRIVERS; i++)
        names = apr_pstrcat(pool, names, " or ", drivers[i]->name, NULL);
    return names;
}

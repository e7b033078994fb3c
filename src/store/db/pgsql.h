/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pgsql.h - PostgreSQL.
 */
#ifndef OA2_STORE_DB_PGSQL_H
#define OA2_STORE_DB_PGSQL_H

#include "store/db/driver.h"

extern const oa2_driver_t oa2_pgsql_driver;

#endif

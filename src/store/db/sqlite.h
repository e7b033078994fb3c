/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite.h - SQLite.
 */
#ifndef OA2_STORE_DB_SQLITE_H
#define OA2_STORE_DB_SQLITE_H

#include "store/db/driver.h"

extern const oa2_driver_t oa2_sqlite_driver;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prepare.h - the databases, before there are children.
 */
#ifndef OA2_HTTPD_START_PREPARE_H
#define OA2_HTTPD_START_PREPARE_H

#include "httpd/start/db.h"

/*
 * Prepares all of them (oa2_db_prepare()), in a process that is httpd's user
 * for good.  It is waited for five seconds at a start, and half a second at a
 * restart, when other sites stand still.  What is not ready by then is left to
 * that process, and to the children: see oa2_db_ready().  What goes wrong is
 * told.
 */
void oa2_prepare_databases(oa2_db_t *dbs, apr_pool_t *pconf,
                           apr_pool_t *ptemp);

#endif

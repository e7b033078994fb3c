/* SPDX-License-Identifier: Apache-2.0 */
/*
 * servers.h - tells other programs which servers there are.
 */
#ifndef OA2_HTTPD_START_SERVERS_H
#define OA2_HTTPD_START_SERVERS_H

#include <httpd.h>

#include "base/err.h"

/* Writes domain/site/servers.h's file.  An error is no reason not to
   start. */
oa2_err_t *oa2_servers_write(server_rec *main_server, apr_pool_t *pool);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check.h - everything that "httpd -t" can say of a configuration.
 */
#ifndef OA2_HTTPD_CHECK_CHECK_H
#define OA2_HTTPD_CHECK_CHECK_H

#include <httpd.h>

/*
 * The check_config hook: everything that can be said of a configuration
 * without opening or making anything.  OK, or HTTP_INTERNAL_SERVER_ERROR
 * after it has named each mistake in the log.
 */
int oa2_conf_check(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                   server_rec *s);

#endif

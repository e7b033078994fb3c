/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics.h - what was counted, for Prometheus and the like, and for people.
 *
 * All numbers are httpd's, of all its servers together: who may read them
 * learns how busy each database and issuer is, and nothing of anybody.
 */
#ifndef OA2_HTTPD_SERVE_METRICS_H
#define OA2_HTTPD_SERVE_METRICS_H

#include <httpd.h>

/*
 * The handler oauth2-metrics.  It needs neither an issuer in its own server
 * nor a database that answers, and is protected by what the administrator
 * requires there: no endpoint of the protocol, which would be open.
 */
int oa2_metrics_answer(request_rec *r);
/* A section in mod_status, where that is loaded.  In register_hooks. */
void oa2_metrics_register(apr_pool_t *pool);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit.h - where the audit trail is written: domain/site/audit.h.
 */
#ifndef OA2_HTTPD_RUN_AUDIT_H
#define OA2_HTTPD_RUN_AUDIT_H

#include <httpd.h>

/* In post_config, as root: the files and pipes of OAuth2AuditLog.  One that
   cannot be opened is told, and the others and the table go on. */
void oa2_audit_open(server_rec *main_server, apr_pool_t *pconf);
/*
 * The log_transaction hook, before the access log: what the request's
 * decisions have noted, when its answer has gone out.  So nobody waits for
 * it, and it is done whatever became of the request.
 */
int oa2_audit_write(request_rec *r);

#endif

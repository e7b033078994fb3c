/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decide.h - what administrators decide upon apps.  Outcomes:
 * domain/client/app.h.
 */
#ifndef OA2_DOMAIN_CLIENT_DECIDE_H
#define OA2_DOMAIN_CLIENT_DECIDE_H

#include "domain/client/app.h"

/* What an administrator has seen of an app, and of the revision that waits
   (NULL: none does), as a text that is another one when any of it is. */
const char *oa2_app_seen(const oa2_app_t *app, const oa2_revision_t *waiting,
                         apr_pool_t *pool);

/* Each verb decides upon what was seen; CHANGED: it is something else by now.
   seen NULL: whatever it is now. */
oa2_err_t *oa2_app_approve(oa2_app_result_t *out, oa2_ctx_t *ctx,
                           const oa2_actor_t *who, const char *id,
                           const char *seen);
oa2_err_t *oa2_app_reject(oa2_app_result_t *out, oa2_ctx_t *ctx,
                          const oa2_actor_t *who, const char *id,
                          const char *seen, const char *reason);
/* Approved: gets nothing until resumed.  Its tokens are good again then, if
   they have not expired. */
oa2_err_t *oa2_app_suspend(oa2_app_result_t *out, oa2_ctx_t *ctx,
                           const oa2_actor_t *who, const char *id,
                           const char *seen, const char *reason);
oa2_err_t *oa2_app_resume(oa2_app_result_t *out, oa2_ctx_t *ctx,
                          const oa2_actor_t *who, const char *id,
                          const char *seen);

#endif

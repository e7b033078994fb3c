/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decide.h - what administrators decide upon apps.  Outcomes:
 * domain/client/app.h.
 */
#ifndef OA2_DOMAIN_CLIENT_DECIDE_H
#define OA2_DOMAIN_CLIENT_DECIDE_H

#include "domain/client/app.h"

/* Decides upon the revision of that number; 0: the one that waits. */
oa2_err_t *oa2_app_approve(oa2_app_result_t *out, oa2_ctx_t *ctx,
                           const oa2_actor_t *who, const char *id,
                           apr_int64_t number);
oa2_err_t *oa2_app_reject(oa2_app_result_t *out, oa2_ctx_t *ctx,
                          const oa2_actor_t *who, const char *id,
                          apr_int64_t number, const char *reason);
/* Approved: gets nothing until resumed.  Its tokens are good again then, if
   they have not expired. */
oa2_err_t *oa2_app_suspend(oa2_app_result_t *out, oa2_ctx_t *ctx,
                           const oa2_actor_t *who, const char *id,
                           const char *reason);
oa2_err_t *oa2_app_resume(oa2_app_result_t *out, oa2_ctx_t *ctx,
                          const oa2_actor_t *who, const char *id);

#endif

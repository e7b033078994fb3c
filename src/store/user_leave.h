/* SPDX-License-Identifier: Apache-2.0 */
/* user_leave.h - users who go by their own wish.  store/store.h has the
   promises. */
#ifndef OA2_STORE_USER_LEAVE_H
#define OA2_STORE_USER_LEAVE_H

#include "base/ctx.h"

/*
 * As oa2_user_remove().  *done is 0 too when it is the last administrator who
 * can sign in (store/administrator.h) or the only owner of an app, or when one
 * of its teams has changed meanwhile: of two at once one stays, or looks again.
 */
oa2_err_t *oa2_user_leave(int *done, oa2_ctx_t *ctx, const char *name);

#endif

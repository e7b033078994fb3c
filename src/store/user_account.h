/* SPDX-License-Identifier: Apache-2.0 */
/*
 * user_account.h - what a user is found by, of any spelling of the name.
 * Only the store floor includes this.
 */
#ifndef OA2_STORE_USER_ACCOUNT_H
#define OA2_STORE_USER_ACCOUNT_H

#include "base/ctx.h"

/* What the account of a replaced row begins with, and no other one. */
#define OA2_REPLACED ':'

/*
 * Gives each row of version 1 its account.  Idempotent, and harmless while
 * others use the tables.
 */
oa2_err_t *oa2_user_accounts_settle(oa2_ctx_t *ctx);
/* The account's key, of any spelling; NULL when it can be no name. */
const char *oa2_user_account(const oa2_ctx_t *ctx, const char *name);
/* What it shares with others that are alike (oa2_fold_alike()); NULL as
   above. */
const char *oa2_user_alike(const oa2_ctx_t *ctx, const char *name);
/* For a row whose sessions shall end. */
const char *oa2_user_new_credential(const oa2_ctx_t *ctx);
/* What the accounts of all rows that another one replaced for this account
   begin with, and what is behind them; NULL for NULL. */
const char *oa2_user_replaced(const char *account, apr_pool_t *pool);
const char *oa2_user_replaced_end(const char *replaced,
                                     apr_pool_t *pool);

#endif

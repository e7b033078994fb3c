/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grant.h - what the removal of a client or user leaves to do.
 */
#ifndef OA2_STORE_GRANT_H
#define OA2_STORE_GRANT_H

#include "store/sql.h"

/*
 * Takes away the grants, with their codes and refresh tokens, of a client
 * (user NULL; mark: its serial) or of a user (client_id NULL; mark: its sub)
 * that is gone already, in batches.  Both are keys (store/realm.h).  Access
 * tokens go when they expire.
 */
oa2_err_t *oa2_grant_remove_all(oa2_ctx_t *ctx, const char *user,
                                const char *client_id, const char *mark);

#endif

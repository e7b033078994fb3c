/* SPDX-License-Identifier: Apache-2.0 */
/*
 * role.h - what a person may do at our pages, and where "Require oauth2-role"
 * stands: words in the user's row.
 */
#ifndef OA2_DOMAIN_PERSON_ROLE_H
#define OA2_DOMAIN_PERSON_ROLE_H

#include "store/user.h"

/* NULL, or why this cannot be the name of a role. */
const char *oa2_role_problem(const char *role);
/*
 * Gives a user some roles and takes others, as words, at once, in sessions that
 * there are too; what somebody else gives or takes at the same moment counts
 * as well.  *done: 0 when there is no such user.  Is audited: by is who does
 * it, NULL for oauth2ctl.
 */
oa2_err_t *oa2_role_change(int *done, oa2_ctx_t *ctx, const char *by,
                           const char *user, const char *give,
                           const char *take);

#endif

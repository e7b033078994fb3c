/* SPDX-License-Identifier: Apache-2.0 */
/*
 * whom.h - the user that an administrator's page is of, and what all of these
 * pages say of one.
 *
 * The parameter "name" says who, in the query and in the form: a name may hold
 * what a path cannot.
 */
#ifndef OA2_ENDPOINT_ADMIN_WHOM_H
#define OA2_ENDPOINT_ADMIN_WHOM_H

#include "endpoint/admin/admin.h"

#define OA2_WHOM_PARAM "name"

/* An error when there is no such user. */
oa2_err_t *oa2_whom_open(oa2_user_t **out, oa2_call_t *call);
/* The path of a user's page: "admin/users/roles". */
const char *oa2_whom_path(const oa2_call_t *call, const char *page,
                          const char *name);
/* Into an object: name, href, and what is known of a user. */
void oa2_whom_put(cJSON *item, const oa2_call_t *call,
                  const oa2_user_t *user);
/* A page of a user: oa2_admin_model(), and user. */
cJSON *oa2_whom_model(oa2_call_t *call, const oa2_user_t *user);
/* Why a verb was not obeyed; NULL: it was. */
const char *oa2_whom_said(const oa2_call_t *call, oa2_manage_t outcome);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* member.h - the team of an app.  store/store.h has the promises. */
#ifndef OA2_STORE_MEMBER_H
#define OA2_STORE_MEMBER_H

#include <apr_tables.h>
#include "base/ctx.h"

#define OA2_MEMBER_OWNER "owner"
#define OA2_MEMBER_MEMBER "member"

/* In SQL: the ids of apps whose only owner the user is. */
#define OA2_OWNED_ALONE(user) \
    "SELECT m.client_id FROM oauth2_app_member m WHERE m.user_name = " user \
    " AND m.role = '" OA2_MEMBER_OWNER "' AND NOT EXISTS" \
    " (SELECT 1 FROM oauth2_app_member o WHERE o.client_id = m.client_id" \
    " AND o.role = '" OA2_MEMBER_OWNER "' AND o.user_name <> " user ")"
/* In SQL: counts a change in all teams of the user, who goes. */
#define OA2_TEAMS_CHANGE(user) \
    "UPDATE oauth2_client SET team = team + 1 WHERE id IN" \
    " (SELECT client_id FROM oauth2_app_member WHERE user_name = " user ")"

typedef struct oa2_member_t {
    const char *user;
    const char *role;
    apr_int64_t since;
} oa2_member_t;

/* *out: oa2_member_t, all of the app's, by name. */
oa2_err_t *oa2_member_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                           const char *id);
/* *role NULL when the user is not on the team. */
oa2_err_t *oa2_member_role(const char **role, oa2_ctx_t *ctx, const char *id,
                           const char *user);
/*
 * role NULL: off the team.  team: as it was when the members were read; *done
 * is 0 when it has changed since, or there is no such app or user: then read
 * again.  So of two owners who leave at once, one is told to look again.
 */
oa2_err_t *oa2_member_set(int *done, oa2_ctx_t *ctx, const char *id,
                          apr_int64_t team, const char *user,
                          const char *role);
/* The name of an app whose only owner the user is; NULL: there is none. */
oa2_err_t *oa2_member_sole(const char **name, oa2_ctx_t *ctx,
                           const char *user);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * team.h - who works on an app, its secret, and its end.  Outcomes:
 * domain/client/app.h.
 */
#ifndef OA2_DOMAIN_CLIENT_TEAM_H
#define OA2_DOMAIN_CLIENT_TEAM_H

#include "domain/client/app.h"
#include "store/member.h"

/* name: what was typed to confirm; it has to be the app's (its id, if it has
   none).  NULL: not asked for.  A suspended app stays, with what is known of
   it, until it is resumed or an administrator deletes it.  The pages'; and for
   tests. */
oa2_err_t *oa2_app_delete(oa2_app_result_t *out, oa2_ctx_t *ctx,
                          const oa2_actor_t *who, const char *id,
                          const char *name);
/* The old one stays good for `overlap` seconds; 0: not at all, and what the
   client was issued for itself ends.  digest: of a secret that was given;
   NULL: one is made. */
oa2_err_t *oa2_app_rotate_secret(oa2_app_result_t *out, oa2_ctx_t *ctx,
                                 const oa2_actor_t *who, const char *id,
                                 apr_int64_t overlap, const char *digest);

/*
 * Team.  name: any spelling.  The last owner stays.  Who is not on it is asked
 * first by owners (out->is_invited), at most 100 at a time, each for 14 days;
 * administrators put people on it.  To remove who is only asked takes the
 * invitation back.
 */
oa2_err_t *oa2_app_member_set(oa2_app_result_t *out, oa2_ctx_t *ctx,
                              const oa2_actor_t *who, const char *id,
                              const char *name, const char *role);
oa2_err_t *oa2_app_member_remove(oa2_app_result_t *out, oa2_ctx_t *ctx,
                                 const oa2_actor_t *who, const char *id,
                                 const char *name);

/* What a user who is asked says; one who declines is on no team.  GONE: there
   is no invitation (any more). */
oa2_err_t *oa2_app_invitation_accept(oa2_app_result_t *out, oa2_ctx_t *ctx,
                                     const char *user, const char *id);
oa2_err_t *oa2_app_invitation_decline(oa2_app_result_t *out, oa2_ctx_t *ctx,
                                      const char *user, const char *id);

#endif

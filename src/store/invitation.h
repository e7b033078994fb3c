/* SPDX-License-Identifier: Apache-2.0 */
/*
 * invitation.h - who is asked to be on the team of an app.  It lets nobody do
 * anything: the team is store/member's.  store/store.h has the promises.
 */
#ifndef OA2_STORE_INVITATION_H
#define OA2_STORE_INVITATION_H

#include <apr_tables.h>
#include "base/ctx.h"

typedef struct oa2_invitation_t {
    const char *client_id;
    const char *app;                    /* the app's name; "": it has none;
                                           not for put */
    const char *user;
    const char *role;                   /* one of store/member.h's */
    const char *by;                     /* the name of who asks */
    apr_int64_t created;
    apr_int64_t expires;
} oa2_invitation_t;

/* The same user asked anew: the later one counts.  *done: 0 when there is no
   such app or user. */
oa2_err_t *oa2_invitation_put(int *done, oa2_ctx_t *ctx,
                              const oa2_invitation_t *invitation);
/* *out: oa2_invitation_t, those of an app that are good still, by user. */
oa2_err_t *oa2_invitation_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                               const char *id);
/* The same of a user, at most n, behind the app `after` (NULL: from the start),
   by id. */
oa2_err_t *oa2_invitation_list_user(apr_array_header_t **out, oa2_ctx_t *ctx,
                                    const char *user, const char *after,
                                    int n);
/* Takes it away: *out is what it was; NULL: there was none that is good.  Of
   two who take it one has it. */
oa2_err_t *oa2_invitation_take(oa2_invitation_t **out, oa2_ctx_t *ctx,
                               const char *id, const char *user);

#endif

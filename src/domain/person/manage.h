/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manage.h - what administrators do with users.  Pages and oauth2ctl call the
 * same functions.
 *
 * Each verb that changes something takes who does it, answers an outcome, and
 * notes an audit event.  name: any spelling.
 */
#ifndef OA2_DOMAIN_PERSON_MANAGE_H
#define OA2_DOMAIN_PERSON_MANAGE_H

#include "domain/person/ticket.h"

/* Who does it. */
typedef struct oa2_manager_t {
    const char *user;                   /* NULL: oauth2ctl, whose caller is
                                           ctl's to name */
    int is_by_role;                     /* whose right is the role
                                           OA2_ROLE_ADMINISTRATOR: the last one
                                           who has it keeps it, and can sign in.
                                           oauth2ctl can give it anew, and
                                           httpd's Require needs none */
} oa2_manager_t;

typedef enum {
    OA2_MANAGE_DONE,
    OA2_MANAGE_GONE,                    /* there is no such user */
    OA2_MANAGE_LAST,                    /* nobody could use the administrators'
                                           pages any more: nothing was done */
    OA2_MANAGE_DISABLED,                /* is to be enabled first */
    OA2_MANAGE_ELSEWHERE,               /* another provider has the password */
    OA2_MANAGE_HAS_PASSWORD,            /* an invitation is for who has none */
    OA2_MANAGE_TAKEN                    /* the name, meanwhile */
} oa2_manage_t;

typedef struct oa2_managed_t {
    oa2_manage_t outcome;
    const oa2_user_t *user;             /* as it was before; NULL: GONE */
    oa2_ticket_link_t link;             /* of oa2_manage_link() */
} oa2_managed_t;

/* give, take: words, as oa2_role_change(). */
oa2_err_t *oa2_manage_roles(oa2_managed_t *out, oa2_ctx_t *ctx,
                            const oa2_manager_t *who, const char *name,
                            const char *give, const char *take);
/* As oa2_user_set_disabled().  Who has signed up and is pending is approved by
   being enabled, and gets the link to choose a password now, if it was by
   mail. */
oa2_err_t *oa2_manage_disable(oa2_managed_t *out, oa2_ctx_t *ctx,
                              const oa2_manager_t *who, const char *name,
                              int disabled);
/* Ends all of the user's sessions. */
oa2_err_t *oa2_manage_sign_out(oa2_managed_t *out, oa2_ctx_t *ctx,
                               const oa2_manager_t *who, const char *name);
/*
 * A link by which the user chooses a password.  An invitation makes a user when
 * there is none; name is then one that oa2_account_name() has passed.  to: the
 * address that httpd mails it to, when it comes to that; out->link is unset.
 * NULL: it is out->link, to be shown once.
 */
oa2_err_t *oa2_manage_link(oa2_managed_t *out, oa2_ctx_t *ctx,
                           const oa2_manager_t *who,
                           const oa2_ticket_kind_t *kind, const char *name,
                           const char *to);

#endif

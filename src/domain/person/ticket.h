/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ticket.h - links by which a person sets a password without having one: an
 * invitation, or a reset.
 *
 * The link holds a ticket, OA2_TICKET_PREFIX and 256 random bits; the store
 * keeps its digest only.  It is good once, until it expires, and until
 * anything ends the user's sessions: a new password, by this or any other way,
 * a sign-out everywhere, a switched-off account.
 */
#ifndef OA2_DOMAIN_PERSON_TICKET_H
#define OA2_DOMAIN_PERSON_TICKET_H

#include "store/ticket.h"
#include "store/user.h"

#define OA2_TICKET_PREFIX "oa2t_"
#define OA2_TICKET_TEXT_LEN 48          /* 5 + 43 */
#define OA2_TICKET_PLACE "set-password" /* the endpoint, and the parameter … */
#define OA2_TICKET_PARAM "ticket"       /* … of the link */

typedef struct oa2_ticket_kind_t {
    const char *name;                   /* in the tables */
    const char *page;                   /* of the mail */
    apr_int64_t lifetime;               /* seconds */
} oa2_ticket_kind_t;

extern const oa2_ticket_kind_t oa2_ticket_invitation;
extern const oa2_ticket_kind_t oa2_ticket_reset;
/* NULL: there is no such kind. */
const oa2_ticket_kind_t *oa2_ticket_kind(const char *name);

typedef struct oa2_ticket_link_t {
    const char *url;                    /* a secret */
    apr_int64_t expires;
} oa2_ticket_link_t;

/* 1 when the user has, or may get, a password of the own table, and is not
   disabled. */
int oa2_ticket_is_for(const oa2_user_t *user);
/* Of ctx->settings' issuer, for a user as it was found. */
oa2_err_t *oa2_ticket_make(oa2_ticket_link_t *link, oa2_ctx_t *ctx,
                           const oa2_ticket_kind_t *kind,
                           const oa2_user_t *user);
/* *out NULL: text is no ticket that is good now. */
oa2_err_t *oa2_ticket_check(oa2_ticket_t **out, oa2_ctx_t *ctx,
                            const char *text);

#endif

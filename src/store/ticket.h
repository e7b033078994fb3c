/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ticket.h - what is good once, for one user: store/store.h has the promises.
 */
#ifndef OA2_STORE_TICKET_H
#define OA2_STORE_TICKET_H

#include "base/ctx.h"
#include "store/answer.h"

#define OA2_TICKETS_MOST 3              /* of a user and kind: the newest */

typedef struct oa2_ticket_t {
    const char *digest;
    const char *kind;
    const char *user;                   /* the name as the row has it */
    const char *credential;             /* the user's: good while it is */
    apr_int64_t expires;
} oa2_ticket_t;

/* Those of the same user and kind beyond OA2_TICKETS_MOST, the oldest, go. */
oa2_err_t *oa2_ticket_put(oa2_ctx_t *ctx, const oa2_ticket_t *ticket);
/* *out NULL: none that is good. */
oa2_err_t *oa2_ticket_find(oa2_ticket_t **out, oa2_ctx_t *ctx,
                           const char *digest);
/*
 * Gives the ticket's user this password, ends its sessions and all its other
 * tickets, and keeps the answer for who does the same once more.  *done 0: it
 * is not good (any more); nothing was done.
 */
oa2_err_t *oa2_ticket_spend(int *done, oa2_ctx_t *ctx,
                            const oa2_ticket_t *ticket, const char *hash,
                            const oa2_kept_t *answer);

#endif

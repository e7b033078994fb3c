/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purge.h - removes what nothing can need any more.  store/store.h has the
 * promises.
 */
#ifndef OA2_STORE_PURGE_H
#define OA2_STORE_PURGE_H

#include "base/ctx.h"

/*
 * Removes up to n rows of each kind that nothing can need any more: expired
 * sessions, flows, throttles; codes and spent refresh tokens once they cannot
 * be replayed against a living grant; expired tokens, tickets and API keys;
 * accounts that somebody has signed up for and nobody has taken;
 * invitations to teams that nobody has answered;
 * grants without a living token; jobs that were given up a week ago; and, of
 * spent refresh tokens that stay, the sealed answers.  Never waits for a row
 * that somebody else has locked.  *removed counts rows; call again while it
 * is not 0.
 */
oa2_err_t *oa2_purge(apr_int64_t *removed, oa2_ctx_t *ctx, int n);
/*
 * How far it is behind: *overdue is for how many seconds the oldest row that
 * could be removed has been waiting; 0: there is none.  Reads the ends of
 * indexes, however large the tables are.
 */
oa2_err_t *oa2_purge_overdue(apr_int64_t *overdue, oa2_ctx_t *ctx);

#endif

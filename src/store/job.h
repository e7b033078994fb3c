/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job.h - work that waits in a table, and whose turn it is.  store/store.h has
 * the promises.
 *
 * Who claims a row has it for a time, the lease; a claimed row whose process
 * died, or that took longer, is claimed again.  So a row may be worked on more
 * than once, and whoever works has to see to it that this does no harm.
 */
#ifndef OA2_STORE_JOB_H
#define OA2_STORE_JOB_H

#include <apr_tables.h>
#include "base/ctx.h"

#define OA2_JOB_KEPT 604800             /* seconds that one given up stays */
#define OA2_JOB_ERROR_MAX 300           /* bytes of its text */

typedef struct oa2_queued_t {
    const char *id;
    const char *kind;
    const char *text;                   /* what to do; no secret */
    apr_int64_t created;
    apr_int64_t due;                    /* 0: given up */
    apr_int64_t leased_until;           /* 0: nobody has it */
    int attempts;                       /* with this one */
    const char *error;                  /* of the last one; NULL: none */
} oa2_queued_t;

/* Puts work into ctx's realm, due at once. */
oa2_err_t *oa2_job_put(oa2_ctx_t *ctx, const char *kind, const char *text);
/* The row of ctx's realm that is due longest, for lease seconds, and for
   nobody else; *out NULL: none is due. */
oa2_err_t *oa2_job_claim(oa2_queued_t **out, oa2_ctx_t *ctx,
                         const char *kind, int lease);
/* It is gone; unless somebody else has claimed it meanwhile. */
oa2_err_t *oa2_job_done(oa2_ctx_t *ctx, const oa2_queued_t *job);
/*
 * It is due again after a minute, doubled by each attempt up to an hour; after
 * `most` attempts it is given up (*given_up: 1), stays a week for people to
 * see, and then goes.  Nothing, if somebody else has claimed it meanwhile.
 */
oa2_err_t *oa2_job_fail(int *given_up, oa2_ctx_t *ctx,
                        const oa2_queued_t *job, const char *error, int most);

/* *out: oa2_queued_t *, of ctx's realm, at most n, the newest first. */
oa2_err_t *oa2_job_list(apr_array_header_t **out, oa2_ctx_t *ctx, int n);
/* *out: oa2_queued_t *, the turns of all realms: kind is the job's name, due
   when the next one is. */
oa2_err_t *oa2_job_turns(apr_array_header_t **out, oa2_ctx_t *ctx);

/*
 * *mine 1: nobody of all that use this database has had the turn for `every`
 * seconds, and nobody else will for as long.  Who has it and dies leaves the
 * next one to others.
 */
oa2_err_t *oa2_job_turn(int *mine, oa2_ctx_t *ctx, const char *name,
                        int every);
/* The next turn is in so many seconds instead. */
oa2_err_t *oa2_job_turn_in(oa2_ctx_t *ctx, const char *name, int seconds);

#endif

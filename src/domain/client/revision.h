/* SPDX-License-Identifier: Apache-2.0 */
/*
 * revision.h - what an app asks for beside what it has: scopes, grant types,
 * kind, and redirect URIs that lead to other places than before.
 */
#ifndef OA2_DOMAIN_CLIENT_REVISION_H
#define OA2_DOMAIN_CLIENT_REVISION_H

#include "store/app.h"

/* What a revision would ask with app as it is: JSON.  places: its redirect
   URIs as well, since they need approval. */
const char *oa2_app_asked(const oa2_app_t *app, int places, apr_pool_t *pool);
/* Puts what a revision asks into the app's client. */
void oa2_app_take(oa2_app_t *app, const char *asked, apr_pool_t *pool);
/* The newest revision; NULL: there is none. */
oa2_err_t *oa2_app_last(oa2_revision_t **out, oa2_ctx_t *ctx,
                        const char *id);
/* Whether it is to be decided upon; last may be NULL. */
int oa2_app_is_waiting(const oa2_revision_t *last);
/* Into change: a revision begins, and the one that waited is replaced.
   is_free: it is approved at once. */
void oa2_app_ask(oa2_app_change_t *change, const oa2_revision_t *last,
                 const char *asked, int is_free);

/* What differs between what is in force and what a revision asks. */
typedef struct oa2_app_diff_t {
    const char *field;                  /* property's name */
    const char *before;                 /* "" : none */
    const char *after;
    const char *added;                  /* words; of lists */
    const char *removed;
} oa2_app_diff_t;

/*
 * *revision: the one that waits; NULL: none does.  *diff: oa2_app_diff_t, what
 * it would change; of an app that was never approved, all that it asks.
 */
oa2_err_t *oa2_app_waiting(oa2_revision_t **revision,
                           apr_array_header_t **diff, oa2_ctx_t *ctx,
                           const oa2_app_t *app);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app.h - what a client is to those who make it and those who let it in: its
 * state and revisions.  store/store.h has the promises.
 */
#ifndef OA2_STORE_APP_H
#define OA2_STORE_APP_H

#include "store/client.h"

#define OA2_APP_DRAFT "draft"
#define OA2_APP_PENDING "pending"
#define OA2_APP_APPROVED "approved"
#define OA2_APP_REJECTED "rejected"
#define OA2_APP_SUSPENDED "suspended"

/* What is not asked for by every request. */
typedef struct oa2_app_t {
    oa2_client_t *client;
    const char *about;                  /* description; "" : none */
    const char *reason;                 /* of its state; "" : none */
    int waiting;                        /* a revision is to be decided upon */
    apr_int64_t team;                   /* counts changes of its members */
} oa2_app_t;

/* NULL in *out when there is none.  Not cached. */
oa2_err_t *oa2_app_find(oa2_app_t **out, oa2_ctx_t *ctx, const char *id);

typedef enum {
    OA2_APPS_ALL,                       /* by id */
    OA2_APPS_WAITING,                   /* by id */
    OA2_APPS_STATE,                     /* by id */
    OA2_APPS_ID,                        /* ids that begin so, by id */
    OA2_APPS_NAME,                      /* names that begin so, by name */
    OA2_APPS_USER                       /* whose team a user is on, by id */
} oa2_apps_t;

/* *out: oa2_app_t *, at most n, behind the app with the id `after` (NULL: from
   the start).  text: state, beginning or user's name.  One index range. */
oa2_err_t *oa2_app_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                        oa2_apps_t which, const char *text,
                        const char *after, int n);

/* As oa2_client_put(); the user `owner` owns it. */
oa2_err_t *oa2_app_put(int *put, oa2_ctx_t *ctx, const oa2_client_t *client,
                       const oa2_app_change_t *change, const char *owner);
/* As oa2_client_update(), all or nothing. */
oa2_err_t *oa2_app_update(int *done, oa2_ctx_t *ctx, oa2_client_t *client,
                          const oa2_app_change_t *change);

/* ------------------------------------------------------------ revisions */

typedef struct oa2_revision_t {
    apr_int64_t number;
    const char *asked;                  /* JSON */
    const char *by;
    apr_int64_t created;
    const char *state;                  /* pending, approved, rejected,
                                           replaced */
    const char *reason;
    apr_int64_t decided;                /* 0: not yet */
    const char *decided_by;
} oa2_revision_t;

/* *out: oa2_revision_t, at most n, the newest first, below the number `before`
   (0: all). */
oa2_err_t *oa2_revision_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                             const char *id, apr_int64_t before, int n);

/* ------------------------------------------------------------ numbers */

#define OA2_APP_COUNT_MOST 1000

typedef struct oa2_app_numbers_t {
    int grants;                         /* live; OA2_APP_COUNT_MOST: at least
                                           so many */
    int tokens;                         /* likewise: access tokens */
} oa2_app_numbers_t;

oa2_err_t *oa2_app_count(oa2_app_numbers_t *out, oa2_ctx_t *ctx,
                         const char *id);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_row.h - a client as it is stored: its record, and for the verbs of the
 * store how it is read and written (store/client.c, store/app.c).
 */
#ifndef OA2_STORE_CLIENT_ROW_H
#define OA2_STORE_CLIENT_ROW_H

#include "base/ctx.h"

typedef struct oa2_client_t {
    const char *id;
    const char *name;                   /* for people; "" : none */
    const char *secret;                 /* digest, or what another program made
                                           (base/foreign_hash.h) until it is
                                           proven; NULL: a public client */
    const char *old_secret;             /* digest; NULL: none */
    apr_int64_t old_secret_until;       /* good before this time */
    const char *redirect_uris;          /* words, exactly as registered */
    const char *scope;                  /* words it may ask for */
    const char *grants;                 /* grant_type words */
    const char *introspect;             /* "none", "own" or "all" */
    const char *resources;              /* resource URIs it answers for */
    apr_int64_t access_lifetime;        /* seconds; 0: the server's */
    apr_int64_t refresh_lifetime;       /* seconds; 0: the server's */
    int trusted;                        /* consent is not asked */
    int disabled;                       /* not 0: gets nothing.  The bits: */
#define OA2_OFF_BY_HAND 1               /* an administrator's doing */
#define OA2_OFF_BY_STATE 2              /* its state is not "approved" */
    apr_int64_t created;
    apr_int64_t updated;
    int no_pkce;                        /* RFC 7636 is not asked of it */
    int any_scheme;                     /* of redirect URIs: without a dot */
    const char *origins;                /* of its pages, beside those of its
                                           redirect URIs: words */
    apr_int64_t version;                /* counts changes; put: 0 */
    apr_int64_t serial;                 /* find only; never used twice: tells
                                           two apart that had one id */
    const char *meta;                   /* JSON: domain/client/property.h;
                                           NULL: nothing */
    const char *state;                  /* domain/client/app.h; NULL:
                                           approved */
    const char *logo;                   /* digest of its picture; NULL: none */
} oa2_client_t;

/* What is written beside a client's row.  NULL, and waiting -1: as it is. */
typedef struct oa2_app_change_t {
    const char *about;
    const char *reason;                 /* of the state, and of what ends */
    int waiting;
    const char *by;                     /* who does it */
    apr_int64_t closes;                 /* the revision that ends; 0: none */
    const char *closes_as;              /* approved, rejected or replaced */
    apr_int64_t number;                 /* of the one that begins */
    const char *asked;                  /* JSON; NULL: none begins */
    const char *number_state;           /* pending or approved */
    const char *team;                   /* the count of the team that it is
                                           the word of; NULL: of nobody's */
} oa2_app_change_t;

/* ------------------------------------------- for the verbs of the store */

#define OA2_CLIENT_OWN "id, name, secret, old_secret, old_secret_until," \
    " redirect_uris, scope, grants, introspect, resources," \
    " access_lifetime, refresh_lifetime, trusted, disabled, created," \
    " updated, no_pkce, any_scheme, origins, version"
#define OA2_CLIENT_COLUMNS OA2_CLIENT_OWN ", serial, meta, state, logo"
#define OA2_CLIENT_COLUMN_COUNT 24

/* A row that begins with these columns. */
oa2_client_t *oa2_client_read(const oa2_ctx_t *ctx, const char *const *row);
/* As oa2_client_put(); owner NULL: nobody's. */
oa2_err_t *oa2_client_write_new(int *put, oa2_ctx_t *ctx,
                                const oa2_client_t *client,
                                const oa2_app_change_t *change,
                                const char *owner);
/* As oa2_client_update(), but tells no cache; change NULL: none. */
oa2_err_t *oa2_client_write(int *done, oa2_ctx_t *ctx,
                            const oa2_client_t *client,
                            const oa2_app_change_t *change);
/* Tells the caches; after a failure too: the change may have been committed
   and only its answer lost. */
void oa2_client_bump(oa2_ctx_t *ctx, const char *id);

#endif

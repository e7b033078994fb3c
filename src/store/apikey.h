/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apikey.h - API keys: secrets of a user or of a client that are good for
 * long, for programs that know nothing of OAuth.  store/store.h has the
 * promises.
 *
 * A key goes with its owner's row, and is refused while the owner is disabled.
 */
#ifndef OA2_STORE_APIKEY_H
#define OA2_STORE_APIKEY_H

#include <apr_tables.h>

#include "base/crypto.h"
#include "base/ctx.h"

#define OA2_APIKEYS_MOST 50             /* of one owner */
#define OA2_APIKEY_USED 3600            /* seconds: how exact `used` is */

typedef struct oa2_apikey_t {
    const char *digest;
    const char *id;                     /* for people; never used twice */
    const char *user;                   /* the owner: a user, by the row's */
    const char *client_id;              /* name, or a client; the other NULL */
    const char *sub;                    /* find only: the user's */
    const char *name;                   /* what it is for; not by find */
    const char *scope;                  /* find: what a client may still have
                                           of it */
    apr_int64_t created;                /* not by find */
    apr_int64_t expires;                /* 0: never */
    apr_int64_t used;                   /* 0: not yet; not when recalled */
    int is_own;                         /* its user made it, and no
                                           administrator; not by list */
} oa2_apikey_t;

typedef enum {
    OA2_APIKEY_PUT,
    OA2_APIKEY_NO_OWNER,                /* gone meanwhile */
    OA2_APIKEY_TOO_MANY                 /* has OA2_APIKEYS_MOST */
} oa2_apikey_put_t;

/* An ID for a key that is made now. */
const char *oa2_apikey_id(const oa2_ctx_t *ctx);
/* Of several who put at once nobody stays beyond the limit; at worst all are
   told that it is reached. */
oa2_err_t *oa2_apikey_put(oa2_apikey_put_t *out, oa2_ctx_t *ctx,
                          const oa2_apikey_t *key);
/* What the cache remembers of a good key, by its digest's bytes; NULL says
   nothing.  Asks no database. */
oa2_apikey_t *oa2_apikey_recall(oa2_ctx_t *ctx,
                                const unsigned char digest[OA2_KEY_LEN]);
/*
 * A good key: not expired or revoked, its owner there and enabled; NULL
 * otherwise.  Cached, for OA2_APIKEY_USED seconds at most.
 */
oa2_err_t *oa2_apikey_find(oa2_apikey_t **out, oa2_ctx_t *ctx,
                           const char *digest);
/* Notes that a found key is used now, unless that was noted lately; waits for
   nobody who does the same. */
oa2_err_t *oa2_apikey_touch(oa2_ctx_t *ctx, const oa2_apikey_t *key);
/*
 * oa2_apikey_t, newest first, at most n, those before that ID (NULL: from the
 * newest): a user's, a client's, or with neither all of the realm.  Expired
 * ones and those of disabled owners too.
 */
oa2_err_t *oa2_apikey_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                           const char *user, const char *client_id,
                           const char *before, int n);
/*
 * Takes away a key, by its ID; owner: it has to be this user's or client's
 * (both NULL: whosever).  *out: whose it was; NULL when there is none such.
 */
oa2_err_t *oa2_apikey_revoke(oa2_apikey_t **out, oa2_ctx_t *ctx,
                             const char *id, const char *user,
                             const char *client_id);
/* All of a user's or of a client's. */
oa2_err_t *oa2_apikey_revoke_all(int *count, oa2_ctx_t *ctx,
                                 const char *user, const char *client_id);

#endif

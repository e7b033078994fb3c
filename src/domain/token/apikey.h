/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apikey.h - API keys as texts: how they are given out, checked, taken back.
 *
 * A text is "oa2k_" . base64url(32 random bytes) . base64url(6 bytes of
 * SHA-256(prefix . random part)).  The check part spares the database typing
 * errors and garbage.  It hangs on no secret of the server's: a key lives for
 * years, and has to outlive those; and oauth2ctl, which knows none, makes keys.
 *
 * A key of a user acts as the user; one of a client as the client.  Who signs
 * out or changes a password keeps the keys, which programs use; disabling the
 * owner stops all of them.
 */
#ifndef OA2_DOMAIN_TOKEN_APIKEY_H
#define OA2_DOMAIN_TOKEN_APIKEY_H

#include "store/apikey.h"

#define OA2_APIKEY_PREFIX "oa2k_"
#define OA2_APIKEY_HEADER "X-API-Key"
#define OA2_APIKEY_NAME_MAX 100         /* bytes */

/*
 * What a key shall be: owner (as its row has it: a user's name or a client's
 * id), name, scope, expires (0: never).
 * NULL, or a sentence that says what is wrong with it: no name, a scope that
 * is not among `may` (what a client may have; for its own user, what this
 * server knows; NULL: anything, an administrator says so), or a date that has
 * passed.
 */
const char *oa2_apikey_problem(const oa2_ctx_t *ctx, const oa2_apikey_t *key,
                               const char *may);
/* A new text, to be shown once. */
const char *oa2_apikey_new(apr_pool_t *pool);
/* Stores such a key, of which there is no problem, under that text, and fills
   in digest, id and created. */
oa2_err_t *oa2_apikey_add(oa2_apikey_put_t *out, oa2_ctx_t *ctx,
                          oa2_apikey_t *key, const char *text);
/* As a request has brought it; text NULL: none came. */
typedef struct oa2_apikey_sent_t {
    const char *text;
    const char *name;                   /* with it, in Basic; NULL: no name,
                                           it came as X-API-Key */
    int is_several;                     /* more than one came */
} oa2_apikey_sent_t;

/* Where a key begins in it, at the beginning of a word; NULL: nowhere. */
const char *oa2_apikey_in(const char *text);
/*
 * The good key that was sent (sent->text not NULL).  A name that came with it
 * is its owner's, in any spelling of a user's, or empty: what programs send
 * that have to send one.  A key that its user made can do what is for keys
 * (OAuth2Scope ... apikey) still.  invalid_request: more than one came;
 * invalid_api_key: unknown, expired, revoked, its owner disabled, or no key at
 * all, which look alike; or the name is somebody else's.
 */
oa2_err_t *oa2_apikey_check(oa2_apikey_t **out, oa2_ctx_t *ctx,
                                 const oa2_apikey_sent_t *sent);
/*
 * Takes one back.  user, client_id: whose it has to be, for who may take back
 * his own only; both NULL: an administrator.  *done 0: there is none such.
 */
oa2_err_t *oa2_apikey_take_back(int *done, oa2_ctx_t *ctx, const char *id,
                                const char *user, const char *client_id);
/* All of a user's, or of a client's. */
oa2_err_t *oa2_apikey_take_back_all(int *count, oa2_ctx_t *ctx,
                                    const char *user, const char *client_id);

#endif

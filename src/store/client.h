/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client.h - registered clients, RFC 6749 section 2, and the origins of their
 * pages.  store/store.h has the promises.
 */
#ifndef OA2_STORE_CLIENT_H
#define OA2_STORE_CLIENT_H

#include <apr_tables.h>
#include "store/client_row.h"

/* Cached.  Disabled clients are found too. */
oa2_err_t *oa2_client_find(oa2_client_t **out, oa2_ctx_t *ctx,
                           const char *id);
/* *put: 0 when the id is taken.  Also writes the origins of the http(s)
   redirect URIs, and its own, for oa2_origin_is_known(). */
oa2_err_t *oa2_client_put(int *put, oa2_ctx_t *ctx,
                          const oa2_client_t *client);
/*
 * All fields but id and created.  *done: 0 when there is none, or when somebody
 * changed it after it was read: then find it, and do it again.  Afterwards
 * client has the new version.  What it was issued for itself ends with its
 * secret.
 */
oa2_err_t *oa2_client_update(int *done, oa2_ctx_t *ctx, oa2_client_t *client);
/* One field, whatever else changes; *done: 0 when there is none. */
oa2_err_t *oa2_client_set_disabled(int *done, oa2_ctx_t *ctx, const char *id,
                                   int disabled);
/*
 * A new secret (a digest) for a client that has one.  The one before stays
 * good before old_until; 0: not at all, and then what the client was issued for
 * itself (client_credentials) ends with it.  *done: 0 when there is none, or it
 * is public.
 */
oa2_err_t *oa2_client_set_secret(int *done, oa2_ctx_t *ctx, const char *id,
                                 const char *secret, apr_int64_t old_until);
/* The same secret in another form, while client->secret is still what is
   stored: nothing ends.  *done: 0 when it is another one by now. */
oa2_err_t *oa2_client_rehash(int *done, oa2_ctx_t *ctx,
                             const oa2_client_t *client, const char *secret);
/* With its grants, codes, tokens and consents. */
oa2_err_t *oa2_client_remove(int *done, oa2_ctx_t *ctx, const char *id);
/* oa2_client_t *, by id, after `after` (NULL: from the start), at most n. */
oa2_err_t *oa2_client_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                           const char *after, int n);
/* Some enabled client has a redirect URI of this origin, or this origin.
   Cached. */
oa2_err_t *oa2_origin_is_known(int *known, oa2_ctx_t *ctx,
                               const char *origin);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* client.h - what a client may be and do, RFC 6749 section 2 */
#ifndef OA2_DOMAIN_CLIENT_CLIENT_H
#define OA2_DOMAIN_CLIENT_CLIENT_H

#include "store/client.h"

/* RFC 6749 section 2.1 */
int oa2_client_is_public(const oa2_client_t *client);
/* unauthorized_client unless grant_type is among the client's. */
oa2_err_t *oa2_client_may_use(const oa2_ctx_t *ctx, const char *grant_type);
/*
 * NULL, or a sentence that says what is wrong with a client about to be
 * stored: id, redirect URIs, grants (authorization_code needs a redirect URI,
 * client_credentials a secret), scope syntax, introspect, origins, and that
 * only a confidential client has compatibility switches.
 */
const char *oa2_client_problem(const oa2_client_t *client, apr_pool_t *pool);
/* Random; no character of either needs escaping in a URL or in Basic. */
const char *oa2_client_new_id(apr_pool_t *pool);
const char *oa2_client_new_secret(apr_pool_t *pool);
/* NULL, or why text (given by an administrator) cannot be a client's id or
   secret: length, characters (VSCHAR; an id has no ':'). */
const char *oa2_client_id_problem(const char *id);
const char *oa2_client_secret_problem(const char *secret);
/* 1 when secret is the client's, or its old one that is still good. */
int oa2_client_has_secret(const oa2_client_t *client, const char *secret,
                          apr_int64_t now, apr_pool_t *pool);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_auth.h - how a client proves who it is, RFC 6749 section 2.3.
 *
 * Each method is one const row; oa2_client_auths lists them, and the metadata
 * (token_endpoint_auth_methods_supported) is made from that list.
 */
#ifndef OA2_DOMAIN_CLIENT_AUTH_H
#define OA2_DOMAIN_CLIENT_AUTH_H

#include "store/store.h"

typedef struct oa2_client_auth_t {
    const char *name;                   /* RFC 7591 section 2 */
    int confidential;                   /* it proves a secret */
    /* *id and *secret from the request (secret NULL: none); *id NULL when
       this method was not used. */
    oa2_err_t *(*read)(const char **id, const char **secret,
                       const oa2_ctx_t *ctx, const char *authorization);
} oa2_client_auth_t;

extern const oa2_client_auth_t *const oa2_client_auths[];  /* NULL ends it */

/*
 * The client that this request proves, from the Authorization header (NULL:
 * none) and ctx->params.  More than one method is invalid_request; an unknown
 * client, a wrong secret, a disabled client and a public client where a secret
 * was sent all look alike: invalid_client.  may_be_public 0 refuses public
 * clients.
 */
oa2_err_t *oa2_client_authenticate(oa2_client_t **out, oa2_ctx_t *ctx,
                                   const char *authorization,
                                   int may_be_public);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_auth.h - how a client proves who it is, RFC 6749 section 2.3.
 *
 * Each method is one const row; oa2_client_auths lists them, and the metadata
 * (token_endpoint_auth_methods_supported) is made from that list.
 */
#ifndef OA2_DOMAIN_CLIENT_CLIENT_AUTH_H
#define OA2_DOMAIN_CLIENT_CLIENT_AUTH_H

#include "store/client.h"

#define OA2_READINGS 2

/* What a request says about who sends it.  [1] is a second way to read the
   same characters, NULL where there is none. */
typedef struct oa2_claim_t {
    const char *id[OA2_READINGS];       /* [0] NULL: nothing is claimed */
    const char *secret[OA2_READINGS];   /* [0] NULL: no secret */
} oa2_claim_t;

typedef struct oa2_client_auth_t {
    const char *name;                   /* RFC 7591 section 2 */
    int confidential;                   /* it proves a secret */
    /* *out comes empty, and stays so when this method was not used. */
    oa2_err_t *(*read)(oa2_claim_t *out, const oa2_ctx_t *ctx,
                       const char *authorization);
} oa2_client_auth_t;

extern const oa2_client_auth_t *const oa2_client_auths[];  /* NULL ends it */

/*
 * The client that this request proves, from the Authorization header (NULL:
 * none) and ctx->params.  ID and secret in Basic count as they are and without
 * their form-encoding (RFC 6749 section 2.3.1), which some clients leave out;
 * of two clients whose IDs the two readings are, the one that is proven.  More
 * than one method is invalid_request; an unknown
 * client, a wrong secret, a disabled client and a public client where a secret
 * was sent all look alike: invalid_client.  may_be_public 0 refuses public
 * clients.
 */
oa2_err_t *oa2_client_authenticate(oa2_client_t **out, oa2_ctx_t *ctx,
                                   const char *authorization,
                                   int may_be_public);

#endif

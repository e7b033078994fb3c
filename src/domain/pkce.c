/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pkce.c - proof key for code exchange, RFC 7636.
 *
 * S256 is required of every client, confidential ones too (RFC 9700 section
 * 2.1.1), and "plain" is refused (section 2.1.1 again: it exposes the
 * verifier in the authorization request).
 */
#include "domain/pkce.h"

#include <string.h>

#include "base/crypto.h"

oa2_err_t *oa2_pkce_challenge(const char **out, const oa2_ctx_t *ctx)
{
    const char *challenge = oa2_params_get(ctx->params, "code_challenge");
    const char *method = oa2_params_get(ctx->params, "code_challenge_method");

    /* Section 4.4.1 */
    if (!challenge)
        return oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(3020),
                            "code_challenge is required (PKCE, RFC 7636, "
                            "with code_challenge_method=S256)", NULL);
    /* Section 4.3: an absent method means "plain" */
    if (!method || strcmp(method, "S256") != 0)
        return oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(3021),
                            "code_challenge_method must be S256", NULL);
    /* Section 4.2: BASE64URL-ENCODE(SHA256(…)) has 43 characters */
    if (strlen(challenge) != OA2_DIGEST_TEXT_LEN)
        return oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(3022),
                            "code_challenge must be 43 characters of "
                            "base64url", NULL);
    *out = challenge;
    return NULL;
}

oa2_err_t *oa2_pkce_verify(const oa2_ctx_t *ctx, const char *challenge,
                           const char *verifier)
{
    const char *made = oa2_digest_text(ctx->pool, verifier);

    /* Section 4.6: "If the values are not equal, an error response
       indicating invalid_grant … MUST be returned." */
    if (!oa2_text_equal(made, challenge))
        return oa2_err_attack(oa2_err_make(
            ctx->pool, &oa2_invalid_grant, OA2_ID(3023),
            "code_verifier does not match the code_challenge of the "
            "authorization request",
            "client \"%s\" sent a code_verifier that does not belong to the "
            "code's code_challenge", ctx->client->id));
    return NULL;
}

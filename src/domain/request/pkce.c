/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pkce.c - proof key for code exchange, RFC 7636.
 *
 * S256 is required of every client, confidential ones too (RFC 9700 section
 * 2.1.1), and "plain" is refused (section 2.1.1 again: it exposes the
 * verifier in the authorization request).  A confidential client that cannot
 * be changed may be let off by an administrator; a challenge that it sends is
 * verified all the same.
 */
#include "domain/request/pkce.h"

#include <string.h>

#include "base/crypto.h"
#include "domain/client/compat.h"

#define VERIFIER_MIN 43         /* RFC 7636 section 4.1 */

/* RFC 9700 section 2.1.1: "Public clients MUST use PKCE"; a switch is for
   confidential ones only. */
static int may_leave_out(const oa2_ctx_t *ctx)
{
    return oa2_compat_may(ctx, ctx->client, &oa2_compat_no_pkce);
}

/* Section 4.4.1 */
static oa2_err_t *missing(const oa2_ctx_t *ctx)
{
    static const char said[] = "code_challenge is required (PKCE, RFC 7636, "
                               "with code_challenge_method=S256)";

    return oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(3020), said,
                        "%s%s", said, ctx->client->no_pkce
                        ? "; the client has the switch no_pkce, but this "
                          "server does not: OAuth2Compat no_pkce" : "");
}

oa2_err_t *oa2_pkce_challenge(const char **out, const oa2_ctx_t *ctx)
{
    const char *challenge = oa2_params_get(ctx->params, "code_challenge");
    const char *method = oa2_params_get(ctx->params, "code_challenge_method");

    if (!challenge && !method && may_leave_out(ctx)) {
        *out = "";
        return NULL;
    }
    if (!challenge)
        return missing(ctx);
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

static oa2_err_t *mismatch(const oa2_ctx_t *ctx, int id, const char *said,
                           const char *meant)
{
    return oa2_err_attack(oa2_err_make(ctx->pool, &oa2_invalid_grant, id,
                                       said, "client \"%s\" %s",
                                       ctx->client->id, meant));
}

oa2_err_t *oa2_pkce_verify(const oa2_ctx_t *ctx, const char *challenge,
                           const char *verifier)
{
    /* RFC 9700 section 4.8.2: somebody took the challenge out on the way. */
    if (!*challenge && verifier)
        return mismatch(ctx, OA2_ID(3700), "the authorization request had no "
                        "code_challenge, so code_verifier cannot be right",
                        "sent a code_verifier for a code without "
                        "code_challenge");
    if (!*challenge && may_leave_out(ctx))
        return NULL;
    if (!*challenge)
        return mismatch(ctx, OA2_ID(3701), "PKCE is required of this client",
                        "has to do PKCE again, and the code is without");
    if (!verifier)
        return oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(3702),
                            "code_verifier is missing.", NULL);
    if (strlen(verifier) < VERIFIER_MIN)
        return oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(3703),
                            "code_verifier has 43 to 128 characters", NULL);
    /* Section 4.6: "If the values are not equal, an error response
       indicating invalid_grant … MUST be returned." */
    if (!oa2_text_equal(oa2_digest_text(ctx->pool, verifier), challenge))
        return mismatch(ctx, OA2_ID(3023), "code_verifier does not match the "
                        "code_challenge of the authorization request",
                        "sent a code_verifier that does not belong to the "
                        "code's code_challenge");
    return NULL;
}

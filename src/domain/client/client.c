/* SPDX-License-Identifier: Apache-2.0 */
/* client.c - what a client may be and do, RFC 6749 section 2 */
#include "domain/client/client.h"

#include <string.h>
#include <apr_strings.h>

#include "base/text/abnf.h"
#include "base/crypto.h"
#include "base/text/uri.h"
#include "base/text/words.h"
#include "domain/client/compat.h"
#include "domain/client/property.h"
#include "domain/request/redirect.h"

#define ID_MAX 255
#define ID_LETTERS 24           /* 120 bits: unique, not secret */
#define SECRET_BYTES 32
#define SECRET_MIN 16
#define SECRET_MAX 1024
#define SECRET_VARIETY 8

int oa2_client_is_public(const oa2_client_t *client)
{
    return client->secret == NULL;
}

oa2_err_t *oa2_client_may_use(const oa2_ctx_t *ctx, const char *grant_type)
{
    if (oa2_words_has(ctx->client->grants, grant_type))
        return NULL;
    return oa2_err_make(ctx->pool, &oa2_unauthorized_client, OA2_ID(3030),
                        apr_psprintf(ctx->pool, "this client may not use the "
                                     "grant type %s: ask the administrator "
                                     "of this server to allow it",
                                     grant_type),
                        "client \"%s\" may not use %s; it may use "
                        "\"%s\"", ctx->client->id, grant_type,
                        ctx->client->grants);
}

const char *oa2_client_id_problem(const char *id)
{
    apr_size_t len = strlen(id);

    if (!len || len > ID_MAX)
        return "a client ID has 1 to 255 characters";
    /* RFC 6749 appendix A.1; ':' would end the ID in Basic (RFC 7617) for
       clients that leave out the encoding of section 2.3.1 */
    if (!oa2_is_vschar(id) || strpbrk(id, ": "))
        return "a client ID has printable ASCII characters without space "
               "and colon";
    return NULL;
}

static int count_different(const char *text)
{
    int n = 0;
    const char *c;

    for (c = text; *c; c++)
        n += strchr(text, *c) == c;
    return n;
}

const char *oa2_client_secret_problem(const char *secret)
{
    apr_size_t len = strlen(secret);

    /* Stored as a plain SHA-256, so it must not be guessable. */
    if (len < SECRET_MIN || len > SECRET_MAX)
        return "a client secret has 16 to 1024 characters";
    if (!oa2_is_vschar(secret))
        return "a client secret has printable ASCII characters";
    if (count_different(secret) < SECRET_VARIETY)
        return "a client secret has at least 8 different characters: let one "
               "be generated";
    return NULL;
}

static const char *grants_problem(const oa2_client_t *client,
                                  apr_pool_t *pool)
{
    static const char known[] =
        "authorization_code refresh_token client_credentials";

    if (!oa2_words_is_subset(client->grants, known))
        return apr_pstrcat(pool, "the grants are ", known, NULL);
    if (oa2_words_has(client->grants, "authorization_code")
        && !*client->redirect_uris)
        return "authorization_code needs a redirect URI";
    /* RFC 6749 section 4.4: "MUST only be used by confidential clients" */
    if (oa2_words_has(client->grants, "client_credentials")
        && oa2_client_is_public(client))
        return "client_credentials needs a secret: the client cannot be "
               "public";
    if (oa2_words_has(client->grants, "refresh_token")
        && !oa2_words_has(client->grants, "authorization_code"))
        return "refresh_token needs authorization_code beside it";
    return NULL;
}

static const char *redirects_problem(const oa2_client_t *client,
                                     apr_pool_t *pool)
{
    const apr_array_header_t *uris =
        oa2_words_split(client->redirect_uris, pool);
    int i;

    for (i = 0; i < uris->nelts; i++) {
        const char *uri = APR_ARRAY_IDX(uris, i, const char *);
        const char *problem =
            oa2_redirect_problem(uri, client->any_scheme, pool);
        if (problem)
            return apr_psprintf(pool, "redirect URI \"%s\" %s", uri, problem);
    }
    return NULL;
}

static const char *origins_problem(const oa2_client_t *client,
                                   apr_pool_t *pool)
{
    const apr_array_header_t *origins =
        oa2_words_split(client->origins, pool);
    int i;

    for (i = 0; i < origins->nelts; i++) {
        const char *origin = APR_ARRAY_IDX(origins, i, const char *);
        if (strlen(origin) > ID_MAX || !oa2_uri_is_origin(origin, pool))
            return apr_psprintf(pool, "\"%s\" is not an origin as browsers "
                                "write it: scheme://host or scheme://host:"
                                "port, in lower case, without a path, such "
                                "as https://app.example.com or "
                                "capacitor://localhost", origin);
    }
    return NULL;
}

static const char *compat_problem(const oa2_client_t *client,
                                  apr_pool_t *pool)
{
    const char *compat = oa2_client_compat(client, pool);

    /* RFC 9700 section 2.1.1: "Public clients MUST use PKCE" */
    if (client->no_pkce && oa2_client_is_public(client))
        return "a public client cannot do without PKCE: nothing else proves "
               "that a code is its own";
    if (*compat && oa2_client_is_public(client))
        return "compatibility switches are for clients with a secret";
    return oa2_compat_problem(compat, pool);
}

const char *oa2_client_problem(const oa2_client_t *client, apr_pool_t *pool)
{
    const char *problem = oa2_client_id_problem(client->id);

    if (problem) return problem;
    if (*client->name && !oa2_is_text(client->name))
        return "a client's name has no control characters";
    if (strlen(client->name) > ID_MAX)
        return "a client's name has at most 255 bytes";
    problem = redirects_problem(client, pool);
    if (!problem)
        problem = origins_problem(client, pool);
    if (problem) return problem;
    if (*client->scope && !oa2_is_scope(client->scope))
        return "a scope is words of printable ASCII characters without "
               "'\"' and '\\'";
    if (strcmp(client->introspect, "none") && strcmp(client->introspect, "own")
        && strcmp(client->introspect, "all"))
        return "introspect is none, own or all";
    if (strcmp(client->introspect, "none") && oa2_client_is_public(client))
        return "introspection needs a secret: the client cannot be public";
    problem = compat_problem(client, pool);
    return problem ? problem : grants_problem(client, pool);
}

/* An ID is typed, read out and pasted into configuration files; base64url may
   begin with '-', which commands take for an option. */
const char *oa2_client_new_id(apr_pool_t *pool)
{
    return oa2_random_letters(pool, ID_LETTERS);
}

/* The prefix is for secret scanners. */
const char *oa2_client_new_secret(apr_pool_t *pool)
{
    return apr_pstrcat(pool, "oa2s_", oa2_random_text(pool, SECRET_BYTES),
                       NULL);
}

int oa2_client_has_secret(const oa2_client_t *client, const char *secret,
                          apr_int64_t now, apr_pool_t *pool)
{
    const char *digest = oa2_digest_text(pool, secret);
    int is_new = oa2_text_equal(client->secret, digest);
    int is_old = oa2_text_equal(client->old_secret, digest);

    return is_new | (is_old & (now < client->old_secret_until));
}

/* SPDX-License-Identifier: Apache-2.0 */
/* scope.c - sets of scope tokens, RFC 6749 section 3.3 */
#include "domain/scope.h"

#include <string.h>
#include <apr_strings.h>

#include "domain/settings.h"

apr_array_header_t *oa2_scope_split(const char *words, apr_pool_t *pool)
{
    apr_array_header_t *out = apr_array_make(pool, 8, sizeof(char *));
    char *state = NULL;
    const char *word;

    if (!words) return out;
    for (word = apr_strtok(apr_pstrdup(pool, words), " ", &state); word;
         word = apr_strtok(NULL, " ", &state))
        APR_ARRAY_PUSH(out, const char *) = word;
    return out;
}

/* The part of words that starts at at is exactly this word. */
static int stands_at(const char *at, const char *word, apr_size_t len)
{
    return strncmp(at, word, len) == 0 && (at[len] == ' ' || !at[len]);
}

static int has(const char *words, const char *word, apr_size_t len)
{
    const char *at = words;

    if (!len) return 0;
    while (at && *at) {
        if (stands_at(at, word, len))
            return 1;
        at = strchr(at, ' ');
        if (at) at++;
    }
    return 0;
}

int oa2_scope_has(const char *words, const char *word)
{
    return words && has(words, word, strlen(word));
}

int oa2_scope_is_subset(const char *part, const char *whole)
{
    const char *at = part;

    while (*at) {
        apr_size_t len = strcspn(at, " ");
        if (len && !has(whole, at, len))
            return 0;
        at += len;
        if (*at) at++;
    }
    return 1;
}

/* The words of a, once each, that are (or are not) among those of b. */
static const char *pick(const char *a, const char *b, int wanted,
                        const char *before, apr_pool_t *pool)
{
    char *out = apr_pstrcat(pool, before, " ", a, NULL);
    apr_size_t used = strlen(before);
    const char *at = a;

    out[used] = '\0';
    while (*at) {
        apr_size_t len = strcspn(at, " ");
        if (len && has(b, at, len) == wanted && !has(out, at, len)) {
            if (used) out[used++] = ' ';
            memcpy(out + used, at, len);
            used += len;
            out[used] = '\0';
        }
        at += len;
        if (*at) at++;
    }
    return out;
}

const char *oa2_scope_union(const char *a, const char *b, apr_pool_t *pool)
{
    return pick(b, "", 0, pick(a, "", 0, "", pool), pool);
}

const char *oa2_scope_common(const char *a, const char *b, apr_pool_t *pool)
{
    return pick(a, b, 1, "", pool);
}

const char *oa2_scope_minus(const char *a, const char *b, apr_pool_t *pool)
{
    return pick(a, b, 0, "", pool);
}

oa2_err_t *oa2_scope_resolve(const char **out, const oa2_ctx_t *ctx,
                             const char *requested)
{
    const char *known =
        oa2_settings_scope_words(ctx->settings, 0, ctx->pool);
    const char *allowed =
        oa2_scope_common(ctx->client->scope, known, ctx->pool);
    const char *scope;

    /*
     * Section 3.3: "If the client omits the scope parameter …, the
     * authorization server MUST either process the request using a
     * pre-defined default value or fail the request".
     */
    if (!requested) {
        scope = oa2_scope_common(
            oa2_settings_scope_words(ctx->settings, 1, ctx->pool), allowed,
            ctx->pool);
        if (!*scope)
            return oa2_err_make(ctx->pool, &oa2_invalid_scope, OA2_ID(3001),
                                "no scope was named and there is no default",
                                "client \"%s\" named no scope, and no "
                                "OAuth2Scope that it may have is marked "
                                "default", ctx->client->id);
        *out = scope;
        return NULL;
    }

    scope = oa2_scope_union(requested, "", ctx->pool);
    if (!oa2_scope_is_subset(scope, known))
        return oa2_err_make(ctx->pool, &oa2_invalid_scope, OA2_ID(3002),
                            "a scope is unknown",
                            "client \"%s\" asked for scope \"%s\"; this "
                            "server knows \"%s\"",
                            ctx->client->id, scope, known);
    if (!oa2_scope_is_subset(scope, allowed))
        return oa2_err_make(ctx->pool, &oa2_invalid_scope, OA2_ID(3003),
                            "this client may not have a scope it asks for",
                            "client \"%s\" asked for scope \"%s\" but may "
                            "have \"%s\"", ctx->client->id, scope, allowed);
    *out = scope;
    return NULL;
}

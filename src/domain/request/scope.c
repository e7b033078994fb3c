/* SPDX-License-Identifier: Apache-2.0 */
/* scope.c - sets of scope tokens, RFC 6749 section 3.3 */
#include "domain/request/scope.h"

#include <string.h>
#include <apr_strings.h>

#include "base/text/words.h"
#include "domain/site/settings.h"
#include "store/client.h"

#define WORD_MAX 64             /* of what a client sent, in a sentence */
#define LIST_MAX 200            /* of this server's scopes */

/* The first word of part that whole does not have; "": it has them all. */
static const char *first_beyond(const char *part, const char *whole,
                                apr_pool_t *pool)
{
    const char *beyond = oa2_words_minus(part, whole, pool);

    return apr_pstrmemdup(pool, beyond, strcspn(beyond, " "));
}

/* A word or a list of them in a sentence: long ones are cut. */
static const char *shown(const char *words, apr_size_t max, apr_pool_t *pool)
{
    return strlen(words) <= max
               ? words
               : apr_pstrcat(pool, apr_pstrmemdup(pool, words, max), "...",
                             NULL);
}

/* What people write who come from another server. */
static const char *advice(const char *word, const char *known,
                          apr_pool_t *pool)
{
    char *spaced = apr_pstrdup(pool, word);
    char *at;

    for (at = spaced; *at; at++)
        if (strchr(",;|", *at))
            *at = ' ';
    if (strcmp(spaced, word) != 0 && oa2_words_is_subset(spaced, known))
        return "separate scopes with spaces";
    if (strcmp(word, "openid") == 0)
        return "this server has no OpenID Connect, leave it out";
    if (strcmp(word, "offline_access") == 0)
        return "leave it out, a client that may use refresh tokens gets one "
               "without asking";
    if (!*known)
        return "this server has no scopes";
    return apr_pstrcat(pool, "there are: ", shown(known, LIST_MAX, pool),
                       NULL);
}

static oa2_err_t *unknown(const oa2_ctx_t *ctx, const char *scope,
                          const char *known)
{
    const char *word = first_beyond(scope, known, ctx->pool);

    return oa2_err_make(ctx->pool, &oa2_invalid_scope, OA2_ID(3002),
                        apr_psprintf(ctx->pool, "the scope '%s' is unknown: "
                                     "%s", shown(word, WORD_MAX, ctx->pool),
                                     advice(word, known, ctx->pool)),
                        "client \"%s\" asked for scope \"%s\"; this "
                        "server knows \"%s\"", ctx->client->id, scope, known);
}

static oa2_err_t *not_allowed(const oa2_ctx_t *ctx, const char *scope,
                              const char *allowed)
{
    return oa2_err_make(ctx->pool, &oa2_invalid_scope, OA2_ID(3003),
                        apr_psprintf(ctx->pool, "this client may not have "
                                     "the scope '%s': ask the administrator "
                                     "of this server to give it",
                                     shown(first_beyond(scope, allowed,
                                                        ctx->pool),
                                           WORD_MAX, ctx->pool)),
                        "client \"%s\" asked for scope \"%s\" but may "
                        "have \"%s\"", ctx->client->id, scope, allowed);
}

oa2_err_t *oa2_scope_resolve(const char **out, const oa2_ctx_t *ctx,
                             const char *requested)
{
    const char *known =
        oa2_settings_scope_words(ctx->settings, 0, ctx->pool);
    const char *allowed =
        oa2_words_common(ctx->client->scope, known, ctx->pool);
    /* Section 3.3 has one space between words; who sends more, or one at an
       end, means the same. */
    const char *scope =
        oa2_words_union(requested ? requested : "", "", ctx->pool);

    /*
     * Section 3.3: "If the client omits the scope parameter …, the
     * authorization server MUST either process the request using a
     * pre-defined default value or fail the request".
     */
    if (!*scope) {
        scope = oa2_words_common(
            oa2_settings_scope_words(ctx->settings, 1, ctx->pool), allowed,
            ctx->pool);
        if (!*scope)
            return oa2_err_make(ctx->pool, &oa2_invalid_scope, OA2_ID(3001),
                                "no scope was named, and this client has no "
                                "default one: send the parameter scope",
                                "client \"%s\" named no scope, and no "
                                "OAuth2Scope that it may have is marked "
                                "default", ctx->client->id);
        *out = scope;
        return NULL;
    }

    if (!oa2_words_is_subset(scope, known))
        return unknown(ctx, scope, known);
    if (!oa2_words_is_subset(scope, allowed))
        return not_allowed(ctx, scope, allowed);
    *out = scope;
    return NULL;
}

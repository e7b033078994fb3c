/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scope.h - sets of scope tokens, RFC 6749 section 3.3, as words.
 *
 * Order is kept, repeats are dropped, comparison is exact.
 */
#ifndef OA2_DOMAIN_SCOPE_H
#define OA2_DOMAIN_SCOPE_H

#include "base/ctx.h"

/* These serve any list of words: grants, redirect URIs, resources too. */
int oa2_scope_has(const char *words, const char *word);
int oa2_scope_is_subset(const char *part, const char *whole);
const char *oa2_scope_union(const char *a, const char *b, apr_pool_t *pool);
const char *oa2_scope_common(const char *a, const char *b, apr_pool_t *pool);
/* a without the words of b. */
const char *oa2_scope_minus(const char *a, const char *b, apr_pool_t *pool);
/* const char * of each word. */
apr_array_header_t *oa2_scope_split(const char *words, apr_pool_t *pool);

/*
 * What ctx->client gets for the requested scope (NULL or only spaces: none
 * named, then the server's default scopes that the client may have).
 * invalid_scope, naming it, when a word is unknown to the server or not among
 * the client's; or when nothing is left.
 */
oa2_err_t *oa2_scope_resolve(const char **out, const oa2_ctx_t *ctx,
                             const char *requested);

#endif

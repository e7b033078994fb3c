/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words.h - lists of words with spaces between: scopes, grants, redirect URIs,
 * resources, client IDs.
 *
 * Order is kept, repeats are dropped, comparison is exact.  "" is the empty
 * list.
 */
#ifndef OA2_BASE_TEXT_WORDS_H
#define OA2_BASE_TEXT_WORDS_H

#include <apr_pools.h>
#include <apr_tables.h>

int oa2_words_has(const char *words, const char *word);
int oa2_words_is_subset(const char *part, const char *whole);
const char *oa2_words_union(const char *a, const char *b, apr_pool_t *pool);
const char *oa2_words_common(const char *a, const char *b, apr_pool_t *pool);
/* a without the words of b. */
const char *oa2_words_minus(const char *a, const char *b, apr_pool_t *pool);
/* const char * of each word. */
apr_array_header_t *oa2_words_split(const char *words, apr_pool_t *pool);

#endif

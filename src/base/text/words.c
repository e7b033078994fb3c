/* SPDX-License-Identifier: Apache-2.0 */
/* words.c - lists of words with spaces between. */
#include "base/text/words.h"

#include <string.h>

#include <apr_strings.h>

apr_array_header_t *oa2_words_split(const char *words, apr_pool_t *pool)
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
        if (at)
            at++;
    }
    return 0;
}

int oa2_words_has(const char *words, const char *word)
{
    return words && has(words, word, strlen(word));
}

int oa2_words_is_subset(const char *part, const char *whole)
{
    const char *at = part;

    while (*at) {
        apr_size_t len = strcspn(at, " ");
        if (len && !has(whole, at, len))
            return 0;
        at += len;
        if (*at)
            at++;
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
            if (used)
                out[used++] = ' ';
            memcpy(out + used, at, len);
            used += len;
            out[used] = '\0';
        }
        at += len;
        if (*at)
            at++;
    }
    return out;
}

const char *oa2_words_union(const char *a, const char *b, apr_pool_t *pool)
{
    return pick(b, "", 0, pick(a, "", 0, "", pool), pool);
}

const char *oa2_words_common(const char *a, const char *b, apr_pool_t *pool)
{
    return pick(a, b, 1, "", pool);
}

const char *oa2_words_minus(const char *a, const char *b, apr_pool_t *pool)
{
    return pick(a, b, 0, "", pool);
}

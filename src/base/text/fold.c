/* SPDX-License-Identifier: Apache-2.0 */
/* fold.c - see fold.h */
#include "base/text/fold.h"

#include <stdlib.h>
#include <string.h>

#include <apr_strings.h>
#include <utf8proc.h>

#define ROUNDS 4        /* one is enough for all but a few odd ones */
#define ZWNJ 0x200c     /* these two change how their neighbours look */
#define ZWJ 0x200d

#define MEANT (UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_REJECTNA)
#define ALIKE (UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT \
    | UTF8PROC_STRIPMARK)
#define SAME (MEANT | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE)

static const char *map(const char *text, int options, apr_pool_t *pool)
{
    utf8proc_uint8_t *mapped = NULL;
    const char *out;

    if (utf8proc_map((const utf8proc_uint8_t *)text,
                     (utf8proc_ssize_t)strlen(text), &mapped,
                     (utf8proc_option_t)options) < 0)
        return NULL;
    out = apr_pstrdup(pool, (const char *)mapped);
    free(mapped);
    return out;
}

static int is_space(utf8proc_int32_t c)
{
    utf8proc_category_t category = utf8proc_category(c);

    return category == UTF8PROC_CATEGORY_ZS
        || category == UTF8PROC_CATEGORY_ZL
        || category == UTF8PROC_CATEGORY_ZP;
}

static int is_unseen(utf8proc_int32_t c)
{
    return utf8proc_category(c) == UTF8PROC_CATEGORY_CF;
}

/* text is valid; none of what it takes away changes how the rest composes. */
static const char *mend_space(const char *text, apr_pool_t *pool)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text;
    char *out = apr_palloc(pool, strlen(text) + 1);
    char *end = out;                    /* behind the last one to be seen */
    char *to = out;
    utf8proc_int32_t c;
    int space = 0;

    while (*at) {
        utf8proc_ssize_t len = utf8proc_iterate(at, -1, &c);

        if (len <= 0)
            return NULL;
        if (is_space(c)) {
            space = end > out;
            to = end;
        }
        else if (!is_unseen(c)
                 || ((c == ZWNJ || c == ZWJ) && to > out && !space)) {
            if (space)
                *to++ = ' ';
            space = 0;
            memcpy(to, at, (size_t)len);
            to += len;
            if (!is_unseen(c))
                end = to;
        }
        at += len;
    }
    *end = '\0';
    return out;
}

const char *oa2_fold_space(const char *text, apr_pool_t *pool)
{
    text = map(text, MEANT, pool);
    return text ? mend_space(text, pool) : NULL;
}

const char *oa2_fold(const char *text, apr_pool_t *pool)
{
    const char *before;
    int i;

    for (i = 0; i < ROUNDS; i++) {
        before = text;
        text = map(before, SAME, pool);
        text = text ? mend_space(text, pool) : NULL;
        if (!text || strcmp(text, before) == 0)
            return text;
    }
    return NULL;
}

/* Letters that Unicode does not take apart, and collations do (UCA). */
typedef struct {
    utf8proc_int32_t c;
    const char *plain;
} letter_t;

static const letter_t letters[] = {
    { 0xe6, "ae" }, { 0xf0, "d" }, { 0xf8, "o" }, { 0xfe, "th" },
    { 0x111, "d" }, { 0x127, "h" }, { 0x131, "i" }, { 0x142, "l" },
    { 0x153, "oe" }, { 0x167, "t" }
};

static const char *plain_of(utf8proc_int32_t c)
{
    size_t i;

    for (i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
        if (letters[i].c == c)
            return letters[i].plain;
    return NULL;
}

const char *oa2_fold_alike(const char *text, apr_pool_t *pool)
{
    const char *folded = oa2_fold(text, pool);
    const char *at = folded ? map(folded, ALIKE, pool) : NULL;
    char *out = at ? apr_palloc(pool, strlen(at) + 1) : NULL;
    char *to = out;

    while (at && *at) {
        utf8proc_int32_t c;
        utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)at, -1,
                                              &c);
        const char *plain = plain_of(c);

        if (n <= 0)
            return NULL;
        /* No letter above is shorter than what stands for it. */
        memcpy(to, plain ? plain : at, plain ? strlen(plain) : (size_t)n);
        to += plain ? strlen(plain) : (size_t)n;
        at += n;
    }
    if (to)
        *to = '\0';
    return out;
}

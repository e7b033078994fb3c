/* SPDX-License-Identifier: Apache-2.0 */
/* language.c - see language.h */
#include "domain/site/language.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <apr_hash.h>
#include <apr_lib.h>
#include <apr_strings.h>

#include "base/text/json.h"

#define MAX_PAIRS 8
#define MAX_RANGES 16               /* of a header that is looked at */

struct oa2_language_t {
    const char *code;
    apr_hash_t *texts;
    const oa2_language_t *below;
};

static oa2_err_t *broken(const char *where, const char *what, const char *key,
                         apr_pool_t *pool)
{
    return oa2_err_make(pool, &oa2_server_error, OA2_ID(3930), NULL,
                        "%s: %s%s%s%s", where, what, key ? " \"" : "",
                        key ? key : "", key ? "\"" : "");
}

/* Copies them out of json, which is not kept. */
static oa2_err_t *take_texts(oa2_language_t *language, const char *where,
                             const cJSON *json, apr_pool_t *pool)
{
    const cJSON *item;

    if (!cJSON_IsObject(json))
        return broken(where, "is not a JSON object", NULL, pool);
    cJSON_ArrayForEach(item, json) {
        if (!cJSON_IsString(item))
            return broken(where, "is no text:", item->string, pool);
        if (language->below
            && !oa2_language_text(language->below, item->string))
            return broken(where, "no page and no sentence of the program has "
                          "the key", item->string, pool);
        apr_hash_set(language->texts, apr_pstrdup(pool, item->string),
                     APR_HASH_KEY_STRING,
                     apr_pstrdup(pool, item->valuestring));
    }
    return NULL;
}

oa2_err_t *oa2_language_read(oa2_language_t **out, const char *code,
                             const char *where, const char *text,
                             apr_size_t len, const oa2_language_t *below,
                             apr_pool_t *pool)
{
    oa2_language_t *language = apr_pcalloc(pool, sizeof(*language));
    apr_pool_t *scratch;
    oa2_err_t *err;

    apr_pool_create(&scratch, pool);
    language->code = apr_pstrdup(pool, code);
    language->texts = apr_hash_make(pool);
    language->below = below;
    err = take_texts(language, where, oa2_json_parse(text, len, scratch), pool);
    apr_pool_destroy(scratch);
    OA2_TRY(err);
    *out = language;
    return NULL;
}

const char *oa2_language_code(const oa2_language_t *language)
{
    return language->code;
}

const char *oa2_language_text(const oa2_language_t *language, const char *key)
{
    const char *text = NULL;

    for (; language && !text; language = language->below)
        text = apr_hash_get(language->texts, key, APR_HASH_KEY_STRING);
    return text;
}

/* ------------------------------------------------------------ choosing */

typedef struct range_t {
    const char *tag;
    int weight;
    int place;                      /* equal weights: who was first */
} range_t;

static int by_weight(const void *a, const void *b)
{
    const range_t *x = a;
    const range_t *y = b;

    if (x->weight != y->weight)
        return x->weight < y->weight ? 1 : -1;
    return x->place - y->place;
}

/* RFC 9110 section 12.4.2: a weight, in thousandths. */
static int read_weight(const char *text)
{
    int weight = *text == '1' ? 1000 : 0;
    int unit = 100;

    if (weight || text[0] != '0' || text[1] != '.')
        return weight;
    for (text += 2; apr_isdigit(*text) && unit; text++, unit /= 10)
        weight += (*text - '0') * unit;
    return weight;
}

/* "de-AT", or "de-AT;q=0.5". */
static range_t read_range(char *text, int place)
{
    char *q = strchr(text, ';');
    range_t range = { text, 1000, place };

    if (q) {
        *q++ = '\0';
        q += strspn(q, " \t");
        range.weight = strncmp(q, "q=", 2) == 0 ? read_weight(q + 2) : 0;
    }
    return range;
}

static const oa2_language_t *of_code(const apr_array_header_t *all,
                                     const char *code)
{
    int i;

    for (i = 0; i < all->nelts; i++) {
        const oa2_language_t *one =
            APR_ARRAY_IDX(all, i, const oa2_language_t *);

        if (strcasecmp(one->code, code) == 0)
            return one;
    }
    return NULL;
}

/* RFC 4647 section 3.4: shorter and shorter. */
static const oa2_language_t *look_up(const apr_array_header_t *all, char *tag)
{
    const oa2_language_t *found = of_code(all, tag);
    char *dash;

    while (!found && (dash = strrchr(tag, '-'))) {
        *dash = '\0';
        found = of_code(all, tag);
    }
    return found;
}

const oa2_language_t *oa2_language_choose(const apr_array_header_t *all,
                                          const char *wanted,
                                          apr_pool_t *pool)
{
    const char *between = wanted && strpbrk(wanted, ",;") ? "," : " ";
    range_t ranges[MAX_RANGES];
    const oa2_language_t *found = NULL;
    char *text = wanted ? apr_pstrdup(pool, wanted) : NULL;
    char *last;
    char *word;
    int n = 0;
    int i;

    if (!text)
        return NULL;
    for (word = apr_strtok(text, between, &last); word && n < MAX_RANGES;
         word = apr_strtok(NULL, between, &last)) {
        word += strspn(word, " \t");
        ranges[n] = read_range(word, n);
        n++;
    }
    qsort(ranges, (size_t)n, sizeof(ranges[0]), by_weight);
    for (i = 0; i < n && !found && ranges[i].weight > 0; i++)
        found = look_up(all, apr_pstrdup(pool, ranges[i].tag));
    return found;
}

/* ------------------------------------------------------------ sentences */

static const char *value_of(const char *const (*pairs)[2], int n,
                            const char *name, apr_size_t len)
{
    int i;

    for (i = 0; i < n; i++)
        if (strncmp(pairs[i][0], name, len) == 0 && !pairs[i][0][len])
            return pairs[i][1] ? pairs[i][1] : "";
    return "";
}

static const char *fill_in(const char *text, const char *const (*pairs)[2],
                           int n, apr_pool_t *pool)
{
    const char *out = "";
    const char *open;
    const char *end;

    while ((open = strstr(text, "{{")) && (end = strstr(open, "}}"))) {
        out = apr_pstrcat(pool, out,
                          apr_pstrmemdup(pool, text, (apr_size_t)(open - text)),
                          value_of(pairs, n, open + 2,
                                   (apr_size_t)(end - open - 2)), NULL);
        text = end + 2;
    }
    return *out ? apr_pstrcat(pool, out, text, NULL) : text;
}

const char *oa2_say(const oa2_ctx_t *ctx, const char *sentence, ...)
{
    const char *pairs[MAX_PAIRS][2];
    const char *text;
    const char *name;
    va_list args;
    int n = 0;

    if (!sentence)
        return NULL;
    text = oa2_language_text(ctx->language, sentence);
    va_start(args, sentence);
    while (n < MAX_PAIRS && (name = va_arg(args, const char *))) {
        pairs[n][0] = name;
        pairs[n++][1] = va_arg(args, const char *);
    }
    va_end(args);
    return fill_in(text ? text : sentence, (const char *const (*)[2])pairs, n,
                   ctx->pool);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* fixture_html.h - looking at HTML: enough of it for what our pages are. */
#ifndef OA2_FIXTURE_HTML_H
#define OA2_FIXTURE_HTML_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <apr_hash.h>
#include <apr_strings.h>

static inline void has(const char *html, const char *text)
{
    if (!strstr(html, text))
        fail_msg("no %s in:\n%s", text, html);
}

static inline void lacks(const char *html, const char *text)
{
    if (strstr(html, text))
        fail_msg("%s in:\n%s", text, html);
}

static inline int count(const char *html, const char *text)
{
    int n = 0;

    while ((html = strstr(html, text))) {
        html += strlen(text);
        n++;
    }
    return n;
}

/* The value of an attribute of one tag; NULL without it. */
static inline char *attribute(const char *tag, const char *name,
                              apr_pool_t *pool)
{
    const char *from = strstr(tag, apr_pstrcat(pool, " ", name, "=\"", NULL));

    if (!from) return NULL;
    from += strlen(name) + 3;
    return apr_pstrmemdup(pool, from, strcspn(from, "\""));
}

static inline int is_void(const char *name)
{
    return strcmp(name, "meta") == 0 || strcmp(name, "link") == 0
        || strcmp(name, "input") == 0 || strcmp(name, "img") == 0
        || strcmp(name, "!DOCTYPE") == 0;
}

/* Called with each tag's text, without < and >. */
typedef void each_tag_fn(apr_pool_t *pool, const char *tag, void *baton);

static inline void each_tag(const char *html, each_tag_fn *fn, void *baton,
                            apr_pool_t *pool)
{
    const char *p = html;

    while ((p = strchr(p, '<'))) {
        const char *end = strchr(p, '>');

        assert_non_null(end);
        fn(pool, apr_pstrmemdup(pool, p + 1, (apr_size_t)(end - p - 1)),
           baton);
        p = strncmp(p, "<style", 6) == 0 ? strstr(end, "</style") : end;
        assert_non_null(p);
    }
}

typedef struct {
    const char *open[64];
    int depth;
    apr_hash_t *ids;
} structure_t;

static inline void check_balance(apr_pool_t *pool, const char *tag,
                                 void *baton)
{
    structure_t *s = baton;
    const char *name = apr_pstrmemdup(pool, tag, strcspn(tag, " "));
    const char *id = attribute(tag, "id", pool);

    if (id) {
        if (apr_hash_get(s->ids, id, APR_HASH_KEY_STRING)) {
            fail_msg("id \"%s\" twice", id);
        }
        apr_hash_set(s->ids, id, APR_HASH_KEY_STRING, tag);
    }
    if (name[0] == '/') {
        assert_true(s->depth > 0);
        assert_string_equal(s->open[--s->depth], name + 1);
    }
    else if (!is_void(name)) {
        assert_true(s->depth < 64);
        s->open[s->depth++] = name;
    }
}

static inline void check_references(apr_pool_t *pool, const char *tag,
                                    void *baton)
{
    static const char *const names[] = {
        "for", "aria-describedby", "aria-labelledby"
    };
    structure_t *s = baton;
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char *ids = attribute(tag, names[i], pool);
        char *rest = NULL;
        char *id = ids ? apr_strtok(ids, " ", &rest) : NULL;

        for (; id; id = apr_strtok(NULL, " ", &rest)) {
            if (!apr_hash_get(s->ids, id, APR_HASH_KEY_STRING)) {
                fail_msg("%s=\"%s\" points nowhere", names[i], id);
            }
        }
    }
}

#endif

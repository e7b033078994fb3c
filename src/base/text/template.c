/* SPDX-License-Identifier: Apache-2.0 */
/*
 * template.c - compiles and renders the Mustache subset of template.h.
 *
 * Follows mustache(5).  Left out on purpose: unescaped values (one forgotten
 * escape is a hole), other delimiters, lambdas, and the re-indentation of
 * partials, which would change what stands in a <textarea> or <pre>.
 *
 * A partial is compiled once for each template, however often it is included,
 * so that the compiled form is never larger than its sources.
 *
 * long: what compiles and what renders, beside the one form they share.
 */
#include "base/text/template.h"

#include <stdio.h>
#include <string.h>

#include <apr_hash.h>
#include <apr_lib.h>
#include <apr_strings.h>

#define MAX_DEPTH 16
#define SPACE " \t\r\n"

typedef enum {
    NODE_TEXT,
    NODE_VALUE,
    NODE_SECTION,
    NODE_INVERTED,
    NODE_PARTIAL
} node_kind_t;

typedef struct node_t {
    node_kind_t kind;
    const char *text;           /* NODE_TEXT */
    apr_size_t len;
    const char *const *path;    /* names, then NULL; none for {{.}} */
    const struct node_t *child; /* sections and partials */
    const struct node_t *next;
} node_t;

struct oa2_template_t {
    const node_t *first;
};

typedef struct {
    const node_t *first;
    int height;                 /* levels inside it */
    int ends_line;              /* its text does */
    int is_open;                /* still being compiled */
} partial_t;

typedef struct {
    oa2_template_load_fn *load;
    void *baton;
    apr_hash_t *partials;
    apr_pool_t *pool;
} compile_t;

typedef struct {
    compile_t *compile;
    const char *where;
    const char *text;
    const char *at;             /* what is before has been compiled */
    const char *counted;        /* line is the line of this place */
    int line;
    int depth;
    int deepest;
} source_t;

typedef struct {
    char sigil;                 /* # ^ / > ! or 0 */
    const char *name;
    const char *begin;          /* text ends here */
    const char *end;            /* and goes on here */
    const char *closed;         /* behind the tag itself */
    int line;
} tag_t;

typedef struct {
    char *data;
    apr_size_t len;
    apr_size_t size;
    const cJSON *context[MAX_DEPTH + 1];
    int top;
    apr_pool_t *pool;
    int is_text;                /* nothing is escaped */
} render_t;

static oa2_err_t *parse(const node_t **out, source_t *src, const tag_t *opened);

/* A macro, so that the analyzers see that an error comes back. */
#define fail(src, id, line, ...)                                            \
    oa2_err_make((src)->compile->pool, &oa2_server_error, id, NULL,         \
                 "%s, line %d: %s", (src)->where, line,                     \
                 apr_psprintf((src)->compile->pool, __VA_ARGS__))

/* Places are asked for in rising order only, so all of this is linear. */
static int line_of(source_t *src, const char *place)
{
    for (; src->counted < place; src->counted++) {
        if (*src->counted == '\n')
            src->line++;
    }
    return src->line;
}

static int is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* "a.b.c" becomes {"a", "b", "c", NULL}; NULL when it is no name. */
static const char *const *split_name(const char *name, apr_pool_t *pool)
{
    apr_size_t count = 1;
    const char **path;
    const char *p;

    if (strcmp(name, ".") == 0) return apr_pcalloc(pool, sizeof(*path));
    for (p = name; *p; p++)
        count += *p == '.';
    path = apr_pcalloc(pool, (count + 1) * sizeof(*path));
    for (count = 0, p = name;; p++) {
        const char *from = p;

        while (is_word_char(*p))
            p++;
        if (p == from || (*p && *p != '.')) return NULL;
        path[count++] = apr_pstrmemdup(pool, from, (apr_size_t)(p - from));
        if (!*p) return path;
    }
}

/* A tag alone on its line takes the whole line with it. */
static void take_line(tag_t *tag, const source_t *src)
{
    const char *begin = tag->begin;
    const char *end = tag->end + strspn(tag->end, " \t");

    while (begin > src->text && (begin[-1] == ' ' || begin[-1] == '\t')) {
        begin--;
    }
    if (begin > src->text && begin[-1] != '\n') return;
    if (end[0] == '\r' && end[1] == '\n')
        end++;
    if (*end && *end != '\n') return;
    tag->begin = begin;
    tag->end = *end ? end + 1 : end;
}

static oa2_err_t *read_tag(tag_t *out, source_t *src, const char *begin)
{
    tag_t tag = { 0 };
    const char *p = begin + 2;
    const char *end = strstr(p, "}}");
    apr_size_t len;

    tag.line = line_of(src, begin);
    if (*p == '{' || *p == '&') {
        return fail(src, OA2_ID(1900), tag.line, "cannot leave a value "
                    "unescaped: write {{name}} with two braces and no \"&\"");
    }
    if (*p == '=') {
        return fail(src, OA2_ID(1901), tag.line,
                    "cannot change the delimiters {{ and }}");
    }
    if (!end) {
        return fail(src, OA2_ID(1902), tag.line,
                    "the tag that begins with \"{{\" has no \"}}\"");
    }
    tag.begin = begin;
    tag.end = tag.closed = end + 2;
    if (p < end && strchr("#^/>!", *p))
        tag.sigil = *p++;
    p += strspn(p, SPACE);
    len = p < end ? (apr_size_t)(end - p) : 0;
    while (len && strchr(SPACE, p[len - 1]))
        len--;
    tag.name = apr_pstrmemdup(src->compile->pool, p, len);
    if (tag.sigil)
        take_line(&tag, src);
    *out = tag;
    return NULL;
}

/* Refuses what would nest too deeply, before it is followed. */
static oa2_err_t *check_depth(source_t *src, const tag_t *tag, int levels)
{
    if (src->depth + levels > MAX_DEPTH) {
        return fail(src, OA2_ID(1903), tag->line, "\"%s\" is nested deeper "
                    "than %d", tag->name, MAX_DEPTH);
    }
    if (src->depth + levels > src->deepest)
        src->deepest = src->depth + levels;
    return NULL;
}

static oa2_err_t *compile_partial(partial_t *partial, source_t *src,
                                  const tag_t *tag)
{
    compile_t *compile = src->compile;
    source_t inner = { 0 };
    const char *text;
    oa2_err_t *err;

    if (!compile->load) {
        return fail(src, OA2_ID(1904), tag->line, "there are no partials "
                    "here, so \"%s\" cannot be included", tag->name);
    }
    err = compile->load(&text, &inner.where, compile->baton, tag->name,
                        compile->pool);
    if (err) {
        return oa2_err_make(compile->pool, err->kind, err->id, NULL,
                            "%s, line %d: %s", src->where, tag->line,
                            err->meant);
    }
    inner.compile = compile;
    inner.text = inner.at = inner.counted = apr_pstrdup(compile->pool, text);
    inner.line = 1;
    inner.depth = inner.deepest = src->depth + 1;
    partial->ends_line = *text && text[strlen(text) - 1] == '\n';
    OA2_TRY(parse(&partial->first, &inner, NULL));
    partial->height = inner.deepest - inner.depth;
    return NULL;
}

/* Of words, with a dot or a slash between any two. */
static int is_partial(const char *name)
{
    const char *c;

    for (c = name; *c; c++) {
        if ((*c == '.' || *c == '/')
            && (c == name || !c[1] || c[1] == '.' || c[1] == '/'))
            return 0;
        if (!apr_isalnum(*c) && !strchr("_-./", *c))
            return 0;
    }
    return c > name;
}

static oa2_err_t *add_partial(node_t *node, source_t *src, const tag_t *tag)
{
    apr_hash_t *partials = src->compile->partials;
    partial_t *partial;

    if (!is_partial(tag->name)) {
        return fail(src, OA2_ID(1905), tag->line, "\"%s\" is not the name of "
                    "a partial; use A-Z a-z 0-9 _ - . /", tag->name);
    }
    partial = apr_hash_get(partials, tag->name, APR_HASH_KEY_STRING);
    if (partial && partial->is_open) {
        return fail(src, OA2_ID(1906), tag->line, "the partial \"%s\" "
                    "includes itself", tag->name);
    }
    OA2_TRY(check_depth(src, tag, 1 + (partial ? partial->height : 0)));
    if (!partial) {
        partial = apr_pcalloc(src->compile->pool, sizeof(*partial));
        apr_hash_set(partials, tag->name, APR_HASH_KEY_STRING, partial);
        partial->is_open = 1;
        OA2_TRY(compile_partial(partial, src, tag));
        partial->is_open = 0;
        OA2_TRY(check_depth(src, tag, 1 + partial->height));
    }
    if (!partial->ends_line)
        src->at = tag->closed;
    node->kind = NODE_PARTIAL;
    node->child = partial->first;
    return NULL;
}

static oa2_err_t *add_tag(node_t *node, source_t *src, const tag_t *tag)
{
    if (tag->sigil == '>') return add_partial(node, src, tag);

    node->path = split_name(tag->name, src->compile->pool);
    if (!node->path) {
        return fail(src, OA2_ID(1907), tag->line, "\"%s\" is not a name; use "
                    "A-Z a-z 0-9 _ - with dots between, or \".\"", tag->name);
    }
    node->kind = NODE_VALUE;
    if (!tag->sigil) return NULL;

    node->kind = tag->sigil == '#' ? NODE_SECTION : NODE_INVERTED;
    OA2_TRY(check_depth(src, tag, 1));
    src->depth++;
    OA2_TRY(parse(&node->child, src, tag));
    src->depth--;
    return NULL;
}

static oa2_err_t *check_close(const source_t *src, const tag_t *opened,
                              const tag_t *tag)
{
    if (!opened) {
        return fail(src, OA2_ID(1908), tag->line, "{{/%s}} closes a section "
                    "that was not opened", tag->name);
    }
    if (strcmp(opened->name, tag->name) != 0) {
        return fail(src, OA2_ID(1909), tag->line, "{{/%s}} cannot close the "
                    "section \"%s\" opened in line %d", tag->name,
                    opened->name, opened->line);
    }
    return NULL;
}

/* opened is the section that we are in; NULL: up to the end of the text. */
static oa2_err_t *parse(const node_t **out, source_t *src, const tag_t *opened)
{
    apr_pool_t *pool = src->compile->pool;
    const node_t *first = NULL;
    const node_t **link = &first;
    const char *begin;
    node_t *node;
    tag_t tag;

    while ((begin = strstr(src->at, "{{"))) {
        OA2_TRY(read_tag(&tag, src, begin));
        if (tag.begin > src->at) {
            node = apr_pcalloc(pool, sizeof(*node));
            node->text = src->at;
            node->len = (apr_size_t)(tag.begin - src->at);
            *link = node;
            link = &node->next;
        }
        src->at = tag.end;
        if (tag.sigil == '!') continue;
        if (tag.sigil == '/') {
            OA2_TRY(check_close(src, opened, &tag));
            *out = first;
            return NULL;
        }
        node = apr_pcalloc(pool, sizeof(*node));
        OA2_TRY(add_tag(node, src, &tag));
        *link = node;
        link = &node->next;
    }
    if (opened) {
        return fail(src, OA2_ID(1910), opened->line, "the section \"%s\" is "
                    "never closed", opened->name);
    }
    node = apr_pcalloc(pool, sizeof(*node));
    node->text = src->at;
    node->len = strlen(src->at);
    *link = node;
    *out = first;
    return NULL;
}

oa2_err_t *oa2_template_compile(oa2_template_t **out, const char *name,
                                const char *text, oa2_template_load_fn *load,
                                void *baton, apr_pool_t *pool)
{
    oa2_template_t *template = apr_pcalloc(pool, sizeof(*template));
    compile_t compile = { 0 };
    source_t src = { 0 };

    compile.load = load;
    compile.baton = baton;
    compile.partials = apr_hash_make(pool);
    compile.pool = pool;
    src.compile = &compile;
    src.where = name;
    src.text = src.at = src.counted = apr_pstrdup(pool, text);
    src.line = 1;
    OA2_TRY(parse(&template->first, &src, NULL));
    *out = template;
    return NULL;
}

/* Doubles, so that all copying together is linear. */
static void put(render_t *out, const char *data, apr_size_t len)
{
    if (out->size - out->len <= len) {
        apr_size_t size = 2 * out->size + len;
        char *bigger = apr_palloc(out->pool, size);

        memcpy(bigger, out->data, out->len);
        out->data = bigger;
        out->size = size;
    }
    memcpy(out->data + out->len, data, len);
    out->len += len;
}

static void put_escaped(render_t *out, const char *text)
{
    for (;;) {
        apr_size_t plain = strcspn(text, out->is_text ? "" : "&<>\"'");

        put(out, text, plain);
        text += plain;
        switch (*text++) {
        case '&': put(out, "&amp;", 5); break;
        case '<': put(out, "&lt;", 4); break;
        case '>': put(out, "&gt;", 4); break;
        case '"': put(out, "&quot;", 6); break;
        case '\'': put(out, "&#39;", 5); break;
        default: return;
        }
    }
}

static void put_value(render_t *out, const cJSON *value)
{
    char number[64];

    if (!value) return;
    /* Numbers that the program puts in are raw: oa2_json_put_number(). */
    if ((cJSON_IsString(value) || cJSON_IsRaw(value)) && value->valuestring) {
        put_escaped(out, value->valuestring);
    }
    else if (cJSON_IsNumber(value)) {
        double d = value->valuedouble;

        /* Beyond 2^53 a double is no longer exact. */
        if (d > -9007199254740992.0 && d < 9007199254740992.0
            && d == (double)(apr_int64_t)d) {
            apr_snprintf(number, sizeof(number), "%" APR_INT64_T_FMT,
                         (apr_int64_t)d);
        }
        else {
            /* apr_snprintf() would write 0.5 as ".5". */
            snprintf(number, sizeof(number), "%.15g", d);
        }
        put(out, number, strlen(number));
    }
    else if (cJSON_IsBool(value)) {
        put_escaped(out, cJSON_IsTrue(value) ? "true" : "false");
    }
}

static const cJSON *member(const cJSON *value, const char *name)
{
    if (!cJSON_IsObject(value)) return NULL;
    return cJSON_GetObjectItemCaseSensitive(value, name);
}

/* The innermost context that has the first name decides. */
static const cJSON *find(const render_t *out, const char *const *path)
{
    const cJSON *value = NULL;
    int i;

    if (!*path) return out->context[out->top];
    for (i = out->top; i >= 0 && !value; i--) {
        value = member(out->context[i], *path);
    }
    while (value && *++path)
        value = member(value, *path);
    return value;
}

static int is_true(const cJSON *value)
{
    if (!value || cJSON_IsNull(value) || cJSON_IsFalse(value)) return 0;
    if (cJSON_IsString(value)) return value->valuestring && *value->valuestring;
    return !cJSON_IsArray(value) || value->child;
}

static void put_nodes(render_t *out, const node_t *node);

/* Each item of a list in turn, or the one value. */
static void put_section(render_t *out, const node_t *node, const cJSON *value)
{
    const cJSON *item = cJSON_IsArray(value) ? value->child : value;

    if (!is_true(value)) return;
    out->top++;
    while (item) {
        out->context[out->top] = item;
        put_nodes(out, node->child);
        item = item == value ? NULL : item->next;
    }
    out->top--;
}

static void put_nodes(render_t *out, const node_t *node)
{
    for (; node; node = node->next) {
        switch (node->kind) {
        case NODE_TEXT:
            put(out, node->text, node->len);
            break;
        case NODE_VALUE:
            put_value(out, find(out, node->path));
            break;
        case NODE_PARTIAL:
            put_nodes(out, node->child);
            break;
        case NODE_SECTION:
            put_section(out, node, find(out, node->path));
            break;
        case NODE_INVERTED:
            if (!is_true(find(out, node->path)))
                put_nodes(out, node->child);
            break;
        }
    }
}

static const char *render(const oa2_template_t *template, const cJSON *model,
                          int is_text, apr_pool_t *pool)
{
    render_t out = { .is_text = is_text };

    out.size = 8192;
    out.data = apr_palloc(pool, out.size);
    out.context[0] = model;
    out.pool = pool;
    put_nodes(&out, template->first);
    out.data[out.len] = '\0';
    return out.data;
}

const char *oa2_template_render(const oa2_template_t *template,
                                const cJSON *model, apr_pool_t *pool)
{
    return render(template, model, 0, pool);
}

const char *oa2_template_render_text(const oa2_template_t *template,
                                     const cJSON *model, apr_pool_t *pool)
{
    return render(template, model, 1, pool);
}

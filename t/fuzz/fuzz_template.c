/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_template.c - base/text/template: any text compiles or is refused, and
 * whatever renders is escaped.
 *
 * An input is a template, a JSON model and the partial "p", with a line of
 * "=====" between.  Two of its limits only keep it fast: a template is the
 * administrator's, who may nest sixteen long lists if he likes.
 */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_strings.h>

#include "base/text/template.h"

#define BETWEEN "\n=====\n"
#define MAX_TEMPLATE 512
#define MAX_MODEL 4096
#define MAX_ITEMS 2

static oa2_err_t *load(const char **text, const char **where, void *baton,
                       const char *name, apr_pool_t *pool)
{
    /* A file's name, of which none is above, hidden or a directory. */
    if (strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
               "0123456789_-./") != strlen(name)
        || strchr("./", *name) || strchr("./", name[strlen(name) - 1])
        || strstr(name, "..") || strstr(name, "./") || strstr(name, "/.")
        || strstr(name, "//")) {
        abort();
    }
    if (strcmp(name, "q") == 0)
        *text = "({{> p}})";
    else if (strcmp(name, "p") == 0)
        *text = baton;
    else
        return oa2_err_make(pool, &oa2_server_error, 1, NULL, "no partial");
    *where = name;
    return NULL;
}

static char *cut(char **rest)
{
    char *part = *rest;
    char *end = strstr(part, BETWEEN);

    *rest = end ? end + strlen(BETWEEN) : part + strlen(part);
    if (end)
        *end = '\0';
    return part;
}

static int is_small(const cJSON *value)
{
    const cJSON *item;

    if (cJSON_IsArray(value) && cJSON_GetArraySize(value) > MAX_ITEMS) return 0;
    cJSON_ArrayForEach(item, value) {
        if (!is_small(item)) return 0;
    }
    return 1;
}

/* What no template wrote can only come from a value. */
static void check_escaped(const char *template, const char *partial,
                          const char *out)
{
    const char *c;

    for (c = "<>\"'"; *c; c++) {
        if (!strchr(template, *c) && !strchr(partial, *c) && strchr(out, *c)) {
            abort();
        }
    }
}

static void run(char *input, apr_pool_t *pool)
{
    char *text = cut(&input);
    char *json = cut(&input);
    char *partial = input;
    oa2_template_t *template;
    const cJSON *model;
    const char *out;
    oa2_err_t *err;

    if (strlen(text) + strlen(partial) > MAX_TEMPLATE) return;
    if (strlen(json) > MAX_MODEL) return;
    err = oa2_template_compile(&template, "fuzz", text, load, partial, pool);
    if (err) {
        if (err->kind != &oa2_server_error || !strstr(err->meant, ", line ")) {
            abort();
        }
        return;
    }
    model = oa2_json_parse(json, strlen(json), pool);
    if (!model)
        model = oa2_json_object(pool);
    if (!is_small(model)) return;
    out = oa2_template_render(template, model, pool);
    check_escaped(text, partial, out);
    if (strcmp(out, oa2_template_render(template, model, pool)) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int is_ready;
    apr_pool_t *pool;

    if (!is_ready) {
        apr_initialize();
        is_ready = 1;
    }
    if (apr_pool_create(&pool, NULL) != APR_SUCCESS)
        abort();
    run(apr_pstrmemdup(pool, (const char *)data, size), pool);
    apr_pool_destroy(pool);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_dump.c - Django's dumpdata, read an object at a time: of a file of any
 * size no more than one object is in memory.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <apr_lib.h>
#include <apr_strings.h>

#include "ctl_import.h"

#define OBJECT_MAX (1024 * 1024)

struct ctl_dump_t {
    const ctl_t *ctl;
    const char *name;
    FILE *file;
    char *buf;                          /* OBJECT_MAX */
    apr_int64_t objects;                /* so far */
    int begun;                          /* the '[' was read */
};

static apr_status_t close_file(void *file)
{
    fclose(file);
    return APR_SUCCESS;
}

oa2_err_t *ctl_dump_open(ctl_dump_t **out, const ctl_t *ctl,
                         const char *file)
{
    ctl_dump_t *dump = apr_pcalloc(ctl->pool, sizeof(*dump));

    dump->ctl = ctl;
    dump->name = file;
    dump->file = fopen(file, "rbe");
    if (!dump->file || fseek(dump->file, 0, SEEK_END)
        || fseek(dump->file, 0, SEEK_SET))
        return ctl_fail(ctl, &ctl_failed, "could not read %s: %s", file,
                        strerror(errno));
    apr_pool_cleanup_register(ctl->pool, dump->file, close_file,
                              apr_pool_cleanup_null);
    dump->buf = apr_palloc(ctl->pool, OBJECT_MAX);
    *out = dump;
    return NULL;
}

oa2_err_t *ctl_dump_rewind(ctl_dump_t *dump)
{
    if (fseek(dump->file, 0, SEEK_SET))
        return ctl_fail(dump->ctl, &ctl_failed, "could not read %s: %s",
                        dump->name, strerror(errno));
    dump->objects = 0;
    dump->begun = 0;
    return NULL;
}

static oa2_err_t *no_dump(const ctl_dump_t *dump, const char *why)
{
    if (ferror(dump->file))
        why = strerror(errno);
    return ctl_fail(dump->ctl, &ctl_failed, "%s is not what \"manage.py "
                    "dumpdata\" writes (behind object %" APR_INT64_T_FMT
                    "): %s", dump->name, dump->objects, why);
}

static int next_mark(const ctl_dump_t *dump)
{
    int c;

    do {
        c = getc(dump->file);
    } while (c != EOF && apr_isspace(c));
    return c;
}

/* The text of an object whose '{' was read, braces in strings apart. */
static oa2_err_t *take_object(apr_size_t *len, ctl_dump_t *dump)
{
    int depth = 1, in_text = 0, escaped = 0, c;
    apr_size_t n = 0;

    dump->buf[n++] = '{';
    while (depth) {
        c = getc(dump->file);
        if (c == EOF) return no_dump(dump, "the file ends within an object");
        if (n == OBJECT_MAX) return no_dump(dump, "an object is larger than "
                                            "1 MiB");
        dump->buf[n++] = (char)c;
        if (escaped)
            escaped = 0;
        else if (in_text && c == '\\')
            escaped = 1;
        else if (c == '"')
            in_text = !in_text;
        else if (!in_text)
            depth += (c == '{') - (c == '}');
    }
    *len = n;
    return NULL;
}

static oa2_err_t *read_object(ctl_object_t *out, ctl_dump_t *dump,
                              apr_pool_t *pool)
{
    const char *model;
    apr_size_t len = 0;
    cJSON *json;
    char *c;

    OA2_TRY(take_object(&len, dump));
    json = oa2_json_parse(dump->buf, len, pool);
    if (!json) return no_dump(dump, "an object is no JSON in UTF-8");
    model = oa2_json_get_text(json, "model");
    out->fields = cJSON_GetObjectItemCaseSensitive(json, "fields");
    if (!model || !cJSON_IsObject(out->fields))
        return no_dump(dump, "an object has no \"model\" or \"fields\"");
    out->key = ctl_dump_key(cJSON_GetObjectItemCaseSensitive(json, "pk"),
                            pool);
    out->model = c = apr_pstrdup(pool, model);
    for (; *c; c++)
        *c = (char)apr_tolower(*c);
    dump->objects++;
    return NULL;
}

oa2_err_t *ctl_dump_next(ctl_object_t *out, ctl_dump_t *dump,
                         apr_pool_t *pool)
{
    int c = next_mark(dump);

    if (!dump->begun) {
        if (c != '[') return no_dump(dump, "it begins with no \"[\"");
        dump->begun = 1;
        c = next_mark(dump);
    }
    else if (c == ',') {
        c = next_mark(dump);
    }
    else if (c != ']') {
        return no_dump(dump, "there is no \",\" between two objects");
    }
    if (c == '{') return read_object(out, dump, pool);
    if (c != ']' || next_mark(dump) != EOF)
        return no_dump(dump, "there is something that is no object");
    out->model = NULL;
    return NULL;
}

const char *ctl_dump_key(const cJSON *value, apr_pool_t *pool)
{
    if (cJSON_IsString(value)) return value->valuestring;
    if (cJSON_IsNumber(value))
        return apr_psprintf(pool, "%.0f", value->valuedouble);
    return cJSON_IsArray(value) ? oa2_json_text(value, pool) : NULL;
}

const char *ctl_dump_text(const ctl_object_t *object, const char *name)
{
    const char *text = oa2_json_get_text(object->fields, name);

    return text ? text : "";
}

int ctl_dump_flag(const ctl_object_t *object, const char *name)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object->fields,
                                                         name));
}

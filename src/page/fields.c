/* SPDX-License-Identifier: Apache-2.0 */
/* fields.c - see fields.h */
#include "page/fields.h"

#include <string.h>

#include <apr_strings.h>

#include "base/text/words.h"

typedef struct option_t {
    const char *value;
    const char *label;
    const char *help;
} option_t;

typedef struct entry_t {
    const oa2_field_t *row;
    const char *value;          /* NULL: nothing */
    const char *error;
    const char *help;
    apr_array_header_t *options;        /* option_t */
    int is_dropped;
} entry_t;

struct oa2_fields_t {
    const oa2_ctx_t *ctx;
    entry_t *entries;
    int n;
    int failed;
    const char *error;                  /* of the whole; NULL: none */
};

oa2_fields_t *oa2_fields_make(const oa2_field_t *rows, const oa2_ctx_t *ctx)
{
    oa2_fields_t *fields = apr_pcalloc(ctx->pool, sizeof(*fields));
    int i;

    while (rows[fields->n].name)
        fields->n++;
    fields->ctx = ctx;
    fields->entries = apr_pcalloc(ctx->pool, sizeof(entry_t)
                                                 * (apr_size_t)fields->n);
    for (i = 0; i < fields->n; i++) {
        fields->entries[i].row = &rows[i];
        if (rows[i].help)
            fields->entries[i].help = oa2_say(ctx, rows[i].help, NULL);
        fields->entries[i].options =
            apr_array_make(ctx->pool, 4, sizeof(option_t));
    }
    return fields;
}

/* Of a name that has a row: who asks for another one has misspelt it. */
static entry_t *find(const oa2_fields_t *fields, const char *name)
{
    entry_t *entry = fields->entries;

    while (strcmp(entry->row->name, name) != 0)
        entry++;
    return entry;
}

int oa2_fields_has(const oa2_fields_t *fields, const char *name)
{
    int i;

    for (i = 0; i < fields->n; i++)
        if (strcmp(fields->entries[i].row->name, name) == 0
            && !fields->entries[i].is_dropped)
            return 1;
    return 0;
}

void oa2_fields_fail(oa2_fields_t *fields, const char *name,
                     const char *sentence)
{
    const char **error = *name ? &find(fields, name)->error : &fields->error;

    if (!*error)
        *error = sentence;
    fields->failed = 1;
}

int oa2_fields_failed(const oa2_fields_t *fields)
{
    return fields->failed;
}

const char *oa2_fields_get(const oa2_fields_t *fields, const char *name)
{
    return find(fields, name)->value;
}

void oa2_fields_set(oa2_fields_t *fields, const char *name, const char *value)
{
    find(fields, name)->value = value && *value ? value : NULL;
}

void oa2_fields_option(oa2_fields_t *fields, const char *name,
                       const char *value, const char *label, const char *help)
{
    option_t *option = apr_array_push(find(fields, name)->options);

    option->value = value;
    option->label = label;
    option->help = help;
}

void oa2_fields_drop(oa2_fields_t *fields, const char *name)
{
    find(fields, name)->is_dropped = 1;
}

void oa2_fields_help(oa2_fields_t *fields, const char *name, const char *help)
{
    find(fields, name)->help = help;
}

/* ------------------------------------------------------------ reading */

/* Without space around it. */
static char *trimmed(const char *text, apr_size_t len, apr_pool_t *pool)
{
    while (len && strchr(" \t\r\n", *text)) {
        text++;
        len--;
    }
    while (len && strchr(" \t\r\n", text[len - 1]))
        len--;
    return apr_pstrmemdup(pool, text, len);
}

/* Each line trimmed, blank ones left out; const char *. */
static apr_array_header_t *lines_of(const char *text, apr_pool_t *pool)
{
    apr_array_header_t *lines = apr_array_make(pool, 4, sizeof(char *));

    while (*text) {
        apr_size_t len = strcspn(text, "\n");
        const char *line = trimmed(text, len, pool);

        if (*line)
            APR_ARRAY_PUSH(lines, const char *) = line;
        text += len + (text[len] == '\n');
    }
    return lines;
}

/* Browsers send CR LF. */
static const char *without_cr(const char *text, apr_pool_t *pool)
{
    char *out = apr_pstrdup(pool, text);
    char *to = out;

    for (; *text; text++)
        if (*text != '\r' || text[1] != '\n')
            *to++ = *text;
    *to = '\0';
    return out;
}

static const char *typed(const entry_t *entry, const oa2_params_t *params,
                         apr_pool_t *pool)
{
    const char *value = entry->row->kind == OA2_FIELD_SET
        ? oa2_params_join(params, entry->row->name, pool)
        : oa2_params_get(params, entry->row->name);

    if (!value)
        return NULL;
    switch (entry->row->kind) {
    case OA2_FIELD_LINE:
        value = trimmed(value, strlen(value), pool);
        break;
    case OA2_FIELD_TEXT:
        value = trimmed(without_cr(value, pool),
                        strlen(without_cr(value, pool)), pool);
        break;
    case OA2_FIELD_LINES:
        value = apr_array_pstrcat(pool, lines_of(value, pool), '\n');
        break;
    default:
        break;
    }
    return value && *value ? value : NULL;
}

void oa2_fields_keep(oa2_fields_t *fields, const oa2_params_t *params)
{
    int i;

    for (i = 0; i < fields->n; i++) {
        entry_t *entry = &fields->entries[i];

        if (!entry->is_dropped && entry->row->kind != OA2_FIELD_FILE)
            entry->value = typed(entry, params, fields->ctx->pool);
    }
}

/* ------------------------------------------------------------ checking */

static apr_size_t characters(const char *text)
{
    apr_size_t n = 0;

    for (; *text; text++)
        n += (*text & 0xC0) != 0x80;
    return n;
}

/* U+202A to U+202E, U+2066 to U+2069 turn around what stands beside them, so
   that a text reads as another one.  Letters of both directions need none. */
static int turns_around(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;

    return c[0] == 0xe2
        && ((c[1] == 0x80 && c[2] >= 0xaa && c[2] <= 0xae)
            || (c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9));
}

static int has_control(const char *text)
{
    for (; *text; text++)
        if (((unsigned char)*text < ' ' && *text != '\n' && *text != '\t')
            || *text == 0x7f || turns_around(text))
            return 1;
    return 0;
}

static int is_option(const entry_t *entry, const char *value)
{
    int i;

    for (i = 0; i < entry->options->nelts; i++)
        if (strcmp(APR_ARRAY_IDX(entry->options, i, option_t).value,
                   value) == 0)
            return 1;
    return 0;
}

static const char *options_problem(const entry_t *entry,
                                   const oa2_ctx_t *ctx)
{
    const apr_array_header_t *words = oa2_words_split(entry->value, ctx->pool);
    int i;

    if (entry->row->kind != OA2_FIELD_SET)
        return is_option(entry, entry->value)
            ? NULL : oa2_say(ctx, "Please choose one of these.", NULL);
    for (i = 0; i < words->nelts; i++)
        if (!is_option(entry, APR_ARRAY_IDX(words, i, const char *)))
            return oa2_say(ctx, "Please choose of these only.", NULL);
    return NULL;
}

/* Of one line, or of all. */
static const char *value_problem(const entry_t *entry, const char *value,
                                 const oa2_ctx_t *ctx)
{
    const oa2_field_t *row = entry->row;
    apr_size_t len = characters(value);

    if (row->max && len > row->max)
        return oa2_say(ctx, "This is too long: {{len}} characters, where "
                       "{{max}} are the most.",
                       "len", apr_psprintf(ctx->pool, "%" APR_SIZE_T_FMT, len),
                       "max", apr_psprintf(ctx->pool, "%" APR_SIZE_T_FMT,
                                           row->max), NULL);
    if (has_control(value)
        || (row->kind == OA2_FIELD_LINE && strchr(value, '\n')))
        return oa2_say(ctx, "This holds characters that cannot be shown. "
                       "Please type it instead of pasting.", NULL);
    return row->check ? row->check(value, ctx) : NULL;
}

static const char *lines_problem(const entry_t *entry, const oa2_ctx_t *ctx)
{
    const apr_array_header_t *lines = lines_of(entry->value, ctx->pool);
    const char *problem = NULL;
    int i;

    if (lines->nelts > OA2_FIELD_LINES_MAX)
        return oa2_say(ctx, "These are too many lines: {{max}} are the most.",
                       "max", apr_itoa(ctx->pool, OA2_FIELD_LINES_MAX), NULL);
    for (i = 0; i < lines->nelts && !problem; i++) {
        problem = value_problem(entry, APR_ARRAY_IDX(lines, i, const char *),
                                ctx);
        if (problem && lines->nelts > 1)
            problem = oa2_say(ctx, "Line {{line}}: {{problem}}",
                              "line", apr_itoa(ctx->pool, i + 1),
                              "problem", problem, NULL);
    }
    return problem;
}

static const char *missing(oa2_field_kind_t kind, const oa2_ctx_t *ctx)
{
    switch (kind) {
    case OA2_FIELD_FILE:
        return NULL;                    /* the page sees what came */
    case OA2_FIELD_CHECK:
        return oa2_say(ctx, "Please tick this.", NULL);
    case OA2_FIELD_CHOICE:
        return oa2_say(ctx, "Please choose one of these.", NULL);
    case OA2_FIELD_SET:
        return oa2_say(ctx, "Please choose at least one of these.", NULL);
    default:
        return oa2_say(ctx, "Please fill this in.", NULL);
    }
}

static const char *problem_of(const entry_t *entry, const oa2_ctx_t *ctx)
{
    const oa2_field_t *row = entry->row;

    if (!entry->value)
        return row->is_required ? missing(row->kind, ctx) : NULL;
    if (row->kind == OA2_FIELD_CHOICE || row->kind == OA2_FIELD_SELECT
        || row->kind == OA2_FIELD_SET)
        return options_problem(entry, ctx);
    if (row->kind == OA2_FIELD_LINES)
        return lines_problem(entry, ctx);
    return value_problem(entry, entry->value, ctx);
}

void oa2_fields_read(oa2_fields_t *fields, const oa2_params_t *params)
{
    int i;

    oa2_fields_keep(fields, params);
    for (i = 0; i < fields->n; i++) {
        const entry_t *entry = &fields->entries[i];
        const char *problem =
            entry->is_dropped ? NULL : problem_of(entry, fields->ctx);

        if (problem)
            oa2_fields_fail(fields, entry->row->name, problem);
    }
}

/* ------------------------------------------------------------ showing */

static void put_options(cJSON *item, const entry_t *entry)
{
    const oa2_field_t *row = entry->row;
    cJSON *list = oa2_json_put_array(item, "options");
    int i;

    for (i = 0; i < entry->options->nelts; i++) {
        const option_t *option = &APR_ARRAY_IDX(entry->options, i, option_t);
        cJSON *one = oa2_json_push_object(list);

        oa2_json_put_text(one, "name", row->name);
        oa2_json_put_number(one, "number", i);
        oa2_json_put_text(one, "value", option->value);
        oa2_json_put_text(one, "label", option->label);
        /* Said even so: a template would look for the field's. */
        oa2_json_put_text(one, "help", option->help ? option->help : "");
        oa2_json_put_bool(one, "is_radio", row->kind == OA2_FIELD_CHOICE);
        oa2_json_put_bool(one, "checked", entry->value
                          && (row->kind != OA2_FIELD_SET
                              ? strcmp(entry->value, option->value) == 0
                              : oa2_words_has(entry->value, option->value)));
    }
}

static void put_field(cJSON *list, const entry_t *entry, const oa2_ctx_t *ctx)
{
    const oa2_field_t *row = entry->row;
    int is_secret = row->kind == OA2_FIELD_SECRET
        || row->kind == OA2_FIELD_NEW_SECRET;
    cJSON *item = oa2_json_push_object(list);

    oa2_json_put_text(item, "name", row->name);
    oa2_json_put_text(item, "label", oa2_say(ctx, row->label, NULL));
    oa2_json_put_text(item, "help", entry->help ? entry->help : "");
    oa2_json_put_text(item, "error", entry->error ? entry->error : "");
    oa2_json_put_text(item, "value",
                      is_secret || !entry->value ? "" : entry->value);
    oa2_json_put_text(item, "autocomplete",
                      row->autocomplete ? row->autocomplete : "off");
    oa2_json_put_bool(item, "required", row->is_required);
    oa2_json_put_bool(item, "is_line", row->kind == OA2_FIELD_LINE);
    oa2_json_put_bool(item, "is_text", row->kind == OA2_FIELD_TEXT
                      || row->kind == OA2_FIELD_LINES);
    oa2_json_put_bool(item, "is_list", row->kind == OA2_FIELD_LINES);
    oa2_json_put_bool(item, "is_secret", is_secret);
    oa2_json_put_bool(item, "is_check", row->kind == OA2_FIELD_CHECK);
    oa2_json_put_bool(item, "is_file", row->kind == OA2_FIELD_FILE);
    oa2_json_put_bool(item, "is_select", row->kind == OA2_FIELD_SELECT);
    oa2_json_put_bool(item, "is_options", row->kind == OA2_FIELD_CHOICE
                      || row->kind == OA2_FIELD_SET);
    oa2_json_put_bool(item, "checked",
                      row->kind == OA2_FIELD_CHECK && entry->value);
    put_options(item, entry);
}

static void put_error(cJSON *list, const char *name, const char *label,
                      const char *error)
{
    cJSON *item = oa2_json_push_object(list);

    oa2_json_put_text(item, "name", name);
    oa2_json_put_text(item, "label", label);
    oa2_json_put_text(item, "error", error);
}

void oa2_fields_put(const oa2_fields_t *fields, cJSON *model)
{
    cJSON *list = oa2_json_put_array(model, "fields");
    cJSON *errors = oa2_json_put_array(model, "errors");
    int is_upload = 0;
    int i;

    if (fields->error)
        put_error(errors, "", "", fields->error);
    for (i = 0; i < fields->n; i++) {
        const entry_t *entry = &fields->entries[i];

        if (entry->is_dropped)
            continue;
        put_field(list, entry, fields->ctx);
        is_upload |= entry->row->kind == OA2_FIELD_FILE;
        if (entry->error)
            put_error(errors, entry->row->name,
                      oa2_say(fields->ctx, entry->row->label, NULL),
                      entry->error);
    }
    oa2_json_put_bool(model, "has_errors", fields->failed);
    oa2_json_put_bool(model, "is_upload", is_upload);
}

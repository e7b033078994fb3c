/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fields.h - the fields of a page's form: what may be typed, what was, what is
 * wrong with it, and what the template is shown.
 *
 * A form is a table of rows.  A template shows it whole with
 *
 *   {{> errors}} {{#fields}}{{> field}}{{/fields}}
 *
 * so that each field has its label, its help, what was typed and its error,
 * tied to each other for those who cannot see them.  What was typed is kept
 * when something is wrong, but for secrets and files.
 */
#ifndef OA2_PAGE_FIELDS_H
#define OA2_PAGE_FIELDS_H

#include "base/text/json.h"
#include "domain/site/language.h"

typedef enum {
    OA2_FIELD_LINE,
    OA2_FIELD_TEXT,             /* several lines */
    OA2_FIELD_LINES,            /* a list, one a line; blank ones fall out */
    OA2_FIELD_SECRET,           /* a password that one has */
    OA2_FIELD_NEW_SECRET,       /* one that is chosen */
    OA2_FIELD_CHECK,            /* "1" or nothing */
    OA2_FIELD_CHOICE,           /* one of its options */
    OA2_FIELD_SELECT,           /* the same, for many; none where it may be
                                   left empty */
    OA2_FIELD_SET,              /* any of them, as words */
    OA2_FIELD_FILE              /* read from call->files by the page */
} oa2_field_kind_t;

typedef struct oa2_fields_t oa2_fields_t;

typedef struct oa2_field_t {
    const char *name;           /* the parameter's */
    oa2_field_kind_t kind;
    int is_required;
    apr_size_t max;             /* characters; of LINES, each line's */
    const char *label;          /* in English: a key of the catalogue */
    const char *help;           /* the same; NULL: none */
    /* NULL, or what is wrong with a value (of LINES, with one), as a whole
       sentence of oa2_say().  NULL: any is good. */
    const char *(*check)(const char *value, const oa2_ctx_t *ctx);
    const char *autocomplete;   /* WHATWG's token; NULL: off */
} oa2_field_t;

#define OA2_FIELDS_END { NULL, OA2_FIELD_LINE, 0, 0, NULL, NULL, NULL, NULL }
#define OA2_FIELD_LINES_MAX 50          /* lines of OA2_FIELD_LINES */

/* rows end with OA2_FIELDS_END, and are kept; ctx too. */
oa2_fields_t *oa2_fields_make(const oa2_field_t *rows, const oa2_ctx_t *ctx);
/* What is shown to begin with; of LINES lines, of SET words.  NULL: nothing. */
void oa2_fields_set(oa2_fields_t *fields, const char *name,
                    const char *value);
/* One more option of a CHOICE or SET.  help NULL: none. */
void oa2_fields_option(oa2_fields_t *fields, const char *name,
                       const char *value, const char *label,
                       const char *help);
/* Leaves a field out of the form and of what is read. */
void oa2_fields_drop(oa2_fields_t *fields, const char *name);
/* Says help in place of the row's. */
void oa2_fields_help(oa2_fields_t *fields, const char *name,
                     const char *help);
/* Takes what was typed, and checks nothing: it is shown again. */
void oa2_fields_keep(oa2_fields_t *fields, const oa2_params_t *params);
/* Takes what was typed, and checks it: oa2_fields_failed(). */
void oa2_fields_read(oa2_fields_t *fields, const oa2_params_t *params);
/* Whether there is one of that name. */
int oa2_fields_has(const oa2_fields_t *fields, const char *name);
/* Says what else is wrong; the first that is said of a field stays.  name "":
   of the form as a whole. */
void oa2_fields_fail(oa2_fields_t *fields, const char *name,
                     const char *sentence);
int oa2_fields_failed(const oa2_fields_t *fields);
/* Normalized: no space around a line, LINES joined by a line feed each, SET by
   spaces.  NULL: nothing was typed. */
const char *oa2_fields_get(const oa2_fields_t *fields, const char *name);
/* Into a model: fields, errors, has_errors, and is_upload when there is a
   FILE. */
void oa2_fields_put(const oa2_fields_t *fields, cJSON *model);

#endif

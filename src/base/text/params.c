/* SPDX-License-Identifier: Apache-2.0 */
/*
 * params.c - decoded request parameters, and rows that say what they may be.
 *
 * RFC 6749 sections 3.1 and 3.2, appendices A and B.
 */
#include "base/text/params.h"

#include <string.h>

#include <apr_strings.h>

#include "base/text/encode.h"

#define NAME_MAX_BYTES 128          /* no parameter we know is half as long */
#define UNREADABLE "\xef\xbf\xbd"   /* U+FFFD */

typedef struct {
    const char *name;
    const char *value;
    const char *problem;            /* why it has no value; NULL: it has one */
} pair_t;

struct oa2_params_t {
    apr_pool_t *pool;
    apr_array_header_t *pairs;      /* of pair_t, in the order they came */
};

oa2_params_t *oa2_params_make(apr_pool_t *pool)
{
    oa2_params_t *params = apr_palloc(pool, sizeof(*params));

    params->pool = pool;
    params->pairs = apr_array_make(pool, 16, sizeof(pair_t));
    return params;
}

static const pair_t *pair_at(const oa2_params_t *params, int i)
{
    return &APR_ARRAY_IDX(params->pairs, i, pair_t);
}

static void push(oa2_params_t *params, const char *name, const char *value,
                 const char *problem)
{
    pair_t *pair = apr_array_push(params->pairs);

    pair->name = name;
    pair->value = value;
    pair->problem = problem;
}

void oa2_params_add(oa2_params_t *params, const char *name, const char *value)
{
    push(params, apr_pstrdup(params->pool, name),
         apr_pstrdup(params->pool, value), NULL);
}

static oa2_err_t *check_room(const oa2_params_t *params, apr_pool_t *pool)
{
    if (params->pairs->nelts < OA2_PARAMS_MAX) return NULL;
    return oa2_err_make(pool, &oa2_invalid_request, OA2_ID(1002),
                        "The request has too many parameters.", NULL);
}

static oa2_err_t *check_name(const char *name, apr_pool_t *pool)
{
    if (*name && strlen(name) <= NAME_MAX_BYTES) return NULL;
    return oa2_err_make(pool, &oa2_invalid_request, OA2_ID(1004),
                        "A parameter has no name or too long a name.", NULL);
}

/* One name=value.  No '=' means an empty value, as in every form parser. */
static oa2_err_t *parse_pair(oa2_params_t *params, const char *text,
                             apr_size_t len, apr_pool_t *pool)
{
    const char *equals = memchr(text, '=', len);
    apr_size_t name_len = equals ? (apr_size_t)(equals - text) : len;
    const char *name;
    const char *value = "";
    const char *problem = NULL;

    OA2_TRY(check_room(params, pool));
    name = oa2_form_decode(text, name_len, params->pool);
    if (!name) {
        return oa2_err_make(pool, &oa2_invalid_request, OA2_ID(1700),
                            apr_psprintf(pool, "The name of a parameter %s.",
                                         oa2_form_problem(text, name_len,
                                                          pool)),
                            NULL);
    }
    OA2_TRY(check_name(name, pool));
    if (equals) {
        value = oa2_form_decode(equals + 1, len - name_len - 1, params->pool);
        if (!value) {
            problem = oa2_form_problem(equals + 1, len - name_len - 1, pool);
            value = UNREADABLE;
        }
    }
    push(params, name, value, problem);
    return NULL;
}

oa2_err_t *oa2_params_put(oa2_params_t *params, const char *name,
                          const char *text, apr_size_t len, apr_pool_t *pool)
{
    const char *problem = NULL;

    OA2_TRY(check_room(params, pool));
    OA2_TRY(check_name(name, pool));
    if (memchr(text, '\0', len))
        problem = "holds a NUL";
    else if (!oa2_utf8_is_valid(text, len))
        problem = "is not UTF-8";
    push(params, apr_pstrdup(params->pool, name),
         problem ? UNREADABLE : apr_pstrmemdup(params->pool, text, len),
         problem);
    return NULL;
}

oa2_err_t *oa2_params_parse(oa2_params_t *params, const char *text,
                            apr_size_t len, apr_pool_t *pool)
{
    /* before any work is done on it */
    if (len > OA2_PARAMS_BYTES) {
        return oa2_err_make(pool, &oa2_invalid_request, OA2_ID(1001),
                            "The parameters are too long.", NULL);
    }
    /* Encoded, a line break is %0A: a bare one is the end of the file that
       somebody sent. */
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        len--;
    while (len > 0) {
        const char *amp = memchr(text, '&', len);
        apr_size_t took = amp ? (apr_size_t)(amp - text) : len;

        if (took > 0)
            OA2_TRY(parse_pair(params, text, took, pool));
        if (!amp)
            break;
        text += took + 1;
        len -= took + 1;
    }
    return NULL;
}

const char *oa2_params_get(const oa2_params_t *params, const char *name)
{
    int i;

    for (i = 0; i < params->pairs->nelts; i++) {
        const pair_t *pair = pair_at(params, i);

        /* Section 3.1: "Parameters sent without a value MUST be treated as
           if they were omitted" */
        if (*pair->value && strcmp(pair->name, name) == 0)
            return pair->value;
    }
    return NULL;
}

int oa2_params_count(const oa2_params_t *params, const char *name)
{
    int count = 0;
    int i;

    for (i = 0; i < params->pairs->nelts; i++) {
        if (strcmp(pair_at(params, i)->name, name) == 0)
            count++;
    }
    return count;
}

const char *oa2_params_join(const oa2_params_t *params, const char *name,
                            apr_pool_t *pool)
{
    apr_array_header_t *values = apr_array_make(pool, 4, sizeof(char *));
    int i;

    for (i = 0; i < params->pairs->nelts; i++) {
        const pair_t *pair = pair_at(params, i);

        if (*pair->value && strcmp(pair->name, name) == 0)
            APR_ARRAY_PUSH(values, const char *) = pair->value;
    }
    return values->nelts ? apr_array_pstrcat(pool, values, ' ') : NULL;
}

static const oa2_param_t *row_of(const oa2_param_t *rows, const char *name)
{
    for (; rows && rows->name; rows++) {
        apr_size_t len = strlen(rows->name);

        if (strcmp(rows->name, name) == 0
            || (rows->name[len - 1] == '*'
                && strncmp(rows->name, name, len - 1) == 0))
            return rows;
    }
    return NULL;
}

const char *oa2_params_text(const oa2_params_t *params,
                            const oa2_param_t *rows, const char *without,
                            apr_pool_t *pool)
{
    apr_array_header_t *words = apr_array_make(pool, 16, sizeof(char *));
    int i;

    for (i = 0; i < params->pairs->nelts; i++) {
        const pair_t *pair = pair_at(params, i);
        const oa2_param_t *row = row_of(rows, pair->name);

        if (*pair->value && row && row->repeat != OA2_SECRET
            && strcmp(pair->name, without) != 0)
            APR_ARRAY_PUSH(words, const char *) =
                apr_pstrcat(pool, pair->name, "=",
                            oa2_form_encode(pool, pair->value), NULL);
    }
    return apr_array_pstrcat(pool, words, '&');
}

oa2_err_t *oa2_params_check_encoding(const oa2_params_t *params,
                                     const oa2_param_t *rows,
                                     apr_pool_t *pool)
{
    int i;

    for (i = 0; i < params->pairs->nelts; i++) {
        const pair_t *pair = pair_at(params, i);
        const oa2_param_t *row = row_of(rows, pair->name);

        if (!pair->problem || (row && row->is == oa2_is_any))
            continue;
        return oa2_err_make(pool, &oa2_invalid_request, OA2_ID(1003),
                            apr_psprintf(pool, "%s %s.", pair->name,
                                         pair->problem),
                            NULL);
    }
    return NULL;
}

static oa2_err_t *check_value(const char *value, const oa2_param_t *row,
                              apr_pool_t *pool)
{
    if (strlen(value) > row->max) {
        return oa2_err_make(pool, &oa2_invalid_request, OA2_ID(1005),
                            apr_psprintf(pool, "%s is too long.", row->name),
                            NULL);
    }
    if (!row->is(value)) {
        return oa2_err_make(pool, &oa2_invalid_request, OA2_ID(1006),
                            apr_psprintf(pool, "%s may hold only %s.",
                                         row->name, oa2_class_text(row->is)),
                            NULL);
    }
    return NULL;
}

static oa2_err_t *check_row(const oa2_params_t *params,
                            const oa2_param_t *row, apr_pool_t *pool)
{
    int seen = 0;
    int i;

    for (i = 0; i < params->pairs->nelts; i++) {
        const pair_t *pair = pair_at(params, i);

        if (!*pair->value || strcmp(pair->name, row->name) != 0)
            continue;
        seen = 1;
        OA2_TRY(check_value(pair->value, row, pool));
    }
    if (!seen && row->presence == OA2_REQUIRED) {
        return oa2_err_make(pool, &oa2_invalid_request, OA2_ID(1007),
                            apr_psprintf(pool, "%s is missing.", row->name),
                            NULL);
    }
    return NULL;
}

static int may_repeat(const oa2_param_t *rows, const char *name)
{
    const oa2_param_t *row = row_of(rows, name);

    return row && row->repeat == OA2_MANY;
}

/* Section 3.1: "Request and response parameters MUST NOT be included more
   than once."  Whoever sends a name twice may mean one of them for us and the
   other for somebody who reads differently, so empty ones count as well. */
static oa2_err_t *check_repeats(const oa2_params_t *params,
                                const oa2_param_t *rows, apr_pool_t *pool)
{
    int i;
    int j;

    for (i = 1; i < params->pairs->nelts; i++) {
        const char *name = pair_at(params, i)->name;

        for (j = 0; j < i; j++) {
            if (strcmp(pair_at(params, j)->name, name) == 0
                && !may_repeat(rows, name)) {
                return oa2_err_make(pool, &oa2_invalid_request, OA2_ID(1008),
                                    apr_psprintf(pool, "%s was sent more than "
                                                 "once.", name),
                                    NULL);
            }
        }
    }
    return NULL;
}

oa2_err_t *oa2_params_check(const oa2_params_t *params,
                            const oa2_param_t *rows, apr_pool_t *pool)
{
    const oa2_param_t *row;

    OA2_TRY(oa2_params_check_encoding(params, rows, pool));
    OA2_TRY(check_repeats(params, rows, pool));
    for (row = rows; row->name; row++)
        OA2_TRY(check_row(params, row, pool));
    return NULL;
}

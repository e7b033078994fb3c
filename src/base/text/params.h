/* SPDX-License-Identifier: Apache-2.0 */
/*
 * params.h - decoded request parameters, and rows that say what they may be.
 *
 * RFC 6749 section 3.1: "Parameters sent without a value MUST be treated as if
 * they were omitted", unrecognized ones are ignored, and none "MUST NOT be
 * included more than once" - a repeated name is refused unless its row says
 * OA2_MANY.
 */
#ifndef OA2_BASE_TEXT_PARAMS_H
#define OA2_BASE_TEXT_PARAMS_H

#include <apr_tables.h>
#include "base/text/abnf.h"
#include "base/err.h"

#define OA2_PARAMS_MAX 100              /* names in one request */
#define OA2_PARAMS_BYTES (64 * 1024)    /* of query or body, encoded */

typedef enum { OA2_OPTIONAL, OA2_REQUIRED } oa2_presence_t;
/* OA2_SECRET: once, and a page never shows it again (a password). */
typedef enum { OA2_ONCE, OA2_MANY, OA2_SECRET } oa2_repeat_t;

typedef struct oa2_param_t {
    const char *name;           /* "x_*": any that begins so; then the row says
                                   only that they are kept and how decoded */
    oa2_presence_t presence;
    oa2_repeat_t repeat;
    apr_size_t max;                     /* bytes of the decoded value */
    oa2_class_fn *is;                   /* oa2_is_any: what cannot be decoded
                                           is taken too, and stands there as
                                           U+FFFD */
} oa2_param_t;

#define OA2_PARAMS_END { NULL, OA2_OPTIONAL, OA2_ONCE, 0, NULL }

typedef struct oa2_params_t oa2_params_t;

oa2_params_t *oa2_params_make(apr_pool_t *pool);
/*
 * Adds what a query string or a form body holds; a line break behind it, as a
 * file's end has, is none of it.  invalid_request for a name that cannot be
 * decoded, too many names, or too many bytes; no value is ever quoted.
 */
oa2_err_t *oa2_params_parse(oa2_params_t *params, const char *text,
                            apr_size_t len, apr_pool_t *pool);
/* A value as it is, of a part of a multipart form; the same limits and errors,
   but for the bytes of all of them together. */
oa2_err_t *oa2_params_put(oa2_params_t *params, const char *name,
                          const char *text, apr_size_t len, apr_pool_t *pool);
/* For tests and callers that hold decoded values already. */
void oa2_params_add(oa2_params_t *params, const char *name, const char *value);
/*
 * invalid_request for a value that is not form-encoded UTF-8 or holds NUL,
 * unless its row says oa2_is_any.  rows NULL: none does.
 */
oa2_err_t *oa2_params_check_encoding(const oa2_params_t *params,
                                     const oa2_param_t *rows,
                                     apr_pool_t *pool);
/*
 * The encoding, and then holds all rows (ended by OA2_PARAMS_END) against
 * params.  A repeated name that has no row is refused too.  invalid_request
 * names the parameter.
 */
oa2_err_t *oa2_params_check(const oa2_params_t *params,
                            const oa2_param_t *rows, apr_pool_t *pool);
/* The first non-empty value; NULL when absent or empty. */
const char *oa2_params_get(const oa2_params_t *params, const char *name);
/* How often a name was sent, empty values counted. */
int oa2_params_count(const oa2_params_t *params, const char *name);
/* The non-empty ones that have a row, but for the name `without` and secret
   ones, as a form's text again: it reads as the same parameters. */
const char *oa2_params_text(const oa2_params_t *params,
                            const oa2_param_t *rows, const char *without,
                            apr_pool_t *pool);
/* All non-empty values of one name, joined by a space; NULL when none. */
const char *oa2_params_join(const oa2_params_t *params, const char *name,
                            apr_pool_t *pool);

#endif

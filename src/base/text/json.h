/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.h - cJSON values whose life is their pool's.
 *
 * A root made here is freed by a cleanup of its pool and never by hand.
 * Members are added with the functions below only: where memory has run out,
 * they end the process, as APR does, and never leave one out.
 */
#ifndef OA2_BASE_TEXT_JSON_H
#define OA2_BASE_TEXT_JSON_H

#include <apr_pools.h>
#include <cjson/cJSON.h>

cJSON *oa2_json_object(apr_pool_t *pool);
/* NULL when text is not one JSON value with nothing behind it, is nested
   deeper than 32, or holds a NUL or bad UTF-8. */
cJSON *oa2_json_parse(const char *text, apr_size_t len, apr_pool_t *pool);
/* Compact text, in pool. */
const char *oa2_json_text(const cJSON *json, apr_pool_t *pool);
/* NULL value: the member is left out. */
void oa2_json_put_text(cJSON *object, const char *name, const char *value);
/* Exact, and only to be printed: who reads it back finds no cJSON_Number. */
void oa2_json_put_number(cJSON *object, const char *name, apr_int64_t value);
void oa2_json_put_bool(cJSON *object, const char *name, int value);
/* value is JSON (oa2_json_parse() takes it), and is written as it is: whoever
   reads it back finds no value. */
void oa2_json_put_json(cJSON *object, const char *name, const char *value);
/* "a b c" becomes ["a","b","c"]; NULL: left out. */
void oa2_json_put_words(cJSON *object, const char *name, const char *words);
/* A new member, to be filled. */
cJSON *oa2_json_put_object(cJSON *object, const char *name);
cJSON *oa2_json_put_array(cJSON *object, const char *name);
/* A new last element. */
cJSON *oa2_json_push_object(cJSON *array);
void oa2_json_push_text(cJSON *array, const char *text);
/*
 * RFC 7396 section 2: target, changed as patch says, or what is there in its
 * place.  Both are oa2_json_parse()'s; target NULL: nothing was there.  Takes
 * time in proportion to their lengths.  Of members of one name the last
 * counts.
 */
cJSON *oa2_json_merge(cJSON *target, const cJSON *patch, apr_pool_t *pool);
/* A member's string; NULL when absent or of another type. */
const char *oa2_json_get_text(const cJSON *object, const char *name);

#endif

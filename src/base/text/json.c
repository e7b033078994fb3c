/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.c - cJSON values whose life is their pool's.
 *
 * RFC 8259 and RFC 7396.
 *
 * cJSON's parser is lenient: it takes control characters as white
 * space, a byte order mark, "01", and turns \u0000 into a byte that ends the
 * C string early.  So a text is held against the grammar first, and cJSON
 * sees only what is JSON.
 *
 * Out of memory ends the process, as it does in httpd's own pools.
 */
#include "base/text/json.h"

#include <stdlib.h>
#include <string.h>

#include <apr_hash.h>
#include <apr_strings.h>

#include "base/text/encode.h"

#define DEPTH_MAX 32
#define NUMBER_MAX 63               /* cJSON reads no more, and says nothing */

typedef struct {
    const char *at;
    const char *end;
    int depth;
} scan_t;

static apr_status_t free_json(void *data)
{
    cJSON_Delete(data);
    return APR_SUCCESS;
}

/* As APR: there is no way on. */
static cJSON *need(cJSON *json)
{
    if (!json)
        abort();
    return json;
}

static cJSON *own(cJSON *json, apr_pool_t *pool)
{
    apr_pool_cleanup_register(pool, json, free_json, apr_pool_cleanup_null);
    return json;
}

cJSON *oa2_json_object(apr_pool_t *pool)
{
    return own(need(cJSON_CreateObject()), pool);
}

static int peek(const scan_t *scan)
{
    return scan->at < scan->end ? (unsigned char)*scan->at : -1;
}

/* 1 when the next byte is c, which is then behind us. */
static int take(scan_t *scan, char c)
{
    if (peek(scan) != c)
        return 0;
    scan->at++;
    return 1;
}

/* RFC 8259 section 2: ws */
static void skip_space(scan_t *scan)
{
    while (scan->at < scan->end && strchr(" \t\n\r", *scan->at)
           && *scan->at != '\0')
        scan->at++;
}

static int take_digits(scan_t *scan)
{
    const char *start = scan->at;

    while (peek(scan) >= '0' && peek(scan) <= '9')
        scan->at++;
    return scan->at > start;
}

/* Section 6: number = [ minus ] int [ frac ] [ exp ] */
static int take_number(scan_t *scan)
{
    const char *start = scan->at;

    take(scan, '-');
    if (!take(scan, '0') && !take_digits(scan))
        return 0;
    if (take(scan, '.') && !take_digits(scan))
        return 0;
    if (take(scan, 'e') || take(scan, 'E')) {
        if (!take(scan, '+'))
            take(scan, '-');
        if (!take_digits(scan))
            return 0;
    }
    return scan->at - start <= NUMBER_MAX;
}

/* Four hexadecimal digits.  A NUL would end the C string early, so "0000" is
   refused; half a surrogate pair is refused by cJSON itself. */
static int take_hex4(scan_t *scan)
{
    int is_nul = 1;
    int i;

    for (i = 0; i < 4; i++) {
        int c = peek(scan);

        if (c <= 0 || !strchr("0123456789ABCDEFabcdef", c))
            return 0;
        if (c != '0')
            is_nul = 0;
        scan->at++;
    }
    return !is_nul;
}

static int take_escape(scan_t *scan)
{
    int c = peek(scan);

    if (c <= 0 || !strchr("\"\\/bfnrtu", c))
        return 0;
    scan->at++;
    return c != 'u' || take_hex4(scan);
}

/* Section 7.  That all bytes are UTF-8 has been seen before. */
static int take_string(scan_t *scan)
{
    if (!take(scan, '"'))
        return 0;
    while (!take(scan, '"')) {
        if (peek(scan) < 0x20)
            return 0;
        if (take(scan, '\\')) {
            if (!take_escape(scan))
                return 0;
        }
        else {
            scan->at++;
        }
    }
    return 1;
}

static int take_word(scan_t *scan, const char *word)
{
    apr_size_t len = strlen(word);

    if ((apr_size_t)(scan->end - scan->at) < len
        || memcmp(scan->at, word, len) != 0)
        return 0;
    scan->at += len;
    return 1;
}

static int take_value(scan_t *scan);

/* Sections 4 and 5: the members between the brackets. */
static int take_members(scan_t *scan, char close)
{
    if (++scan->depth > DEPTH_MAX)
        return 0;
    scan->at++;
    skip_space(scan);
    if (!take(scan, close)) {
        do {
            skip_space(scan);
            if (close == '}') {
                if (!take_string(scan))
                    return 0;
                skip_space(scan);
                if (!take(scan, ':'))
                    return 0;
                skip_space(scan);
            }
            if (!take_value(scan))
                return 0;
            skip_space(scan);
        } while (take(scan, ','));
        if (!take(scan, close))
            return 0;
    }
    scan->depth--;
    return 1;
}

static int take_value(scan_t *scan)
{
    switch (peek(scan)) {
    case '{': return take_members(scan, '}');
    case '[': return take_members(scan, ']');
    case '"': return take_string(scan);
    case 't': return take_word(scan, "true");
    case 'f': return take_word(scan, "false");
    case 'n': return take_word(scan, "null");
    default: return take_number(scan);
    }
}

/* Section 2: JSON-text = ws value ws */
static int is_json(const char *text, apr_size_t len)
{
    scan_t scan;

    scan.at = text;
    scan.end = text + len;
    scan.depth = 0;
    skip_space(&scan);
    if (!take_value(&scan))
        return 0;
    skip_space(&scan);
    return scan.at == scan.end;
}

cJSON *oa2_json_parse(const char *text, apr_size_t len, apr_pool_t *pool)
{
    cJSON *json;

    if (!oa2_utf8_is_valid(text, len) || !is_json(text, len))
        return NULL;
    json = cJSON_ParseWithLengthOpts(text, len, NULL, 0);
    return json ? own(json, pool) : NULL;
}

const char *oa2_json_text(const cJSON *json, apr_pool_t *pool)
{
    char *printed = cJSON_PrintUnformatted(json);
    const char *text;

    if (!printed)
        abort();
    text = apr_pstrdup(pool, printed);
    cJSON_free(printed);
    return text;
}

void oa2_json_put_text(cJSON *object, const char *name, const char *value)
{
    if (value)
        need(cJSON_AddStringToObject(object, name, value));
}

/* cJSON's own numbers are doubles: inexact beyond 15 digits, and printed, read
   back and compared, which takes longer than all the rest of an answer. */
void oa2_json_put_number(cJSON *object, const char *name, apr_int64_t value)
{
    char digits[24];

    apr_snprintf(digits, sizeof(digits), "%" APR_INT64_T_FMT, value);
    need(cJSON_AddRawToObject(object, name, digits));
}

void oa2_json_put_json(cJSON *object, const char *name, const char *value)
{
    if (!cJSON_AddRawToObject(object, name, value))
        abort();
}

void oa2_json_put_bool(cJSON *object, const char *name, int value)
{
    need(cJSON_AddBoolToObject(object, name, value != 0));
}

/* cJSON wants a NUL behind the word, and there is no pool to copy it to. */
static cJSON *make_word(const char *start, apr_size_t len)
{
    char *copy = malloc(len + 1);
    cJSON *word;

    if (!copy)
        abort();
    memcpy(copy, start, len);
    copy[len] = '\0';
    word = need(cJSON_CreateString(copy));
    free(copy);
    return word;
}

cJSON *oa2_json_put_object(cJSON *object, const char *name)
{
    return need(cJSON_AddObjectToObject(object, name));
}

cJSON *oa2_json_put_array(cJSON *object, const char *name)
{
    return need(cJSON_AddArrayToObject(object, name));
}

cJSON *oa2_json_push_object(cJSON *array)
{
    cJSON *item = need(cJSON_CreateObject());

    cJSON_AddItemToArray(array, item);
    return item;
}

void oa2_json_push_text(cJSON *array, const char *text)
{
    cJSON_AddItemToArray(array, need(cJSON_CreateString(text)));
}

void oa2_json_put_words(cJSON *object, const char *name, const char *words)
{
    cJSON *array;

    if (!words)
        return;
    array = oa2_json_put_array(object, name);
    while (*words) {
        apr_size_t len = strcspn(words, " ");

        if (len > 0)
            cJSON_AddItemToArray(array, make_word(words, len));
        words += len;
        words += strspn(words, " ");
    }
}

/* ------------------------------------------------------------ RFC 7396 */

static void drop(cJSON *object, cJSON *member)
{
    if (member)
        cJSON_Delete(cJSON_DetachItemViaPointer(object, member));
}

/* cJSON looks for a name from the first member on: a stranger's two long lists
   would take an hour. */
static apr_hash_t *members_of(cJSON *object, apr_pool_t *pool)
{
    apr_hash_t *members = apr_hash_make(pool);
    cJSON *next;
    cJSON *at;

    for (at = object->child; at; at = next) {
        cJSON *old = apr_hash_get(members, at->string, APR_HASH_KEY_STRING);

        next = at->next;
        /* The table's key is the old one's name: it goes with it. */
        apr_hash_set(members, at->string, APR_HASH_KEY_STRING, NULL);
        drop(object, old);
        apr_hash_set(members, at->string, APR_HASH_KEY_STRING, at);
    }
    return members;
}

/* Section 2's MergePatch, where both are objects.  As deep as they were when
   they were parsed. */
static void merge(cJSON *target, const cJSON *patch, apr_pool_t *pool)
{
    apr_hash_t *members = members_of(target, pool);
    const cJSON *at;

    for (at = patch->child; at; at = at->next) {
        cJSON *old = apr_hash_get(members, at->string, APR_HASH_KEY_STRING);
        cJSON *value = NULL;

        if (cJSON_IsObject(at) && cJSON_IsObject(old)) {
            merge(old, at, pool);
            continue;
        }
        if (cJSON_IsObject(at)) {
            value = need(cJSON_CreateObject());
            merge(value, at, pool);
        }
        else if (!cJSON_IsNull(at)) {
            value = need(cJSON_Duplicate(at, 1));
        }
        apr_hash_set(members, at->string, APR_HASH_KEY_STRING, NULL);
        drop(target, old);
        if (!value) continue;
        if (!cJSON_AddItemToObject(target, at->string, value))
            abort();
        apr_hash_set(members, value->string, APR_HASH_KEY_STRING, value);
    }
}

cJSON *oa2_json_merge(cJSON *target, const cJSON *patch, apr_pool_t *pool)
{
    if (!cJSON_IsObject(patch))
        return own(need(cJSON_Duplicate(patch, 1)), pool);
    if (!cJSON_IsObject(target))
        target = oa2_json_object(pool);
    merge(target, patch, pool);
    return target;
}

const char *oa2_json_get_text(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object,
                                                                 name));
}

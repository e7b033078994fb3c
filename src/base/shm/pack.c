/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pack.c - a record as flat bytes, for shared memory.
 *
 * A number is its eight bytes, a text its length in two bytes and its bytes.
 * Once something did not fit, everything later is left alone as well, so that
 * a caller asks pack.ok once, at the end.
 */
#include "base/shm/pack.h"

#include <string.h>

#include <apr_strings.h>

#define TEXT_NULL 0xffff            /* the length that stands for NULL */
#define TEXT_MAX 0xfffe

void oa2_pack_begin(oa2_pack_t *pack, void *buf, apr_size_t size)
{
    pack->at = buf;
    pack->end = pack->at + size;
    pack->ok = 1;
}

/* Where the next len bytes are; NULL once they are not there. */
static unsigned char *step(oa2_pack_t *pack, apr_size_t len)
{
    unsigned char *at = pack->at;

    if (!pack->ok || (apr_size_t)(pack->end - at) < len) {
        pack->ok = 0;
        return NULL;
    }
    pack->at += len;
    return at;
}

void oa2_pack_number(oa2_pack_t *pack, apr_int64_t n)
{
    unsigned char *at = step(pack, sizeof(n));

    if (at)
        memcpy(at, &n, sizeof(n));
}

void oa2_pack_text(oa2_pack_t *pack, const char *text)
{
    apr_size_t len = text ? strlen(text) : 0;
    apr_uint16_t head = text ? (apr_uint16_t)len : TEXT_NULL;
    unsigned char *at;

    if (len > TEXT_MAX) {
        pack->ok = 0;
        return;
    }
    at = step(pack, sizeof(head) + len);
    if (at) {
        memcpy(at, &head, sizeof(head));
        if (len)
            memcpy(at + sizeof(head), text, len);
    }
}

apr_int64_t oa2_unpack_number(oa2_pack_t *pack)
{
    const unsigned char *at = step(pack, sizeof(apr_int64_t));
    apr_int64_t n = 0;

    if (at)
        memcpy(&n, at, sizeof(n));
    return n;
}

const char *oa2_unpack_text(oa2_pack_t *pack, apr_pool_t *pool)
{
    const unsigned char *at = step(pack, sizeof(apr_uint16_t));
    apr_uint16_t head;

    if (!at)
        return NULL;
    memcpy(&head, at, sizeof(head));
    if (head == TEXT_NULL)
        return NULL;
    at = step(pack, head);
    return at ? apr_pstrmemdup(pool, (const char *)at, head) : NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pack.h - a record as flat bytes, for shared memory.
 *
 * Writer and reader must name the same fields in the same order.  Nothing
 * here leaves the machine: integers are in host order.
 */
#ifndef OA2_BASE_SHM_PACK_H
#define OA2_BASE_SHM_PACK_H

#include <apr_pools.h>

typedef struct oa2_pack_t {
    unsigned char *at;
    unsigned char *end;
    int ok;                     /* 0 once something did not fit */
} oa2_pack_t;

void oa2_pack_begin(oa2_pack_t *pack, void *buf, apr_size_t size);
void oa2_pack_number(oa2_pack_t *pack, apr_int64_t n);
/* NULL and "" stay apart; at most 65,534 bytes. */
void oa2_pack_text(oa2_pack_t *pack, const char *text);
apr_int64_t oa2_unpack_number(oa2_pack_t *pack);
/* Copied to pool, so buf may go away. */
const char *oa2_unpack_text(oa2_pack_t *pack, apr_pool_t *pool);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message.h - a mail as text: RFC 5322, RFC 2047 for what is not ASCII.
 *
 * Whatever is in a name, a header field stays one: controls become spaces, and
 * an address that could be more than one is none.
 */
#ifndef OA2_BASE_TEXT_MESSAGE_H
#define OA2_BASE_TEXT_MESSAGE_H

#include <apr_pools.h>
#include <apr_time.h>

#define OA2_ADDRESS_MAX 254             /* RFC 5321 section 4.5.3.1.3 */

typedef struct oa2_message_t {
    const char *from;                   /* address */
    const char *from_name;              /* UTF-8; NULL: none */
    const char *to;                     /* address */
    const char *subject;                /* UTF-8 */
    const char *body;                   /* UTF-8, lines end in LF */
    apr_time_t date;
} oa2_message_t;

/* 1: one plain address: RFC 5322 section 3.4.1 with a dot-atom on the left and
   the name of a host in ASCII on the right. */
int oa2_message_is_address(const char *text);
/* Lines end in LF, as programs called sendmail want them. */
const char *oa2_message_text(const oa2_message_t *message, apr_pool_t *pool);

#endif

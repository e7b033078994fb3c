/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mail.h - a mail that somebody shall get, as it waits for the job that sends
 * it (job/mail.c): no text yet, and no secret.
 */
#ifndef OA2_DOMAIN_SITE_MAIL_H
#define OA2_DOMAIN_SITE_MAIL_H

#include "domain/person/ticket.h"

#define OA2_MAIL_JOB "mail"             /* the job's kind */

typedef struct oa2_mail_t {
    const oa2_ticket_kind_t *kind;
    const char *user;
    const char *sub;                    /* the user's: another one may have the
                                           name by the time it is sent */
    const char *to;                     /* an address: base/text/message.h */
} oa2_mail_t;

oa2_err_t *oa2_mail_put(oa2_ctx_t *ctx, const oa2_mail_t *mail);
/* 0: text is none that oa2_mail_put() has written. */
int oa2_mail_read(oa2_mail_t *mail, const char *text, apr_pool_t *pool);

#endif

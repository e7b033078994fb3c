/* SPDX-License-Identifier: Apache-2.0 */
/* mail.h - the mails that a user gets: plain text, of which nothing is HTML. */
#ifndef OA2_PAGE_MAIL_H
#define OA2_PAGE_MAIL_H

#include "domain/person/ticket.h"
#include "page/pages.h"

typedef struct oa2_page_mail_t {
    const char *site;
    const char *user;           /* the name to sign in by */
    const char *link;
    const char *until;          /* when the link expires */
    const oa2_language_t *language;     /* NULL: OA2_LANGUAGE_FIRST */
} oa2_page_mail_t;

/* What the files may use; exported for tests. */
cJSON *oa2_page_mail_model(const oa2_page_mail_t *in, apr_pool_t *pool);
/* The file begins with "Subject: " and a line, which *subject is without it;
   after an empty line *body.  No value breaks a line. */
void oa2_page_mail(const char **subject, const char **body,
                   const oa2_pages_t *pages, const oa2_ticket_kind_t *kind,
                   const oa2_page_mail_t *in, apr_pool_t *pool);

#endif

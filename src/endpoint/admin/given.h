/* SPDX-License-Identifier: Apache-2.0 */
/*
 * given.h - a link by which a user chooses a password, given out by an
 * administrator: mailed where that is set up, else shown once.
 */
#ifndef OA2_ENDPOINT_ADMIN_GIVEN_H
#define OA2_ENDPOINT_ADMIN_GIVEN_H

#include "endpoint/admin/whom.h"

#define OA2_GIVEN_MAIL_MAX 254          /* RFC 5321 section 4.5.3.1.3 */

/* A form's field of that name is left out where nothing is mailed. */
void oa2_given_mail(oa2_fields_t *fields, const char *field,
                    const oa2_call_t *call);
/* A field's check: a plain address. */
const char *oa2_given_check(const char *value, const oa2_ctx_t *ctx);
/*
 * Gives the user `name` a link of that kind, to the address that was typed into
 * `mail`, and answers with it, or leads to the user's page.  *problem: why
 * nothing was done, and *out is unset; NULL: it was.  A double click gets the
 * same link.
 */
oa2_err_t *oa2_given_link(oa2_reply_t **out, const char **problem,
                          oa2_call_t *call, const oa2_sheet_t *sheet,
                          const oa2_ticket_kind_t *kind, const char *name);

#endif

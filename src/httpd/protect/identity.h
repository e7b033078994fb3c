/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity.h - what the application behind a protected path is told; what is
 * kept from it, httpd/serve/entry.h has taken away before.
 */
#ifndef OA2_HTTPD_PROTECT_IDENTITY_H
#define OA2_HTTPD_PROTECT_IDENTITY_H

#include <httpd.h>

#include "domain/site/subject.h"

/* OAUTH2_* in the environment, of a token's or a session's subject: a person
   who is here herself has no client and no scope. */
void oa2_identity_set_env(request_rec *r, const oa2_subject_t *subject);
/* The fixups hook; before mod_rewrite's. */
int oa2_identity_pass(request_rec *r);

#endif

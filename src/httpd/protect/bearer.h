/* SPDX-License-Identifier: Apache-2.0 */
/* bearer.h - AuthType OAuth2: RFC 6750, from the token to a user. */
#ifndef OA2_HTTPD_PROTECT_BEARER_H
#define OA2_HTTPD_PROTECT_BEARER_H

#include <httpd.h>

/* The check_authn hook. */
int oa2_bearer_check(request_rec *r);
/* The note_auth_failure hook: how other modules ask for a challenge. */
int oa2_bearer_note_failure(request_rec *r, const char *type);

#endif

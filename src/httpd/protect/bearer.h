/* SPDX-License-Identifier: Apache-2.0 */
/* bearer.h - AuthType OAuth2: RFC 6750, from the token to a user. */
#ifndef OA2_HTTPD_PROTECT_BEARER_H
#define OA2_HTTPD_PROTECT_BEARER_H

#include <httpd.h>
#include "domain/token.h"

/* The check_authn hook. */
int oa2_bearer_check(request_rec *r);
/* The note_auth_failure hook: how other modules ask for a challenge. */
int oa2_bearer_note_failure(request_rec *r, const char *type);
/* The good token of this request, or of the one it comes from. */
const oa2_token_t *oa2_bearer_token(const request_rec *r);
/* OAUTH2_* in the environment. */
void oa2_bearer_set_env(request_rec *r, const oa2_token_t *token);

#endif

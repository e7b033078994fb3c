/* SPDX-License-Identifier: Apache-2.0 */
/*
 * require.h - Require oauth2-scope, oauth2-client, oauth2-basic, oauth2-session
 * and oauth2-role, and what an answer has to say when they are not met.
 */
#ifndef OA2_HTTPD_PROTECT_REQUIRE_H
#define OA2_HTTPD_PROTECT_REQUIRE_H

#include <httpd.h>
#include <http_config.h>

/* Registers the providers. */
void oa2_require_register(apr_pool_t *pool);
/*
 * Require and <RequireNone> are mod_authz_core's.  httpd shows a directive to
 * every module that names it: these note in the directory's configuration
 * what kinds of lines there are, and change nothing.
 */
const char *oa2_require_note(cmd_parms *cmd, void *dir, const char *args);
const char *oa2_require_note_none(cmd_parms *cmd, void *dir,
                                  const char *args);
/*
 * The smallest scope that would do, as words; of alternatives the first that
 * is written.  NULL when none is needed, none would do, or it cannot be told.
 */
const char *oa2_require_scope(request_rec *r);
/* The auth_checker hook: a good token that may not is 403, not 401. */
int oa2_require_check(request_rec *r);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* scope.h - the directives OAuth2Scope and OAuth2Claim. */
#ifndef OA2_HTTPD_CONF_SCOPE_H
#define OA2_HTTPD_CONF_SCOPE_H

#include <httpd.h>
#include <http_config.h>

/* name "description" [default] [category=text] [sensitive] */
const char *oa2_conf_scope(cmd_parms *cmd, void *dir, const char *args);
/* name scope [from profile [editable] | env:NAME | query | user]; whether there
   is such a scope is seen by check/claims.c. */
const char *oa2_conf_claim(cmd_parms *cmd, void *dir, const char *args);

#endif

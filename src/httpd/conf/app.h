/* SPDX-License-Identifier: Apache-2.0 */
/* app.h - what is asked of those who make apps: how much they write, what they
   agree to, and whether somebody looks at it. */
#ifndef OA2_HTTPD_CONF_APP_H
#define OA2_HTTPD_CONF_APP_H

#include <httpd.h>
#include <http_config.h>

const char *oa2_conf_app_words(cmd_parms *cmd, void *dir, const char *least,
                               const char *most);
const char *oa2_conf_app_terms(cmd_parms *cmd, void *dir, const char *url,
                               const char *version);
const char *oa2_conf_app_approval(cmd_parms *cmd, void *dir, int on);

#endif

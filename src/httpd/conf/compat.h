/* SPDX-License-Identifier: Apache-2.0 */
/* compat.h - the directive OAuth2Compat: domain/client/compat.h. */
#ifndef OA2_HTTPD_CONF_COMPAT_H
#define OA2_HTTPD_CONF_COMPAT_H

#include <httpd.h>
#include <http_config.h>

/* One of its words; "none" stands alone. */
const char *oa2_conf_compat(cmd_parms *cmd, void *dir, const char *name);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sitelogo.h - OAuth2SiteLogo: the picture that all pages begin with.
 *
 * It is the administrator's, so it is shown as it is; whether it is one is
 * looked at when a configuration is tested.
 */
#ifndef OA2_HTTPD_START_SITELOGO_H
#define OA2_HTTPD_START_SITELOGO_H

#include "base/err.h"
#include "domain/site/settings.h"
#include "store/logo.h"

/* Read as httpd's user, as the pages are. */
oa2_err_t *oa2_sitelogo_load(const oa2_logo_t **out, const char *path,
                             apr_pool_t *pool);
/* That, and whether OAuth2LogoProgram takes it. */
oa2_err_t *oa2_sitelogo_check(const oa2_settings_t *settings,
                              apr_pool_t *pool);

#endif

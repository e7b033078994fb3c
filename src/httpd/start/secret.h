/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secret.h - the server's secret, in its file.
 */
#ifndef OA2_HTTPD_START_SECRET_H
#define OA2_HTTPD_START_SECRET_H

#include "base/err.h"
#include "domain/site/settings.h"

/* Reads settings->secret_file, which is made when it is missing,
   and derives settings->keys. */
oa2_err_t *oa2_secret_load(oa2_settings_t *settings, apr_pool_t *pool);
/* Whether that would succeed; makes nothing. */
oa2_err_t *oa2_secret_check(const char *path, const char *state_dir,
                            apr_pool_t *pool);

#endif

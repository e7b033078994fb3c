/* SPDX-License-Identifier: Apache-2.0 */
/* setup.h - what is made once, before httpd serves: secrets, directories,
   tables, pages, shared memory; and each child's part of it. */
#ifndef OA2_HTTPD_START_SETUP_H
#define OA2_HTTPD_START_SETUP_H

#include <httpd.h>
#include "base/err.h"
#include "domain/site/settings.h"
#include "httpd/conf/conf.h"
#include "page/pages.h"

/* Hooks of the roof. */
int oa2_setup_post_config(apr_pool_t *pconf, apr_pool_t *plog,
                          apr_pool_t *ptemp, server_rec *s);
void oa2_setup_child(apr_pool_t *pchild, server_rec *s);
/*
 * Of an active server: NULL when it can serve, else why everything of ours in
 * it has to answer 503: something that went wrong at the start, or a database
 * whose tables nobody has seen yet.
 */
oa2_err_t *oa2_setup_ready(const oa2_server_t *conf, apr_pool_t *pool);
/* 1 when the state directory dir holds the secret or the database. */
int oa2_setup_is_in_state_dir(const oa2_settings_t *settings, const char *dir);
/* The pages of OAuth2PageDir dir, read as httpd's user: others may write there,
   and could link to what only root reads.  NULL: the installed ones. */
oa2_err_t *oa2_setup_pages(oa2_pages_t **out, const char *dir,
                           apr_pool_t *pool);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* setup.h - what is made once, before httpd serves: secrets, directories,
   tables, pages, shared memory; and each child's part of it. */
#ifndef OA2_HTTPD_SETUP_H
#define OA2_HTTPD_SETUP_H

#include <httpd.h>
#include "base/err.h"
#include "domain/settings.h"

/* Hooks of the roof. */
int oa2_setup_post_config(apr_pool_t *pconf, apr_pool_t *plog,
                          apr_pool_t *ptemp, server_rec *s);
void oa2_setup_child(apr_pool_t *pchild, server_rec *s);

/* secret.c: reads settings->secret_file, which is made when it is missing,
   and derives settings->keys. */
oa2_err_t *oa2_secret_load(oa2_settings_t *settings, apr_pool_t *pool);

/* servers.c: writes domain/servers.h's file.  An error is no reason not to
   start. */
oa2_err_t *oa2_servers_write(const server_rec *main_server, apr_pool_t *pool);

/* state.c */
/* The directory, and that httpd's user can write there. */
oa2_err_t *oa2_state_make(const char *dir, apr_pool_t *pool);
/*
 * Runs work as httpd's user when we are root: what it makes belongs to the
 * children, and PostgreSQL's peer authentication sees whom it will see later.
 */
oa2_err_t *oa2_state_as_user(oa2_err_t *(*work)(void *baton,
                                                apr_pool_t *pool),
                             void *baton, apr_pool_t *pool);
/* Gives a file that is there already to httpd's user, when we are root. */
oa2_err_t *oa2_state_give(const char *path, apr_pool_t *pool);
/* All of text; 0 or an errno. */
int oa2_state_write(int fd, const char *text);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* setup.h - what is made once, before httpd serves: secrets, directories,
   tables, pages, shared memory; and each child's part of it. */
#ifndef OA2_HTTPD_SETUP_H
#define OA2_HTTPD_SETUP_H

#include <sys/types.h>

#include <httpd.h>
#include "base/err.h"
#include "domain/settings.h"
#include "httpd/conf.h"

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

/* secret.c: reads settings->secret_file, which is made when it is missing,
   and derives settings->keys. */
oa2_err_t *oa2_secret_load(oa2_settings_t *settings, apr_pool_t *pool);
/* Whether that would succeed; makes nothing. */
oa2_err_t *oa2_secret_check(const char *path, const char *state_dir,
                            apr_pool_t *pool);

/* servers.c: writes domain/servers.h's file.  An error is no reason not to
   start. */
oa2_err_t *oa2_servers_write(const server_rec *main_server, apr_pool_t *pool);

/* state.c */
/* Makes the directory for httpd's user when it is not there; then as
   oa2_state_check(). */
oa2_err_t *oa2_state_make(const char *dir, apr_pool_t *pool);
/* Whether it can be used or made, and nobody but root, who starts httpd and
   httpd's user can write in it.  Makes nothing. */
oa2_err_t *oa2_state_check(const char *dir, apr_pool_t *pool);
/* Whether httpd's user can make files in it. */
oa2_err_t *oa2_state_is_writable(const char *dir, apr_pool_t *pool);
/* 1 for root, and for who starts httpd: nobody else may have written what is
   read before httpd serves. */
int oa2_state_is_owner(uid_t uid);
/*
 * Runs work as httpd's user when we are root: what it makes belongs to the
 * children, and PostgreSQL's peer authentication sees whom it will see later.
 */
oa2_err_t *oa2_state_as_user(oa2_err_t *(*work)(void *baton,
                                                apr_pool_t *pool),
                             void *baton, apr_pool_t *pool);
/* Gives a file that is there already to httpd's user, when we are root. */
oa2_err_t *oa2_state_give(const char *path, apr_pool_t *pool);
/* The directory that the file path is in. */
const char *oa2_state_folder(const char *path, apr_pool_t *pool);
/* All of text; 0 or an errno. */
int oa2_state_write(int fd, const char *text);

#endif

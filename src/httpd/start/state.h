/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state.h - the directory of what has to last, and whose files those are.
 */
#ifndef OA2_HTTPD_START_STATE_H
#define OA2_HTTPD_START_STATE_H

#include <sys/types.h>

#include "base/err.h"

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
/* Becomes httpd's user, for good, when we are root. */
oa2_err_t *oa2_state_become_user(apr_pool_t *pool);
/* Gives a file that is there already to httpd's user, when we are root, if it
   is one of that driver's; NULL: a directory. */
oa2_err_t *oa2_state_give(const char *path, const char *driver,
                          apr_pool_t *pool);
/* The directory that the file path is in. */
const char *oa2_state_folder(const char *path, apr_pool_t *pool);
/* All of text; 0 or an errno. */
int oa2_state_write(int fd, const char *text);

#endif

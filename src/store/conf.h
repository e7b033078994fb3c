/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conf.h - what an administrator writes to name a database.
 */
#ifndef OA2_STORE_CONF_H
#define OA2_STORE_CONF_H

#include <apr_pools.h>

/* The one that needs nothing to be set up. */
#define OA2_DRIVER_EMBEDDED "sqlite3"

typedef struct oa2_store_conf_t {
    const char *driver;                 /* by apr_dbd's name */
    const char *params;                 /* libpq string, or a file's path */
    int connections;                    /* most per process */
    int wait_ms;                        /* longest wait for a connection */
} oa2_store_conf_t;

/* NULL, or a sentence that says what is wrong with driver or params.  It
   quotes no value of params, which may hold a password. */
const char *oa2_store_conf_check(const oa2_store_conf_t *conf,
                                 apr_pool_t *pool);
/* params without passwords, for people and other programs; *secret: there was
   one.  Of params that oa2_store_conf_check() finds right. */
const char *oa2_store_conf_public(int *secret, const oa2_store_conf_t *conf,
                                  apr_pool_t *pool);
/* One word for a shell, quoted if it has to be; still one where httpd's log has
   it.  Of what others chose it may begin with "-": write "--" before it. */
const char *oa2_store_conf_word(const char *text, apr_pool_t *pool);
/* "oauth2ctl --database '…' VERB" for a shell, without passwords: what an
   administrator has to type. */
const char *oa2_store_conf_command(const oa2_store_conf_t *conf,
                                   const char *verb, apr_pool_t *pool);
/* 1 when this driver's params are the path of a file; 0 too for a driver that
   there is not. */
int oa2_store_is_file(const char *driver);
/* 1 when what is open can be such a file, by how it begins; an empty one
   can. */
int oa2_store_is_file_of(const char *driver, int fd);

#endif

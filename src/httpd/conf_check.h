/* SPDX-License-Identifier: Apache-2.0 */
/* conf_check.h - the parts of oa2_conf_check(). */
#ifndef OA2_HTTPD_CONF_CHECK_H
#define OA2_HTTPD_CONF_CHECK_H

#include "httpd/conf.h"

typedef struct oa2_check_t {
    server_rec *main_server;
    const char *state_dir;
    apr_pool_t *pool;                   /* for this check only */
    int mistakes;
} oa2_check_t;

/* The server of a section that stands in outer. */
server_rec *oa2_check_server_at(const oa2_check_t *check, server_rec *outer,
                                const ap_directive_t *node);
/* conf_places.c: sections, handlers and TLS.  Warnings only. */
void oa2_check_places(oa2_check_t *check);
/* conf_files.c: files, directories and databases that servers name. */
void oa2_check_files(oa2_check_t *check);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trial.h - one look at a configuration: for "httpd -t", or before a start.
 */
#ifndef OA2_HTTPD_CHECK_TRIAL_H
#define OA2_HTTPD_CHECK_TRIAL_H

#include <httpd.h>
#include <http_config.h>

typedef struct oa2_trial_t {
    server_rec *main_server;
    const char *state_dir;
    apr_pool_t *pool;                   /* for this check only */
    int mistakes;
} oa2_trial_t;

/* The server of a section that stands in outer. */
server_rec *oa2_trial_server(const oa2_trial_t *trial, server_rec *outer,
                             const ap_directive_t *node);

#endif

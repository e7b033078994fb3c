/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dir.h - what the administrator wrote for a directory.
 */
#ifndef OA2_HTTPD_CONF_DIR_H
#define OA2_HTTPD_CONF_DIR_H

#include <httpd.h>
#include <http_config.h>

#include "httpd/conf/resource.h"

/* OAuth2LoginProvider */
typedef struct oa2_provider_t {
    const char *name;
    const void *provider;               /* authn_provider */
} oa2_provider_t;

typedef struct oa2_dir_t {
    const oa2_resource_t *resource;     /* NULL: unnamed */
    const apr_array_header_t *providers;    /* oa2_provider_t; NULL: unset */
    const apr_array_header_t *basic_providers;      /* the same; NULL: none */
    int pass_headers;                   /* -1: unset, as those below */
    int pass_preflight;
    int pass_token;
    int pass_cookies;
    int allow_api_key;
    int browser_login;
    const apr_array_header_t *origins;  /* const char *; NULL: unset */
    const char *require_at;             /* the section of the innermost Require
                                           lines; NULL: none, or no path */
    unsigned require_other:1;           /* some Require may do more than look */
    unsigned require_not:1;             /* some Require or block forbids */
} oa2_dir_t;

void *oa2_conf_dir_create(apr_pool_t *pool, char *dir);
void *oa2_conf_dir_merge(apr_pool_t *pool, void *base, void *add);
const oa2_dir_t *oa2_conf_dir(const request_rec *r);

const char *oa2_conf_resource(cmd_parms *cmd, void *dir, const char *uri);
const char *oa2_conf_pass_headers(cmd_parms *cmd, void *dir, int on);
const char *oa2_conf_pass_preflight(cmd_parms *cmd, void *dir, int on);
const char *oa2_conf_pass_token(cmd_parms *cmd, void *dir, int on);
const char *oa2_conf_pass_cookies(cmd_parms *cmd, void *dir, int on);
const char *oa2_conf_allow_api_key(cmd_parms *cmd, void *dir, int on);
const char *oa2_conf_browser_login(cmd_parms *cmd, void *dir, int on);
const char *oa2_conf_cors_origin(cmd_parms *cmd, void *dir,
                                 const char *origin);
const char *oa2_conf_login_provider(cmd_parms *cmd, void *dir,
                                    const char *name);
const char *oa2_conf_basic_provider(cmd_parms *cmd, void *dir,
                                    const char *name);

#endif

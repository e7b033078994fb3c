/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conf.h - what the administrator wrote, for a server and for a directory.
 *
 * Simple server settings are the rows of OA2_SETTINGS (domain/settings.h) and
 * nowhere else; what needs a function of its own is below.
 */
#ifndef OA2_HTTPD_CONF_H
#define OA2_HTTPD_CONF_H

#include <httpd.h>
#include <http_config.h>

#include "domain/settings.h"
#include "page/page.h"

struct oa2_db_t;                        /* httpd/db.h */

/* OAuth2Resource: RFC 9728 section 1.2 */
typedef struct oa2_resource_t {
    const char *uri;                    /* as written: tokens' audience */
    const char *host;                   /* lower case, without port */
    const char *suffix;                 /* behind the well-known prefix:
                                           "/path?query", or "" */
    const char *metadata;               /* URL of its metadata document */
} oa2_resource_t;

/* Virtual hosts that say nothing of OAuth2 share the main server's. */
typedef struct oa2_server_t {
    oa2_settings_t settings;            /* whole once oa2_conf_finish() ran */
    const char *state_dir;              /* the main server's counts */
    int tls_at_proxy;                   /* OAuth2TLS proxy; -1: unset */
    apr_array_header_t *scopes;         /* oa2_scope_row_t */
    apr_array_header_t *resources;      /* const oa2_resource_t * */
    const char *metadata_appended;      /* issuer path + well-known name */
    const char *metadata_inserted;      /* well-known name + issuer path */
    int authz_core_index;               /* that module's; -1: not loaded */
    int has_mod_oauth2;                 /* that one is loaded too */
    /* post_config sets these; NULL where no issuer is */
    const char *fault;                  /* why it cannot serve; NULL: it can */
    const oa2_pages_t *pages;
    struct oa2_db_t *db;
    struct oa2_db_realm_t *realm;       /* one of the db's */
    /* in the main server's only */
    struct oa2_db_t *dbs;               /* all that are in use */
    apr_file_t *jobs_lock;              /* httpd/jobs.h; NULL: none */
} oa2_server_t;

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
    const apr_array_header_t *origins;  /* const char *; NULL: unset */
    unsigned require_other:1;           /* some Require may do more than look */
    unsigned require_not:1;             /* some Require or block forbids */
} oa2_dir_t;

/* All of it in pool. */
oa2_resource_t *oa2_resource_copy(const oa2_resource_t *resource,
                                  apr_pool_t *pool);

void *oa2_conf_server_create(apr_pool_t *pool, server_rec *s);
void *oa2_conf_server_merge(apr_pool_t *pool, void *base, void *add);
void *oa2_conf_dir_create(apr_pool_t *pool, char *dir);
void *oa2_conf_dir_merge(apr_pool_t *pool, void *base, void *add);

const oa2_server_t *oa2_conf_server(const server_rec *s);
const oa2_dir_t *oa2_conf_dir(const request_rec *r);
/* OAuth2StateDir, or where it was built for. */
const char *oa2_conf_state_dir_of(const oa2_server_t *main_conf);
/* 1 where the administrator named an issuer: elsewhere we do nothing. */
int oa2_conf_is_active(const oa2_server_t *conf);

/* A setter's error: the directive, what was written, and what to do. */
const char *oa2_conf_mistake(cmd_parms *cmd, const char *value,
                             const char *remedy);
/* Any directive of OA2_SETTINGS. */
const char *oa2_conf_set(cmd_parms *cmd, void *dir, const char *value);
const char *oa2_conf_issuer(cmd_parms *cmd, void *dir, const char *url);
const char *oa2_conf_database(cmd_parms *cmd, void *dir, const char *driver,
                              const char *params);
const char *oa2_conf_tls(cmd_parms *cmd, void *dir, const char *where);
const char *oa2_conf_state_dir(cmd_parms *cmd, void *dir, const char *path);
const char *oa2_conf_scope(cmd_parms *cmd, void *dir, const char *name,
                           const char *description, const char *preset);
const char *oa2_conf_resource(cmd_parms *cmd, void *dir, const char *uri);
const char *oa2_conf_pass_headers(cmd_parms *cmd, void *dir, int on);
const char *oa2_conf_pass_preflight(cmd_parms *cmd, void *dir, int on);
const char *oa2_conf_pass_token(cmd_parms *cmd, void *dir, int on);
const char *oa2_conf_pass_cookies(cmd_parms *cmd, void *dir, int on);
const char *oa2_conf_cors_origin(cmd_parms *cmd, void *dir,
                                 const char *origin);
const char *oa2_conf_login_provider(cmd_parms *cmd, void *dir,
                                    const char *name);
const char *oa2_conf_basic_provider(cmd_parms *cmd, void *dir,
                                    const char *name);

/*
 * 1 when AuthType type is ours in this server.  mod_oauth2, another product,
 * has the same name for its own, in lower case: where it is loaded, only
 * "OAuth2" is ours, and only in a server with an issuer.
 */
int oa2_conf_is_our_type(const oa2_server_t *conf, const char *type);
/* Fills in what was not set; idempotent.  Also for the test of a
   configuration, where nothing is opened. */
void oa2_conf_finish(oa2_server_t *conf, const server_rec *main_server,
                     apr_pool_t *pool);
/*
 * The check_config hook: everything that can be said of a configuration
 * without opening or making anything.  OK, or HTTP_INTERNAL_SERVER_ERROR
 * after it has named each mistake in the log.
 */
int oa2_conf_check(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                   server_rec *s);

#endif

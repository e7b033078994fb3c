/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conf.h - what the administrator wrote for a server.
 *
 * Simple server settings are the rows of OA2_SETTINGS (domain/site/settings.h)
 * and nowhere else; what needs a function of its own is below.
 */
#ifndef OA2_HTTPD_CONF_CONF_H
#define OA2_HTTPD_CONF_CONF_H

#include <httpd.h>
#include <http_config.h>

#include "domain/site/settings.h"
#include "httpd/conf/resource.h"
#include "page/page.h"

struct oa2_db_t;                        /* httpd/start/db.h */

/* Virtual hosts that say nothing of OAuth2 share the main server's. */
typedef struct oa2_server_t {
    oa2_settings_t settings;            /* whole once oa2_conf_finish() ran */
    const char *state_dir;              /* the main server's counts */
    int tls_at_proxy;                   /* OAuth2TLS proxy; -1: unset */
    apr_array_header_t *scopes;         /* oa2_scope_row_t */
    apr_array_header_t *claims;         /* oa2_claim_row_t */
    apr_array_header_t *resources;      /* const oa2_resource_t * */
    const char *metadata_appended;      /* issuer path + well-known name */
    const char *metadata_inserted;      /* well-known name + issuer path */
    int authz_core_index;               /* that module's; -1: not loaded */
    int has_mod_oauth2;                 /* that one is loaded too */
    /* post_config sets these; NULL where no issuer is */
    const char *fault;                  /* why it cannot serve; NULL: it can */
    const oa2_pages_t *pages;
    apr_file_t *audit_file;             /* of OAuth2AuditLog; NULL: none */
    struct oa2_db_t *db;
    struct oa2_db_realm_t *realm;       /* one of the db's */
    /* in the main server's only */
    struct oa2_db_t *dbs;               /* all that are in use */
    apr_file_t *jobs_lock;              /* httpd/run/jobs.h; NULL: none */
} oa2_server_t;

void *oa2_conf_server_create(apr_pool_t *pool, server_rec *s);
void *oa2_conf_server_merge(apr_pool_t *pool, void *base, void *add);

const oa2_server_t *oa2_conf_server(const server_rec *s)
    __attribute__((nonnull));
/* For who fills it in, before httpd serves. */
oa2_server_t *oa2_conf_server_mut(server_rec *s) __attribute__((nonnull));
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
const char *oa2_conf_site_color(cmd_parms *cmd, void *dir, const char *light,
                                const char *dark);
const char *oa2_conf_tls(cmd_parms *cmd, void *dir, const char *where);
const char *oa2_conf_state_dir(cmd_parms *cmd, void *dir, const char *path);

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
/* server_rec *: all of them as they are written, the main one first; httpd has
   virtual hosts the other way round. */
apr_array_header_t *oa2_conf_servers(server_rec *main_server,
                                     apr_pool_t *pool);

#endif

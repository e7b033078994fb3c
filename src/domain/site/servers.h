/* SPDX-License-Identifier: Apache-2.0 */
/*
 * servers.h - what a httpd serves, written down for the commands beside it.
 *
 * At each start httpd writes a file: its servers with an issuer, and the
 * database of each, so that nobody has to repeat to a command what stands in
 * httpd's configuration.  The file is JSON:
 *
 *   {"user": "www-data",
 *    "servers": [{"server": "api.example.com:443",
 *                 "issuer": "https://api.example.com/oauth2",
 *                 "realm": "https://api.example.com/oauth2",
 *                 "driver": "pgsql", "params": "dbname=oauth2",
 *                 "password": false,
 *                 "state_dir": "/var/lib/mod_oauth2_api",
 *                 "secret_file": "/var/lib/mod_oauth2_api/secret",
 *                 "mail": true}]}
 *
 * It holds no password: "password" says that httpd's parameters have one.
 * "mail" says that it can send mails.
 * Members may be added; who reads ignores what he does not know.
 */
#ifndef OA2_DOMAIN_SITE_SERVERS_H
#define OA2_DOMAIN_SITE_SERVERS_H

#include <apr_tables.h>
#include "base/err.h"

/* Names another file, for httpd and for the commands: where several httpds
   run on one machine, and in tests. */
#define OA2_SERVERS_ENV "OAUTH2_SERVERS"

typedef struct oa2_served_t {
    const char *server;                 /* httpd's name and port */
    const char *issuer;
    const char *realm;                  /* its name */
    const char *driver;                 /* as in oa2_store_conf_t */
    const char *params;                 /* without passwords */
    int password;                       /* httpd's parameters hold one */
    const char *state_dir;
    const char *secret_file;
    int mail;                           /* it has an OAuth2MailCommand */
} oa2_served_t;

typedef struct oa2_servers_t {
    const char *user;                   /* whom httpd's children run as */
    apr_array_header_t *served;         /* oa2_served_t */
} oa2_servers_t;

/* The file's path: the environment's, or the one that was built in. */
const char *oa2_servers_path(apr_pool_t *pool);
const char *oa2_servers_text(const oa2_servers_t *servers, apr_pool_t *pool);
/*
 * *out NULL: there is no such file, or it lists no server.  An error: it
 * cannot be read, is no such JSON, or somebody but root and ourselves could
 * have written it: then it must not decide where secrets are sent.
 */
oa2_err_t *oa2_servers_read(oa2_servers_t **out, const char *path,
                            apr_pool_t *pool);

#endif

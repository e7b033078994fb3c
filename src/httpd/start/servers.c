/* SPDX-License-Identifier: Apache-2.0 */
/*
 * servers.c - writes what this httpd serves; see domain/site/servers.h.
 *
 * The file lies in a directory of root's, not in the state directory: who
 * could write it would decide where an administrator's command sends secrets.
 */
#include "httpd/start/servers.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <apr_file_io.h>
#include <apr_strings.h>
#include <httpd.h>
#include <http_config.h>
#include <unixd.h>

#include "domain/site/servers.h"
#include "httpd/conf/conf.h"
#include "httpd/start/state.h"
#include "store/conf.h"

static void add(apr_array_header_t *served, const server_rec *s,
                const char *state_dir, apr_pool_t *pool)
{
    const oa2_settings_t *settings = &oa2_conf_server(s)->settings;
    oa2_store_conf_t conf = { settings->database_driver,
                              settings->database_params, 1, 1000 };
    oa2_served_t *row = apr_array_push(served);

    row->server = apr_psprintf(pool, "%s:%u", s->server_hostname
                               ? s->server_hostname : "", s->port);
    row->issuer = settings->issuer;
    row->realm = settings->realm;
    row->driver = conf.driver;
    row->params = oa2_store_conf_public(&row->password, &conf, pool);
    row->state_dir = state_dir;
    row->secret_file = settings->secret_file;
    row->mail = settings->mail_command != NULL;
}

/* Whole or not at all; 0 or an errno.  httpd's user may read it, as it may
   read what the parameters say of the database. */
static int replace(const char *path, const char *text, apr_pool_t *pool)
{
    char *beside = apr_pstrcat(pool, path, ".XXXXXX", NULL);
    int fd = mkstemp(beside);
    int why;

    if (fd < 0) return errno;
    why = oa2_state_write(fd, text);
    if (!why && geteuid() == 0
        && (fchown(fd, 0, ap_unixd_config.group_id) || fchmod(fd, 0640))) {
        why = errno;
    }
    if (close(fd) && !why)
        why = errno;
    if (!why && rename(beside, path))
        why = errno;
    if (why)
        unlink(beside);
    return why;
}

oa2_err_t *oa2_servers_write(server_rec *main_server, apr_pool_t *pool)
{
    const char *path = oa2_servers_path(pool);
    const char *slash = strrchr(path, '/');
    oa2_servers_t servers = { ap_unixd_config.user_name, NULL };
    apr_array_header_t *all = oa2_conf_servers(main_server, pool);
    int why;
    int i;

    servers.served = apr_array_make(pool, 4, sizeof(oa2_served_t));
    for (i = 0; i < all->nelts; i++) {
        const server_rec *s = APR_ARRAY_IDX(all, i, server_rec *);
        const oa2_server_t *conf = oa2_conf_server(s);

        if (!conf || !oa2_conf_is_active(conf)) continue;
        add(servers.served, s,
            oa2_conf_state_dir_of(oa2_conf_server(main_server)), pool);
    }
    if (slash && slash != path) {
        apr_dir_make_recursive(
            apr_pstrmemdup(pool, path, (apr_size_t)(slash - path)),
            APR_FPROT_UREAD | APR_FPROT_UWRITE | APR_FPROT_UEXECUTE
            | APR_FPROT_GREAD | APR_FPROT_GEXECUTE
            | APR_FPROT_WREAD | APR_FPROT_WEXECUTE, pool);
    }
    why = replace(path, oa2_servers_text(&servers, pool), pool);
    if (!why) return NULL;
    return oa2_err_make(pool, &oa2_server_error, OA2_ID(7500), NULL,
                        "could not write \"%s\" (%s): oauth2ctl does not see "
                        "there which database this httpd uses and has to be "
                        "told with --database; " OA2_SERVERS_ENV " in httpd's "
                        "environment names another file", path,
                        strerror(why));
}

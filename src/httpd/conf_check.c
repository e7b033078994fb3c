/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conf_check.c - what "httpd -t" can say of a configuration as a whole.
 *
 * SetHandler, AuthType and AuthBasicProvider are other modules' directives,
 * whose values those modules keep to themselves.  So we walk the tree of what
 * was written, and find the server of each <VirtualHost> by the line where it
 * stands.  What .htaccess files say is not seen here: the first request tells.
 */
#include "httpd/conf.h"

#include <apr_dbd.h>
#include <apr_strings.h>
#include <http_core.h>
#include <util_cfgtree.h>

#include "httpd/dispatch.h"
#include "httpd/log.h"
#include "httpd/module.h"
#include "store/store.h"

typedef struct {
    server_rec *main_server;
    apr_pool_t *pool;                   /* for this check only */
    int mistakes;
} check_t;

static server_rec *server_at(const check_t *check, server_rec *outer,
                             const ap_directive_t *node)
{
    server_rec *s;

    if (strcasecmp(node->directive, "<VirtualHost") != 0) return outer;
    for (s = check->main_server->next; s; s = s->next) {
        if (s->defn_line_number == (unsigned)node->line_num && s->defn_name
            && strcmp(s->defn_name, node->filename) == 0) {
            return s;
        }
    }
    return outer;
}

static int is_active(server_rec *s)
{
    const oa2_server_t *conf = oa2_conf_server(s);

    return conf && oa2_conf_is_active(conf);
}

static void no_issuer(check_t *check, server_rec *s,
                      const ap_directive_t *node, const char *word)
{
    check->mistakes++;
    oa2_log_server(s, APLOG_EMERG, OA2_ID(7001),
                   "%s line %d: %s %s works only with OAuth2Issuer: add it "
                   "to this server, for instance \"OAuth2Issuer "
                   "https://%s/oauth2\"", node->filename, node->line_num,
                   node->directive, word,
                   s->server_hostname ? s->server_hostname : "example.com");
}

static void check_handler(check_t *check, server_rec *s,
                          const ap_directive_t *node, const char *word)
{
    const char *names = "";
    int i;

    if (strcmp(word, OA2_HANDLER) != 0
        && strncmp(word, OA2_HANDLER_NAMED, sizeof(OA2_HANDLER_NAMED) - 1)) {
        return;
    }
    if (!is_active(s)) no_issuer(check, s, node, word);
    if (strcmp(word, OA2_HANDLER) == 0
        || oa2_endpoint_find(word + sizeof(OA2_HANDLER_NAMED) - 1)) {
        return;
    }
    for (i = 0; oa2_endpoints[i]; i++) {
        names = apr_pstrcat(check->pool, names, ", " OA2_HANDLER_NAMED,
                            oa2_endpoints[i]->name, NULL);
    }
    check->mistakes++;
    oa2_log_server(s, APLOG_EMERG, OA2_ID(7002),
                   "%s line %d: SetHandler %s: there is no such endpoint; "
                   "use " OA2_HANDLER "%s", node->filename, node->line_num,
                   word, names);
}

static int is_known_scope(const check_t *check, const char *name)
{
    server_rec *s;

    for (s = check->main_server; s; s = s->next) {
        const oa2_server_t *conf = oa2_conf_server(s);

        if (is_active(s) && oa2_settings_scope(&conf->settings, name)) {
            return 1;
        }
    }
    return 0;
}

/* Only a warning: a directory may serve several virtual hosts. */
static void check_require(check_t *check, server_rec *s,
                          const ap_directive_t *node, const char *args)
{
    const char *word = ap_getword_conf(check->pool, &args);

    if (strcasecmp(word, "not") == 0) {
        word = ap_getword_conf(check->pool, &args);
    }
    if (strcasecmp(word, "oauth2-scope") != 0) return;
    while (*(word = ap_getword_conf(check->pool, &args))) {
        if (is_known_scope(check, word)) continue;
        oa2_log_server(s, APLOG_WARNING, OA2_ID(7005),
                       "%s line %d: Require oauth2-scope %s: no token can "
                       "have this scope; add an OAuth2Scope line for it",
                       node->filename, node->line_num, word);
    }
}

static void check_node(check_t *check, server_rec *s,
                       const ap_directive_t *node)
{
    const char *args = node->args;
    const char *word;

    if (strcasecmp(node->directive, "SetHandler") == 0) {
        check_handler(check, s, node, ap_getword_conf(check->pool, &args));
    }
    else if (strcasecmp(node->directive, "AuthType") == 0) {
        word = ap_getword_conf(check->pool, &args);
        if (oa2_conf_is_our_type(oa2_conf_server(s), word) && !is_active(s)) {
            no_issuer(check, s, node, word);
        }
    }
    else if (strcasecmp(node->directive, "Require") == 0) {
        check_require(check, s, node, args);
    }
    else if (strcasecmp(node->directive, "AuthBasicProvider") == 0) {
        while (*(word = ap_getword_conf(check->pool, &args))) {
            if (strcmp(word, "oauth2") == 0 && !is_active(s)) {
                no_issuer(check, s, node, word);
            }
        }
    }
}

static void walk(check_t *check, server_rec *s, const ap_directive_t *node)
{
    for (; node; node = node->next) {
        check_node(check, s, node);
        if (node->first_child) {
            walk(check, server_at(check, s, node), node->first_child);
        }
    }
}

/* What OAuth2Database names, unless it is in the state directory, which is
   made at the first start. */
static void check_database(check_t *check, server_rec *s,
                           const oa2_server_t *conf, const char *state_dir)
{
    const oa2_settings_t *settings = &conf->settings;
    oa2_store_conf_t store = { settings->database_driver,
                               settings->database_params, 1, 1000 };
    apr_size_t len = strlen(state_dir);
    const char *problem;

    if (strncmp(store.params, state_dir, len) == 0 && store.params[len] == '/'
        && !strchr(store.params + len + 1, '/')) {
        return;
    }
    problem = oa2_store_conf_check(&store, check->pool);
    if (!problem) return;
    check->mistakes++;
    oa2_log_server(s, APLOG_EMERG, OA2_ID(7004), "OAuth2Database %s: %s",
                   store.driver, problem);
}

/* Reading them makes nothing, so a broken one can be told here. */
static void check_pages(check_t *check, server_rec *s,
                        const oa2_server_t *conf)
{
    oa2_pages_t *pages;
    oa2_err_t *err = oa2_pages_load(&pages, conf->settings.page_dir,
                                    OA2_PAGE_DIR, check->pool);

    if (!err) return;
    check->mistakes++;
    oa2_log_server(s, APLOG_EMERG, err->id, "OAuth2PageDir: %s", err->meant);
}

static void check_server(check_t *check, server_rec *s,
                         const oa2_server_t *conf, const char *state_dir)
{
    const apr_dbd_driver_t *driver;
    const char *name = conf->settings.database_driver;

    if (apr_dbd_get_driver(check->pool, name, &driver) != APR_SUCCESS) {
        check->mistakes++;
        oa2_log_server(s, APLOG_EMERG, OA2_ID(7003),
                       "OAuth2Database %s: APR's driver \"%s\" could not be "
                       "loaded: install it (on Debian the package "
                       "libaprutil1-dbd-%s)", name, name, name);
    }
    check_database(check, s, conf, state_dir);
    check_pages(check, s, conf);
}

int oa2_conf_check(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                   server_rec *main_server)
{
    check_t check = { main_server, ptemp, 0 };
    oa2_server_t *main_conf = ap_get_module_config(
        main_server->module_config, &oauth2_api_module);
    server_rec *s;

    (void)plog;
    apr_dbd_init(pconf);
    for (s = main_server; s; s = s->next) {
        oa2_server_t *conf = ap_get_module_config(s->module_config,
                                                  &oauth2_api_module);

        if (!conf) continue;
        oa2_conf_finish(conf, main_server, pconf);
        if (!oa2_conf_is_active(conf)) continue;
        check_server(&check, s, conf, oa2_conf_state_dir_of(main_conf));
    }
    walk(&check, main_server, ap_conftree);
    return check.mistakes ? HTTP_INTERNAL_SERVER_ERROR : OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check.c - what "httpd -t" can say of a configuration as a whole.
 *
 * SetHandler, AuthType and AuthBasicProvider are other modules' directives,
 * whose values those modules keep to themselves.  So we walk the tree of what
 * was written, and find the server of each <VirtualHost> by the line where it
 * stands.  What .htaccess files say is not seen here: the first request tells.
 */
#include "httpd/check/check.h"

#include <apr_dbd.h>
#include <apr_strings.h>
#include <http_core.h>
#include <util_cfgtree.h>

#include "httpd/check/claims.h"
#include "httpd/check/endpoints.h"
#include "httpd/check/files.h"
#include "httpd/conf/conf.h"
#include "httpd/conf/handler.h"
#include "httpd/module.h"
#include "httpd/run/log.h"

static int is_active(server_rec *s)
{
    const oa2_server_t *conf = oa2_conf_server(s);

    return conf && oa2_conf_is_active(conf);
}

static void no_issuer(oa2_trial_t *trial, server_rec *s,
                      const ap_directive_t *node, const char *word)
{
    trial->mistakes++;
    oa2_log_server(s, APLOG_EMERG, OA2_ID(7001),
                   "%s line %d: %s %s works only with OAuth2Issuer: add it "
                   "to this server, for instance \"OAuth2Issuer "
                   "https://%s/oauth2\"", node->filename, node->line_num,
                   node->directive, word,
                   s->server_hostname ? s->server_hostname : "example.com");
}

static void check_handler(oa2_trial_t *trial, server_rec *s,
                          const ap_directive_t *node, const char *word)
{
    const char *names = "";
    int i;

    if (strcmp(word, OA2_HANDLER) != 0
        && strncmp(word, OA2_HANDLER_NAMED, sizeof(OA2_HANDLER_NAMED) - 1)) {
        return;
    }
    if (oa2_handler_is_guarded(word)) return;
    if (!is_active(s))
        no_issuer(trial, s, node, word);
    if (strcmp(word, OA2_HANDLER) == 0
        || oa2_endpoint_find(word + sizeof(OA2_HANDLER_NAMED) - 1)) {
        return;
    }
    for (i = 0; oa2_endpoints[i]; i++) {
        names = apr_pstrcat(trial->pool, names, ", " OA2_HANDLER_NAMED,
                            oa2_endpoints[i]->name, NULL);
    }
    trial->mistakes++;
    oa2_log_server(s, APLOG_EMERG, OA2_ID(7002),
                   "%s line %d: SetHandler %s: there is no such endpoint; "
                   "use " OA2_HANDLER "%s, " OA2_HANDLER_METRICS,
                   node->filename, node->line_num, word, names);
}

static int is_known_scope(const oa2_trial_t *trial, const char *name)
{
    server_rec *s;

    for (s = trial->main_server; s; s = s->next) {
        const oa2_server_t *conf = oa2_conf_server(s);

        if (is_active(s) && oa2_settings_scope(&conf->settings, name)) {
            return 1;
        }
    }
    return 0;
}

/* Only a warning: a directory may serve several virtual hosts. */
static void check_require(oa2_trial_t *trial, server_rec *s,
                          const ap_directive_t *node, const char *args)
{
    const char *word = ap_getword_conf(trial->pool, &args);

    if (strcasecmp(word, "not") == 0) {
        word = ap_getword_conf(trial->pool, &args);
    }
    if (strcasecmp(word, "oauth2-scope") != 0) return;
    while (*(word = ap_getword_conf(trial->pool, &args))) {
        if (is_known_scope(trial, word)) continue;
        oa2_log_server(s, APLOG_WARNING, OA2_ID(7005),
                       "%s line %d: Require oauth2-scope %s: no token can "
                       "have this scope; add an OAuth2Scope line for it",
                       node->filename, node->line_num, word);
    }
}

static int is_any_active(const oa2_trial_t *trial)
{
    server_rec *s;

    for (s = trial->main_server; s; s = s->next)
        if (is_active(s)) return 1;
    return 0;
}

/* What oa2_claim_requests() sets otherwise than it is written. */
static void check_overruled(const oa2_trial_t *trial, server_rec *s,
                            const ap_directive_t *node, const char *args)
{
    const char *word = ap_getword_conf(trial->pool, &args);
    int is_trailers = strcasecmp(node->directive, "MergeTrailers") == 0;
    int is_trace = strcasecmp(node->directive, "TraceEnable") == 0;

    if ((!is_trailers && !is_trace) || strcasecmp(word, "off") == 0) return;
    if (is_trailers && is_any_active(trial)) {
        oa2_log_server(s, APLOG_WARNING, OA2_ID(7800),
                       "%s line %d: MergeTrailers %s has no effect: trailers "
                       "come in behind the place where tokens, and headers "
                       "that only this module may send, are taken out of a "
                       "request; take the line away", node->filename,
                       node->line_num, word);
    }
    if (is_trace && (is_active(s)
                     || (s == trial->main_server && is_any_active(trial)))) {
        oa2_log_server(s, APLOG_WARNING, OA2_ID(7801),
                       "%s line %d: TraceEnable %s has no effect in a server "
                       "with OAuth2Issuer: TRACE would send back cookies and "
                       "tokens; take the line away, or move it into the "
                       "<VirtualHost> that needs it", node->filename,
                       node->line_num, word);
    }
}

static void check_node(oa2_trial_t *trial, server_rec *s,
                       const ap_directive_t *node)
{
    const char *args = node->args;
    const char *word;

    if (strcasecmp(node->directive, "SetHandler") == 0) {
        check_handler(trial, s, node, ap_getword_conf(trial->pool, &args));
    }
    else if (strcasecmp(node->directive, "AuthType") == 0) {
        word = ap_getword_conf(trial->pool, &args);
        if (oa2_conf_is_our_type(oa2_conf_server(s), word) && !is_active(s)) {
            no_issuer(trial, s, node, word);
        }
    }
    else if (strcasecmp(node->directive, "Require") == 0) {
        check_require(trial, s, node, args);
    }
    else if (strcasecmp(node->directive, "AuthBasicProvider") == 0) {
        while (*(word = ap_getword_conf(trial->pool, &args))) {
            if (strcmp(word, "oauth2") == 0 && !is_active(s)) {
                no_issuer(trial, s, node, word);
            }
        }
    }
    else {
        check_overruled(trial, s, node, args);
    }
}

static void walk(oa2_trial_t *trial, server_rec *s, const ap_directive_t *node)
{
    for (; node; node = node->next) {
        check_node(trial, s, node);
        if (node->first_child) {
            walk(trial, oa2_trial_server(trial, s, node),
                 node->first_child);
        }
    }
}

/* Not for "httpd -S" and the like, which only print. */
static int is_for_reading(void)
{
    return ap_state_query(AP_SQ_RUN_MODE) == AP_SQ_RM_CONFIG_DUMP;
}

/*
 * "httpd -t", a start, and the process of "apachectl graceful" refuse alike.
 * A running httpd that reads its configuration again would end if we refused:
 * there everything is only told, and setup.c sees to the rest.
 */
/* A site that moved keeps its realm; then its old address is used anew. */
static void check_realm(const oa2_trial_t *trial, server_rec *s)
{
    const oa2_settings_t *mine = &oa2_conf_server(s)->settings;
    server_rec *other;

    for (other = trial->main_server; other; other = other->next) {
        const oa2_settings_t *theirs = &oa2_conf_server(other)->settings;

        if (!is_active(other) || strcmp(mine->realm, theirs->issuer) != 0
            || strcmp(mine->realm, theirs->realm) == 0) {
            continue;
        }
        oa2_log_server(s, APLOG_WARNING, OA2_ID(7504),
                       "OAuth2Realm %s has the name of another server's "
                       "issuer, whose own realm is %s: \"oauth2ctl --issuer\" "
                       "with that name means the issuer, so the clients of "
                       "this server are those of --issuer %s", mine->realm,
                       theirs->realm, mine->issuer);
        return;
    }
}

int oa2_conf_check(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                   server_rec *main_server)
{
    const oa2_server_t *main_conf = oa2_conf_server(main_server);
    oa2_trial_t trial = { main_server, oa2_conf_state_dir_of(main_conf),
                          ptemp, 0 };
    int is_first = ap_state_query(AP_SQ_MAIN_STATE)
        == AP_SQ_MS_CREATE_PRE_CONFIG;
    const oa2_places_t *places;
    server_rec *s;

    (void)plog;
    oa2_crypto_init();
    apr_dbd_init(pconf);
    for (s = main_server; s; s = s->next) {
        oa2_server_t *conf = oa2_conf_server_mut(s);

        if (conf)
            oa2_conf_finish(conf, main_server, pconf);
    }
    for (s = main_server; s; s = s->next) {
        if (is_active(s))
            check_realm(&trial, s);
    }
    walk(&trial, main_server, ap_conftree);
    oa2_check_claims(&trial);
    places = oa2_places_read(&trial);
    oa2_check_places(places);
    oa2_check_endpoints(places);
    if (is_first && !is_for_reading())
        oa2_check_files(&trial);
    return is_first && trial.mistakes ? HTTP_INTERNAL_SERVER_ERROR : OK;
}

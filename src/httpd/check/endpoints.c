/* SPDX-License-Identifier: Apache-2.0 */
/*
 * endpoints.c - what "httpd -t" can say of where endpoints are: SetHandler
 * and the issuer's path; an https issuer and TLS.
 */
#include "httpd/check/endpoints.h"

#include <string.h>

#include <ap_listen.h>
#include <apr_strings.h>
#include <http_core.h>

#include "httpd/conf/conf.h"
#include "httpd/conf/handler.h"
#include "httpd/module.h"
#include "httpd/run/log.h"

/* ------------------------------------------------------------ handlers */

/* 0: not ours; 1: at a place where it can serve this issuer; -1: not so. */
static int serves(const oa2_place_t *place, const oa2_settings_t *settings,
                  apr_pool_t *pool)
{
    const char *args = oa2_place_line(place, "SetHandler");
    const char *word = args ? ap_getword_conf(pool, &args) : "";
    const oa2_place_t *frame = oa2_place_frame(place);
    const char *issuer = *settings->issuer_path ? settings->issuer_path : "/";

    if (oa2_handler_is_guarded(word)) return 0;
    if (strncmp(word, OA2_HANDLER_NAMED, sizeof(OA2_HANDLER_NAMED) - 1) == 0) {
        return 1;
    }
    if (strcmp(word, OA2_HANDLER) != 0) return 0;
    if (!frame || frame->kind != OA2_PLACE_LOCATION || !frame->path) return 1;
    return oa2_place_is_under(issuer, frame->path)
        || oa2_place_is_under(frame->path, issuer) ? 1 : -1;
}

static const oa2_settings_t *active(const server_rec *s)
{
    const oa2_server_t *conf = oa2_conf_server(s);

    return conf && oa2_conf_is_active(conf) ? &conf->settings : NULL;
}

/* 1 when some server that sees the place has an issuer that it serves. */
static int is_of_use(const oa2_places_t *places, const oa2_place_t *place)
{
    server_rec *s;

    for (s = places->trial->main_server; s; s = s->next) {
        const oa2_settings_t *settings = active(s);

        if (place->s != s && place->s != places->trial->main_server) continue;
        if (settings
            && serves(place, settings, places->trial->pool) == 1) {
            return 1;
        }
    }
    return 0;
}

static void check_place_of_handler(const oa2_places_t *places,
                                   const oa2_place_t *place)
{
    const oa2_settings_t *settings = active(place->s);

    if (!settings || serves(place, settings, places->trial->pool) >= 0
        || is_of_use(places, place)) {
        return;
    }
    oa2_place_warn(place, OA2_ID(7556), apr_psprintf(
        places->trial->pool, "SetHandler oauth2 serves nothing here, because "
        "the endpoints are below the issuer's path: write <Location \"%s\">, "
        "as the issuer is %s", *settings->issuer_path
        ? settings->issuer_path : "/", settings->issuer));
}

/* A virtual host may leave its issuer's endpoints to another one. */
static int is_served(const oa2_places_t *places, const char *issuer)
{
    server_rec *s;
    int i;

    for (s = places->trial->main_server; s; s = s->next) {
        const oa2_settings_t *settings = active(s);

        if (!settings || strcmp(settings->issuer, issuer) != 0) continue;
        for (i = 0; i < places->all->nelts; i++) {
            const oa2_place_t *place = OA2_PLACE(places, i);

            if ((place->s == s || place->s == places->trial->main_server)
                && serves(place, settings, places->trial->pool) == 1) {
                return 1;
            }
        }
    }
    return 0;
}

/* ------------------------------------------------------------ TLS */

/* Directives of the modules that speak TLS; an address list is for others. */
static int has_tls(const oa2_places_t *places, const server_rec *s)
{
    static const char *const engines[] = {
        "SSLEngine", "GnuTLSEnable", "NSSEngine", NULL };
    int found = -1;
    int i;
    int j;

    for (i = 0; i < places->all->nelts; i++) {
        const oa2_place_t *place = OA2_PLACE(places, i);

        if (place->kind != OA2_PLACE_SERVER) continue;
        if (oa2_place_line(place, "TLSEngine")) return 1;
        if (place->s != s && place->s != places->trial->main_server) continue;
        for (j = 0; engines[j]; j++) {
            const char *args = oa2_place_line(place, engines[j]);

            /* A virtual host's own counts, and comes after the server's. */
            if (args)
                found = strcasecmp(args, "off") != 0;
        }
        /* mod_ssl turns itself on where httpd calls the port https. */
        if (found < 0 && s->port == 443
            && oa2_place_line(place, "SSLCertificateFile")) {
            found = 1;
        }
    }
    return found > 0;
}

/* Of the main server: a port that no virtual host takes; 0: none. */
static apr_port_t port_of_main(const server_rec *main_server)
{
    const ap_listen_rec *listener;

    for (listener = ap_listeners; listener; listener = listener->next) {
        const server_rec *s = main_server->next;
        int is_taken = 0;

        for (; s && !is_taken; s = s->next) {
            const server_addr_rec *addr = s->addrs;

            for (; addr && !is_taken; addr = addr->next) {
                is_taken = !addr->host_port
                    || addr->host_port == listener->bind_addr->port;
            }
        }
        if (!is_taken) return listener->bind_addr->port;
    }
    return 0;
}

static void check_tls(const oa2_places_t *places, server_rec *s)
{
    const oa2_server_t *conf = oa2_conf_server(s);
    int is_main = s == places->trial->main_server;
    apr_port_t port = is_main ? port_of_main(s)
        : s->addrs ? s->addrs->host_port : 0;

    if (!conf->settings.secure || conf->tls_at_proxy > 0
        || (is_main && !port) || has_tls(places, s)) {
        return;
    }
    oa2_log_server(s, APLOG_WARNING, OA2_ID(7557),
                   "OAuth2Issuer %s is https, but %s \"%s\" answers it on "
                   "port %u without TLS, so passwords and tokens could travel "
                   "in clear: move the OAuth2 lines into the <VirtualHost> "
                   "that has TLS, or write \"OAuth2TLS proxy\" when TLS ends "
                   "at a proxy in front of httpd", conf->settings.issuer,
                   is_main ? "the main server" : "the virtual host",
                   s->server_hostname ? s->server_hostname : "", port);
}

/* ------------------------------------------------------------ all */

void oa2_check_endpoints(const oa2_places_t *places)
{
    server_rec *s;
    int i;

    for (i = 0; i < places->all->nelts; i++) {
        const oa2_place_t *place = OA2_PLACE(places, i);

        if (place->kind != OA2_PLACE_SERVER) {
            check_place_of_handler(places, place);
        }
    }
    for (s = places->trial->main_server; s; s = s->next) {
        const oa2_settings_t *settings = active(s);

        if (!settings) continue;
        check_tls(places, s);
        if (is_served(places, settings->issuer)) continue;
        oa2_log_server(s, APLOG_WARNING, OA2_ID(7558),
                       "OAuth2Issuer %s: no SetHandler oauth2 serves its "
                       "endpoints: add <Location \"%s\"> SetHandler oauth2 "
                       "</Location>", settings->issuer,
                       *settings->issuer_path ? settings->issuer_path : "/");
    }
}

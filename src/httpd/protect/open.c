/* SPDX-License-Identifier: Apache-2.0 */
/* open.c - see open.h */
#include "httpd/protect/open.h"

#include <string.h>

#include <http_request.h>

#include "httpd/conf/handler.h"
#include "httpd/protect/challenge.h"
#include "httpd/protect/person.h"
#include "httpd/request.h"
#include "httpd/run/log.h"
#include "httpd/serve/claim.h"
#include "httpd/serve/cors.h"
#include "httpd/serve/find.h"
#include "httpd/serve/wellknown.h"
#include "httpd/start/setup.h"

typedef enum { CLOSED, DOCUMENT, ENDPOINT, PREFLIGHT } why_t;

/*
 * A page for people, and one is here: httpd's own Require says whether this
 * one may, whatever else the request carries.  That the database cannot be
 * asked httpd/protect/bearer finds out, too.
 */
static int is_for_person(request_rec *r, const oa2_server_t *conf)
{
    const char *handler = oa2_claim_expected(r);
    const oa2_endpoint_t *row = handler && conf && conf->db
        ? oa2_find_endpoint(r, handler, &conf->settings) : NULL;
    oa2_subject_t subject;
    int is_page;

    if (!row || row->asker != OA2_ASKER_SESSION
        || oa2_conf_dir(r)->browser_login != 1) {
        return 0;
    }
    is_page = oa2_setup_ready(conf, r->pool) != NULL
        || oa2_person_find(&subject, r, conf) != NULL
        || subject.by == OA2_BY_SESSION;
    oa2_phase_of(r)->is_page = is_page != 0;
    return is_page;
}

static why_t why_open(request_rec *r)
{
    const oa2_phase_t *phase = oa2_phase_find(r);
    const oa2_server_t *conf = oa2_conf_server(r->server);

    if (oa2_wellknown_may_be(r)) return DOCUMENT;
    if (phase && phase->document) return DOCUMENT;
    if (!oa2_request_is_protected(r)) return CLOSED;
    /* An endpoint is where tokens come from, so it cannot ask for one: not
       even where the whole host is protected. */
    if (oa2_claim_may_be(r)) return is_for_person(r, conf) ? CLOSED : ENDPOINT;
    /* Without an issuer httpd/protect/bearer says what is missing. */
    return oa2_request_is_preflight(r) && conf->db ? PREFLIGHT : CLOSED;
}

/*
 * The tree of Require directives, without a user: "declined" means that a
 * user might pass, 403 that nobody would.
 */
static int ask_others(request_rec *r, oa2_phase_t *phase)
{
    int status;

    phase->is_inside = 1;
    status = ap_run_access_checker_ex(r);
    phase->is_inside = 0;
    return status;
}

int oa2_open_check(request_rec *r)
{
    oa2_phase_t *phase = oa2_phase_find(r);
    why_t why;
    int status;

    if (phase && phase->is_inside) return DECLINED;
    why = why_open(r);
    if (why == CLOSED) return DECLINED;
    phase = oa2_phase_of(r);
    status = ask_others(r, phase);
    if (status != OK && status != DECLINED) return status;
    if (why == DOCUMENT && !oa2_wellknown_look(r)) return DECLINED;
    if (why == PREFLIGHT && oa2_conf_dir(r)->pass_preflight != 1) {
        return oa2_cors_preflight(r);
    }
    phase->is_open = 1;
    phase->is_for_us = why != PREFLIGHT;
    return OK;
}

/* Open itself, or made of such a one without being asked. */
static int is_open(const request_rec *r)
{
    const request_rec *outer = r->prev ? r->prev : r->main;
    const oa2_phase_t *phase = oa2_phase_find(r);

    if (phase && phase->is_open) return 1;
    return outer && outer->per_dir_config == r->per_dir_config
        && is_open(outer);
}

static int refuse(request_rec *r, oa2_err_t *err)
{
    oa2_log_err(r, err, NULL);
    oa2_challenge(r, NULL, NULL);
    return HTTP_UNAUTHORIZED;
}

/* 1 when it was let through as ours, and is ours. */
static int is_kept(const request_rec *r, const oa2_phase_t *phase)
{
    const char *handler = oa2_claim_handler(r);

    return !phase->is_for_us || phase->document
        || (handler && !oa2_handler_is_guarded(handler));
}

int oa2_open_refuse(request_rec *r)
{
    const oa2_phase_t *phase = oa2_phase_find(r);

    if (phase && phase->is_open) {
        return is_kept(r, phase) ? DECLINED : refuse(r, oa2_err_make(
            r->pool, &oa2_forbidden, OA2_ID(7501), NULL,
            "%s has a handler of ours, so it needed no token, and then "
            "something put \"%s\" in its place (RewriteRule with [H=...])",
            r->uri, r->handler ? r->handler : "the default handler"));
    }
    if ((!r->prev && !r->main) || !oa2_request_is_protected(r)
        || oa2_request_is_claimed(r) || !is_open(r)) {
        return DECLINED;
    }
    return refuse(r, oa2_err_make(
        r->pool, &oa2_forbidden, OA2_ID(7402), NULL,
        "%s was reached inside httpd from a preflight, which has no token",
        r->uri));
}

/* 1 when path is r's, or a part of it that ends where a segment does. */
static int is_above(const char *path, const request_rec *r)
{
    apr_size_t len = strlen(path);

    while (len && path[len - 1] == '/')
        len--;
    return len && strncmp(path, r->uri, len) == 0
        && (!r->uri[len] || r->uri[len] == '/');
}

int oa2_open_is_admitted(request_rec *r, const oa2_settings_t *settings)
{
    const oa2_phase_t *phase = oa2_phase_find(r);
    const char *at = oa2_conf_dir(r)->require_at;
    apr_size_t len = strlen(settings->issuer_path);

    if (!phase || !phase->is_page || phase->subject.by != OA2_BY_SESSION
        || !at || !is_above(at, r)) {
        return 0;
    }
    /* A page that is mounted elsewhere has that path alone. */
    return strcmp(at, r->uri) == 0
        || (strncmp(at, settings->issuer_path, len) == 0 && at[len] == '/'
            && at[len + 1]);
}

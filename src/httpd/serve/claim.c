/* SPDX-License-Identifier: Apache-2.0 */
/* claim.c - see claim.h */
#include "httpd/serve/claim.h"

#include <ap_expr.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_request.h>

#include "httpd/conf/handler.h"
#include "httpd/request.h"
#include "httpd/serve/wellknown.h"

/*
 * TRACE echoes cookies and tokens.  Trailers (MergeTrailers On) come in behind
 * what is taken at the entrance, in whatever server of the process.
 */
int oa2_claim_requests(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                       server_rec *main_server)
{
    server_rec *s;
    int is_any = 0;

    (void)pconf;
    (void)plog;
    (void)ptemp;
    for (s = main_server; s; s = s->next) {
        const oa2_server_t *conf = oa2_conf_server(s);
        core_server_config *core =
            ap_get_core_module_config(s->module_config);

        if (!conf || !oa2_conf_is_active(conf)) continue;
        core->trace_enable = AP_TRACE_DISABLE;
        is_any = 1;
    }
    for (s = main_server; s && is_any; s = s->next) {
        core_server_config *core =
            ap_get_core_module_config(s->module_config);

        core->merge_trailers = AP_MERGE_TRAILERS_DISABLE;
    }
    return OK;
}

/* SetHandler, which can be an expression; httpd sets r->handler much later. */
static const char *configured(request_rec *r)
{
    const core_dir_config *core =
        ap_get_core_module_config(r->per_dir_config);
    const char *problem = NULL;
    const char *handler = core->handler;

    if (core->expr_handler) {
        handler = ap_expr_str_exec(r, core->expr_handler, &problem);
    }
    return !problem && oa2_handler_is_ours(handler) ? handler : NULL;
}

/* A forward proxy's path is another server's. */
static int is_path(const request_rec *r)
{
    return r->proxyreq != PROXYREQ_PROXY && r->uri && r->uri[0] == '/';
}

static int find(oa2_phase_t *phase, request_rec *r)
{
    /* The tree of endpoints holds documents too. */
    phase->document = oa2_wellknown_find(r);
    if (!phase->document)
        phase->handler = configured(r);
    return phase->document || phase->handler;
}

static int take(request_rec *r)
{
    r->proxyreq = PROXYREQ_NONE;
    r->filename = apr_pstrdup(r->pool, r->uri);
    r->canonical_filename = r->filename;
    r->path_info = apr_pstrdup(r->pool, "");
    /* Nothing of the kind that mod_dir, mod_negotiation and mod_speling look
       for something better for: no directory, and not missing. */
    r->finfo.valid = 0;
    r->finfo.filetype = APR_REG;
    return OK;
}

int oa2_claim_early(request_rec *r)
{
    /* DONE: as it came, normalized.  Decoding it any further could only make
       a 404 of httpd's of it, with whatever ErrorDocument there is. */
    return is_path(r) && (configured(r) || oa2_wellknown_find(r)) ? DONE
                                                                  : DECLINED;
}

int oa2_claim_name(request_rec *r)
{
    oa2_phase_t *phase = oa2_phase_of(r);

    phase->uri = r->uri;
    return is_path(r) && find(phase, r) ? take(r) : DECLINED;
}

/* mod_rewrite's PT names another path after ours was asked. */
static int find_again(oa2_phase_t *phase, request_rec *r)
{
    int is_found;

    phase->uri = r->uri;
    phase->handler = NULL;
    phase->document = NULL;
    if (!is_path(r) || ap_location_walk(r) != OK || ap_if_walk(r) != OK) {
        r->per_dir_config = r->server->lookup_defaults;
        return 0;
    }
    is_found = find(phase, r);
    r->per_dir_config = r->server->lookup_defaults;
    return is_found;
}

int oa2_claim_storage(request_rec *r)
{
    const core_server_config *core =
        ap_get_core_module_config(r->server->module_config);
    oa2_phase_t *phase = oa2_phase_find(r);

    /* mod_proxy would log it as an error, whose fault it is not. */
    if (r->method_number == M_TRACE && !oa2_request_is_claimed(r)
        && core->trace_enable == AP_TRACE_DISABLE) {
        return HTTP_METHOD_NOT_ALLOWED;
    }
    /* A sub-request by a file's name has not been asked for its path. */
    if (!phase || !phase->uri) return DECLINED;
    if (phase->uri != r->uri && find_again(phase, r))
        take(r);
    return oa2_request_is_claimed(r) ? OK : DECLINED;
}

int oa2_claim_type(request_rec *r)
{
    return oa2_request_is_claimed(r) ? OK : DECLINED;
}

/* 1 when a .htaccess file was read on the way here. */
static int is_others(const request_rec *r)
{
    const struct htaccess_result *file;

    for (file = r->htaccess; file; file = file->next) {
        if (file->htaccess) return 1;
    }
    return 0;
}

const char *oa2_claim_handler(const request_rec *r)
{
    const oa2_phase_t *phase = oa2_phase_find(r);

    if (phase && phase->handler) return phase->handler;
    return oa2_handler_is_ours(r->handler) && !is_others(r) ? r->handler
                                                            : NULL;
}

const char *oa2_claim_expected(request_rec *r)
{
    const oa2_phase_t *phase = oa2_phase_find(r);
    const char *handler = phase ? phase->handler : NULL;

    if (!handler && !r->main && !is_others(r))
        handler = configured(r);
    return handler && !oa2_handler_is_guarded(handler) ? handler : NULL;
}

int oa2_claim_may_be(request_rec *r)
{
    const oa2_phase_t *phase = oa2_phase_find(r);

    return (phase && phase->document) || oa2_claim_expected(r);
}

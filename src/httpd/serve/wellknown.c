/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wellknown.c - see wellknown.h
 *
 * The authorization server's document is served at both places where clients
 * look: inserted before the issuer's path (RFC 8414 section 3.1), and appended
 * to it.  openid-configuration is not: clients that find it ask for the scope
 * "openid".  What is not ours is declined: other modules and applications have
 * well-known documents too.
 */
#include "httpd/serve/wellknown.h"

#include <string.h>

#include <http_protocol.h>
#include <http_request.h>

#include "httpd/conf/handler.h"
#include "httpd/request.h"
#include "httpd/run/count.h"
#include "httpd/run/log.h"
#include "httpd/serve/call.h"
#include "httpd/serve/cors.h"
#include "httpd/serve/reply.h"

#define CACHE_FOR "public, max-age=300"

static const oa2_endpoint_t document = { .answer = OA2_ANSWER_JSON };
/* Stands for the authorization server's own document. */
static const oa2_resource_t server_document;

/* One "/" more does not make it another document. */
static int is_same_path(const char *a, const char *b)
{
    apr_size_t len = strlen(b);

    return strncmp(a, b, len) == 0
        && (!a[len] || (a[len] == '/' && !a[len + 1]));
}

static int is_server_document(const oa2_server_t *conf, const char *path)
{
    return is_same_path(path, conf->metadata_inserted)
        || is_same_path(path, conf->metadata_appended);
}

/* ------------------------------------------------------------ resources */

/* Without a query in the URI the request's is somebody's own business. */
static int is_resource(const oa2_resource_t *resource, const char *suffix,
                       const char *args)
{
    const char *query = strchr(resource->suffix, '?');
    apr_size_t len = query ? (apr_size_t)(query - resource->suffix)
                           : strlen(resource->suffix);

    if (query && (!args || strcmp(query + 1, args) != 0)) return 0;
    return strncmp(suffix, resource->suffix, len) == 0
        && (!suffix[len] || (suffix[len] == '/' && !suffix[len + 1]));
}

/* The one of this host when there are several: names share a server. */
static const oa2_resource_t *find_listed(request_rec *r,
                                         const oa2_server_t *conf,
                                         const char *suffix)
{
    const oa2_resource_t *found = NULL;
    int i;

    for (i = 0; i < conf->resources->nelts; i++) {
        const oa2_resource_t *resource =
            APR_ARRAY_IDX(conf->resources, i, const oa2_resource_t *);

        if (!is_resource(resource, suffix, r->args)) continue;
        if (r->hostname && strcasecmp(resource->host, r->hostname) == 0) {
            return resource;
        }
        if (!found)
            found = resource;
    }
    return found;
}

/*
 * What a .htaccess file says is known only when httpd walks to it: so we have
 * it walk, and stop it before it asks for authentication.
 */
static const oa2_resource_t *find_by_lookup(request_rec *r,
                                            const char *suffix)
{
    oa2_phase_t *phase = oa2_phase_of(r);
    oa2_resource_t *found = NULL;
    request_rec *sub;

    /* httpd would log "../" as an error, whose fault it is not. */
    if ((*suffix && *suffix != '/') || strchr(suffix, '%')
        || strstr(suffix, "/.")) {
        return NULL;
    }
    phase->is_lookup = 1;
    sub = ap_sub_req_lookup_uri(*suffix ? suffix : "/", r, NULL);
    phase->is_lookup = 0;
    if (sub->per_dir_config && oa2_conf_dir(sub)->resource) {
        /* What .htaccess said ends with the sub-request. */
        found = oa2_resource_copy(oa2_conf_dir(sub)->resource, r->pool);
    }
    ap_destroy_sub_req(sub);
    return found && is_resource(found, suffix, r->args) ? found : NULL;
}

int oa2_wellknown_stop(request_rec *r)
{
    const oa2_phase_t *phase = r->main ? oa2_phase_find(r->main) : NULL;

    return phase && phase->is_lookup ? HTTP_NOT_FOUND : DECLINED;
}

/* ------------------------------------------------------------ finding */

/* The client's own request, in a server that has an issuer; NULL: no.  Nearly
   every request ends here, so cheap questions come first. */
static const oa2_server_t *asked(const request_rec *r)
{
    const oa2_server_t *conf = oa2_conf_server(r->server);

    return r->uri && strstr(r->uri, OA2_WELL_KNOWN) && !r->main && !r->prev
        && conf && conf->db ? conf : NULL;
}

/* What follows the resources' well-known name; NULL: it does not come. */
static const char *suffix_of(const request_rec *r)
{
    apr_size_t len = sizeof(OA2_PROTECTED_RESOURCE) - 1;

    return strncmp(r->uri, OA2_PROTECTED_RESOURCE, len) == 0 ? r->uri + len
                                                             : NULL;
}

const oa2_resource_t *oa2_wellknown_find(request_rec *r)
{
    const oa2_server_t *conf = asked(r);
    const char *suffix;

    if (!conf) return NULL;
    if (is_server_document(conf, r->uri)) return &server_document;
    suffix = suffix_of(r);
    return suffix ? find_listed(r, conf, suffix) : NULL;
}

int oa2_wellknown_may_be(const request_rec *r)
{
    return asked(r) && suffix_of(r);
}

int oa2_wellknown_look(request_rec *r)
{
    oa2_phase_t *phase = oa2_phase_find(r);

    if (phase && phase->document) return 1;
    if (!oa2_wellknown_may_be(r)) return 0;
    phase = oa2_phase_of(r);
    if (!phase->is_looked_up) {
        phase->is_looked_up = 1;
        phase->document = find_by_lookup(r, suffix_of(r));
    }
    return phase->document != NULL;
}

/* ------------------------------------------------------------ answering */

static int answer(request_rec *r, const oa2_resource_t *resource)
{
    static const char methods[] = "GET, HEAD, OPTIONS";
    const oa2_server_t *conf = oa2_conf_server(r->server);
    oa2_reply_t *reply;
    oa2_call_t call;
    cJSON *json;

    oa2_call_make(&call, r, conf);
    call.endpoint = &document;
    oa2_cors_grant_all(call.headers);
    if (r->method_number == M_OPTIONS) {
        oa2_cors_options(call.headers, r, methods);
        reply = oa2_reply_empty(r->pool, HTTP_NO_CONTENT);
    }
    else if (r->method_number != M_GET) {
        oa2_err_t *err = oa2_err_make(r->pool, &oa2_method_not_allowed,
                                      OA2_ID(7090), NULL,
                                      "method %s at a metadata document",
                                      r->method);

        apr_table_setn(call.headers, "Allow", methods);
        oa2_log_err(r, err, NULL);
        reply = oa2_reply_error(&call, err);
    }
    else {
        json = resource != &server_document
            ? oa2_metadata_resource(&call.ctx, resource->uri,
                                    conf->settings.site_name)
            : oa2_metadata_server(&call.ctx, oa2_endpoints);
        reply = oa2_reply_json(r->pool, HTTP_OK, json);
        apr_table_setn(call.headers, "Cache-Control", CACHE_FOR);
    }
    oa2_count_answer(r, NULL, reply);
    return oa2_reply_send(r, reply, call.headers);
}

int oa2_wellknown_answer(request_rec *r)
{
    return oa2_wellknown_look(r) ? answer(r, oa2_phase_find(r)->document)
                                 : DECLINED;
}

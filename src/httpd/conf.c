/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conf.c - the directives' setters, merging and defaults.
 *
 * What cannot be said while one directive is read (because it needs another
 * one) is said by conf_check.c.
 */
#include "httpd/conf.h"

#include <stddef.h>

#include <apr_strings.h>
#include <ap_provider.h>
#include <http_core.h>
#include <mod_auth.h>

#include "base/abnf.h"
#include "base/encode.h"
#include "base/units.h"
#include "base/uri.h"
#include "httpd/module.h"
#include "httpd/wellknown.h"
#include "store/store.h"

#define UNSET (-1)                      /* every minimum is 0 or more */
#define UNSET_TEXT NULL
#define UNSET_SECONDS UNSET
#define UNSET_BYTES UNSET
#define UNSET_NUMBER UNSET

/* ------------------------------------------------------------ the rows */

typedef enum { KIND_TEXT, KIND_SECONDS, KIND_BYTES, KIND_NUMBER } kind_t;

typedef struct {
    const char *directive;
    kind_t kind;
    apr_size_t offset;                  /* in oa2_settings_t */
    apr_int64_t min;
    apr_int64_t max;
} row_t;

static const row_t rows[] = {
#define X(kind, member, directive, preset, min, max, help)                  \
    { directive, KIND_##kind, offsetof(oa2_settings_t, member), min, max },
    OA2_SETTINGS(X)
#undef X
    { NULL, KIND_TEXT, 0, 0, 0 }
};

static oa2_server_t *server_of(const cmd_parms *cmd)
{
    return ap_get_module_config(cmd->server->module_config,
                                &oauth2_api_module);
}

/* Names the directive, what was written, and what to do. */
static const char *mistake(cmd_parms *cmd, const char *value,
                           const char *remedy)
{
    return apr_psprintf(cmd->pool, "%s \"%s\": %s", cmd->cmd->name, value,
                        remedy);
}

static const char *text_problem(const row_t *row, const char *value,
                                apr_pool_t *pool)
{
    apr_size_t len = strlen(value);

    if ((apr_int64_t)len < row->min || (apr_int64_t)len > row->max) {
        return apr_psprintf(pool, "write %" APR_INT64_T_FMT " to %"
                            APR_INT64_T_FMT " bytes", row->min, row->max);
    }
    if (!oa2_is_text(value))
        return "write UTF-8 text without control characters";
    return NULL;
}

/* Files are relative to ServerRoot, as everywhere in httpd. */
static int is_path(const row_t *row)
{
    return row->offset == offsetof(oa2_settings_t, secret_file)
        || row->offset == offsetof(oa2_settings_t, page_dir);
}

const char *oa2_conf_set(cmd_parms *cmd, void *dir, const char *value)
{
    oa2_settings_t *settings = &server_of(cmd)->settings;
    const row_t *row = rows;
    const char *problem = NULL;
    void *member;

    (void)dir;
    while (row->directive && strcasecmp(row->directive, cmd->cmd->name) != 0) {
        row++;
    }
    if (!row->directive) return "is not a setting";
    member = (char *)settings + row->offset;
    switch (row->kind) {
    case KIND_TEXT:
        problem = text_problem(row, value, cmd->pool);
        if (problem) break;
        *(const char **)member = is_path(row)
            ? ap_server_root_relative(cmd->pool, value) : value;
        if (!*(const char **)member) problem = "is not a path";
        break;
    case KIND_SECONDS:
        problem = oa2_units_seconds(member, value, row->min, row->max,
                                    cmd->pool);
        break;
    case KIND_BYTES:
        problem = oa2_units_bytes(member, value, row->min, row->max,
                                  cmd->pool);
        break;
    case KIND_NUMBER:
        problem = oa2_units_number(member, value, row->min, row->max,
                                   cmd->pool);
        break;
    }
    return problem ? mistake(cmd, value, problem) : NULL;
}

/* ------------------------------------------------------------ a server */

void *oa2_conf_server_create(apr_pool_t *pool, server_rec *s)
{
    oa2_server_t *conf = apr_pcalloc(pool, sizeof(*conf));

    (void)s;
#define X(kind, member, directive, preset, min, max, help)                  \
    conf->settings.member = UNSET_##kind;
    OA2_SETTINGS(X)
#undef X
    conf->scopes = apr_array_make(pool, 4, sizeof(oa2_scope_row_t));
    conf->resources = apr_array_make(pool, 4, sizeof(const oa2_resource_t *));
    return conf;
}

void *oa2_conf_server_merge(apr_pool_t *pool, void *base_, void *add_)
{
    const oa2_server_t *base = base_;
    const oa2_server_t *add = add_;
    oa2_server_t *conf = apr_pmemdup(pool, add, sizeof(*add));
    oa2_settings_t *to = &conf->settings;

#define X(kind, member, directive, preset, min, max, help)                  \
    if (to->member == UNSET_##kind) to->member = base->settings.member;
    OA2_SETTINGS(X)
#undef X
    if (!to->issuer) {
        to->issuer = base->settings.issuer;
        to->issuer_origin = base->settings.issuer_origin;
        to->issuer_path = base->settings.issuer_path;
        to->secure = base->settings.secure;
    }
    if (!to->database_driver) {
        to->database_driver = base->settings.database_driver;
        to->database_params = base->settings.database_params;
    }
    /* A virtual host with scopes of its own has only those. */
    if (apr_is_empty_array(add->scopes)) conf->scopes = base->scopes;
    conf->resources = apr_array_append(pool, base->resources, add->resources);
    return conf;
}

const char *oa2_conf_issuer(cmd_parms *cmd, void *dir, const char *url)
{
    const char *problem = oa2_settings_set_issuer(&server_of(cmd)->settings,
                                                  url, cmd->pool);

    (void)dir;
    return problem ? mistake(cmd, url, problem) : NULL;
}

const char *oa2_conf_database(cmd_parms *cmd, void *dir, const char *driver,
                              const char *params)
{
    oa2_settings_t *settings = &server_of(cmd)->settings;
    oa2_store_conf_t conf = { driver, params, 1, 1000 };
    const char *problem = NULL;

    (void)dir;
    /* Whether SQLite's folder is there is checked later: the state directory
       is made at the first start. */
    if (strcmp(driver, "sqlite3") == 0) {
        if (strcmp(params, ":memory:") == 0) {
            return mistake(cmd, params, "each child process would have a "
                           "database of its own; name a file");
        }
        conf.params = ap_server_root_relative(cmd->pool, params);
        if (!conf.params) problem = "the file's name is not a path";
    }
    else {
        problem = oa2_store_conf_check(&conf, cmd->pool);
    }
    /* The parameters can hold a password: only the driver is quoted. */
    if (problem) return mistake(cmd, driver, problem);
    settings->database_driver = conf.driver;
    settings->database_params = conf.params;
    return NULL;
}

const char *oa2_conf_state_dir(cmd_parms *cmd, void *dir, const char *path)
{
    const char *problem = ap_check_cmd_context(cmd, GLOBAL_ONLY);

    (void)dir;
    if (problem) return problem;
    server_of(cmd)->state_dir = ap_server_root_relative(cmd->pool, path);
    return server_of(cmd)->state_dir ? NULL
                                     : mistake(cmd, path, "is not a path");
}

const char *oa2_conf_scope(cmd_parms *cmd, void *dir, const char *name,
                           const char *description, const char *preset)
{
    oa2_server_t *conf = server_of(cmd);
    oa2_scope_row_t *row;
    int i;

    (void)dir;
    /* RFC 6749 section 3.3 */
    if (!oa2_is_scope_token(name) || strlen(name) > 255) {
        return mistake(cmd, name, "write one word of at most 255 printable "
                       "ASCII characters without '\"' and '\\'");
    }
    if (!oa2_is_text(description) || strlen(description) > 500) {
        return mistake(cmd, name, "describe it in at most 500 bytes of UTF-8 "
                       "text: users read it on the consent page");
    }
    if (preset && strcasecmp(preset, "default") != 0) {
        return mistake(cmd, preset, "only the word \"default\" can follow the "
                       "description (which needs quotes around it)");
    }
    for (i = 0; i < conf->scopes->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(conf->scopes, i, oa2_scope_row_t).name,
                   name) == 0) {
            return mistake(cmd, name, "is there already: remove one");
        }
    }
    row = apr_array_push(conf->scopes);
    row->name = name;
    row->description = description;
    row->is_default = preset != NULL;
    return NULL;
}

/* ------------------------------------------------------------ a directory */

void *oa2_conf_dir_create(apr_pool_t *pool, char *dir)
{
    oa2_dir_t *conf = apr_pcalloc(pool, sizeof(*conf));

    (void)dir;
    conf->pass_headers = UNSET;
    conf->pass_preflight = UNSET;
    return conf;
}

/* Runs on every request: copies pointers and flags, nothing else. */
void *oa2_conf_dir_merge(apr_pool_t *pool, void *base_, void *add_)
{
    const oa2_dir_t *base = base_;
    const oa2_dir_t *add = add_;
    oa2_dir_t *conf = apr_palloc(pool, sizeof(*conf));

    conf->resource = add->resource ? add->resource : base->resource;
    conf->providers = add->providers ? add->providers : base->providers;
    conf->pass_headers = add->pass_headers != UNSET ? add->pass_headers
                                                    : base->pass_headers;
    conf->pass_preflight = add->pass_preflight != UNSET ? add->pass_preflight
                                                        : base->pass_preflight;
    return conf;
}

/*
 * RFC 9728 section 3.1: the well-known name goes between host and path, and a
 * "/" that is the whole path is dropped.
 */
static const oa2_resource_t *resource_make(const oa2_uri_t *uri,
                                           const char *text, apr_pool_t *pool)
{
    oa2_resource_t *resource = apr_pcalloc(pool, sizeof(*resource));
    const char *path = strcmp(uri->path, "/") == 0 ? "" : uri->path;

    resource->uri = text;
    resource->host = uri->host;
    resource->suffix = uri->query
        ? apr_pstrcat(pool, path, "?", uri->query, NULL) : path;
    resource->metadata = apr_pstrcat(pool, oa2_uri_origin(uri, pool),
                                     OA2_PROTECTED_RESOURCE, resource->suffix,
                                     NULL);
    return resource;
}

oa2_resource_t *oa2_resource_copy(const oa2_resource_t *resource,
                                  apr_pool_t *pool)
{
    oa2_resource_t *copy = apr_palloc(pool, sizeof(*copy));

    copy->uri = apr_pstrdup(pool, resource->uri);
    copy->host = apr_pstrdup(pool, resource->host);
    copy->suffix = apr_pstrdup(pool, resource->suffix);
    copy->metadata = apr_pstrdup(pool, resource->metadata);
    return copy;
}

const char *oa2_conf_resource(cmd_parms *cmd, void *dir, const char *text)
{
    oa2_dir_t *conf = dir;
    oa2_uri_t *uri = oa2_uri_parse(text, cmd->pool);

    /* RFC 9728 section 1.2: https, no fragment; our own: loopback may do
       without TLS. */
    if (!uri || !uri->host || uri->has_fragment || uri->has_userinfo
        || !oa2_uri_origin(uri, cmd->pool) || strlen(text) > 2000) {
        return mistake(cmd, text, "write the API's https URL, without a "
                       "fragment or user information");
    }
    if (strcmp(uri->scheme, "https") != 0 && !oa2_uri_is_loopback(uri)) {
        return mistake(cmd, text, "write an https URL; plain http is only "
                       "for 127.0.0.1, [::1] and localhost");
    }
    conf->resource = resource_make(uri, text, cmd->pool);
    /* In .htaccess this runs in a request: the list stays as it is, and
       httpd/wellknown finds the resource by a sub-request. */
    if (!ap_check_cmd_context(cmd, NOT_IN_HTACCESS)) {
        APR_ARRAY_PUSH(server_of(cmd)->resources, const oa2_resource_t *) =
            conf->resource;
    }
    return NULL;
}

const char *oa2_conf_pass_headers(cmd_parms *cmd, void *dir, int on)
{
    oa2_dir_t *conf = dir;

    (void)cmd;
    conf->pass_headers = on;
    return NULL;
}

const char *oa2_conf_pass_preflight(cmd_parms *cmd, void *dir, int on)
{
    oa2_dir_t *conf = dir;

    (void)cmd;
    conf->pass_preflight = on;
    return NULL;
}

const char *oa2_conf_login_provider(cmd_parms *cmd, void *dir,
                                    const char *name)
{
    oa2_dir_t *conf = dir;
    const authn_provider *provider;
    apr_array_header_t *providers;
    oa2_provider_t *row;

    provider = ap_lookup_provider(AUTHN_PROVIDER_GROUP, name,
                                  AUTHN_PROVIDER_VERSION);
    if (!provider || !provider->check_password) {
        return mistake(cmd, name, "there is no such authentication provider: "
                       "load its module (mod_authn_file for \"file\", "
                       "mod_authnz_ldap for \"ldap\"), or define the alias "
                       "above this line");
    }
    /* One call a name: the list is this directory's own, made by the first. */
    providers = conf->providers
        ? apr_array_copy(cmd->pool, conf->providers)
        : apr_array_make(cmd->pool, 2, sizeof(oa2_provider_t));
    row = apr_array_push(providers);
    row->name = name;
    row->provider = provider;
    conf->providers = providers;
    return NULL;
}

/* ------------------------------------------------------------ finishing */

static const char *host_of(const oa2_settings_t *settings)
{
    const char *host = strstr(settings->issuer_origin, "://");

    return host ? host + 3 : settings->issuer_origin;
}

static void fill_in(oa2_settings_t *settings, const char *state_dir,
                    apr_pool_t *pool)
{
#define X(kind, member, directive, preset, min, max, help)                  \
    if (settings->member == UNSET_##kind) settings->member = preset;
    OA2_SETTINGS(X)
#undef X
    if (!settings->site_name) settings->site_name = host_of(settings);
    if (!settings->secret_file) {
        settings->secret_file = apr_pstrcat(pool, state_dir, "/secret", NULL);
    }
    if (!settings->database_driver) {
        settings->database_driver = "sqlite3";
        settings->database_params = apr_pstrcat(pool, state_dir,
                                                "/" OA2_DATABASE_FILE, NULL);
    }
}

static int has_text(const apr_array_header_t *all, const char *text)
{
    int i;

    for (i = 0; i < all->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(all, i, const char *), text) == 0) return 1;
    }
    return 0;
}

/*
 * RFC 8707: what a client may name is every resource of this issuer, also
 * those that another virtual host serves.
 */
static apr_array_header_t *resources_of(const char *issuer,
                                        const server_rec *s, apr_pool_t *pool)
{
    apr_array_header_t *all = apr_array_make(pool, 4, sizeof(const char *));
    int i;

    for (; s; s = s->next) {
        const oa2_server_t *conf = oa2_conf_server(s);

        if (!conf || !oa2_conf_is_active(conf)
            || strcmp(conf->settings.issuer, issuer) != 0) {
            continue;
        }
        for (i = 0; i < conf->resources->nelts; i++) {
            const char *uri = APR_ARRAY_IDX(conf->resources, i,
                                            const oa2_resource_t *)->uri;

            /* A virtual host's list begins with the main server's. */
            if (!has_text(all, uri)) APR_ARRAY_PUSH(all, const char *) = uri;
        }
    }
    return all;
}

void oa2_conf_finish(oa2_server_t *conf, const server_rec *main_server,
                     apr_pool_t *pool)
{
    oa2_settings_t *settings = &conf->settings;
    const char *path = settings->issuer_path;
    const module *authz_core;

    conf->has_mod_oauth2 = ap_find_linked_module("mod_oauth2.c") != NULL;
    if (!oa2_conf_is_active(conf) || settings->resources) return;
    fill_in(settings, oa2_conf_state_dir_of(oa2_conf_server(main_server)),
            pool);
    settings->scopes = conf->scopes;
    settings->resources = resources_of(settings->issuer, main_server, pool);
    authz_core = ap_find_linked_module("mod_authz_core.c");
    conf->authz_core_index = authz_core ? authz_core->module_index : -1;
    /* RFC 8414 section 3.1 and its compatibility note in section 5 */
    conf->metadata_inserted[0] =
        apr_pstrcat(pool, OA2_OAUTH_SERVER, path, NULL);
    conf->metadata_inserted[1] =
        apr_pstrcat(pool, OA2_OPENID_SERVER, path, NULL);
    conf->metadata_appended[0] =
        apr_pstrcat(pool, path, OA2_OAUTH_SERVER, NULL);
    conf->metadata_appended[1] =
        apr_pstrcat(pool, path, OA2_OPENID_SERVER, NULL);
}

const oa2_server_t *oa2_conf_server(const server_rec *s)
{
    return ap_get_module_config(s->module_config, &oauth2_api_module);
}

const oa2_dir_t *oa2_conf_dir(const request_rec *r)
{
    return ap_get_module_config(r->per_dir_config, &oauth2_api_module);
}

const char *oa2_conf_state_dir_of(const oa2_server_t *main_conf)
{
    return main_conf->state_dir ? main_conf->state_dir : OA2_STATE_DIR;
}

int oa2_conf_is_our_type(const oa2_server_t *conf, const char *type)
{
    if (conf && conf->has_mod_oauth2) {
        return oa2_conf_is_active(conf) && strcmp(type, "OAuth2") == 0;
    }
    return strcasecmp(type, "OAuth2") == 0;
}

int oa2_conf_is_active(const oa2_server_t *conf)
{
    return conf->settings.issuer != NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* dir.c - a directory's directives: setters and merging. */
#include "httpd/conf/dir.h"

#include <ap_provider.h>
#include <apr_strings.h>
#include <mod_auth.h>

#include "httpd/conf/conf.h"
#include "httpd/module.h"

#define UNSET (-1)

void *oa2_conf_dir_create(apr_pool_t *pool, char *dir)
{
    oa2_dir_t *conf = apr_pcalloc(pool, sizeof(*conf));

    (void)dir;
    conf->pass_headers = UNSET;
    conf->pass_preflight = UNSET;
    conf->pass_token = UNSET;
    conf->pass_cookies = UNSET;
    conf->allow_api_key = UNSET;
    conf->browser_login = UNSET;
    return conf;
}

static int merged(int base, int add)
{
    return add != UNSET ? add : base;
}

/* Runs on every request: copies pointers and flags, nothing else. */
void *oa2_conf_dir_merge(apr_pool_t *pool, void *base_, void *add_)
{
    const oa2_dir_t *base = base_;
    const oa2_dir_t *add = add_;
    oa2_dir_t *conf = apr_palloc(pool, sizeof(*conf));

    conf->resource = add->resource ? add->resource : base->resource;
    conf->providers = add->providers ? add->providers : base->providers;
    conf->basic_providers = add->basic_providers ? add->basic_providers
                                                 : base->basic_providers;
    conf->origins = add->origins ? add->origins : base->origins;
    conf->pass_headers = merged(base->pass_headers, add->pass_headers);
    conf->pass_preflight = merged(base->pass_preflight, add->pass_preflight);
    conf->pass_token = merged(base->pass_token, add->pass_token);
    conf->pass_cookies = merged(base->pass_cookies, add->pass_cookies);
    conf->allow_api_key = merged(base->allow_api_key, add->allow_api_key);
    conf->browser_login = merged(base->browser_login, add->browser_login);
    conf->require_at = add->require_at ? add->require_at : base->require_at;
    /* AuthMerging may have kept the outer lines or not. */
    conf->require_other = add->require_other | base->require_other;
    conf->require_not = add->require_not | base->require_not;
    return conf;
}

const char *oa2_conf_resource(cmd_parms *cmd, void *dir, const char *text)
{
    oa2_dir_t *conf = dir;
    oa2_uri_t *uri = oa2_uri_parse(text, cmd->pool);

    /* RFC 9728 section 1.2: https, no fragment; our own: loopback may do
       without TLS. */
    if (!uri || !uri->host || uri->has_fragment || uri->has_userinfo
        || !oa2_uri_origin(uri, cmd->pool) || strlen(text) > 2000) {
        return oa2_conf_mistake(cmd, text, "write the API's https URL, without "
                                "a fragment or user information");
    }
    if (strcmp(uri->scheme, "https") != 0 && !oa2_uri_is_loopback(uri)) {
        return oa2_conf_mistake(cmd, text, "write an https URL; plain http is "
                                "only for 127.0.0.1, [::1] and localhost");
    }
    conf->resource = oa2_resource_make(uri, text, cmd->pool);
    /* In .htaccess this runs in a request: the list stays as it is, and
       httpd/serve/wellknown finds the resource by a sub-request. */
    if (!ap_check_cmd_context(cmd, NOT_IN_HTACCESS)) {
        APR_ARRAY_PUSH(oa2_conf_server(cmd->server)->resources,
                       const oa2_resource_t *) = conf->resource;
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

const char *oa2_conf_pass_token(cmd_parms *cmd, void *dir, int on)
{
    oa2_dir_t *conf = dir;

    (void)cmd;
    conf->pass_token = on;
    return NULL;
}

const char *oa2_conf_pass_cookies(cmd_parms *cmd, void *dir, int on)
{
    oa2_dir_t *conf = dir;

    (void)cmd;
    conf->pass_cookies = on;
    return NULL;
}

const char *oa2_conf_allow_api_key(cmd_parms *cmd, void *dir, int on)
{
    oa2_dir_t *conf = dir;

    (void)cmd;
    conf->allow_api_key = on;
    return NULL;
}

const char *oa2_conf_browser_login(cmd_parms *cmd, void *dir, int on)
{
    oa2_dir_t *conf = dir;

    (void)cmd;
    conf->browser_login = on;
    return NULL;
}

const char *oa2_conf_cors_origin(cmd_parms *cmd, void *dir,
                                 const char *origin)
{
    oa2_dir_t *conf = dir;
    apr_array_header_t *origins;

    if (strcmp(origin, "*") != 0 && !oa2_uri_is_origin(origin, cmd->pool)) {
        return oa2_conf_mistake(cmd, origin, "write what browsers send as "
                                "Origin, scheme://host[:port] in lower case "
                                "without the scheme's own port and without "
                                "a path, for instance "
                                "\"https://app.example.com\"; or \"*\" for "
                                "every page");
    }
    /* One call an origin: the list is this directory's own, made by the
       first. */
    origins = conf->origins
        ? apr_array_copy(cmd->pool, conf->origins)
        : apr_array_make(cmd->pool, 2, sizeof(const char *));
    APR_ARRAY_PUSH(origins, const char *) = origin;
    conf->origins = origins;
    return NULL;
}

/* One call a name: the list is this directory's own, made by the first. */
static const char *add_provider(const apr_array_header_t **list,
                                cmd_parms *cmd, const char *name)
{
    const authn_provider *provider;
    apr_array_header_t *providers;
    oa2_provider_t *row;

    provider = ap_lookup_provider(AUTHN_PROVIDER_GROUP, name,
                                  AUTHN_PROVIDER_VERSION);
    if (!provider || !provider->check_password) {
        return oa2_conf_mistake(cmd, name, "there is no such authentication "
                                "provider: load its module (mod_authn_file "
                                "for \"file\", mod_authnz_ldap for \"ldap\"; "
                                "on Debian \"a2enmod authn_file\", \"a2enmod "
                                "authnz_ldap\"), or define the alias above "
                                "this line");
    }
    providers = *list ? apr_array_copy(cmd->pool, *list)
                      : apr_array_make(cmd->pool, 2, sizeof(oa2_provider_t));
    row = apr_array_push(providers);
    row->name = name;
    row->provider = provider;
    *list = providers;
    return NULL;
}

const char *oa2_conf_login_provider(cmd_parms *cmd, void *dir,
                                    const char *name)
{
    oa2_dir_t *conf = dir;

    return add_provider(&conf->providers, cmd, name);
}

const char *oa2_conf_basic_provider(cmd_parms *cmd, void *dir,
                                    const char *name)
{
    oa2_dir_t *conf = dir;

    return add_provider(&conf->basic_providers, cmd, name);
}

const oa2_dir_t *oa2_conf_dir(const request_rec *r)
{
    return ap_get_module_config(r->per_dir_config, &oauth2_api_module);
}

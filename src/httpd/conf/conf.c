/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conf.c - a server's directives: setters, merging and defaults.
 *
 * What cannot be said while one directive is read (because it needs another
 * one) is said by check/check.c.
 */
#include "httpd/conf/conf.h"

#include <stddef.h>

#include <apr_strings.h>
#include <http_core.h>

#include "base/text/units.h"
#include "domain/site/color.h"
#include "httpd/module.h"
#include "store/conf.h"

#define UNSET (-1)                      /* every minimum is 0 or more */
#define UNSET_TEXT NULL
#define UNSET_SECONDS UNSET
#define UNSET_BYTES UNSET
#define UNSET_NUMBER UNSET
#define UNSET_SWITCH UNSET

/* ------------------------------------------------------------ the rows */

typedef enum {
    KIND_TEXT, KIND_SECONDS, KIND_BYTES, KIND_NUMBER, KIND_SWITCH
} kind_t;

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

oa2_server_t *oa2_conf_server_mut(server_rec *s)
{
    return ap_get_module_config(s->module_config, &oauth2_api_module);
}

const oa2_server_t *oa2_conf_server(const server_rec *s)
{
    return ap_get_module_config(s->module_config, &oauth2_api_module);
}

static oa2_server_t *server_of(const cmd_parms *cmd)
{
    return oa2_conf_server_mut(cmd->server);
}

const char *oa2_conf_mistake(cmd_parms *cmd, const char *value,
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

/* The last one is for those that can be three things. */
static const char *switch_problem(apr_int64_t *out, const row_t *row,
                                  const char *value)
{
    static const char *const words[] = { "Off", "On", "Approval", NULL };
    apr_int64_t i;

    for (i = 0; i <= row->max && words[i]; i++) {
        if (strcasecmp(value, words[i]) == 0) {
            *out = i;
            return NULL;
        }
    }
    return row->max > 1 ? "write On, Off or Approval" : "write On or Off";
}

/* Files are relative to ServerRoot, as everywhere in httpd. */
static int is_path(const row_t *row)
{
    return row->offset == offsetof(oa2_settings_t, secret_file)
        || row->offset == offsetof(oa2_settings_t, page_dir)
        || row->offset == offsetof(oa2_settings_t, site_logo)
        || row->offset == offsetof(oa2_settings_t, logo_program);
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
        if (!*(const char **)member)
            problem = "is not a path";
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
    case KIND_SWITCH:
        problem = switch_problem(member, row, value);
        break;
    }
    return problem ? oa2_conf_mistake(cmd, value, problem) : NULL;
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
    conf->tls_at_proxy = UNSET;
    conf->settings.app_approval_off = UNSET;
    conf->scopes = apr_array_make(pool, 4, sizeof(oa2_scope_row_t));
    conf->claims = apr_array_make(pool, 4, sizeof(oa2_claim_row_t));
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
    if (!to->compat)
        to->compat = base->settings.compat;
    if (!to->color)
        to->color = base->settings.color;
    if (!to->app_words_max) {
        to->app_words_min = base->settings.app_words_min;
        to->app_words_max = base->settings.app_words_max;
    }
    if (!to->app_terms) {
        to->app_terms = base->settings.app_terms;
        to->app_terms_version = base->settings.app_terms_version;
    }
    if (to->app_approval_off == UNSET)
        to->app_approval_off = base->settings.app_approval_off;
    if (conf->tls_at_proxy == UNSET)
        conf->tls_at_proxy = base->tls_at_proxy;
    /* A virtual host with scopes of its own has only those; and claims go
       with scopes. */
    if (apr_is_empty_array(add->scopes)) {
        conf->scopes = base->scopes;
        if (apr_is_empty_array(add->claims))
            conf->claims = base->claims;
    }
    conf->resources = apr_array_append(pool, base->resources, add->resources);
    return conf;
}

const char *oa2_conf_issuer(cmd_parms *cmd, void *dir, const char *url)
{
    const char *problem = oa2_settings_set_issuer(&server_of(cmd)->settings,
                                                  url, cmd->pool);

    (void)dir;
    return problem ? oa2_conf_mistake(cmd, url, problem) : NULL;
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
    if (oa2_store_is_file(driver)) {
        if (strcmp(params, ":memory:") == 0) {
            return oa2_conf_mistake(cmd, params, "each child process would "
                                    "have a database of its own; name a "
                                    "file");
        }
        conf.params = ap_server_root_relative(cmd->pool, params);
        if (!conf.params)
            problem = "the file's name is not a path";
    }
    else {
        problem = oa2_store_conf_check(&conf, cmd->pool);
    }
    /* The parameters can hold a password: only the driver is quoted. */
    if (problem) return oa2_conf_mistake(cmd, driver, problem);
    settings->database_driver = conf.driver;
    settings->database_params = conf.params;
    return NULL;
}

const char *oa2_conf_site_color(cmd_parms *cmd, void *dir, const char *light,
                                const char *dark)
{
    oa2_color_t *color = apr_palloc(cmd->pool, sizeof(*color));
    const char *problem = oa2_color_read(color, light, dark, cmd->pool);

    (void)dir;
    if (problem) return oa2_conf_mistake(cmd, light, problem);
    server_of(cmd)->settings.color = color;
    return NULL;
}

const char *oa2_conf_tls(cmd_parms *cmd, void *dir, const char *where)
{
    (void)dir;
    if (strcasecmp(where, "here") != 0 && strcasecmp(where, "proxy") != 0) {
        return oa2_conf_mistake(cmd, where, "write \"here\", or \"proxy\" "
                                "when TLS ends at a proxy in front of httpd");
    }
    server_of(cmd)->tls_at_proxy = strcasecmp(where, "proxy") == 0;
    return NULL;
}

const char *oa2_conf_state_dir(cmd_parms *cmd, void *dir, const char *path)
{
    const char *problem = ap_check_cmd_context(cmd, GLOBAL_ONLY);

    (void)dir;
    if (problem) return problem;
    server_of(cmd)->state_dir = ap_server_root_relative(cmd->pool, path);
    return server_of(cmd)->state_dir
        ? NULL : oa2_conf_mistake(cmd, path, "is not a path");
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
    if (!settings->site_name)
        settings->site_name = host_of(settings);
    if (!settings->realm)
        settings->realm = settings->issuer;
    if (!settings->secret_file) {
        settings->secret_file = apr_pstrcat(pool, state_dir, "/secret", NULL);
    }
    if (!settings->database_driver) {
        settings->database_driver = OA2_DRIVER_EMBEDDED;
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
            if (!has_text(all, uri))
                APR_ARRAY_PUSH(all, const char *) = uri;
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
    if (settings->app_approval_off == UNSET)
        settings->app_approval_off = 0;
    settings->scopes = conf->scopes;
    settings->claims = conf->claims;
    settings->resources = resources_of(settings->issuer, main_server, pool);
    authz_core = ap_find_linked_module("mod_authz_core.c");
    conf->authz_core_index = authz_core ? authz_core->module_index : -1;
    /* RFC 8414 section 3.1, and what older clients make of it */
    conf->metadata_inserted = apr_pstrcat(pool, OA2_OAUTH_SERVER, path, NULL);
    conf->metadata_appended = apr_pstrcat(pool, path, OA2_OAUTH_SERVER, NULL);
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

apr_array_header_t *oa2_conf_servers(server_rec *main_server,
                                     apr_pool_t *pool)
{
    apr_array_header_t *all = apr_array_make(pool, 8, sizeof(server_rec *));
    apr_array_header_t *hosts = apr_array_make(pool, 8, sizeof(server_rec *));
    server_rec *s;

    for (s = main_server->next; s; s = s->next) {
        APR_ARRAY_PUSH(hosts, server_rec *) = s;
    }
    APR_ARRAY_PUSH(all, server_rec *) = main_server;
    while (hosts->nelts) {
        APR_ARRAY_PUSH(all, server_rec *) =
            *(server_rec **)apr_array_pop(hosts);
    }
    return all;
}

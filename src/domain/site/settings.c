/* SPDX-License-Identifier: Apache-2.0 */
/* settings.c - what follows from the settings: keys, scopes, URLs */
#include "domain/site/settings.h"

#include <string.h>
#include <apr_strings.h>

#include "base/text/encode.h"
#include "base/text/uri.h"

static const char *derive_line(oa2_keys_t *keys, const char *line,
                               apr_pool_t *pool)
{
    apr_size_t len;
    unsigned char *secret = oa2_b64url_decode(&len, line, pool);

    if (!secret)
        return "has a line that is not base64url";
    if (len < OA2_KEY_LEN)
        return "has a secret of fewer than 32 bytes";
    if (keys->count == OA2_SECRETS_MAX)
        return "has more than 4 secrets";
    oa2_derive(keys->check[keys->count], secret, len, "oauth2 token check");
    oa2_derive(keys->form[keys->count], secret, len, "oauth2 form");
    oa2_derive(keys->reply[keys->count], secret, len, "oauth2 kept answer");
    oa2_derive(keys->mark[keys->count], secret, len, "oauth2 fingerprint");
    keys->count++;
    return NULL;
}

const char *oa2_keys_derive(oa2_keys_t *keys, const char *text,
                            apr_pool_t *pool)
{
    oa2_keys_t made;
    char *state = NULL;
    char *copy = apr_pstrdup(pool, text);
    const char *line;

    memset(&made, 0, sizeof(made));
    for (line = apr_strtok(copy, " \t\r\n", &state); line;
         line = apr_strtok(NULL, " \t\r\n", &state)) {
        const char *problem = derive_line(&made, line, pool);
        if (problem) return problem;
    }
    if (!made.count)
        return "is empty";
    oa2_derive(made.salt, made.check, sizeof(made.check), "oauth2 cache");
    *keys = made;
    return NULL;
}

const char *oa2_keys_new_secret(apr_pool_t *pool)
{
    return oa2_random_text(pool, OA2_KEY_LEN);
}

const oa2_scope_row_t *oa2_settings_scope(const oa2_settings_t *settings,
                                          const char *name)
{
    int i;

    for (i = 0; i < settings->scopes->nelts; i++) {
        const oa2_scope_row_t *row =
            &APR_ARRAY_IDX(settings->scopes, i, oa2_scope_row_t);
        if (strcmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}

const char *oa2_settings_scope_words(const oa2_settings_t *settings,
                                     int defaults_only, apr_pool_t *pool)
{
    apr_array_header_t *names = apr_array_make(pool, 8, sizeof(char *));
    int i;

    for (i = 0; i < settings->scopes->nelts; i++) {
        const oa2_scope_row_t *row =
            &APR_ARRAY_IDX(settings->scopes, i, oa2_scope_row_t);
        if (!defaults_only || row->is_default)
            APR_ARRAY_PUSH(names, const char *) = row->name;
    }
    return apr_array_pstrcat(pool, names, ' ');
}

const char *oa2_settings_url(const oa2_settings_t *settings,
                             const char *name, apr_pool_t *pool)
{
    return apr_pstrcat(pool, settings->issuer, "/", name, NULL);
}

const char *oa2_settings_metadata_url(const oa2_settings_t *settings,
                                      apr_pool_t *pool)
{
    return apr_pstrcat(pool, settings->issuer_origin, OA2_OAUTH_SERVER,
                       settings->issuer_path, NULL);
}

const char *oa2_settings_path(const oa2_settings_t *settings,
                              const char *name, apr_pool_t *pool)
{
    return apr_pstrcat(pool, settings->issuer_path, "/", name, NULL);
}

/* RFC 8414 section 2: "a URL that uses the https scheme and has no query or
   fragment components" */
const char *oa2_settings_set_issuer(oa2_settings_t *settings,
                                    const char *issuer, apr_pool_t *pool)
{
    const oa2_uri_t *uri = oa2_uri_parse(issuer, pool);
    apr_size_t len = strlen(issuer);
    const char *origin;

    if (!uri || !(origin = oa2_uri_origin(uri, pool)))
        return "must be an absolute URL, such as "
               "https://api.example.com/oauth2";
    if (uri->query || uri->has_fragment || uri->has_userinfo)
        return "must have no query, fragment or user information";
    if (issuer[len - 1] == '/')
        return "must not end with a slash: clients compare it letter by "
               "letter";
    if (strstr(uri->path, "//") || strstr(uri->path, "/."))
        return "must have a path without empty or dotted segments";
    /* httpd knows a path by what its octets stand for: nobody would find it. */
    if (strchr(uri->path, '%'))
        return "must have a path of plain characters, without \"%\"";
    if (strcmp(uri->scheme, "https") != 0 && !oa2_uri_is_loopback(uri))
        return "must use https: tokens and passwords travel over it "
               "(http is accepted for loopback hosts only)";
    settings->issuer = apr_pstrdup(pool, issuer);
    settings->issuer_origin = origin;
    settings->issuer_path = apr_pstrdup(pool, uri->path);
    settings->secure = strcmp(uri->scheme, "https") == 0;
    return NULL;
}

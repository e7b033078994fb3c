/* SPDX-License-Identifier: Apache-2.0 */
/*
 * redirect.c - redirection endpoints: RFC 6749 section 3.1.2, RFC 8252
 * sections 7 and 8.3, RFC 9700 section 4.1.3
 */
#include "domain/request/redirect.h"

#include <string.h>
#include <apr_hash.h>
#include <apr_strings.h>

#include "base/text/params.h"
#include "base/text/uri.h"
#include "base/text/words.h"

#define URI_MAX 2000

static int is_web(const oa2_uri_t *uri)
{
    return strcmp(uri->scheme, "https") == 0
           || strcmp(uri->scheme, "http") == 0;
}

/* RFC 6749 section 3.1: "Request and response parameters MUST NOT be included
   more than once." */
static int has_answer(const char *query, apr_pool_t *pool)
{
    static const char *const names[] = {
        "code", "state", "iss", "error", "error_description", "error_uri"
    };
    oa2_params_t *params = oa2_params_make(pool);
    apr_size_t i;

    if (!query) return 0;
    if (oa2_params_parse(params, query, strlen(query), pool)
        || oa2_params_check_encoding(params, NULL, pool))
        return 1;
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (oa2_params_count(params, names[i])) return 1;
    return 0;
}

/* What a browser runs, shows or opens by itself: no app is behind it. */
static int is_browsers_own(const char *scheme)
{
    static const char schemes[] =
        "about blob chrome data file filesystem ftp intent jar javascript "
        "mailto ms-browser-extension resource sms tel vbscript view-source "
        "ws wss";

    return oa2_words_has(schemes, scheme);
}

const char *oa2_redirect_problem(const char *text, int any_scheme,
                                 apr_pool_t *pool)
{
    const oa2_uri_t *uri;

    if (strlen(text) > URI_MAX)
        return "is longer than 2000 bytes";
    uri = oa2_uri_parse(text, pool);
    if (!uri)
        return "is not an absolute URI, such as https://app.example/callback";
    /* Section 3.1.2: "MUST NOT include a fragment component" */
    if (uri->has_fragment)
        return "has a fragment (#…), which a redirect URI must not have";
    if (uri->has_userinfo)
        return "has user information (user@), which browsers mislead with";
    if (has_answer(uri->query, pool))
        return "has a query that is not a form's, or holds a parameter that "
               "answers add (code, state, iss, error)";
    if (is_web(uri)) {
        if (!uri->host)
            return "has no host";
        /* RFC 9700 section 2.6, RFC 8252 section 7.3 */
        if (strcmp(uri->scheme, "http") == 0 && !oa2_uri_is_loopback(uri))
            return "uses plain http, which only a loopback host may";
        return NULL;
    }
    if (is_browsers_own(uri->scheme))
        return "has a scheme that browsers obey themselves: no app can "
               "receive it";
    /* RFC 8252 section 7.1: "based on a domain name under their control" */
    if (!strchr(uri->scheme, '.') && !any_scheme)
        return "has a private-use scheme without a dot: use the reverse of "
               "a domain name, such as com.example.app:/callback";
    return NULL;
}

/*
 * RFC 8252 section 7.3: "MUST allow any port to be specified at the time of
 * the request for loopback IP redirect URIs".  Everything else is compared
 * letter by letter, so only the digits of the port are cut out.  localhost
 * too: section 8.3 recommends against it, but editors and command-line clients
 * use it.  NULL: not a loopback URI.
 */
static const char *without_port(const char *text, apr_pool_t *pool)
{
    static const char *const starts[] = { "http://127.0.0.1", "http://[::1]",
                                         "http://localhost" };
    apr_size_t i;

    for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        apr_size_t len = strlen(starts[i]);
        const char *rest = text + len;

        if (strncmp(text, starts[i], len) != 0)
            continue;
        if (*rest == ':')
            rest += 1 + strspn(rest + 1, "0123456789");
        if (*rest && *rest != '/' && *rest != '?')
            return NULL;
        return apr_pstrcat(pool, starts[i], rest, NULL);
    }
    return NULL;
}

int oa2_redirect_is_registered(const oa2_client_t *client, const char *uri,
                               apr_pool_t *pool)
{
    const apr_array_header_t *all;
    const char *portless;
    int i;

    if (strchr(uri, ' '))
        return 0;
    /* RFC 9700 section 4.1.3: "exact string matching" */
    if (oa2_words_has(client->redirect_uris, uri))
        return 1;
    portless = without_port(uri, pool);
    /* A port that no socket can have is no port. */
    if (!portless || !oa2_uri_parse(uri, pool))
        return 0;
    all = oa2_words_split(client->redirect_uris, pool);
    for (i = 0; i < all->nelts; i++) {
        const char *one = APR_ARRAY_IDX(all, i, const char *);
        const char *bare = without_port(one, pool);
        /* Who registers a port means that one. */
        if (bare && strcmp(bare, one) == 0 && strcmp(bare, portless) == 0)
            return 1;
    }
    return 0;
}

const char *oa2_redirect_default(const oa2_client_t *client)
{
    const char *all = client->redirect_uris;

    return *all && !strchr(all, ' ') ? all : NULL;
}

const char *oa2_redirect_bare(const char *uri, apr_pool_t *pool)
{
    return apr_pstrmemdup(pool, uri, strcspn(uri, "?#"));
}

/* Who receives what is sent there: an origin of the web, or a scheme. */
static const char *receiver(const oa2_uri_t *uri, apr_pool_t *pool)
{
    return is_web(uri) ? oa2_uri_origin(uri, pool)
                       : apr_pstrcat(pool, uri->scheme, ":", NULL);
}

const char *oa2_redirect_source(const char *text, apr_pool_t *pool)
{
    const oa2_uri_t *uri = oa2_uri_parse(text, pool);

    if (!uri) return NULL;
    /* A policy has no form for an IPv6 address; browsers drop the source. */
    if (uri->host && *uri->host == '[')
        return apr_pstrcat(pool, uri->scheme, ":", NULL);
    return receiver(uri, pool);
}

int oa2_redirect_leads_elsewhere(const char *before, const char *after,
                                 apr_pool_t *pool)
{
    const apr_array_header_t *known = oa2_words_split(before, pool);
    const apr_array_header_t *all = oa2_words_split(after, pool);
    apr_hash_t *receivers = apr_hash_make(pool);
    const oa2_uri_t *uri;
    const char *name;
    int i;

    for (i = 0; i < known->nelts; i++) {
        uri = oa2_uri_parse(APR_ARRAY_IDX(known, i, const char *), pool);
        name = uri ? receiver(uri, pool) : NULL;
        if (name)
            apr_hash_set(receivers, name, APR_HASH_KEY_STRING, name);
    }
    for (i = 0; i < all->nelts; i++) {
        uri = oa2_uri_parse(APR_ARRAY_IDX(all, i, const char *), pool);
        name = uri ? receiver(uri, pool) : NULL;
        if (!name || !apr_hash_get(receivers, name, APR_HASH_KEY_STRING))
            return 1;
    }
    return 0;
}

const char *oa2_redirect_place(const char *text, apr_pool_t *pool)
{
    const oa2_uri_t *uri = oa2_uri_parse(text, pool);

    if (!uri) return text;
    return is_web(uri) && uri->host ? uri->host : uri->scheme;
}

int oa2_redirect_is_local_only(const oa2_client_t *client, apr_pool_t *pool)
{
    const apr_array_header_t *all =
        oa2_words_split(client->redirect_uris, pool);
    int i;

    for (i = 0; i < all->nelts; i++) {
        const oa2_uri_t *uri =
            oa2_uri_parse(APR_ARRAY_IDX(all, i, const char *), pool);
        if (!uri || !oa2_uri_is_loopback(uri))
            return 0;
    }
    return all->nelts > 0;
}

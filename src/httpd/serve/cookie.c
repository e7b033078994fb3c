/* SPDX-License-Identifier: Apache-2.0 */
/* cookie.c - see cookie.h */
#include "httpd/serve/cookie.h"

#include <string.h>

#include <apr_lib.h>
#include <apr_strings.h>

#include "domain/person/browser.h"
#include "httpd/serve/entry.h"

#define COOKIE_MAX 128

static const char *cookie_value(const char *start, const char *end,
                                apr_pool_t *pool)
{
    const char *c;

    while (end > start && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    if (start == end || end - start > COOKIE_MAX) return NULL;
    for (c = start; c < end; c++) {
        if (!apr_isalnum(*c) && *c != '-' && *c != '_') return NULL;
    }
    return apr_pstrmemdup(pool, start, (apr_size_t)(end - start));
}

typedef struct {
    const char *name;           /* of what is wanted, or how it begins */
    const char *at;             /* what is left of the header */
} cookies_t;

/*
 * The next cookie whose name begins with the wanted one: *name is all of its
 * name, and *value its value; NULL if that cannot be one of ours.  0: there is
 * none left.  RFC 6265 section 4.2.1: only ";" parts cookies; were "," to do
 * so too, a neighbour's cookie could hold one of ours in its value.
 */
static int next_cookie(const char **name, const char **value,
                       cookies_t *cookies, apr_pool_t *pool)
{
    apr_size_t len = strlen(cookies->name);

    while (cookies->at && *cookies->at) {
        const char *at = cookies->at;
        const char *end = at + strcspn(at, ";");
        const char *equals;

        cookies->at = *end ? end + 1 : end;
        while (*at == ' ' || *at == '\t')
            at++;
        equals = at < end ? memchr(at, '=', (apr_size_t)(end - at)) : NULL;
        if (!equals || (apr_size_t)(equals - at) < len
            || strncmp(at, cookies->name, len) != 0) {
            continue;
        }
        *name = apr_pstrmemdup(pool, at, (apr_size_t)(equals - at));
        *value = cookie_value(equals + 1, end, pool);
        return 1;
    }
    return 0;
}

/* A cookie of ours: base64url of at most 128 bytes.  NULL when there is none,
   or several of that name: then somebody else may have set one. */
static const char *cookie(request_rec *r, const char *name)
{
    cookies_t cookies = { name, oa2_entry_cookie(r) };
    const char *found = NULL;
    const char *value;
    const char *full;

    while (next_cookie(&full, &value, &cookies, r->pool)) {
        if (strcmp(full, name) != 0) continue;
        if (found || !value) return NULL;
        found = value;
    }
    return found;
}

static const char *cookie_name(const oa2_server_t *conf, const char *name,
                               apr_pool_t *pool)
{
    return conf->settings.secure ? apr_pstrcat(pool, "__Host-", name, NULL)
                                 : name;
}

/* Those whose name fits their value; a name may be there more than once, by
   another path or domain. */
apr_array_header_t *oa2_cookie_browsers(request_rec *r,
                                        const oa2_server_t *conf)
{
    apr_array_header_t *ids = apr_array_make(r->pool, 2, sizeof(char *));
    const char *prefix = cookie_name(conf, "", r->pool);
    cookies_t cookies = {
        cookie_name(conf, OA2_BROWSER_COOKIE, r->pool), oa2_entry_cookie(r)
    };
    const char *value;
    const char *name;

    while (ids->nelts < OA2_BROWSER_NAMES
           && next_cookie(&name, &value, &cookies, r->pool)) {
        if (value && strcmp(name + strlen(prefix),
                            oa2_browser_cookie(value, r->pool)) == 0) {
            APR_ARRAY_PUSH(ids, const char *) = value;
        }
    }
    return ids;
}

const char *oa2_cookie_session(request_rec *r, const oa2_server_t *conf)
{
    return cookie(r, cookie_name(conf, OA2_SESSION_COOKIE, r->pool));
}

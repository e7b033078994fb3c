/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_uri.c - base/text/uri: what parses is made of the parts that were found,
 * and apr-util, which takes much more, finds the same host and port.
 */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include <apr_cstr.h>
#include <apr_general.h>
#include <apr_strings.h>
#include <apr_uri.h>

#include "base/text/abnf.h"
#include "base/text/uri.h"

static int same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void check_same(const oa2_uri_t *a, const oa2_uri_t *b)
{
    if (!b || !same(a->scheme, b->scheme) || !same(a->host, b->host)
        || a->port != b->port || !same(a->path, b->path))
        abort();
}

/* Scheme, host, port, path and query put together mean the same. */
static void check_parts(const oa2_uri_t *uri, apr_pool_t *pool)
{
    const char *text = apr_pstrcat(pool, uri->scheme, ":", NULL);
    const oa2_uri_t *again;

    if (uri->host || strncmp(uri->path, "//", 2) == 0)
        text = apr_pstrcat(pool, text, "//", uri->host ? uri->host : "",
                           NULL);
    if (uri->port)
        text = apr_psprintf(pool, "%s:%d", text, uri->port);
    text = apr_pstrcat(pool, text, uri->path, uri->query ? "?" : "",
                       uri->query ? uri->query : "", NULL);
    again = oa2_uri_parse(text, pool);
    check_same(uri, again);
    if (!same(uri->query, again->query))
        abort();
    if (again->has_fragment || again->has_userinfo)
        abort();
}

static void check_origin(const oa2_uri_t *uri, apr_pool_t *pool)
{
    const char *origin = oa2_uri_origin(uri, pool);
    const oa2_uri_t *of_origin;

    if (!origin) return;
    of_origin = oa2_uri_parse(origin, pool);
    if (!of_origin || *of_origin->path || of_origin->query)
        abort();
    if (!same(origin, oa2_uri_origin(of_origin, pool)))
        abort();
    if (oa2_uri_is_loopback(uri) != oa2_uri_is_loopback(of_origin))
        abort();
}

static void check_with(const char *text, const oa2_uri_t *uri,
                       apr_pool_t *pool)
{
    const oa2_uri_t *with = oa2_uri_parse(
        oa2_uri_with(pool, text, "code", "a b&c", "x", NULL, "iss", "#", NULL),
        pool);
    const char *added = "code=a%20b%26c&iss=%23";
    apr_size_t len;

    check_same(uri, with);
    if (!with->query || uri->has_fragment != with->has_fragment)
        abort();
    len = strlen(with->query);
    if (len < strlen(added)
        || strcmp(with->query + len - strlen(added), added) != 0)
        abort();
    if (uri->query && strncmp(with->query, uri->query,
                              strlen(uri->query)) != 0)
        abort();
}

static void compare_with_apr(const char *text, const oa2_uri_t *uri,
                             apr_pool_t *pool)
{
    apr_uri_t theirs;
    const char *host;

    if (!uri->host || apr_uri_parse(pool, text, &theirs) != APR_SUCCESS
        || !theirs.hostname)
        return;
    host = *uri->host == '['
        ? apr_pstrmemdup(pool, uri->host + 1, strlen(uri->host) - 2)
        : uri->host;
    if (apr_cstr_casecmp(host, theirs.hostname) != 0)
        abort();
    if (uri->port && theirs.port != uri->port)
        abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return apr_initialize() == APR_SUCCESS ? 0 : 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text;
    const oa2_uri_t *uri;
    apr_pool_t *pool;

    if (apr_pool_create(&pool, NULL) != APR_SUCCESS)
        abort();
    text = apr_pstrmemdup(pool, (const char *)data, size);
    /* of anything: no crash */
    oa2_uri_with(pool, text, "a", "b", NULL);
    uri = oa2_uri_parse(text, pool);
    if (uri) {
        if (!oa2_is_uri(text) || uri->port < 0 || uri->port > 65535)
            abort();
        check_parts(uri, pool);
        check_origin(uri, pool);
        check_with(text, uri, pool);
        compare_with_apr(text, uri, pool);
    }
    apr_pool_destroy(pool);
    return 0;
}

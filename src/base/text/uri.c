/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uri.c - absolute URIs (RFC 3986), as far as OAuth looks into them.
 *
 * RFC 3986 appendix A, RFC 6454 section 6.1, RFC 8252 sections 7.3 and 8.3.
 * A browser and a server that read a redirect URI differently are how codes
 * get stolen, so this takes less than the RFC: no IPvFuture, no empty port, no
 * http or https without a host.
 */
#include "base/text/uri.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <string.h>

#include <apr_strings.h>

#include "base/text/abnf.h"
#include "base/text/encode.h"

#define ORIGIN_MAX 300                  /* characters */
#define SUB_DELIMS "!$&'()*+,;="
#define PCHAR "%:@" SUB_DELIMS      /* beside unreserved */

static int is_unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
        || (c >= '0' && c <= '9') || (c && strchr("-._~", c));
}

/* 1 when text is unreserved characters and those of others only. */
static int consists_of(const char *text, const char *others)
{
    for (; *text; text++) {
        if (!is_unreserved(*text) && !strchr(others, *text))
            return 0;
    }
    return 1;
}

static char *lower(char *text)
{
    char *at;

    for (at = text; *at; at++) {
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    }
    return text;
}

/* Section 3.1: scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) */
static apr_size_t scheme_length(const char *text)
{
    apr_size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz"
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    if (len == 0 || !is_unreserved(*text)
        || strchr("0123456789-._~", *text) || text[len] != ':')
        return 0;
    return len;
}

/* Section 3.2.3.  1 to 65535: nobody listens on 0. */
static int parse_port(int *port, const char *text)
{
    apr_size_t digits = strspn(text, "0123456789");
    int n = 0;

    /* five, so that n cannot overflow; none make 0 */
    if (digits > 5 || text[digits])
        return 0;
    for (; *text; text++)
        n = n * 10 + (*text - '0');
    if (n < 1 || n > 65535)
        return 0;
    *port = n;
    return 1;
}

/* Section 3.2.2: host = IP-literal / IPv4address / reg-name */
static int is_host(const char *host)
{
    char address[sizeof(struct in6_addr)];
    char literal[INET6_ADDRSTRLEN] = "";
    apr_size_t len = strlen(host);

    if (*host != '[')
        return consists_of(host, "%" SUB_DELIMS);
    if (len < 2 || host[len - 1] != ']' || len - 2 >= sizeof(literal))
        return 0;
    memcpy(literal, host + 1, len - 2);
    return inet_pton(AF_INET6, literal, address) == 1;
}

/* Section 3.2: authority = [ userinfo "@" ] host [ ":" port ] */
static int parse_authority(oa2_uri_t *uri, char *authority)
{
    char *at = strchr(authority, '@');
    char *host = authority;
    char *colon;

    if (at) {
        *at = '\0';
        if (!consists_of(authority, "%:" SUB_DELIMS))
            return 0;
        uri->has_userinfo = 1;
        host = at + 1;
    }
    /* the colons of an IPv6 literal stand before its bracket */
    colon = strchr(*host == '[' ? host + strcspn(host, "]") : host, ':');
    if (colon) {
        if (!parse_port(&uri->port, colon + 1))
            return 0;
        *colon = '\0';
    }
    if (!is_host(host))
        return 0;
    /* file:///x has an authority and no host; then there is no port either */
    if (!*host)
        return !colon && !at;
    uri->host = lower(host);
    return 1;
}

static int is_web(const oa2_uri_t *uri)
{
    return strcmp(uri->scheme, "http") == 0
        || strcmp(uri->scheme, "https") == 0;
}

oa2_uri_t *oa2_uri_parse(const char *text, apr_pool_t *pool)
{
    oa2_uri_t *uri;
    apr_size_t len;
    const char *path;
    char *mark;

    /* all characters, and each %XX, whatever part they are in */
    if (!oa2_is_uri(text) || !(len = scheme_length(text)))
        return NULL;
    uri = apr_pcalloc(pool, sizeof(*uri));
    uri->scheme = lower(apr_pstrmemdup(pool, text, len));
    path = text + len + 1;
    if (strncmp(path, "//", 2) == 0) {
        len = strcspn(path + 2, "/?#");
        if (!parse_authority(uri, apr_pstrmemdup(pool, path + 2, len)))
            return NULL;
        path += 2 + len;
    }
    /* RFC 9110 section 4.2.1: a recipient "MUST reject" an empty host */
    if (is_web(uri) && !uri->host)
        return NULL;
    uri->path = apr_pstrdup(pool, path);
    mark = strchr(uri->path, '#');
    if (mark) {
        uri->has_fragment = 1;
        *mark = '\0';
        if (!consists_of(mark + 1, "/?" PCHAR))
            return NULL;
    }
    mark = strchr(uri->path, '?');
    if (mark) {
        *mark = '\0';
        uri->query = mark + 1;
        if (!consists_of(uri->query, "/?" PCHAR))
            return NULL;
    }
    return consists_of(uri->path, "/" PCHAR) ? uri : NULL;
}

const char *oa2_uri_origin(const oa2_uri_t *uri, apr_pool_t *pool)
{
    int usual = strcmp(uri->scheme, "http") == 0 ? 80 : 443;

    if (!is_web(uri) || !uri->host)
        return NULL;
    if (uri->port == 0 || uri->port == usual)
        return apr_pstrcat(pool, uri->scheme, "://", uri->host, NULL);
    return apr_psprintf(pool, "%s://%s:%d", uri->scheme, uri->host,
                        uri->port);
}

int oa2_uri_is_origin(const char *text, apr_pool_t *pool)
{
    const oa2_uri_t *uri = strlen(text) <= ORIGIN_MAX
        ? oa2_uri_parse(text, pool) : NULL;
    const char *written;

    if (!uri || !uri->host || !*uri->host)
        return 0;
    written = oa2_uri_origin(uri, pool);
    if (!written)
        written = apr_psprintf(pool, uri->port ? "%s://%s:%d" : "%s://%s",
                               uri->scheme, uri->host, uri->port);
    return strcmp(text, written) == 0;
}

int oa2_uri_is_loopback(const oa2_uri_t *uri)
{
    struct in6_addr v6;
    char literal[INET6_ADDRSTRLEN];

    if (!uri->host)
        return 0;
    if (strcmp(uri->host, "localhost") == 0)
        return 1;
    if (*uri->host != '[') {
        unsigned char v4[4];

        /* a whole address, so that 127.0.0.1.example.com is none */
        return inet_pton(AF_INET, uri->host, v4) == 1 && v4[0] == 127;
    }
    apr_cpystrn(literal, uri->host + 1, sizeof(literal));
    literal[strcspn(literal, "]")] = '\0';
    return inet_pton(AF_INET6, literal, &v6) == 1
        && IN6_IS_ADDR_LOOPBACK(&v6);
}

const char *oa2_uri_with(apr_pool_t *pool, const char *uri, ...)
{
    apr_size_t len = strcspn(uri, "#");
    const char *fragment = uri + len;
    const char *out = apr_pstrmemdup(pool, uri, len);
    const char *query = strchr(out, '?');
    const char *glue = "?";
    const char *name;
    va_list args;

    if (query)
        glue = query[1] == '\0' || out[len - 1] == '&' ? "" : "&";
    va_start(args, uri);
    while ((name = va_arg(args, const char *)) != NULL) {
        const char *value = va_arg(args, const char *);

        if (!value)
            continue;
        out = apr_pstrcat(pool, out, glue, oa2_url_encode(pool, name), "=",
                          oa2_url_encode(pool, value), NULL);
        glue = "&";
    }
    va_end(args);
    return apr_pstrcat(pool, out, fragment, NULL);
}

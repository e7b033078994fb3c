/* SPDX-License-Identifier: Apache-2.0 */
/* device.c - see device.h */
#include "domain/person/device.h"

#include <string.h>

#include <apr_strings.h>

#include "domain/site/language.h"

typedef struct mark_t {
    const char *in;             /* what the header has */
    const char *name;
} mark_t;

/* The first that is found counts: each of these says that it is also some of
   those behind it. */
static const mark_t browsers[] = {
    { "Edg/", "Edge" }, { "EdgA/", "Edge" }, { "EdgiOS/", "Edge" },
    { "OPR/", "Opera" }, { "OPT/", "Opera" },
    { "Vivaldi/", "Vivaldi" },
    { "SamsungBrowser/", "Samsung Internet" },
    { "Epiphany/", "GNOME Web" },
    { "Firefox/", "Firefox" }, { "FxiOS/", "Firefox" },
    { "Chrome/", "Chrome" }, { "Chromium/", "Chrome" },
    { "CriOS/", "Chrome" },
    { "Safari/", "Safari" },
    { "curl/", "curl" }, { "Wget/", "Wget" },
    { NULL, "" }
};

static const mark_t systems[] = {
    { "iPhone", "iPhone" }, { "iPad", "iPad" },
    { "Android", "Android" },
    { "CrOS", "ChromeOS" },
    { "Windows", "Windows" },
    { "Macintosh", "macOS" },
    { "FreeBSD", "FreeBSD" }, { "OpenBSD", "OpenBSD" },
    { "Linux", "Linux" },
    { NULL, "" }
};

static const char *find(const mark_t *mark, const char *agent)
{
    while (mark->in && !strstr(agent, mark->in))
        mark++;
    return mark->name;
}

const char *oa2_device_of(const char *agent, apr_pool_t *pool)
{
    if (!agent)
        agent = "";
    return apr_pstrcat(pool, find(browsers, agent), "/", find(systems, agent),
                       NULL);
}

const char *oa2_device_tell(const oa2_ctx_t *ctx, const char *device)
{
    const char *slash = strchr(device, '/');
    const char *system = slash ? slash + 1 : "";
    const char *browser = slash ? apr_pstrmemdup(ctx->pool, device,
                                                 (apr_size_t)(slash - device))
                                : "";

    if (*browser && *system)
        return oa2_say(ctx, "{{browser}} on {{system}}", "browser", browser,
                       "system", system, NULL);
    if (*browser || *system)
        return *browser ? browser : system;
    return oa2_say(ctx, "A browser", NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* app.c - see app.h */
#include "httpd/conf/app.h"

#include <string.h>
#include <strings.h>

#include "base/text/abnf.h"
#include "base/text/units.h"
#include "domain/request/redirect.h"
#include "httpd/conf/conf.h"

#define WORDS_MOST 5000         /* they fit into what a form may send */
#define VERSION_MOST 64

static oa2_settings_t *settings_of(cmd_parms *cmd)
{
    return &oa2_conf_server_mut(cmd->server)->settings;
}

const char *oa2_conf_app_words(cmd_parms *cmd, void *dir, const char *least,
                               const char *most)
{
    oa2_settings_t *settings = settings_of(cmd);
    apr_int64_t min = 0, max = 0;
    const char *problem = oa2_units_number(&min, least, 0, WORDS_MOST,
                                           cmd->pool);

    (void)dir;
    if (problem)
        return oa2_conf_mistake(cmd, least, problem);
    problem = oa2_units_number(&max, most, 1, WORDS_MOST, cmd->pool);
    if (!problem && max < min)
        problem = "is less than the least; write the smaller number first";
    if (problem)
        return oa2_conf_mistake(cmd, most, problem);
    settings->app_words_min = min;
    settings->app_words_max = max;
    return NULL;
}

/* A link on a page: nothing that a browser would run. */
static int is_page(const char *url, apr_pool_t *pool)
{
    if (url[0] == '/')
        return url[1] != '/' && url[1] != '\\' && oa2_is_vschar(url);
    return (strncmp(url, "https://", 8) == 0
            || strncmp(url, "http://", 7) == 0)
        && !oa2_redirect_problem(url, 0, pool);
}

const char *oa2_conf_app_terms(cmd_parms *cmd, void *dir, const char *url,
                               const char *version)
{
    oa2_settings_t *settings = settings_of(cmd);
    int is_off = strcasecmp(url, "Off") == 0;

    (void)dir;
    if (is_off && version)
        return oa2_conf_mistake(cmd, version, "has no meaning behind Off");
    if (!is_off && !version)
        return oa2_conf_mistake(cmd, url, "needs a version behind it, such as "
                                "2026-01: who agreed to another one is asked "
                                "again");
    if (!is_off && !is_page(url, cmd->pool))
        return oa2_conf_mistake(cmd, url, "is no page: write its address, "
                                "beginning with https://, or its path, "
                                "beginning with \"/\"");
    if (!is_off && (strlen(version) > VERSION_MOST
                    || !oa2_is_text(version)))
        return oa2_conf_mistake(cmd, version, "is no version: write 1 to 64 "
                                "bytes of text");
    settings->app_terms = is_off ? "" : url;
    settings->app_terms_version = version;
    return NULL;
}

const char *oa2_conf_app_approval(cmd_parms *cmd, void *dir, int on)
{
    (void)dir;
    settings_of(cmd)->app_approval_off = !on;
    return NULL;
}

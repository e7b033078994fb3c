/* SPDX-License-Identifier: Apache-2.0 */
/* compat.c - see compat.h */
#include "httpd/conf/compat.h"

#include <string.h>

#include "base/text/words.h"
#include "domain/client/compat.h"
#include "httpd/conf/conf.h"

#define NONE "none"                     /* not those of the main server */

const char *oa2_conf_compat(cmd_parms *cmd, void *dir, const char *name)
{
    oa2_settings_t *settings = &oa2_conf_server_mut(cmd->server)->settings;
    const char *before = settings->compat ? settings->compat : "";
    const char *problem = strcmp(name, NONE) == 0
        ? NULL : oa2_compat_problem(name, cmd->pool);

    (void)dir;
    if (problem)
        return oa2_conf_mistake(cmd, name, problem);
    if (*before && (strcmp(name, NONE) == 0) != (strcmp(before, NONE) == 0))
        return oa2_conf_mistake(cmd, name, "\"none\" stands alone: write it, "
                                "or the switches that there shall be");
    settings->compat = oa2_words_union(before, name, cmd->pool);
    return NULL;
}

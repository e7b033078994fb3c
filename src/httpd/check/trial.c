/* SPDX-License-Identifier: Apache-2.0 */
/* trial.c - see trial.h */
#include "httpd/check/trial.h"

#include <string.h>

#include <util_cfgtree.h>

server_rec *oa2_trial_server(const oa2_trial_t *trial, server_rec *outer,
                             const ap_directive_t *node)
{
    server_rec *s;

    if (strcasecmp(node->directive, "<VirtualHost") != 0) return outer;
    for (s = trial->main_server->next; s; s = s->next) {
        if (s->defn_line_number == (unsigned)node->line_num && s->defn_name
            && strcmp(s->defn_name, node->filename) == 0) {
            return s;
        }
    }
    return outer;
}

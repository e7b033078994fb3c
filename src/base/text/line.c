/* SPDX-License-Identifier: Apache-2.0 */
/* line.c - text of others, made fit for one line. */
#include "base/text/line.h"

#include <string.h>

#include <apr_strings.h>

static int is_control(char c)
{
    return (unsigned char)c < ' ' || c == 127;
}

char *oa2_line_replace(const char *text, char by, apr_pool_t *pool)
{
    char *line = apr_pstrdup(pool, text);
    char *at;

    for (at = line; *at; at++)
        if (is_control(*at))
            *at = by;
    return line;
}

char *oa2_line(const char *text, apr_pool_t *pool)
{
    char *line = oa2_line_replace(text, ' ', pool);
    apr_size_t len = strlen(line);

    while (len && line[len - 1] == ' ')
        line[--len] = '\0';
    return line;
}

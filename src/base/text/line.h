/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line.h - text of others (a driver's message, a client's value), made fit for
 * one line of a log, a header or a terminal.
 */
#ifndef OA2_BASE_TEXT_LINE_H
#define OA2_BASE_TEXT_LINE_H

#include <apr_pools.h>

/* Each control character is a space; none at the end. */
char *oa2_line(const char *text, apr_pool_t *pool);
/* Each control character is by. */
char *oa2_line_replace(const char *text, char by, apr_pool_t *pool);

#endif

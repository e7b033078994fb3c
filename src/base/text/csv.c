/* SPDX-License-Identifier: Apache-2.0 */
/* csv.c - see csv.h */
#include "base/text/csv.h"

#include <string.h>

#include <apr_strings.h>

#define FORMULA "=+-@\t\r"

/* At most so many bytes: quotes around it, and each one inside twice. */
static apr_size_t most_of(const char *text)
{
    return 2 * strlen(text) + 3;
}

/* RFC 4180 section 2, 5 to 7.  Where it ends. */
static char *put(char *to, const char *text)
{
    int is_quoted = strpbrk(text, "\",\r\n") != NULL;

    if (is_quoted)
        *to++ = '"';
    if (*text && strchr(FORMULA, *text))
        *to++ = '\'';
    for (; *text; text++) {
        if (*text == '"')
            *to++ = '"';
        *to++ = *text;
    }
    if (is_quoted)
        *to++ = '"';
    return to;
}

const char *oa2_csv_record(const char *const *fields, int count,
                           apr_pool_t *pool)
{
    apr_size_t most = 3;
    char *record;
    char *to;
    int i;

    for (i = 0; i < count; i++)
        most += (fields[i] ? most_of(fields[i]) : 0) + 1;
    record = to = apr_palloc(pool, most);
    for (i = 0; i < count; i++) {
        if (i > 0)
            *to++ = ',';
        if (fields[i])
            to = put(to, fields[i]);
    }
    memcpy(to, "\r\n", 3);
    return record;
}

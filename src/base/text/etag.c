/* SPDX-License-Identifier: Apache-2.0 */
/* etag.c - entity tags, RFC 9110 sections 8.8.3 and 13.1 */
#include "base/text/etag.h"

#include <string.h>

/* Section 8.8.3: DQUOTE *etagc DQUOTE.  Its length; 0: it is none. */
static size_t length_of(const char *at)
{
    size_t len;

    if (*at != '"')
        return 0;
    len = strcspn(at + 1, "\"");
    return at[1 + len] ? len + 2 : 0;
}

int oa2_etag_matches(const char *header, const char *etag, int is_strong)
{
    const char *at = header + strspn(header, " \t");

    if (!etag)
        return 0;
    if (*at == '*' && !at[1 + strspn(at + 1, " \t")])
        return 1;
    while (*at) {
        int is_weak = strncmp(at, "W/", 2) == 0;
        size_t len;

        at += is_weak ? 2 : 0;
        len = length_of(at);
        if (!len)
            return 0;
        /* Section 8.8.3.2 */
        if (!(is_strong && is_weak) && len == strlen(etag)
            && strncmp(at, etag, len) == 0)
            return 1;
        at += len;
        at += strspn(at, " \t,");
    }
    return 0;
}

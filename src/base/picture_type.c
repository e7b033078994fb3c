/* SPDX-License-Identifier: Apache-2.0 */
/* picture_type.c - see picture_type.h */
#include "base/picture_type.h"

#include <string.h>

static int has(const void *bytes, size_t len, size_t at, const char *text,
               size_t size)
{
    return len >= at + size
        && memcmp((const char *)bytes + at, text, size) == 0;
}

const char *oa2_picture_type(const void *bytes, size_t len)
{
    /* ISO/IEC 15948 section 5.2; ITU-T T.81 B.1.1.3; RFC 9649 section 2.4 */
    if (has(bytes, len, 0, "\x89PNG\r\n\x1a\n", 8)) return OA2_PICTURE_PNG;
    if (has(bytes, len, 0, "\xff\xd8\xff", 3)) return OA2_PICTURE_JPEG;
    if (has(bytes, len, 0, "RIFF", 4) && has(bytes, len, 8, "WEBP", 4))
        return OA2_PICTURE_WEBP;
    return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* picture_type.h - which kind of picture some bytes are: of what they begin
   with, and of nothing that anybody says. */
#ifndef OA2_BASE_PICTURE_TYPE_H
#define OA2_BASE_PICTURE_TYPE_H

#include <stddef.h>

#define OA2_PICTURE_PNG "image/png"
#define OA2_PICTURE_JPEG "image/jpeg"
#define OA2_PICTURE_WEBP "image/webp"

/* One of these; NULL: none of them. */
const char *oa2_picture_type(const void *bytes, size_t len);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logo.h - the parts of oauth2-logo, which makes a logo of a picture.
 *
 * Nothing here knows of OAuth, httpd or APR.  Each reader trusts no byte; what
 * is hard is left to libpng, libjpeg and libwebp, which are told how large a
 * picture may be before they take any memory for it.
 */
#ifndef OA2_TOOLS_LOGO_H
#define OA2_TOOLS_LOGO_H

#include <stddef.h>

#include "base/picture.h"

#define LOGO_CHANNELS 4                 /* red, green, blue, alpha */
#define LOGO_SCANS 100                  /* of a progressive JPEG, at most */
#define LOGO_MEMORY (256UL << 20)       /* bytes, of the whole program */

typedef struct logo_image_t {
    unsigned side;                      /* 1 to OA2_PICTURE_PIXELS */
    unsigned char *pixels;              /* side * side * LOGO_CHANNELS bytes;
                                           of malloc(), the caller's */
} logo_image_t;

/* A picture of one kind.  out is written when it is good only. */
typedef oa2_picture_verdict_t logo_reader_fn(logo_image_t *out,
                                             const unsigned char *bytes,
                                             size_t len);

/* Whichever kind its first bytes say it is; nothing else is asked. */
logo_reader_fn logo_read;
logo_reader_fn logo_png_read;
logo_reader_fn logo_jpeg_read;
logo_reader_fn logo_webp_read;

/* For the readers: takes memory for a picture of that size, if it may have it.
   GOOD, and then out->pixels are zeros. */
oa2_picture_verdict_t logo_take(logo_image_t *out, unsigned long width,
                                unsigned long height);
/* To OA2_PICTURE_SIDE, if it is larger.  0: there is no memory. */
int logo_shrink(logo_image_t *image);
/* A PNG of it; *out is of malloc().  0: there is no memory. */
int logo_png_write(unsigned char **out, size_t *len,
                   const logo_image_t *image);
/*
 * From here on this process cannot open, make, send or run anything, and is
 * ended when it takes more than two seconds of a processor, or fails to get
 * more memory than LOGO_MEMORY.
 */
void logo_confine(void);

#endif

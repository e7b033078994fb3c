/* SPDX-License-Identifier: Apache-2.0 */
/*
 * picture.h - a picture that somebody has sent, made into one of ours.
 *
 * What decodes it is a program of its own, oauth2-logo (tools/logo.c), which
 * may do nothing but that: a flaw in a decoder is not one in httpd.
 */
#ifndef OA2_BASE_PICTURE_H
#define OA2_BASE_PICTURE_H

#include "base/err.h"

#define OA2_PICTURE_BYTES (256 * 1024)  /* that are taken */
#define OA2_PICTURE_PIXELS 2048         /* of a side, of what is taken */
#define OA2_PICTURE_SIDE 256            /* pixels, of what is made, at most */
#define OA2_PICTURE_AT_ONCE 2           /* programs of one process of httpd */
/* Of what is made: four bytes a pixel, and what PNG adds where nothing can be
   packed. */
#define OA2_PICTURE_MADE (OA2_PICTURE_SIDE * OA2_PICTURE_SIDE * 4 + 4096)

/* The program's exit status. */
typedef enum {
    OA2_PICTURE_GOOD,
    OA2_PICTURE_NO_ROOM = 1,            /* the program could not work */
    OA2_PICTURE_USAGE = 2,
    OA2_PICTURE_TOO_MANY_BYTES = 10,
    OA2_PICTURE_OTHER_KIND = 11,        /* no PNG, JPEG or WebP */
    OA2_PICTURE_BROKEN = 12,
    OA2_PICTURE_NOT_SQUARE = 13,
    OA2_PICTURE_TOO_MANY_PIXELS = 14,
    OA2_PICTURE_MOVES = 15,             /* an animation */
    OA2_PICTURE_COSTLY = 16,            /* it takes too long to read */
    OA2_PICTURE_BUSY                    /* of no program: as many as may be are
                                           at work, nothing was begun */
} oa2_picture_verdict_t;

#define OA2_PICTURE_WORST OA2_PICTURE_COSTLY

typedef struct oa2_picture_t {
    oa2_picture_verdict_t verdict;
    const void *bytes;                  /* a PNG; GOOD only */
    apr_size_t len;
    const char *said;                   /* the verdict, for administrators */
    const oa2_err_t *note;              /* for the log: it was refused in a way
                                           that only an attack or a flaw has;
                                           NULL: nothing */
} oa2_picture_t;

/*
 * program: the path of oauth2-logo.  bytes may be anything at all; what is
 * wrong with them is a verdict, and an error is the program's.  Takes up to
 * some seconds.  The pages'; and for tests.
 */
oa2_err_t *oa2_picture_make(oa2_picture_t *out, const char *program,
                            const void *bytes, apr_size_t len,
                            apr_pool_t *pool);

#endif

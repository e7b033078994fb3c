/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logo.c - oauth2-logo: a picture from standard input, checked and made into
 * a small square PNG on standard output.  The exit status is the verdict
 * (base/picture.h), which standard error has in words.
 *
 * The module runs it for each logo that is sent, and for OAuth2SiteLogo.  What
 * comes out was written by libpng from pixels: no comment, profile, script or
 * other file that came along in the picture is in it.
 */
#include "logo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: oauth2-logo <PICTURE >LOGO.png\n"
    "Makes a logo of a square PNG, JPEG or WebP picture.\n";

static const struct {
    oa2_picture_verdict_t verdict;
    const char *words;
} verdicts[] = {
    { OA2_PICTURE_NO_ROOM, "there is not enough memory, or no way to write" },
    { OA2_PICTURE_TOO_MANY_BYTES, "the picture is larger than 256 KiB" },
    { OA2_PICTURE_OTHER_KIND, "it is no PNG, JPEG or WebP picture" },
    { OA2_PICTURE_BROKEN, "the picture is broken" },
    { OA2_PICTURE_NOT_SQUARE, "the picture is not square" },
    { OA2_PICTURE_TOO_MANY_PIXELS,
      "the picture has more than 2048 pixels a side" },
    { OA2_PICTURE_MOVES, "the picture is an animation" },
    { OA2_PICTURE_COSTLY, "the picture takes too long to read" },
};

/* Not stdio's, which asks the kernel for what it is not allowed any more. */
static int write_all(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len) {
        ssize_t n = write(fd, at, len);

        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return 0;
        at += n;
        len -= (size_t)n;
    }
    return 1;
}

/* At most size bytes; *len: how many there were.  0: it could not be read. */
static int read_all(unsigned char *to, size_t size, size_t *len)
{
    *len = 0;
    while (*len < size) {
        ssize_t n = read(0, to + *len, size - *len);

        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return 0;
        if (n == 0) break;
        *len += (size_t)n;
    }
    return 1;
}

static oa2_picture_verdict_t give(logo_image_t *image)
{
    unsigned char *png = NULL;
    size_t len;
    int is_done = logo_shrink(image) && logo_png_write(&png, &len, image)
        && write_all(1, png, len);

    free(png);
    return is_done ? OA2_PICTURE_GOOD : OA2_PICTURE_NO_ROOM;
}

static oa2_picture_verdict_t work(void)
{
    const size_t size = OA2_PICTURE_BYTES + 1;
    unsigned char *bytes = malloc(size);
    logo_image_t image = { 0, NULL };
    oa2_picture_verdict_t verdict = OA2_PICTURE_NO_ROOM;
    size_t len;

    if (bytes && read_all(bytes, size, &len)) {
        verdict = len == size ? OA2_PICTURE_TOO_MANY_BYTES
                              : logo_read(&image, bytes, len);
        if (verdict == OA2_PICTURE_GOOD)
            verdict = give(&image);
    }
    free(image.pixels);
    free(bytes);
    return verdict;
}

int main(int argc, char **argv)
{
    oa2_picture_verdict_t verdict;
    size_t i;

    (void)argv;
    if (argc > 1) {
        write_all(2, usage, sizeof(usage) - 1);
        return OA2_PICTURE_USAGE;
    }
    logo_confine();
    verdict = work();
    for (i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
        if (verdicts[i].verdict != verdict) continue;
        write_all(2, verdicts[i].words, strlen(verdicts[i].words));
        write_all(2, "\n", 1);
    }
    return (int)verdict;
}

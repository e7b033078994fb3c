/* SPDX-License-Identifier: Apache-2.0 */
/* logo_read.c - how large a picture may be, and the readers that are a call or
   two of a library. */
#include "logo.h"

#include <stdlib.h>
#include <string.h>

#include <png.h>
#include <webp/decode.h>

#include "base/picture_type.h"

oa2_picture_verdict_t logo_take(logo_image_t *out, unsigned long width,
                                unsigned long height)
{
    if (width > OA2_PICTURE_PIXELS || height > OA2_PICTURE_PIXELS)
        return OA2_PICTURE_TOO_MANY_PIXELS;
    if (!width || width != height) return OA2_PICTURE_NOT_SQUARE;
    out->pixels = calloc(width * height, LOGO_CHANNELS);
    if (!out->pixels) return OA2_PICTURE_NO_ROOM;
    out->side = (unsigned)width;
    return OA2_PICTURE_GOOD;
}

/* ------------------------------------------------------------ PNG */

oa2_picture_verdict_t logo_png_read(logo_image_t *out,
                                    const unsigned char *bytes, size_t len)
{
    logo_image_t image = { 0, NULL };
    oa2_picture_verdict_t verdict;
    png_image png;

    memset(&png, 0, sizeof(png));
    png.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_memory(&png, bytes, len))
        return OA2_PICTURE_BROKEN;
    png.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
    png.format = PNG_FORMAT_RGBA;
    verdict = logo_take(&image, png.width, png.height);
    /* It frees what it has, whatever comes of it. */
    if (verdict == OA2_PICTURE_GOOD
        && !png_image_finish_read(&png, NULL, image.pixels, 0, NULL))
        verdict = OA2_PICTURE_BROKEN;
    png_image_free(&png);
    if (verdict != OA2_PICTURE_GOOD) {
        free(image.pixels);
        return verdict;
    }
    *out = image;
    return OA2_PICTURE_GOOD;
}

int logo_png_write(unsigned char **out, size_t *len,
                   const logo_image_t *image)
{
    png_alloc_size_t size;
    png_image png;

    memset(&png, 0, sizeof(png));
    png.version = PNG_IMAGE_VERSION;
    png.width = png.height = image->side;
    png.format = PNG_FORMAT_RGBA;
    size = PNG_IMAGE_PNG_SIZE_MAX(png);
    *out = malloc(size);
    if (!*out) return 0;
    if (!png_image_write_to_memory(&png, *out, &size, 0, image->pixels, 0,
                                   NULL)) {
        free(*out);
        *out = NULL;
        return 0;
    }
    *len = size;
    return 1;
}

/* ------------------------------------------------------------ WebP */

oa2_picture_verdict_t logo_webp_read(logo_image_t *out,
                                     const unsigned char *bytes, size_t len)
{
    logo_image_t image = { 0, NULL };
    WebPBitstreamFeatures is;
    oa2_picture_verdict_t verdict;

    if (WebPGetFeatures(bytes, len, &is) != VP8_STATUS_OK)
        return OA2_PICTURE_BROKEN;
    if (is.has_animation) return OA2_PICTURE_MOVES;
    if (is.width <= 0 || is.height <= 0) return OA2_PICTURE_BROKEN;
    verdict = logo_take(&image, (unsigned long)is.width,
                        (unsigned long)is.height);
    if (verdict != OA2_PICTURE_GOOD) return verdict;
    if (!WebPDecodeRGBAInto(bytes, len, image.pixels,
                            (size_t)image.side * image.side * LOGO_CHANNELS,
                            (int)image.side * LOGO_CHANNELS)) {
        free(image.pixels);
        return OA2_PICTURE_BROKEN;
    }
    *out = image;
    return OA2_PICTURE_GOOD;
}

/* ------------------------------------------------------------ any */

static const struct {
    const char *type;
    logo_reader_fn *read;
} kinds[] = {
    { OA2_PICTURE_PNG, logo_png_read },
    { OA2_PICTURE_JPEG, logo_jpeg_read },
    { OA2_PICTURE_WEBP, logo_webp_read },
};

oa2_picture_verdict_t logo_read(logo_image_t *out, const unsigned char *bytes,
                                size_t len)
{
    const char *type = oa2_picture_type(bytes, len);
    size_t i;

    for (i = 0; type && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].type, type) == 0)
            return kinds[i].read(out, bytes, len);
    }
    return OA2_PICTURE_OTHER_KIND;
}

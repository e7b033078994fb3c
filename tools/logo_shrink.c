/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logo_shrink.c - a smaller picture: each pixel is the mean of the square that
 * it covers, and what is transparent has no colour in it.
 */
#include "logo.h"

#include <stdint.h>
#include <stdlib.h>

#define TO ((uint64_t)OA2_PICTURE_SIDE)

/*
 * Both sides are cut into side * TO pieces, so that every border falls between
 * two: a pixel we read has TO of them, one that we write has side.
 */
static uint64_t overlap(uint64_t from, uint64_t to, uint64_t side)
{
    uint64_t begin = from * TO > to * side ? from * TO : to * side;
    uint64_t end = (from + 1) * TO < (to + 1) * side ? (from + 1) * TO
                                                     : (to + 1) * side;

    return end > begin ? end - begin : 0;
}

static void mean(unsigned char *out, const logo_image_t *image, uint64_t x,
                 uint64_t y)
{
    uint64_t side = image->side;
    uint64_t sum[LOGO_CHANNELS] = { 0, 0, 0, 0 };
    uint64_t row;
    uint64_t column;
    int i;

    for (row = y * side / TO; row < side && overlap(row, y, side); row++) {
        uint64_t height = overlap(row, y, side);

        for (column = x * side / TO;
             column < side && overlap(column, x, side); column++) {
            const unsigned char *pixel = image->pixels
                + (row * side + column) * LOGO_CHANNELS;
            uint64_t alpha = pixel[3] * height * overlap(column, x, side);

            for (i = 0; i < 3; i++)
                sum[i] += pixel[i] * alpha;
            sum[3] += alpha;
        }
    }
    for (i = 0; i < 3; i++)
        out[i] = (unsigned char)(sum[3] ? (sum[i] + sum[3] / 2) / sum[3] : 0);
    out[3] = (unsigned char)((sum[3] + side * side / 2) / (side * side));
}

int logo_shrink(logo_image_t *image)
{
    unsigned char *pixels;
    uint64_t x;
    uint64_t y;

    if (image->side <= OA2_PICTURE_SIDE) return 1;
    pixels = malloc(TO * TO * LOGO_CHANNELS);
    if (!pixels) return 0;
    for (y = 0; y < TO; y++) {
        for (x = 0; x < TO; x++)
            mean(pixels + (y * TO + x) * LOGO_CHANNELS, image, x, y);
    }
    free(image->pixels);
    image->pixels = pixels;
    image->side = OA2_PICTURE_SIDE;
    return 1;
}

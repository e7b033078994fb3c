/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_logo.c - what oauth2-logo reads: any bytes are a verdict, or a square
 * within its limits, of which a small PNG can be made.
 */
#include "fuzz/fuzz.h"

#include <stdlib.h>

#include "logo.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    logo_image_t image = { 0, NULL };
    unsigned char *png;
    size_t len;

    if (logo_read(&image, data, size) != OA2_PICTURE_GOOD) {
        if (image.pixels)
            abort();
        return 0;
    }
    if (!image.side || image.side > OA2_PICTURE_PIXELS)
        abort();
    if (!logo_shrink(&image) || image.side > OA2_PICTURE_SIDE)
        abort();
    if (!logo_png_write(&png, &len, &image) || len > OA2_PICTURE_MADE)
        abort();
    free(png);
    free(image.pixels);
    return 0;
}

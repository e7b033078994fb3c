/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logo_jpeg.c - JPEG pictures, by libjpeg.
 *
 * libjpeg never returns from an error, so it is left by longjmp(); and what it
 * only warns of (a file that ends too early, codes that mean nothing) is an
 * error here, since nobody wants half a logo.
 */
#include "logo.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

typedef struct {
    struct jpeg_error_mgr errors;       /* first: libjpeg knows this only */
    jmp_buf back;
    oa2_picture_verdict_t verdict;      /* why it went back */
    struct jpeg_decompress_struct jpeg;
    struct jpeg_progress_mgr progress;
    logo_image_t image;
    unsigned char *row;
} work_t;

static work_t *work_of(j_common_ptr jpeg)
{
    return (work_t *)(void *)jpeg->err;
}

static void leave(work_t *work, oa2_picture_verdict_t verdict)
    __attribute__((noreturn));
static void leave(work_t *work, oa2_picture_verdict_t verdict)
{
    work->verdict = verdict;
    longjmp(work->back, 1);
}

static void on_error(j_common_ptr jpeg)
{
    leave(work_of(jpeg), OA2_PICTURE_BROKEN);
}

/* level: below 0 a warning. */
static void on_message(j_common_ptr jpeg, int level)
{
    if (level < 0)
        on_error(jpeg);
}

static void say_nothing(j_common_ptr jpeg)
{
    (void)jpeg;
}

/* Each scan goes over all of the picture, and costs but a few bytes. */
static void on_progress(j_common_ptr jpeg)
{
    work_t *work = work_of(jpeg);

    if (work->jpeg.input_scan_number > LOGO_SCANS)
        leave(work, OA2_PICTURE_COSTLY);
}

/* One line of libjpeg's into one of ours. */
static void put_row(unsigned char *to, const work_t *work)
{
    const unsigned char *from = work->row;
    unsigned x;
    int i;

    for (x = 0; x < work->image.side; x++) {
        if (work->jpeg.out_color_space == JCS_RGB) {
            for (i = 0; i < 3; i++)
                to[i] = from[i];
            from += 3;
        }
        else {
            /* As Adobe's programs write them: 255 is no ink. */
            int is_adobe = work->jpeg.saw_Adobe_marker;
            unsigned black = is_adobe ? from[3] : 255U - from[3];

            for (i = 0; i < 3; i++) {
                unsigned ink = is_adobe ? from[i] : 255U - from[i];

                to[i] = (unsigned char)(ink * black / 255);
            }
            from += 4;
        }
        to[3] = 255;
        to += LOGO_CHANNELS;
    }
}

static oa2_picture_verdict_t decode(work_t *work, const unsigned char *bytes,
                                    size_t len)
{
    struct jpeg_decompress_struct *jpeg = &work->jpeg;
    oa2_picture_verdict_t verdict;

    jpeg_create_decompress(jpeg);
    jpeg->progress = &work->progress;
    jpeg->mem->max_memory_to_use = (long)(LOGO_MEMORY / 2);
    jpeg_mem_src(jpeg, bytes, (unsigned long)len);
    jpeg_read_header(jpeg, TRUE);
    verdict = logo_take(&work->image, jpeg->image_width, jpeg->image_height);
    if (verdict != OA2_PICTURE_GOOD) return verdict;
    jpeg->out_color_space = jpeg->jpeg_color_space == JCS_CMYK
        || jpeg->jpeg_color_space == JCS_YCCK ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(jpeg);
    work->row = malloc((size_t)work->image.side * LOGO_CHANNELS);
    if (!work->row) return OA2_PICTURE_NO_ROOM;
    while (jpeg->output_scanline < jpeg->output_height) {
        unsigned char *to = work->image.pixels
            + (size_t)jpeg->output_scanline * work->image.side
            * LOGO_CHANNELS;

        if (jpeg_read_scanlines(jpeg, &work->row, 1) != 1)
            return OA2_PICTURE_BROKEN;
        put_row(to, work);
    }
    jpeg_finish_decompress(jpeg);
    return OA2_PICTURE_GOOD;
}

oa2_picture_verdict_t logo_jpeg_read(logo_image_t *out,
                                     const unsigned char *bytes, size_t len)
{
    work_t *work = calloc(1, sizeof(*work));
    oa2_picture_verdict_t verdict;

    if (!work) return OA2_PICTURE_NO_ROOM;
    work->jpeg.err = jpeg_std_error(&work->errors);
    work->errors.error_exit = on_error;
    work->errors.emit_message = on_message;
    work->errors.output_message = say_nothing;
    work->progress.progress_monitor = on_progress;
    if (setjmp(work->back))
        verdict = work->verdict;
    else
        verdict = decode(work, bytes, len);
    jpeg_destroy_decompress(&work->jpeg);
    free(work->row);
    if (verdict == OA2_PICTURE_GOOD) {
        *out = work->image;
    }
    else {
        free(work->image.pixels);
    }
    free(work);
    return verdict;
}

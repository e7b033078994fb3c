/* SPDX-License-Identifier: Apache-2.0 */
/* fixture_picture.h - pictures of all kinds, made with the libraries that read
   them. */
#ifndef OA2_FIXTURE_PICTURE_H
#define OA2_FIXTURE_PICTURE_H

#include "unit/unit.h"

#include <stdio.h>

#include <jpeglib.h>
#include <png.h>
#include <webp/encode.h>

#define MADE_MOST (4 << 20)

/* A file that is being made. */
typedef struct {
    unsigned char *bytes;
    size_t len;
} made_t;

static inline made_t fresh(apr_pool_t *pool)
{
    made_t made = { apr_palloc(pool, MADE_MOST), 0 };

    return made;
}

static inline void add(made_t *made, const void *bytes, size_t len)
{
    assert_true(made->len + len <= MADE_MOST);
    memcpy(made->bytes + made->len, bytes, len);
    made->len += len;
}

/* ------------------------------------------------------------ PNG */

static inline void on_write(png_structp png, png_bytep bytes, png_size_t len)
{
    add(png_get_io_ptr(png), bytes, len);
}

static inline void on_flush(png_structp png)
{
    (void)png;
}

typedef struct {
    unsigned width;
    unsigned height;
    int depth;
    int type;
    int interlace;
    size_t comment;                     /* bytes of one, packed */
} png_is_t;

/* Of bytes that are all `value`; a palette's first entry is a half transparent
   red. */
static inline void put_png(made_t *made, const png_is_t *is, int value)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL,
                                              NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_color red = { 255, 0, 0 };
    png_byte half = 128;
    png_text text = { PNG_TEXT_COMPRESSION_zTXt, NULL, NULL, 0, 0, NULL,
                      NULL };
    char key[] = "Comment";
    png_bytep row = calloc(is->width, 8);
    int passes;
    unsigned y;

    memset(row, value, (size_t)is->width * 8);
    png_set_write_fn(png, made, on_write, on_flush);
    png_set_IHDR(png, info, is->width, is->height, is->depth, is->type,
                 is->interlace, PNG_COMPRESSION_TYPE_BASE,
                 PNG_FILTER_TYPE_BASE);
    if (is->type == PNG_COLOR_TYPE_PALETTE) {
        png_set_PLTE(png, info, &red, 1);
        png_set_tRNS(png, info, &half, 1, NULL);
    }
    if (is->comment) {
        text.key = key;
        text.text = calloc(1, is->comment + 1);
        text.text_length = is->comment;
        memset(text.text, 'x', is->comment);
        png_set_text(png, info, &text, 1);
    }
    png_write_info(png, info);
    for (passes = png_set_interlace_handling(png); passes; passes--) {
        for (y = 0; y < is->height; y++)
            png_write_row(png, row);
    }
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    free(text.text);
    free(row);
}

static inline made_t make_png(const png_is_t *is, int value, apr_pool_t *pool)
{
    made_t made = fresh(pool);

    put_png(&made, is, value);
    return made;
}

/* ISO/IEC 15948 annex D */
static inline void put_crc(unsigned char *to, const unsigned char *bytes,
                           size_t len)
{
    unsigned long crc = 0xffffffffUL;
    size_t i;
    int bit;

    for (i = 0; i < len; i++) {
        crc ^= bytes[i];
        for (bit = 0; bit < 8; bit++)
            crc = crc & 1 ? 0xedb88320UL ^ (crc >> 1) : crc >> 1;
    }
    crc ^= 0xffffffffUL;
    for (i = 0; i < 4; i++)
        to[i] = (unsigned char)(crc >> (24 - 8 * i));
}

/* It says that it is so large. */
static inline void claim_size(made_t *png, unsigned width, unsigned height)
{
    int i;

    for (i = 0; i < 4; i++) {
        png->bytes[16 + i] = (unsigned char)(width >> (24 - 8 * i));
        png->bytes[20 + i] = (unsigned char)(height >> (24 - 8 * i));
    }
    put_crc(png->bytes + 29, png->bytes + 12, 17);
}

/* ------------------------------------------------------------ JPEG */

typedef struct {
    unsigned side;
    int is_ink;                         /* CMYK */
    int is_progressive;
    int is_long;                        /* a scan for each coefficient */
} jpeg_is_t;

static inline int put_scans(jpeg_scan_info *scans)
{
    int n = 0;
    int component;
    int at;

    for (component = 0; component < 3; component++) {
        for (at = 0; at < 64; at++) {
            jpeg_scan_info *scan = &scans[n++];

            memset(scan, 0, sizeof(*scan));
            scan->comps_in_scan = 1;
            scan->component_index[0] = component;
            scan->Ss = scan->Se = at;
        }
    }
    return n;
}

static inline made_t make_jpeg(const jpeg_is_t *is, int value, apr_pool_t *pool)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    jpeg_scan_info scans[3 * 64];
    unsigned char *row = apr_palloc(pool, (size_t)is->side * 4);
    made_t made = fresh(pool);
    unsigned char *bytes = NULL;
    unsigned long len = 0;

    memset(row, value, (size_t)is->side * 4);
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &bytes, &len);
    jpeg.image_width = jpeg.image_height = is->side;
    jpeg.input_components = is->is_ink ? 4 : 3;
    jpeg.in_color_space = is->is_ink ? JCS_CMYK : JCS_RGB;
    jpeg_set_defaults(&jpeg);
    if (is->is_progressive)
        jpeg_simple_progression(&jpeg);
    if (is->is_long) {
        jpeg.num_scans = put_scans(scans);
        jpeg.scan_info = scans;
    }
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < jpeg.image_height)
        jpeg_write_scanlines(&jpeg, &row, 1);
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    add(&made, bytes, len);
    free(bytes);
    return made;
}

/* ------------------------------------------------------------ WebP */

static inline made_t make_webp(int width, int height, int is_lossless,
                        apr_pool_t *pool)
{
    made_t made = fresh(pool);
    uint8_t *pixels = apr_palloc(pool, (size_t)width * (size_t)height * 4);
    uint8_t *bytes = NULL;
    size_t len;

    memset(pixels, 100, (size_t)width * (size_t)height * 4);
    len = is_lossless
        ? WebPEncodeLosslessRGBA(pixels, width, height, width * 4, &bytes)
        : WebPEncodeRGBA(pixels, width, height, width * 4, 80, &bytes);
    add(&made, bytes, len);
    WebPFree(bytes);
    return made;
}

#endif

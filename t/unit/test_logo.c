/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_logo.c - oauth2-logo: pictures as people have them, and as nobody
 * should send them.  All of them are made here.
 */
#include "unit/unit.h"

#include <glob.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/picture.h"
#include "logo.h"
#include "unit/fixture_picture.h"

static const char *program(apr_pool_t *pool)
{
    return apr_pstrcat(pool, getenv("OA2_BUILDDIR"), "/oauth2-logo", NULL);
}

/* Through the program; and without, where a sanitizer looks, too. */
static oa2_picture_verdict_t judge(const made_t *made, oa2_picture_t *picture,
                                   apr_pool_t *pool)
{
    logo_image_t image = { 0, NULL };
    oa2_err_t *err = oa2_picture_make(picture, program(pool), made->bytes,
                                      made->len, pool);

    if (err)
        print_message("%s\n", err->meant);
    assert_null(err);
    assert_null(picture->note);
    if (made->len <= OA2_PICTURE_BYTES)
        assert_int_equal(logo_read(&image, made->bytes, made->len),
                         picture->verdict);
    free(image.pixels);
    return picture->verdict;
}

/* What came out of a good one; freed by the caller. */
static logo_image_t result(const made_t *made, apr_pool_t *pool)
{
    logo_image_t image = { 0, NULL };
    oa2_picture_t picture;

    assert_int_equal(judge(made, &picture, pool), OA2_PICTURE_GOOD);
    assert_int_equal(logo_png_read(&image, picture.bytes, picture.len),
                     OA2_PICTURE_GOOD);
    return image;
}

static void assert_pixel(const logo_image_t *image, unsigned x, unsigned y,
                         const unsigned char *wanted)
{
    const unsigned char *pixel = image->pixels
        + ((size_t)y * image->side + x) * LOGO_CHANNELS;
    int i;

    for (i = 0; i < LOGO_CHANNELS; i++)
        assert_in_range(pixel[i] + 4, wanted[i], wanted[i] + 8);
}

/* ------------------------------------------------------------ PNG */

static void png_of_all_kinds(void **state)
{
    static const struct {
        png_is_t is;
        int value;
        unsigned char wanted[4];
    } rows[] = {
        { { 64, 64, 8, PNG_COLOR_TYPE_RGB, 0, 0 }, 100,
          { 100, 100, 100, 255 } },
        { { 64, 64, 8, PNG_COLOR_TYPE_RGB_ALPHA, 0, 0 }, 100,
          { 100, 100, 100, 100 } },
        { { 64, 64, 16, PNG_COLOR_TYPE_RGB_ALPHA, 0, 0 }, 100,
          { 100, 100, 100, 100 } },
        { { 64, 64, 16, PNG_COLOR_TYPE_GRAY, 0, 0 }, 100,
          { 100, 100, 100, 255 } },
        { { 64, 64, 1, PNG_COLOR_TYPE_GRAY, 0, 0 }, 255,
          { 255, 255, 255, 255 } },
        { { 64, 64, 8, PNG_COLOR_TYPE_GRAY_ALPHA, 1, 0 }, 100,
          { 100, 100, 100, 100 } },
        { { 64, 64, 2, PNG_COLOR_TYPE_PALETTE, 1, 0 }, 0,
          { 255, 0, 0, 128 } },
        { { 1, 1, 8, PNG_COLOR_TYPE_RGB, 0, 0 }, 7, { 7, 7, 7, 255 } },
        { { 2048, 2048, 8, PNG_COLOR_TYPE_PALETTE, 1, 0 }, 0,
          { 255, 0, 0, 128 } },
    };
    size_t i;

    for (i = 0; i < UNIT_COUNT(rows); i++) {
        made_t made = make_png(&rows[i].is, rows[i].value, *state);
        logo_image_t image = result(&made, *state);
        unsigned side = rows[i].is.width < OA2_PICTURE_SIDE
            ? rows[i].is.width : OA2_PICTURE_SIDE;

        assert_int_equal(image.side, side);
        assert_pixel(&image, 0, 0, rows[i].wanted);
        assert_pixel(&image, side - 1, side - 1, rows[i].wanted);
        free(image.pixels);
    }
}

static void png_that_nobody_should_send(void **state)
{
    const png_is_t plain = { 64, 64, 8, PNG_COLOR_TYPE_RGB, 0, 0 };
    const png_is_t wide = { 65, 64, 8, PNG_COLOR_TYPE_RGB, 0, 0 };
    const png_is_t large = { 2049, 2049, 1, PNG_COLOR_TYPE_GRAY, 0, 0 };
    const png_is_t chatty = { 64, 64, 8, PNG_COLOR_TYPE_RGB, 0, 60UL << 20 };
    const png_is_t tall = { 64, 900000, 8, PNG_COLOR_TYPE_RGB, 0, 0 };
    oa2_picture_t picture;
    made_t made;
    size_t i;

    made = make_png(&wide, 1, *state);
    assert_int_equal(judge(&made, &picture, *state), OA2_PICTURE_NOT_SQUARE);
    made = make_png(&large, 1, *state);
    assert_int_equal(judge(&made, &picture, *state),
                     OA2_PICTURE_TOO_MANY_PIXELS);
    /* Bombs: gigabytes by its own word, in what it packs, in a comment. */
    made = make_png(&plain, 1, *state);
    claim_size(&made, 100000, 100000);
    assert_int_equal(judge(&made, &picture, *state),
                     OA2_PICTURE_TOO_MANY_PIXELS);
    claim_size(&made, 0, 0);
    assert_int_equal(judge(&made, &picture, *state), OA2_PICTURE_BROKEN);
    claim_size(&made, 2048, 2048);
    assert_int_equal(judge(&made, &picture, *state), OA2_PICTURE_BROKEN);
    made = make_png(&tall, 0, *state);
    claim_size(&made, 64, 64);
    assert_true(made.len < OA2_PICTURE_BYTES);
    judge(&made, &picture, *state);
    made = make_png(&chatty, 1, *state);
    assert_true(made.len < OA2_PICTURE_BYTES);
    assert_int_equal(judge(&made, &picture, *state), OA2_PICTURE_GOOD);
    assert_true(picture.len < 2000);
    /* However much of it there is, and with each byte wrong. */
    made = make_png(&plain, 1, *state);
    for (i = 8; i < made.len - 12; i++) {
        logo_image_t image = { 0, NULL };

        assert_int_equal(logo_read(&image, made.bytes, i),
                         OA2_PICTURE_BROKEN);
        made.bytes[i] ^= 0xff;
        logo_read(&image, made.bytes, made.len);
        free(image.pixels);
        made.bytes[i] ^= 0xff;
    }
    made.len -= 30;
    assert_int_equal(judge(&made, &picture, *state), OA2_PICTURE_BROKEN);
}

/* ------------------------------------------------------------ JPEG */

static void jpeg_of_all_kinds(void **state)
{
    static const unsigned char gray[] = { 100, 100, 100, 255 };
    /* Adobe's: 100 of 255 is no ink, in each of the four. */
    static const unsigned char inked[] = { 39, 39, 39, 255 };
    static const jpeg_is_t plain = { 64, 0, 0, 0 };
    static const jpeg_is_t progressive = { 300, 0, 1, 0 };
    static const jpeg_is_t ink = { 64, 1, 0, 0 };
    logo_image_t image;
    made_t made;

    made = make_jpeg(&plain, 100, *state);
    image = result(&made, *state);
    assert_int_equal(image.side, 64);
    assert_pixel(&image, 63, 63, gray);
    free(image.pixels);
    made = make_jpeg(&progressive, 100, *state);
    image = result(&made, *state);
    assert_int_equal(image.side, 256);
    assert_pixel(&image, 255, 0, gray);
    free(image.pixels);
    made = make_jpeg(&ink, 100, *state);
    image = result(&made, *state);
    assert_pixel(&image, 0, 63, inked);
    free(image.pixels);
}

/* Where the last scan of a JPEG begins. */
static size_t last_scan(const made_t *made)
{
    size_t at = made->len - 2;

    while (made->bytes[at] != 0xff || made->bytes[at + 1] != 0xda)
        at--;
    return at;
}

static void jpeg_that_nobody_should_send(void **state)
{
    static const jpeg_is_t plain = { 64, 0, 0, 0 };
    static const jpeg_is_t large = { 2049, 0, 0, 0 };
    static const jpeg_is_t progressive = { 16, 0, 1, 0 };
    static const jpeg_is_t endless = { 64, 0, 1, 1 };
    oa2_picture_t picture;
    made_t made;
    made_t scan;
    size_t at;
    int i;

    made = make_jpeg(&large, 1, *state);
    assert_int_equal(judge(&made, &picture, *state),
                     OA2_PICTURE_TOO_MANY_PIXELS);
    made = make_jpeg(&endless, 1, *state);
    assert_int_equal(judge(&made, &picture, *state), OA2_PICTURE_COSTLY);
    /* The last of its scans ten thousand times. */
    made = make_jpeg(&progressive, 1, *state);
    at = last_scan(&made);
    scan = fresh(*state);
    add(&scan, made.bytes + at, made.len - 2 - at);
    made.len -= 2;
    for (i = 0; i < 10000 && made.len + scan.len + 2 < OA2_PICTURE_BYTES; i++)
        add(&made, scan.bytes, scan.len);
    add(&made, "\xff\xd9", 2);
    assert_true(judge(&made, &picture, *state) != OA2_PICTURE_GOOD);
    made = make_jpeg(&plain, 100, *state);
    made.len -= 20;
    assert_int_equal(judge(&made, &picture, *state), OA2_PICTURE_BROKEN);
    for (at = 3; at < made.len; at++) {
        logo_image_t image = { 0, NULL };

        made.bytes[at] ^= 0xff;
        logo_read(&image, made.bytes, made.len);
        free(image.pixels);
        made.bytes[at] ^= 0xff;
    }
}

/* ------------------------------------------------------------ WebP */

static void webp(void **state)
{
    static const unsigned char wanted[] = { 100, 100, 100, 100 };
    /* RFC 9649 section 2.7: an extended file, the bit of an animation set */
    static const unsigned char moving[] = {
        'R', 'I', 'F', 'F', 46, 0, 0, 0, 'W', 'E', 'B', 'P',
        'V', 'P', '8', 'X', 10, 0, 0, 0, 2, 0, 0, 0, 63, 0, 0, 63, 0, 0,
        'A', 'N', 'I', 'M', 6, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        'A', 'N', 'M', 'F', 0, 0, 0, 0, 0, 0
    };
    oa2_picture_t picture;
    logo_image_t image;
    made_t made;
    int i;

    for (i = 0; i < 2; i++) {
        made = make_webp(512, 512, i, *state);
        image = result(&made, *state);
        assert_int_equal(image.side, 256);
        assert_pixel(&image, 128, 128, wanted);
        free(image.pixels);
        made.len /= 2;
        assert_int_equal(judge(&made, &picture, *state), OA2_PICTURE_BROKEN);
    }
    made = make_webp(512, 511, 1, *state);
    assert_int_equal(judge(&made, &picture, *state), OA2_PICTURE_NOT_SQUARE);
    made = make_webp(2049, 2049, 1, *state);
    assert_int_equal(judge(&made, &picture, *state),
                     OA2_PICTURE_TOO_MANY_PIXELS);
    made = fresh(*state);
    add(&made, moving, sizeof(moving));
    assert_int_equal(judge(&made, &picture, *state), OA2_PICTURE_MOVES);
}

/* ------------------------------------------------------------ all */

static void other_kinds(void **state)
{
    static const char *const texts[] = {
        "", "G", "RIFF", "RIFF1234WEB", "GIF89a\1\0\1", "\x89PNG", "BM",
        ("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"64\" height=\"64\">"
         "<script>alert(1)</script></svg>"),
        "<?xml version=\"1.0\"?><svg/>", "%PDF-1.7", "P6 1 1 255\n123",
        "<html>\x89PNG\r\n\x1a\n"
    };
    oa2_picture_t picture;
    made_t made;
    size_t i;

    for (i = 0; i < UNIT_COUNT(texts); i++) {
        made = fresh(*state);
        add(&made, texts[i], strlen(texts[i]));
        assert_int_equal(judge(&made, &picture, *state),
                         OA2_PICTURE_OTHER_KIND);
    }
}

/* A page in a picture stays behind. */
static void polyglot(void **state)
{
    const png_is_t plain = { 64, 64, 8, PNG_COLOR_TYPE_RGB, 0, 0 };
    static const char page[] = "<script>alert(1)</script>";
    made_t made = make_png(&plain, 1, *state);
    oa2_picture_t picture;
    size_t i;

    add(&made, page, sizeof(page));
    assert_int_equal(judge(&made, &picture, *state), OA2_PICTURE_GOOD);
    for (i = 0; i + 7 < picture.len; i++)
        assert_memory_not_equal((const char *)picture.bytes + i, "<script",
                                7);
}

static void size_in_bytes(void **state)
{
    const png_is_t plain = { 64, 64, 8, PNG_COLOR_TYPE_RGB, 0, 0 };
    made_t made = make_png(&plain, 1, *state);
    oa2_picture_t picture;

    memset(made.bytes + made.len, 'x', OA2_PICTURE_BYTES);
    made.len = OA2_PICTURE_BYTES;
    assert_int_equal(judge(&made, &picture, *state), OA2_PICTURE_GOOD);
    made.len++;
    assert_int_equal(judge(&made, &picture, *state),
                     OA2_PICTURE_TOO_MANY_BYTES);
}

/* Where four become one, those that cannot be seen do not count. */
static void shrinking(void **state)
{
    static const unsigned char wanted[] = { 200, 0, 0, 128 };
    logo_image_t image = { 0, NULL };
    size_t i;

    (void)state;
    assert_int_equal(logo_take(&image, 512, 512), OA2_PICTURE_GOOD);
    for (i = 0; i < 512 * 512; i++) {
        unsigned char *pixel = image.pixels + i * LOGO_CHANNELS;

        pixel[0] = i % 2 ? 200 : 0;
        pixel[1] = i % 2 ? 0 : 255;
        pixel[3] = i % 2 ? 255 : 0;
    }
    assert_true(logo_shrink(&image));
    assert_int_equal(image.side, 256);
    assert_pixel(&image, 0, 0, wanted);
    assert_pixel(&image, 255, 255, wanted);
    free(image.pixels);
    /* Borders that fall into a pixel. */
    assert_int_equal(logo_take(&image, 257, 257), OA2_PICTURE_GOOD);
    memset(image.pixels, 77, (size_t)257 * 257 * LOGO_CHANNELS);
    assert_true(logo_shrink(&image));
    for (i = 0; i < (size_t)256 * 256 * LOGO_CHANNELS; i++)
        assert_int_equal(image.pixels[i], 77);
    free(image.pixels);
}

/* The program itself: not there, not able, and killed by what it reads. */
static void the_program(void **state)
{
    char path[] = "/tmp/oa2-logo-XXXXXX";
    int fd = mkstemp(path);
    oa2_picture_t picture;
    oa2_err_t *err;

    err = oa2_picture_make(&picture, "/nowhere/oauth2-logo", "x", 1, *state);
    assert_int_equal(err->id, 1500);
    err = oa2_picture_make(&picture, "/bin/false", "x", 1, *state);
    assert_int_equal(err->id, 1504);
    err = oa2_picture_make(&picture, "/bin/true", "x", 1, *state);
    assert_int_equal(err->id, 1504);
    assert_int_equal(write(fd, "#!/bin/sh\nkill -SEGV $$\n", 24), 24);
    fchmod(fd, 0700);
    close(fd);
    assert_null(oa2_picture_make(&picture, path, "x", 1, *state));
    assert_int_equal(picture.verdict, OA2_PICTURE_COSTLY);
    assert_int_equal(picture.note->id, 1503);
    assert_int_equal(picture.note->severity, OA2_LOG_NOTICE);
    unlink(path);
}

static void *make_one(void *path)
{
    apr_pool_t *pool;
    oa2_picture_t picture;
    oa2_err_t *err;

    apr_pool_create_unmanaged_ex(&pool, NULL, NULL);
    err = oa2_picture_make(&picture, path, "x", 1, pool);
    apr_pool_destroy(pool);
    return err ? path : NULL;
}

/* Programs that wait until the folder's file "go" is there, and say by a file
   each that they do. */
static void not_too_many_at_once(void **state)
{
    char dir[] = "/tmp/oa2-logo-XXXXXX";
    pthread_t threads[OA2_PICTURE_AT_ONCE];
    char *path;
    const char *script;
    oa2_picture_t picture;
    glob_t found;
    void *failed;
    FILE *file;
    int begun = 0;
    int i;

    assert_non_null(mkdtemp(dir));
    path = apr_pstrcat(*state, dir, "/program", NULL);
    script = apr_psprintf(*state, "#!/bin/sh\n: >%s/at.$$\n"
                          "while [ ! -e %s/go ]; do sleep 0.05; done\n"
                          "exit %d\n", dir, dir, OA2_PICTURE_BROKEN);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(script, file) >= 0);
    fclose(file);
    chmod(path, 0700);
    for (i = 0; i < OA2_PICTURE_AT_ONCE; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, make_one,
                                        path), 0);
    while (begun < OA2_PICTURE_AT_ONCE) {
        usleep(10000);
        begun = glob(apr_pstrcat(*state, dir, "/at.*", NULL), 0, NULL, &found)
            ? 0 : (int)found.gl_pathc;
        globfree(&found);
    }
    assert_null(oa2_picture_make(&picture, path, "x", 1, *state));
    assert_int_equal(picture.verdict, OA2_PICTURE_BUSY);
    fclose(fopen(apr_pstrcat(*state, dir, "/go", NULL), "w"));
    for (i = 0; i < OA2_PICTURE_AT_ONCE; i++) {
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    assert_null(oa2_picture_make(&picture, path, "x", 1, *state));
    assert_int_equal(picture.verdict, OA2_PICTURE_BROKEN);
    assert_int_equal(glob(apr_pstrcat(*state, dir, "/*", NULL), 0, NULL,
                          &found), 0);
    for (i = 0; i < (int)found.gl_pathc; i++)
        unlink(found.gl_pathv[i]);
    globfree(&found);
    assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        UNIT_TEST(png_of_all_kinds),
        UNIT_TEST(png_that_nobody_should_send),
        UNIT_TEST(jpeg_of_all_kinds),
        UNIT_TEST(jpeg_that_nobody_should_send),
        UNIT_TEST(webp),
        UNIT_TEST(other_kinds),
        UNIT_TEST(polyglot),
        UNIT_TEST(size_in_bytes),
        UNIT_TEST(shrinking),
        UNIT_TEST(the_program),
        UNIT_TEST(not_too_many_at_once),
    };

    signal(SIGPIPE, SIG_IGN);           /* as in httpd */
    return cmocka_run_group_tests(tests, NULL, NULL);
}

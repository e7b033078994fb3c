/* SPDX-License-Identifier: Apache-2.0 */
/* sitelogo.c - see sitelogo.h */
#include "httpd/start/sitelogo.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <apr_strings.h>

#include "base/file.h"
#include "base/picture.h"
#include "base/picture_type.h"
#include "base/text/encode.h"
#include "httpd/start/state.h"

typedef struct {
    const char *path;
    oa2_logo_t *logo;
} work_t;

static oa2_err_t *read_logo(void *baton, apr_pool_t *pool)
{
    work_t *work = baton;
    oa2_logo_t *logo = work->logo;
    char *bytes = apr_palloc(pool, OA2_PICTURE_BYTES + 1);
    struct stat info;
    size_t len = 0;
    int fd;
    int why = oa2_file_open(&fd, &info, work->path, 0);

    if (!why) {
        why = oa2_file_read(bytes, &len, fd, OA2_PICTURE_BYTES + 1);
        close(fd);
    }
    if (why) {
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(7580), NULL,
                            "could not read \"%s\": %s; httpd's user, which "
                            "reads it, must be able to", work->path,
                            strerror(why));
    }
    if (len > OA2_PICTURE_BYTES) {
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(7581), NULL,
                            "\"%s\" is larger than 256 KiB: name a smaller "
                            "picture", work->path);
    }
    logo->bytes = bytes;
    logo->len = len;
    return NULL;
}

oa2_err_t *oa2_sitelogo_load(const oa2_logo_t **out, const char *path,
                             apr_pool_t *pool)
{
    work_t work = { path, apr_pcalloc(pool, sizeof(*work.logo)) };
    unsigned char digest[OA2_KEY_LEN];

    OA2_TRY(oa2_state_as_user(read_logo, &work, pool));
    work.logo->type = oa2_picture_type(work.logo->bytes, work.logo->len);
    if (!work.logo->type) {
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(7582), NULL,
                            "\"%s\" is no PNG, JPEG or WebP picture", path);
    }
    oa2_sha256(digest, work.logo->bytes, work.logo->len);
    work.logo->digest = oa2_b64url_encode(pool, digest, sizeof(digest));
    *out = work.logo;
    return NULL;
}

oa2_err_t *oa2_sitelogo_check(const oa2_settings_t *settings,
                              apr_pool_t *pool)
{
    const char *path = settings->site_logo;
    const oa2_logo_t *logo;
    oa2_picture_t picture;
    void (*before)(int);
    oa2_err_t *err;

    OA2_TRY(oa2_sitelogo_load(&logo, path, pool));
    /* "httpd -t" has not come to where httpd ignores it. */
    before = signal(SIGPIPE, SIG_IGN);
    err = oa2_picture_make(&picture, settings->logo_program, logo->bytes,
                           logo->len, pool);
    signal(SIGPIPE, before);
    OA2_TRY(err);
    if (picture.verdict == OA2_PICTURE_GOOD) return NULL;
    return oa2_err_make(pool, &oa2_server_error, OA2_ID(7583), NULL,
                        "\"%s\" cannot be the logo: %s; name a square PNG, "
                        "JPEG or WebP picture of at most 256 KiB and %d "
                        "pixels a side", path, picture.said,
                        OA2_PICTURE_PIXELS);
}

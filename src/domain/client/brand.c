/* SPDX-License-Identifier: Apache-2.0 */
/* brand.c - see brand.h */
#include "domain/client/brand.h"

#include <apr_strings.h>

#include "base/crypto.h"
#include "base/picture.h"
#include "base/text/encode.h"
#include "domain/site/audit.h"
#include "domain/site/settings.h"
#include "store/logo.h"

#define WHAT "logo"                     /* in an audit entry */

static const struct {
    oa2_picture_verdict_t verdict;
    const char *said;
} sayings[] = {
    { OA2_PICTURE_TOO_MANY_BYTES,
      "this file is too large: a logo has 256 KiB at most" },
    { OA2_PICTURE_OTHER_KIND,
      "this file is no picture that is taken here: choose a PNG, JPEG or WebP "
      "file" },
    { OA2_PICTURE_BROKEN,
      "this picture could not be read to its end: it may be damaged" },
    { OA2_PICTURE_NOT_SQUARE,
      "this picture is not square: its width and height have to be the same" },
    { OA2_PICTURE_TOO_MANY_PIXELS,
      "this picture has too many pixels: a logo has 2048 a side at most" },
    { OA2_PICTURE_MOVES, "this picture moves: choose one that stands still" },
    { OA2_PICTURE_COSTLY,
      "this picture takes too long to read: save it anew, or choose another" },
    { OA2_PICTURE_BUSY,
      "other pictures are being read just now: please send yours once more" },
};

/* GOOD, or out has the problem. */
static oa2_picture_verdict_t take(oa2_picture_t *picture,
                                  oa2_app_result_t *out, oa2_ctx_t *ctx,
                                  const void *bytes, apr_size_t len)
{
    oa2_err_t *err = oa2_picture_make(picture, ctx->settings->logo_program,
                                      bytes, len, ctx->pool);
    apr_size_t i;

    if (err) {
        ctx->note = err;
        oa2_app_refuse(out, ctx, OA2_BRAND_FIELD, "pictures cannot be taken "
                       "here at the moment, whichever it is: please tell the "
                       "administrator of this site");
        return OA2_PICTURE_NO_ROOM;
    }
    if (picture->note)
        ctx->note = picture->note;
    for (i = 0; i < sizeof(sayings) / sizeof(sayings[0]); i++) {
        if (sayings[i].verdict == picture->verdict)
            oa2_app_refuse(out, ctx, OA2_BRAND_FIELD, sayings[i].said);
    }
    return picture->verdict;
}

static oa2_err_t *finish(oa2_app_result_t *out, oa2_ctx_t *ctx,
                         const oa2_actor_t *who, const char *id, int done)
{
    OA2_TRY(oa2_app_find(&out->app, ctx, id));
    if (!done || !out->app) {
        out->outcome = OA2_APP_GONE;
        return NULL;
    }
    oa2_audit(ctx, &oa2_event_app_changed, "client", id, "by", who->user,
              "what", WHAT, "revision", NULL, NULL);
    return NULL;
}

oa2_err_t *oa2_brand_set(oa2_app_result_t *out, oa2_ctx_t *ctx,
                         const oa2_actor_t *who, const char *id,
                         const void *bytes, apr_size_t len)
{
    unsigned char digest[OA2_KEY_LEN];
    oa2_picture_t picture;
    oa2_logo_t logo;
    int done;

    OA2_TRY(oa2_app_begin(out, ctx, who, id, OA2_APP_MEMBER));
    if (out->outcome != OA2_APP_DONE)
        return NULL;
    if (take(&picture, out, ctx, bytes, len) != OA2_PICTURE_GOOD)
        return NULL;
    oa2_sha256(digest, picture.bytes, picture.len);
    logo.type = "image/png";
    logo.digest = oa2_b64url_encode(ctx->pool, digest, sizeof(digest));
    logo.bytes = picture.bytes;
    logo.len = picture.len;
    OA2_TRY(oa2_logo_put(&done, ctx, id, &logo));
    return finish(out, ctx, who, id, done);
}

oa2_err_t *oa2_brand_remove(oa2_app_result_t *out, oa2_ctx_t *ctx,
                            const oa2_actor_t *who, const char *id)
{
    int done;

    OA2_TRY(oa2_app_begin(out, ctx, who, id, OA2_APP_MEMBER));
    if (out->outcome != OA2_APP_DONE || !out->app->client->logo)
        return NULL;
    OA2_TRY(oa2_logo_remove(&done, ctx, id));
    return finish(out, ctx, who, id, done);
}

const char *oa2_brand_path(const oa2_ctx_t *ctx, const char *id,
                           const char *logo)
{
    apr_pool_t *pool = ctx->pool;

    if (!logo) return NULL;
    return apr_pstrcat(pool, oa2_settings_path(ctx->settings,
                                               OA2_BRAND_ENDPOINT, pool),
                       "/", oa2_url_encode(pool, id), "?v=", logo, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* way.c - see way.h.  ID "." SEALED, each under a key of its own, as in
   form.c. */
#include "domain/request/way.h"

#include <string.h>
#include <apr_strings.h>

#include "base/crypto.h"
#include "domain/site/settings.h"

#define ID_BYTES 16
#define ID_LEN 22               /* of ID_BYTES as base64url */
#define URL_MAX 5900            /* sealed it has OA2_WAY_MAX bytes */

int oa2_way_is_here(const char *url)
{
    const unsigned char *c;

    /* "//host" and "/\host" are other hosts, to a browser, and it drops tabs
       and line breaks before it looks. */
    if (url[0] != '/' || url[1] == '/')
        return 0;
    for (c = (const unsigned char *)url; *c; c++)
        if (*c <= ' ' || *c == 0x7f || *c == '\\')
            return 0;
    return 1;
}

static void way_key(unsigned char key[OA2_KEY_LEN], const oa2_ctx_t *ctx,
                    int secret, const char *id)
{
    const char *text = apr_pstrcat(ctx->pool, "way\n", ctx->settings->issuer,
                                   "\n", id, NULL);

    oa2_hmac(key, ctx->settings->keys.form[secret], text, strlen(text));
}

const char *oa2_way_seal(const oa2_ctx_t *ctx, const char *url)
{
    const char *id = oa2_random_text(ctx->pool, ID_BYTES);
    unsigned char key[OA2_KEY_LEN];

    if (!oa2_way_is_here(url))
        return NULL;
    if (strlen(url) > URL_MAX)
        url = apr_pstrndup(ctx->pool, url, strcspn(url, "?"));
    if (strlen(url) > URL_MAX)
        return NULL;
    way_key(key, ctx, 0, id);
    return apr_pstrcat(ctx->pool, id, ".",
                       oa2_seal(ctx->pool, key, "way", url), NULL);
}

const char *oa2_way_open(const oa2_ctx_t *ctx, const char *sealed)
{
    unsigned char key[OA2_KEY_LEN];
    const char *url = NULL;
    const char *id;
    int i;

    if (!sealed || strcspn(sealed, ".") != ID_LEN || !sealed[ID_LEN])
        return NULL;
    id = apr_pstrndup(ctx->pool, sealed, ID_LEN);
    for (i = 0; !url && i < ctx->settings->keys.count; i++) {
        way_key(key, ctx, i, id);
        url = oa2_unseal(ctx->pool, key, "way", sealed + ID_LEN + 1);
    }
    return url;
}

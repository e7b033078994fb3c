/* SPDX-License-Identifier: Apache-2.0 */
/*
 * form.c - see form.h
 *
 * A field is ID "." SEALED.  The ID is random, and the key is made of it: so
 * no key seals more than one text, however many pages strangers ask for.
 * Inside are five lines: when, the browser cookie's digest, user, what was
 * shown, request; before that, where there is one, the way back, which begins
 * with "/", as no request does.
 */
#include "domain/request/form.h"

#include <string.h>
#include <apr_strings.h>

#include "base/text/encode.h"
#include "domain/site/settings.h"

#define ID_BYTES 16
#define ID_LEN 22               /* of ID_BYTES as base64url */
#define AGAIN_FOR 10            /* seconds that an answer is repeated */

/* Of one issuer: several may have one secret file. */
static void form_key(unsigned char key[OA2_KEY_LEN], const oa2_ctx_t *ctx,
                     int secret, const char *id)
{
    const char *text = apr_pstrcat(ctx->pool, "form\n", ctx->settings->issuer,
                                   "\n", id, NULL);

    oa2_hmac(key, ctx->settings->keys.form[secret], text, strlen(text));
}

const char *oa2_form_make(const oa2_ctx_t *ctx, const oa2_browser_t *browser,
                          const oa2_form_t *form)
{
    const char *id = oa2_random_text(ctx->pool, ID_BYTES);
    const char *cookie = APR_ARRAY_IDX(browser->ids, 0, const char *);
    int is_back = form->back && *form->back;
    const char *text = apr_psprintf(
        ctx->pool, "%" APR_INT64_T_FMT "\n%s\n%s\n%s\n%s%s%s", ctx->now,
        oa2_digest_text(ctx->pool, cookie), form->user, form->shown,
        is_back ? form->back : "", is_back ? "\n" : "", form->request);
    unsigned char key[OA2_KEY_LEN];

    form_key(key, ctx, 0, id);
    return apr_pstrcat(ctx->pool, id, ".",
                       oa2_seal(ctx->pool, key, "form", text), NULL);
}

/* ------------------------------------------------------------ open */

/* NULL: no secret of this server opens it. */
static char *unseal(const char **id, const oa2_ctx_t *ctx, const char *sealed)
{
    unsigned char key[OA2_KEY_LEN];
    char *text = NULL;
    int i;

    if (!sealed || strcspn(sealed, ".") != ID_LEN || !sealed[ID_LEN])
        return NULL;
    *id = apr_pstrndup(ctx->pool, sealed, ID_LEN);
    for (i = 0; !text && i < ctx->settings->keys.count; i++) {
        form_key(key, ctx, i, *id);
        text = oa2_unseal(ctx->pool, key, "form", sealed + ID_LEN + 1);
    }
    return text;
}

/* The line at *at, which moves on to the next. */
static const char *line(char **at)
{
    char *start = *at;
    char *end = strchr(start, '\n');

    if (end) {
        *end = '\0';
        *at = end + 1;
    }
    return start;
}

static const char *cookie_of(const oa2_ctx_t *ctx,
                             const oa2_browser_t *browser, const char *digest)
{
    int i;

    for (i = 0; i < browser->ids->nelts; i++) {
        const char *id = APR_ARRAY_IDX(browser->ids, i, const char *);

        if (oa2_text_equal(oa2_digest_text(ctx->pool, id), digest))
            return id;
    }
    return NULL;
}

oa2_err_t *oa2_form_open(oa2_form_t *out, const oa2_ctx_t *ctx,
                         const oa2_browser_t *browser, const char *sealed)
{
    const char *id = NULL;
    char *at = unseal(&id, ctx, sealed);
    const char *digest;
    apr_int64_t made;

    memset(out, 0, sizeof(*out));
    out->request = out->back = out->user = out->shown = "";
    if (!at)
        return oa2_err_make(
            ctx->pool, &oa2_forbidden, OA2_ID(3051),
            "This page could not be used any more. Please try once more.",
            "a form came that is not one of this server's");
    made = apr_strtoi64(line(&at), NULL, 10);
    digest = line(&at);
    out->user = line(&at);
    out->shown = line(&at);
    if (*at == '/')
        out->back = line(&at);
    out->request = at;
    out->id = id;
    if (!browser->ids->nelts)
        return oa2_err_make(
            ctx->pool, &oa2_forbidden, OA2_ID(3050),
            "Your browser sent no cookie. Please allow cookies for this "
            "site, then try once more.",
            "a form came without the browser cookie");
    out->browser = cookie_of(ctx, browser, digest);
    if (!out->browser)
        return oa2_err_make(
            ctx->pool, &oa2_forbidden, OA2_ID(3600),
            "This page was opened in another browser, or before yours was "
            "started anew. Please try once more.",
            "a form came that was made for another browser");
    if (made + ctx->settings->flow_lifetime <= ctx->now)
        return oa2_err_make(
            ctx->pool, &oa2_forbidden, OA2_ID(3601),
            "This page had been open for too long. Please try once more.",
            "a form came that was older than OAuth2FlowLifetime");
    return NULL;
}

/* ------------------------------------------------------------ twin */

/* Of text: the key, and the name under which it is stored. */
static void twin_make(oa2_twin_t *out, const oa2_ctx_t *ctx,
                      const char *text)
{
    unsigned char name[OA2_KEY_LEN];

    oa2_hmac(out->key, ctx->settings->keys.form[0], text, strlen(text));
    oa2_hmac(name, out->key, "name", 4);
    out->digest = oa2_b64url_encode(ctx->pool, name, sizeof(name));
}

void oa2_twin_of(oa2_twin_t *out, const oa2_ctx_t *ctx,
                   const oa2_form_t *form, const char *what)
{
    twin_make(out, ctx, apr_pstrcat(ctx->pool, "answer\n",
                                    ctx->settings->issuer, "\n", form->id,
                                    "\n", form->browser, "\n", what, NULL));
}

oa2_kept_t oa2_twin_seal(const oa2_twin_t *twin,
                             const oa2_ctx_t *ctx, const char *answer)
{
    oa2_kept_t sealed = {
        .digest = twin->digest,
        .reply = oa2_seal(ctx->pool, twin->key, "answer", answer),
        .expires = ctx->now + AGAIN_FOR,
    };

    return sealed;
}

oa2_err_t *oa2_twin_find(const char **answer, oa2_ctx_t *ctx,
                           const oa2_twin_t *twin)
{
    const char *sealed;

    OA2_TRY(oa2_answer_find(&sealed, ctx, twin->digest));
    *answer = sealed ? oa2_unseal(ctx->pool, twin->key, "answer", sealed)
                     : NULL;
    return NULL;
}

/* ------------------------------------------------------------ typed */

static void typed_of(oa2_twin_t *out, const oa2_ctx_t *ctx, const char *id,
                     const char *user)
{
    twin_make(out, ctx, apr_pstrcat(ctx->pool, "typed\n",
                                    ctx->settings->issuer, "\n", id, "\n",
                                    user, NULL));
}

oa2_err_t *oa2_typed_put(const char **id, oa2_ctx_t *ctx,
                         const oa2_form_t *form)
{
    oa2_twin_t twin;
    oa2_kept_t kept;
    int first;

    typed_of(&twin, ctx, form->id, form->user);
    kept = oa2_twin_seal(&twin, ctx, form->request);
    kept.expires = ctx->now + ctx->settings->flow_lifetime;
    /* The second time, by the same form sent twice, it is there already. */
    OA2_TRY(oa2_answer_put(&first, ctx, &kept));
    *id = form->id;
    return NULL;
}

oa2_err_t *oa2_typed_find(const char **text, oa2_ctx_t *ctx, const char *id,
                          const char *user)
{
    oa2_twin_t twin;

    typed_of(&twin, ctx, id, user);
    return oa2_twin_find(text, ctx, &twin);
}

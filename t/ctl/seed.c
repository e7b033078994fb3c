/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seed.c - a grant with tokens, as the token endpoint would make them, for
 * the tests of oauth2ctl.
 *
 *   seed DRIVER PARAMS CLIENT [USER]    with USER: a family, with an access
 *                                       and a refresh token, and a second
 *                                       access token without a family
 *   seed DRIVER PARAMS expired CLIENT N N expired access tokens
 *
 * Prints "name value" lines.
 */
#include <stdio.h>
#include <string.h>

#include <apr_dbd.h>
#include <apr_general.h>
#include <apr_strings.h>
#include <apr_time.h>

#include "base/text/units.h"
#include "domain/site/settings.h"
#include "domain/token.h"
#include "store/client.h"
#include "store/code.h"
#include "store/consent.h"
#include "store/store.h"
#include "store/user.h"

static oa2_token_t token(oa2_ctx_t *ctx, const char *prefix,
                         const char *client, const oa2_grant_t *grant)
{
    const char *text = oa2_token_make(ctx, prefix);
    oa2_token_t out;

    memset(&out, 0, sizeof(out));
    printf("%s %s\n", grant ? strcmp(prefix, OA2_ACCESS_PREFIX) ? "refresh"
                                                                : "access"
                            : "single", text);
    out.digest = oa2_digest_text(ctx->pool, text);
    out.refresh = strcmp(prefix, OA2_ACCESS_PREFIX) != 0;
    out.grant = grant ? grant->id : 0;
    out.client_id = client;
    out.user = grant ? grant->user : NULL;
    out.scope = "read write";
    out.audience = "";
    out.issued = ctx->now;
    out.expires = ctx->now + 600;
    return out;
}

static oa2_err_t *family(oa2_ctx_t *ctx, const char *client, const char *user)
{
    oa2_grant_t grant = {
        oa2_random_id(), client, user, "read write", "", "", ctx->now,
        ctx->now + 600, 0, NULL, NULL, 0
    };
    const char *text = oa2_token_make(ctx, OA2_CODE_PREFIX);
    oa2_consent_t consent = { user, client, { grant.scope, "" }, NULL };
    oa2_token_t access, refresh;
    oa2_allowed_t before;
    oa2_user_t *row;
    oa2_code_t code;
    int first;

    OA2_TRY(oa2_user_find(&row, ctx, user));
    if (!row)
        return oa2_err_make(ctx->pool, &oa2_server_error, 0, NULL, "no user");
    grant.credential = consent.credential = row->credential;
    memset(&code, 0, sizeof(code));
    code.digest = oa2_digest_text(ctx->pool, text);
    code.grant = grant.id;
    code.client_id = client;
    code.user = user;
    code.sub = row->sub;
    code.redirect_uri = "https://app.example.com/callback";
    code.challenge = oa2_digest_text(ctx->pool, "verifier");
    code.scope = grant.scope;
    code.audience = "";
    code.expires = ctx->now + 60;
    printf("grant %" APR_INT64_T_FMT "\n", grant.id);
    access = token(ctx, OA2_ACCESS_PREFIX, client, &grant);
    refresh = token(ctx, OA2_REFRESH_PREFIX, client, &grant);
    access.sub = refresh.sub = row->sub;
    OA2_TRY(oa2_code_issue(&first, ctx, &grant, &code, NULL));
    OA2_TRY(oa2_consent_find(&before, ctx, user, client));
    OA2_TRY(oa2_consent_put(&first, ctx, &consent, &before));
    return oa2_code_spend(&first, ctx, &code, &access, &refresh);
}

static oa2_err_t *seed(oa2_ctx_t *ctx, int argc, char **argv)
{
    apr_int64_t n = 0;
    oa2_client_t *client;
    oa2_token_t single;
    int is_old = strcmp(argv[3], "expired") == 0 && argc == 6;

    OA2_TRY(oa2_client_find(&client, ctx, argv[is_old ? 4 : 3]));
    if (is_old) {
        if (oa2_units_number(&n, argv[5], 1, 100000, ctx->pool) != NULL)
            n = 1;
        while (n--) {
            single = token(ctx, OA2_ACCESS_PREFIX, argv[4], NULL);
            single.expires = ctx->now - 100000;
            OA2_TRY(oa2_token_put(ctx, &single, client->secret));
        }
        return NULL;
    }
    single = token(ctx, OA2_ACCESS_PREFIX, argv[3], NULL);
    OA2_TRY(oa2_token_put(ctx, &single, client->secret));
    return argc > 4 ? family(ctx, argv[3], argv[4]) : NULL;
}

int main(int argc, char **argv)
{
    oa2_store_conf_t conf = { NULL, NULL, 1, 5000 };
    oa2_settings_t settings;
    oa2_err_t *err;
    oa2_ctx_t ctx;

    if (argc < 4) return 2;
    apr_initialize();
    oa2_crypto_init();
    memset(&settings, 0, sizeof(settings));
    memset(&ctx, 0, sizeof(ctx));
    apr_pool_create(&ctx.pool, NULL);
    apr_dbd_init(ctx.pool);
    settings.keys.count = 1;
    ctx.settings = &settings;
    ctx.now = apr_time_sec(apr_time_now());
    conf.driver = argv[1];
    conf.params = argv[2];
    err = oa2_store_open(&ctx.store, &conf, NULL, NULL, ctx.pool);
    if (!err)
        err = seed(&ctx, argc, argv);
    if (err)
        fprintf(stderr, "seed: %s\n", err->meant);
    fflush(stdout);
    argc = err ? 1 : 0;
    apr_pool_destroy(ctx.pool);
    apr_terminate();
    return argc;
}

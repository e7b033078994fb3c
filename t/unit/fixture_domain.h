/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fixture_domain.h - a context with settings and a client, and no store: for
 * what needs no memory.
 */
#ifndef OA2_FIXTURE_DOMAIN_H
#define OA2_FIXTURE_DOMAIN_H

#include "store/client.h"
#include "unit/unit.h"

#include "domain/site/settings.h"

#define FIXTURE_SECRET "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE"
#define FIXTURE_RESOURCE "https://api.example.com/orders"

/* Where the pages are; make check says it. */
static inline const char *fixture_pages(apr_pool_t *pool)
{
    const char *dir = getenv("OA2_SRCDIR");

    return apr_pstrcat(pool, dir ? dir : ".", "/pages", NULL);
}

/* Settings as httpd/conf/conf leaves them: nothing is unset. */
static inline oa2_settings_t *fixture_settings(apr_pool_t *pool)
{
    static const oa2_scope_row_t rows[] = {
        { "read", "Read your orders", 1, NULL, 0, 0 },
        { "write", "Change your orders", 0, NULL, 0, 0 },
        { "admin", "Everything", 0, NULL, 0, 0 },
    };
    oa2_settings_t *set = apr_pcalloc(pool, sizeof(*set));
    apr_array_header_t *scopes =
        apr_array_make(pool, 4, sizeof(oa2_scope_row_t));
    apr_array_header_t *resources = apr_array_make(pool, 2, sizeof(char *));
    size_t i;

#define X(kind, member, directive, preset, min, max, help)                  \
    set->member = preset;
    OA2_SETTINGS(X)
#undef X
    set->site_name = "Orders";
    for (i = 0; i < UNIT_COUNT(rows); i++)
        APR_ARRAY_PUSH(scopes, oa2_scope_row_t) = rows[i];
    APR_ARRAY_PUSH(resources, const char *) = FIXTURE_RESOURCE;
    APR_ARRAY_PUSH(resources, const char *) = "https://api.example.com/bills";
    set->scopes = scopes;
    set->resources = resources;
    assert_null(oa2_settings_set_issuer(
        set, "https://api.example.com/oauth2", pool));
    assert_null(oa2_keys_derive(&set->keys, FIXTURE_SECRET, pool));
    return set;
}

static inline oa2_client_t *fixture_client(apr_pool_t *pool)
{
    oa2_client_t *client = apr_pcalloc(pool, sizeof(*client));

    client->id = "shop";
    client->name = "The Shop";
    client->redirect_uris = "https://shop.example/cb";
    client->scope = "read write";
    client->grants = "authorization_code refresh_token";
    client->introspect = "none";
    client->resources = "";
    client->origins = "";
    return client;
}

static inline oa2_ctx_t *fixture_ctx(apr_pool_t *pool)
{
    oa2_ctx_t *ctx = apr_pcalloc(pool, sizeof(*ctx));

    ctx->pool = pool;
    ctx->now = 1000000000;
    ctx->settings = fixture_settings(pool);
    ctx->client = fixture_client(pool);
    ctx->params = oa2_params_make(pool);
    return ctx;
}

#endif

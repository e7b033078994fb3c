/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_endpoint.c - any form to any endpoint is answered by what HTTP allows:
 * never a 5xx, never a redirect that leaves the registered places.
 *
 * Input: the endpoint (a digit), "G" or "P", the Authorization header up to a
 * line feed, then the form.
 */
#include "fuzz/fuzz.h"
#include "store/migrate.h"
#include "store/store.h"
#include "unit/fixture_domain.h"

#include <apr_dbd.h>

#include "base/text/json.h"
#include "endpoint/endpoint.h"

static const oa2_endpoint_t *const endpoints[] = {
    &oa2_endpoint_authorize, &oa2_endpoint_login, &oa2_endpoint_consent,
    &oa2_endpoint_logout, &oa2_endpoint_home, &oa2_endpoint_token,
    &oa2_endpoint_revoke, &oa2_endpoint_introspect, &oa2_endpoint_userinfo,
    &oa2_endpoint_set_password
};

/* The database stays open; LeakSanitizer does not see into APR's pools, which
   are mapped memory, and takes what they point to for lost. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libsqlite3\nleak:apr_pool_create\n";
}

/* Made before the first input, read by all. */
static struct {
    apr_pool_t *pool;
    oa2_ctx_t *ctx;
    oa2_pages_t *pages;
} world;

static void add_client(const char *id, const char *secret)
{
    oa2_client_t *client = fixture_client(world.pool);
    int put;

    client->id = id;
    client->secret = secret ? oa2_digest_text(world.pool, secret) : NULL;
    client->introspect = secret ? "all" : "none";
    client->grants = secret ? "authorization_code client_credentials"
                            : "authorization_code";
    if (oa2_client_put(&put, world.ctx, client) || !put)
        abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const oa2_store_conf_t conf = { "sqlite3", ":memory:", 1, 1000 };
    int applied;

    (void)argc;
    (void)argv;
    if (apr_initialize() != APR_SUCCESS
        || apr_pool_create(&world.pool, NULL) != APR_SUCCESS)
        return 1;
    apr_dbd_init(world.pool);
    oa2_crypto_init();
    world.ctx = fixture_ctx(world.pool);
    if (oa2_store_open(&world.ctx->store, &conf, NULL, NULL, world.pool)
        || oa2_schema_migrate(&applied, world.ctx)
        || oa2_pages_load(&world.pages, NULL, fixture_pages(world.pool),
                          world.pool))
        return 1;
    add_client("shop", NULL);
    add_client("api", "secret");
    return 0;
}

/* No bcrypt: a hundred inputs a second would be too few. */
static oa2_err_t *ask(oa2_password_t *out, oa2_login_t *login)
{
    *out = strcmp(login->name, "alice") == 0
                   && strcmp(login->password, "alice") == 0
               ? OA2_PASSWORD_RIGHT : OA2_PASSWORD_WRONG;
    login->provider = "fuzz";
    return NULL;
}

static void check(const oa2_reply_t *reply, apr_pool_t *pool)
{
    if (reply->status < 200 || reply->status >= 500)
        abort();
    if (reply->location
        && strncmp(reply->location, "/oauth2/", 8)
        && strncmp(reply->location, "https://shop.example/cb?", 24))
        abort();
    if (reply->type && strcmp(reply->type, "application/json") == 0
        && !oa2_json_parse(reply->body, strlen(reply->body), pool))
        abort();
    if (reply->status >= 400 && !reply->err && !reply->nonce)
        abort();
}

static void run(const oa2_endpoint_t *endpoint, int method, const char *text,
                size_t size, apr_pool_t *pool)
{
    oa2_params_t *params = oa2_params_make(pool);
    const char *line = memchr(text, '\n', size);
    size_t header = line ? (size_t)(line - text) : 0;
    oa2_call_t call = { 0 };

    if (line) {
        text += header + 1;
        size -= header + 1;
    }
    if (oa2_params_parse(params, text, size, pool)) return;
    call.ctx = *world.ctx;
    call.ctx.pool = pool;
    call.ctx.params = params;
    call.ctx.client = NULL;
    call.endpoint = endpoint;
    call.method = method;
    if (header)
        call.authorization = apr_pstrmemdup(pool, line - header, header);
    call.browser.ids = apr_array_make(pool, 1, sizeof(char *));
    APR_ARRAY_PUSH(call.browser.ids, const char *) = "browser";
    call.browser.address = "192.0.2.1";
    call.pages = world.pages;
    call.ask_password = ask;
    call.headers = apr_table_make(pool, 4);
    check(oa2_endpoint_run(&call), pool);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const oa2_endpoint_t *endpoint;
    apr_pool_t *pool;
    int method;

    if (size < 2 || text[0] < '0' || text[0] > '9') return 0;
    endpoint = endpoints[text[0] - '0'];
    method = text[1] == 'P' ? OA2_POST : OA2_GET;
    if (!(endpoint->methods & method)) return 0;
    if (apr_pool_create(&pool, world.pool) != APR_SUCCESS)
        abort();
    run(endpoint, method, text + 2, size - 2, pool);
    apr_pool_destroy(pool);
    return 0;
}

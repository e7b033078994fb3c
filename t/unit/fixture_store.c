/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fixture_store.c - a store of one's own for a test.
 */
#include <unistd.h>

#include <apr_dbd.h>
#include <apr_file_io.h>
#include <libpq-fe.h>

#include "base/crypto.h"
#include "store/consent.h"
#include "store/migrate.h"
#include "store/store.h"
#include "unit/fixture_store.h"

#define CACHE (256 * 1024)

void fixture_good(oa2_err_t *err)
{
    if (err)
        fail_msg("OA2%d: %s", err->id, err->meant);
}

static void run_sql(const char *params, const char *statement)
{
    PGconn *conn = PQconnectdb(params);
    PGresult *res = PQexec(conn, statement);

    if (PQresultStatus(res) != PGRES_COMMAND_OK
        && PQresultStatus(res) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", statement, PQerrorMessage(conn));
    PQclear(res);
    PQfinish(conn);
}

void fixture_psql(const fixture_t *fixture, const char *statement)
{
    run_sql(fixture->conf.params, statement);
}

static void use_pgsql(fixture_t *fixture, const char *server)
{
    apr_pool_t *pool = fixture->pool;
    char *schema = apr_pstrcat(pool, "test_", oa2_random_text(pool, 12), NULL);
    char *at;

    for (at = schema; *at; at++)
        if (*at == '-')
            *at = '_';
    fixture->server = server;
    fixture->schema = schema;
    run_sql(server, apr_psprintf(pool, "CREATE SCHEMA \"%s\"", schema));
    fixture->conf.driver = "pgsql";
    fixture->conf.params = apr_psprintf(
        pool, "%s options='-csearch_path=\"%s\"'", server, schema);
}

static void use_file(fixture_t *fixture)
{
    char *folder = apr_pstrdup(fixture->pool, "/tmp/oa2-test-XXXXXX");

    assert_non_null(mkdtemp(folder));
    fixture->folder = folder;
    fixture->conf.driver = "sqlite3";
    fixture->conf.params = apr_pstrcat(fixture->pool, folder, "/db", NULL);
}

static void open_store(fixture_t *fixture, int bare)
{
    oa2_cache_t *tokens = NULL;
    oa2_cache_t *clients = NULL;
    int applied;

    if (!bare) {
        tokens = oa2_cache_init(apr_pcalloc(fixture->pool, CACHE), CACHE, 400,
                                NULL);
        clients = oa2_cache_init(apr_pcalloc(fixture->pool, CACHE), CACHE,
                                 4096, NULL);
        assert_non_null(tokens);
        assert_non_null(clients);
    }
    apr_pool_create(&fixture->store_pool, fixture->pool);
    fixture_good(oa2_store_open(&fixture->ctx->store, &fixture->conf, tokens,
                                clients, fixture->store_pool));
    fixture_good(oa2_schema_migrate(&applied, fixture->ctx));
}

static fixture_t *make(int file, int n, int bare)
{
    const char *server = getenv("OA2_TEST_PGSQL");
    fixture_t *fixture;
    apr_pool_t *pool;

    assert_int_equal(apr_initialize(), APR_SUCCESS);
    apr_pool_create(&pool, NULL);
    assert_int_equal(apr_dbd_init(pool), APR_SUCCESS);
    oa2_crypto_init();

    fixture = apr_pcalloc(pool, sizeof(*fixture));
    fixture->pool = pool;
    fixture->ctx = apr_pcalloc(pool, sizeof(*fixture->ctx));
    fixture->ctx->pool = pool;
    fixture->ctx->now = FIXTURE_NOW;
    fixture->conf.connections = n;
    fixture->conf.wait_ms = 10000;
    fixture->conf.driver = "sqlite3";
    fixture->conf.params = ":memory:";
    if (server && *server)
        use_pgsql(fixture, server);
    else if (file)
        use_file(fixture);
    open_store(fixture, bare);
    return fixture;
}

fixture_t *fixture_open(void)
{
    return make(0, 4, 0);
}

fixture_t *fixture_open_file(int n, int bare)
{
    return make(1, n, bare);
}

void fixture_close(fixture_t *fixture)
{
    static const char *const ends[] = { "", "-wal", "-shm" };
    int i;

    apr_pool_destroy(fixture->store_pool);
    if (fixture->schema)
        run_sql(fixture->server, apr_psprintf(
            fixture->pool, "SET client_min_messages = warning;"
            " DROP SCHEMA \"%s\" CASCADE", fixture->schema));
    if (fixture->folder) {
        for (i = 0; i < 3; i++)
            apr_file_remove(apr_pstrcat(fixture->pool, fixture->conf.params,
                                        ends[i], NULL), fixture->pool);
        rmdir(fixture->folder);
    }
    apr_pool_destroy(fixture->pool);
}

/* Without a parent: threads may make and destroy these at once. */
oa2_ctx_t *fixture_another(const fixture_t *fixture)
{
    oa2_ctx_t *another;
    apr_pool_t *pool;

    apr_pool_create_unmanaged(&pool);
    another = apr_pmemdup(pool, fixture->ctx, sizeof(*another));
    another->pool = pool;
    return another;
}

/* ------------------------------------------------------------ rows */

const char *fixture_digest(oa2_ctx_t *ctx)
{
    return oa2_random_text(ctx->pool, OA2_KEY_LEN);
}

oa2_client_t *fixture_store_client(oa2_ctx_t *ctx, const char *id)
{
    oa2_client_t *client = apr_pcalloc(ctx->pool, sizeof(*client));
    int put;

    client->id = apr_pstrdup(ctx->pool, id);
    client->name = "A client";
    client->secret = fixture_digest(ctx);
    client->redirect_uris = "https://app.example.com/cb"
        " https://www.example.com:8443/cb com.example.app:/cb";
    client->scope = "read write";
    client->grants = "authorization_code refresh_token client_credentials";
    client->introspect = "own";
    client->resources = "";
    client->origins = "";
    client->created = ctx->now;
    client->updated = ctx->now;
    fixture_good(oa2_client_put(&put, ctx, client));
    assert_int_equal(put, 1);
    return client;
}

oa2_user_t *fixture_store_user(oa2_ctx_t *ctx, const char *name)
{
    oa2_user_t *user = apr_pcalloc(ctx->pool, sizeof(*user));
    int put;

    user->name = apr_pstrdup(ctx->pool, name);
    user->sub = fixture_digest(ctx);
    user->created = ctx->now;
    fixture_good(oa2_user_put(&put, ctx, user));
    assert_int_equal(put, 1);
    return user;
}

const char *fixture_credential(oa2_ctx_t *ctx, const char *user)
{
    oa2_user_t *row;

    fixture_good(oa2_user_find(&row, ctx, user));
    return row ? row->credential : "";
}

const char *fixture_consent(oa2_ctx_t *ctx, const char *user,
                            const char *client_id)
{
    oa2_allowed_t allowed;

    fixture_good(oa2_consent_find(&allowed, ctx, user, client_id));
    return allowed.scope;
}

void fixture_store_consent(oa2_ctx_t *ctx, const char *client_id,
                           const char *scope)
{
    oa2_consent_t consent = { "ann", client_id, { scope, "" },
                              fixture_credential(ctx, "ann") };
    oa2_allowed_t before;
    int done;

    fixture_good(oa2_consent_find(&before, ctx, "ann", client_id));
    fixture_good(oa2_consent_put(&done, ctx, &consent, &before));
    assert_int_equal(done, 1);
}

oa2_code_t *fixture_store_code(oa2_ctx_t *ctx, const char *client_id,
                         const char *user)
{
    oa2_code_t *code = apr_pcalloc(ctx->pool, sizeof(*code));
    oa2_grant_t grant;
    int first;

    memset(&grant, 0, sizeof(grant));
    grant.id = oa2_random_id();
    grant.client_id = apr_pstrdup(ctx->pool, client_id);
    grant.user = apr_pstrdup(ctx->pool, user);
    grant.scope = "read";
    grant.claims = "";
    grant.audience = "";
    grant.created = ctx->now;
    grant.expires = ctx->now + 60;
    grant.credential = fixture_credential(ctx, user);
    code->digest = fixture_digest(ctx);
    code->grant = grant.id;
    code->client_id = grant.client_id;
    code->user = grant.user;
    code->redirect_uri = "https://app.example.com/cb";
    code->challenge = fixture_digest(ctx);
    code->scope = grant.scope;
    code->audience = grant.audience;
    code->expires = grant.expires;
    fixture_good(oa2_code_issue(&first, ctx, &grant, code, NULL));
    assert_int_equal(first, 1);
    return code;
}

oa2_token_t *fixture_store_token(oa2_ctx_t *ctx, const oa2_code_t *code,
                           int refresh, apr_int64_t lifetime)
{
    oa2_token_t *token = apr_pcalloc(ctx->pool, sizeof(*token));

    token->digest = fixture_digest(ctx);
    token->refresh = refresh;
    token->grant = code->grant;
    token->client_id = code->client_id;
    token->user = code->user;
    token->scope = code->scope;
    token->audience = code->audience;
    token->issued = ctx->now;
    token->expires = ctx->now + lifetime;
    return token;
}

oa2_err_t *fixture_token_put(oa2_ctx_t *ctx, const oa2_token_t *token)
{
    oa2_client_t *client;

    OA2_TRY(oa2_client_find(&client, ctx, token->client_id));
    assert_non_null(client);
    return oa2_token_put(ctx, token, client->secret);
}

void fixture_drop(const fixture_t *fixture)
{
    apr_pool_clear(fixture->store_pool);
    if (fixture->schema)
        fixture_psql(fixture, apr_psprintf(
            fixture->pool, "SET client_min_messages = warning;"
            " DROP SCHEMA \"%s\" CASCADE; CREATE SCHEMA \"%s\"",
            fixture->schema, fixture->schema));
    else
        assert_int_equal(unlink(fixture->conf.params), 0);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_client.c - clients and their origins in the store.
 */
#include "unit/fixture_store.h"

static int setup(void **state)
{
    *state = fixture_open();
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    return 0;
}

static oa2_client_t *get(oa2_ctx_t *ctx, const char *id)
{
    oa2_client_t *client;

    fixture_good(oa2_client_find(&client, ctx, id));
    return client;
}

static int known(oa2_ctx_t *ctx, const char *origin)
{
    int yes;

    fixture_good(oa2_origin_is_known(&yes, ctx, origin));
    return yes;
}

static void client_is_what_was_put(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_client_t put = {
        .id = "app", .name = "Ein \"Client\" \xc3\xa4 100% $1", .secret = "s",
        .old_secret = "o", .old_secret_until = 7,
        .redirect_uris = "http://127.0.0.1/cb app:/x", .scope = "a b",
        .grants = "refresh_token", .introspect = "all",
        .resources = "https://api.example.com/", .access_lifetime = 300,
        .refresh_lifetime = APR_INT64_C(5000000000), .trusted = 1,
        .created = 11, .updated = 12, .no_pkce = 1, .any_scheme = 1,
        .origins = "capacitor://localhost"
    };
    oa2_client_t *client;
    int done;
    int i;

    assert_null(get(ctx, "app"));
    fixture_good(oa2_client_put(&done, ctx, &put));
    assert_int_equal(done, 1);
    /* from the database, then from the cache */
    for (i = 0; i < 2; i++) {
        client = get(ctx, "app");
        assert_non_null(client);
        assert_string_equal(client->id, put.id);
        assert_string_equal(client->name, put.name);
        assert_string_equal(client->secret, "s");
        assert_string_equal(client->old_secret, "o");
        assert_true(client->old_secret_until == 7);
        assert_string_equal(client->redirect_uris, put.redirect_uris);
        assert_string_equal(client->scope, "a b");
        assert_string_equal(client->grants, "refresh_token");
        assert_string_equal(client->introspect, "all");
        assert_string_equal(client->resources, put.resources);
        assert_true(client->access_lifetime == 300);
        assert_true(client->refresh_lifetime == put.refresh_lifetime);
        assert_int_equal(client->trusted, 1);
        assert_int_equal(client->disabled, 0);
        assert_true(client->created == 11);
        assert_true(client->updated == 12);
        assert_int_equal(client->no_pkce, 1);
        assert_int_equal(client->any_scheme, 1);
        assert_string_equal(client->origins, put.origins);
        assert_true(client->version == 0);
    }
    /* the id is taken, and nothing of it changes */
    put.name = "another";
    fixture_good(oa2_client_put(&done, ctx, &put));
    assert_int_equal(done, 0);
    assert_string_not_equal(get(ctx, "app")->name, "another");
}

static void client_changes_are_seen_at_once(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_client_t *client;
    int done;

    fixture_store_client(ctx, "app");
    client = get(ctx, "app");
    client->secret = NULL;
    client->name = "";
    client->disabled = 1;
    fixture_good(oa2_client_update(&done, ctx, client));
    assert_int_equal(done, 1);
    client = get(ctx, "app");
    assert_null(client->secret);
    assert_string_equal(client->name, "");
    assert_int_equal(client->disabled, 1);
    client->id = "nobody";
    fixture_good(oa2_client_update(&done, ctx, client));
    assert_int_equal(done, 0);
    fixture_good(oa2_client_remove(&done, ctx, "app"));
    assert_int_equal(done, 1);
    assert_null(get(ctx, "app"));
    fixture_good(oa2_client_remove(&done, ctx, "app"));
    assert_int_equal(done, 0);
}

/* "oauth2ctl client set" and "client disable", started together. */
static void nothing_overwrites_what_it_has_not_read(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_client_t *read = fixture_store_client(ctx, "app");
    oa2_client_t *again = get(ctx, "app");
    const char *secret = read->secret;
    int done;

    fixture_good(oa2_client_set_disabled(&done, ctx, "app", 1));
    assert_int_equal(done, 1);
    read->name = "Another name";
    fixture_good(oa2_client_update(&done, ctx, read));
    assert_int_equal(done, 0);
    assert_int_equal(get(ctx, "app")->disabled, 1);
    assert_string_equal(get(ctx, "app")->name, "A client");

    read = get(ctx, "app");
    fixture_good(oa2_client_set_secret(&done, ctx, "app", "new", ctx->now + 9));
    assert_int_equal(done, 1);
    fixture_good(oa2_client_update(&done, ctx, read));
    assert_int_equal(done, 0);
    again = get(ctx, "app");
    assert_string_equal(again->secret, "new");
    assert_string_equal(again->old_secret, secret);
    assert_true(again->old_secret_until == ctx->now + 9);
    assert_int_equal(again->disabled, 1);

    again->name = "Read anew";
    fixture_good(oa2_client_update(&done, ctx, again));
    assert_int_equal(done, 1);
    fixture_good(oa2_client_update(&done, ctx, again));
    assert_int_equal(done, 1);
    assert_string_equal(get(ctx, "app")->name, "Read anew");
    fixture_good(oa2_client_set_secret(&done, ctx, "app", "newer", 0));
    assert_null(get(ctx, "app")->old_secret);
    fixture_good(oa2_client_set_disabled(&done, ctx, "nobody", 1));
    assert_int_equal(done, 0);
    again = get(ctx, "app");
    again->secret = NULL;
    fixture_good(oa2_client_update(&done, ctx, again));
    fixture_good(oa2_client_set_secret(&done, ctx, "app", "x", 0));
    assert_int_equal(done, 0);
}

static int lives(oa2_ctx_t *ctx, const oa2_token_t *token)
{
    oa2_token_t *found;

    fixture_good(oa2_token_find(&found, ctx, token->digest));
    return found != NULL;
}

/* A token of the client's own, put by this secret; its digest. */
static oa2_token_t *own_put(oa2_ctx_t *ctx, const char *id, const char *secret)
{
    oa2_code_t none = { .client_id = id, .scope = "", .audience = "" };
    oa2_token_t *token = fixture_store_token(ctx, &none, 0, 600);

    fixture_good(oa2_token_put(ctx, token, secret));
    assert_int_equal(lives(ctx, token), 1);
    return token;
}

static void secret_set(oa2_ctx_t *ctx, const char *secret, int overlap)
{
    int done;

    fixture_good(oa2_client_set_secret(&done, ctx, "app", secret,
                                       overlap ? ctx->now + overlap : 0));
    assert_int_equal(done, 1);
}

/* It hangs on no grant: what it was got by is what ends it. */
static void what_a_client_has_for_itself_ends_with_its_secret(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_client_t *client = fixture_store_client(ctx, "desk");
    oa2_token_t *theirs = own_put(ctx, "desk", client->secret);
    oa2_token_t *first, *second;
    oa2_err_t *err;
    int done;

    fixture_store_client(ctx, "app");
    secret_set(ctx, "one", 0);
    first = own_put(ctx, "app", "one");
    secret_set(ctx, "two", 60);
    second = own_put(ctx, "app", "one");
    assert_int_equal(lives(ctx, first), 1);
    secret_set(ctx, "three", 0);
    assert_int_equal(lives(ctx, first), 0);
    assert_int_equal(lives(ctx, second), 0);

    /* who proved himself by the old one just before is too late */
    err = oa2_token_put(ctx, second, "two");
    assert_non_null(err);
    assert_ptr_equal(err->kind, &oa2_invalid_client);
    first = own_put(ctx, "app", "three");
    fixture_good(oa2_client_find(&client, ctx, "app"));
    client->secret = NULL;
    fixture_good(oa2_client_update(&done, ctx, client));
    assert_int_equal(lives(ctx, first), 0);
    assert_int_equal(lives(ctx, theirs), 1);
}

static void what_a_client_has_for_itself_is_revoked_with_its_grants(void **s)
{
    oa2_ctx_t *ctx = ((fixture_t *)*s)->ctx;
    oa2_client_t *app = fixture_store_client(ctx, "app");
    oa2_client_t *desk = fixture_store_client(ctx, "desk");
    oa2_token_t *own, *theirs = own_put(ctx, "desk", desk->secret);
    int count;

    own = own_put(ctx, "app", app->secret);
    fixture_good(oa2_grant_revoke_all(&count, ctx, "ann", "app"));
    fixture_good(oa2_grant_revoke_all(&count, ctx, "ann", NULL));
    assert_int_equal(lives(ctx, own), 1);
    fixture_good(oa2_grant_revoke_all(&count, ctx, NULL, "app"));
    assert_int_equal(count, 0);
    assert_int_equal(lives(ctx, own), 0);
    assert_int_equal(lives(ctx, theirs), 1);
    /* the secret is still good */
    own = own_put(ctx, "app", app->secret);
    fixture_good(oa2_grant_revoke_all(&count, ctx, NULL, NULL));
    assert_int_equal(lives(ctx, own), 0);
    assert_int_equal(lives(ctx, theirs), 0);
}

static void clients_are_listed_in_pages(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    apr_array_header_t *page;

    fixture_store_client(ctx, "b");
    fixture_store_client(ctx, "a");
    fixture_store_client(ctx, "c");
    fixture_good(oa2_client_list(&page, ctx, NULL, 2));
    assert_int_equal(page->nelts, 2);
    assert_string_equal(APR_ARRAY_IDX(page, 0, oa2_client_t *)->id, "a");
    assert_string_equal(APR_ARRAY_IDX(page, 1, oa2_client_t *)->id, "b");
    fixture_good(oa2_client_list(&page, ctx, "b", 2));
    assert_int_equal(page->nelts, 1);
    assert_string_equal(APR_ARRAY_IDX(page, 0, oa2_client_t *)->id, "c");
}

static void origins_follow_their_clients(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_client_t *client;
    int done;
    int i;

    assert_int_equal(known(ctx, "https://app.example.com"), 0);
    fixture_store_client(ctx, "app");
    for (i = 0; i < 2; i++) {
        assert_int_equal(known(ctx, "https://app.example.com"), 1);
        assert_int_equal(known(ctx, "https://www.example.com:8443"), 1);
        assert_int_equal(known(ctx, "https://www.example.com"), 0);
        assert_int_equal(known(ctx, "com.example.app:"), 0);
    }
    client = get(ctx, "app");
    client->redirect_uris = "https://new.example.com/ "
        "https://www.example.com:8443/other https://new.example.com/2";
    fixture_good(oa2_client_update(&done, ctx, client));
    assert_int_equal(known(ctx, "https://app.example.com"), 0);
    assert_int_equal(known(ctx, "https://www.example.com:8443"), 1);
    assert_int_equal(known(ctx, "https://new.example.com"), 1);
    client->origins = "capacitor://localhost https://new.example.com";
    fixture_good(oa2_client_update(&done, ctx, client));
    assert_int_equal(known(ctx, "capacitor://localhost"), 1);
    fixture_good(oa2_client_set_disabled(&done, ctx, "app", 1));
    assert_int_equal(known(ctx, "https://new.example.com"), 0);
    assert_int_equal(known(ctx, "capacitor://localhost"), 0);
    fixture_good(oa2_client_set_disabled(&done, ctx, "app", 0));
    client = get(ctx, "app");
    client->origins = "";
    fixture_good(oa2_client_update(&done, ctx, client));
    assert_int_equal(known(ctx, "capacitor://localhost"), 0);
    assert_int_equal(known(ctx, "https://new.example.com"), 1);
    client->redirect_uris = "";
    fixture_good(oa2_client_update(&done, ctx, client));
    assert_int_equal(known(ctx, "https://new.example.com"), 0);
    fixture_good(oa2_client_remove(&done, ctx, "app"));
    fixture_store_client(ctx, "app");
    assert_int_equal(known(ctx, "https://app.example.com"), 1);
    fixture_good(oa2_client_remove(&done, ctx, "app"));
    assert_int_equal(known(ctx, "https://app.example.com"), 0);
}

/* What does not fit an entry is asked for every time, and right. */
static void a_large_client_is_not_cached(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_client_t *client = fixture_store_client(ctx, "app");
    char *resources = apr_pcalloc(ctx->pool, 20001);
    int done;
    int i;

    memset(resources, 'x', 20000);
    client->resources = resources;
    fixture_good(oa2_client_update(&done, ctx, client));
    for (i = 0; i < 2; i++)
        assert_string_equal(get(ctx, "app")->resources, resources);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(client_is_what_was_put),
        TEST(client_changes_are_seen_at_once),
        TEST(nothing_overwrites_what_it_has_not_read),
        TEST(what_a_client_has_for_itself_ends_with_its_secret),
        TEST(what_a_client_has_for_itself_is_revoked_with_its_grants),
        TEST(clients_are_listed_in_pages),
        TEST(origins_follow_their_clients),
        TEST(a_large_client_is_not_cached),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

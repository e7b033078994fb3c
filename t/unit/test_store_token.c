/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_token.c - grants, codes and tokens in the store: what spends,
 * what lives, what dies with what.
 */
#include "store/consent.h"
#include "store/refresh.h"
#include "unit/fixture_store.h"

#include "base/text/encode.h"

static int setup(void **state)
{
    fixture_t *fixture = fixture_open();
    oa2_ctx_t *ctx = fixture->ctx;

    fixture_store_client(ctx, "app");
    fixture_store_client(ctx, "other");
    fixture_store_user(ctx, "ann");
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    return 0;
}

static int lives(oa2_ctx_t *ctx, const oa2_token_t *token)
{
    oa2_token_t *found;

    fixture_good(oa2_token_find(&found, ctx, token->digest));
    return found != NULL;
}

/* A family: its code spent, an access and a refresh token. */
typedef struct {
    oa2_code_t *code;
    oa2_token_t *access;
    oa2_token_t *refresh;
} family_t;

static family_t family_make(oa2_ctx_t *ctx, const char *client_id)
{
    family_t f;
    int first;

    f.code = fixture_store_code(ctx, client_id, "ann");
    f.access = fixture_store_token(ctx, f.code, 0, 600);
    f.refresh = fixture_store_token(ctx, f.code, 1, 86400);
    fixture_good(oa2_code_spend(&first, ctx, f.code, f.access, f.refresh));
    assert_int_equal(first, 1);
    return f;
}

static void code_holds_what_was_put(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_code_t *put = fixture_store_code(ctx, "app", "ann");
    oa2_user_t *ann;
    oa2_code_t *code;

    fixture_good(oa2_user_find(&ann, ctx, "ann"));
    fixture_good(oa2_code_find(&code, ctx, put->digest));
    assert_non_null(code);
    assert_string_equal(code->digest, put->digest);
    assert_true(code->grant == put->grant);
    assert_string_equal(code->client_id, "app");
    assert_string_equal(code->user, "ann");
    assert_string_equal(code->sub, ann->sub);
    assert_string_equal(code->redirect_uri, put->redirect_uri);
    assert_int_equal(code->redirect_sent, 0);
    assert_string_equal(code->challenge, put->challenge);
    assert_string_equal(code->scope, "read");
    assert_string_equal(code->audience, "");
    assert_true(code->expires == put->expires);
    assert_int_equal(code->spent, 0);
    assert_int_equal(code->revoked, 0);
    fixture_good(oa2_code_find(&code, ctx, fixture_digest(ctx)));
    assert_null(code);
}

static void code_is_spent_once(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    family_t f = family_make(ctx, "app");
    oa2_token_t *again = fixture_store_token(ctx, f.code, 0, 600);
    oa2_code_t *code;
    int first;

    fixture_good(oa2_code_spend(&first, ctx, f.code, again, NULL));
    assert_int_equal(first, 0);
    assert_int_equal(lives(ctx, again), 0);
    fixture_good(oa2_code_find(&code, ctx, f.code->digest));
    assert_int_equal(code->spent, 1);
}

static void code_of_a_revoked_grant_is_not_spent(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_code_t *code = fixture_store_code(ctx, "app", "ann");
    oa2_token_t *access = fixture_store_token(ctx, code, 0, 600);
    int yes;

    fixture_good(oa2_grant_revoke(&yes, ctx, code->grant));
    assert_int_equal(yes, 1);
    fixture_good(oa2_grant_revoke(&yes, ctx, code->grant));
    assert_int_equal(yes, 0);
    fixture_good(oa2_code_spend(&yes, ctx, code, access, NULL));
    assert_int_equal(yes, 0);
    assert_int_equal(lives(ctx, access), 0);
    fixture_good(oa2_code_find(&code, ctx, code->digest));
    assert_int_equal(code->revoked, 1);
}

static void code_needs_its_client_and_user(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_code_t *put = fixture_store_code(ctx, "app", "ann");
    oa2_grant_t grant = { 5, "app", "nobody", "r", "", "", 0, 60, 0, NULL, "",
                          0 };
    oa2_code_t *code;
    oa2_err_t *err;
    int done;

    fixture_good(oa2_user_set_disabled(&done, ctx, "ann", 1));
    fixture_good(oa2_code_find(&code, ctx, put->digest));
    assert_null(code);
    err = oa2_code_issue(&done, ctx, &grant, put, NULL);
    assert_non_null(err);
    assert_ptr_equal(err->kind, &oa2_access_denied);
}

/* A session that was found, and ended before its code was stored. */
static void code_needs_the_session_that_asked(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    const char *at = fixture_credential(ctx, "ann");
    oa2_consent_t consent = { "ann", "app", { "read write", "" }, at };
    oa2_grant_t grant = { 5, "app", "ann", "read", "", "", 0, ctx->now + 60,
                          0, NULL, at, 0 };
    const oa2_allowed_t no = { "", "" };
    oa2_code_t code = { .digest = fixture_digest(ctx), .grant = 5,
                        .redirect_uri = "https://a/", .challenge = "",
                        .scope = "", .audience = "", .expires = ctx->now + 9 };
    oa2_kept_t answer = { fixture_digest(ctx), "reply", ctx->now + 10 };
    apr_array_header_t *grants;
    const char *reply;
    oa2_err_t *err;
    int done;

    fixture_good(oa2_user_set_password(&done, ctx, "ann", "new"));
    err = oa2_code_issue(&done, ctx, &grant, &code, NULL);
    assert_true(err && err->id == 2020);
    err = oa2_code_issue(&done, ctx, &grant, &code, &answer);
    assert_true(err && err->id == 2020);
    fixture_good(oa2_answer_find(&reply, ctx, answer.digest));
    assert_null(reply);
    fixture_good(oa2_grant_list(&grants, ctx, "ann", NULL, NULL, 9));
    assert_int_equal(grants->nelts, 0);
    fixture_good(oa2_consent_put(&done, ctx, &consent, &no));
    assert_int_equal(done, 0);
    consent.credential = grant.credential = fixture_credential(ctx, "ann");
    fixture_good(oa2_consent_put(&done, ctx, &consent, &no));
    assert_int_equal(done, 1);
    fixture_good(oa2_code_issue(&done, ctx, &grant, &code, &answer));
    assert_int_equal(done, 1);
}

static void access_token_holds_what_was_put(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    family_t f = family_make(ctx, "app");
    oa2_token_t *token;
    oa2_user_t *ann;
    int i;

    fixture_good(oa2_user_find(&ann, ctx, "ann"));
    /* from the database, then from the cache */
    for (i = 0; i < 2; i++) {
        fixture_good(oa2_token_find(&token, ctx, f.access->digest));
        assert_non_null(token);
        assert_string_equal(token->digest, f.access->digest);
        assert_int_equal(token->refresh, 0);
        assert_true(token->grant == f.code->grant);
        assert_string_equal(token->client_id, "app");
        assert_string_equal(token->user, "ann");
        assert_string_equal(token->sub, ann->sub);
        assert_string_equal(token->scope, "read");
        assert_string_equal(token->audience, "");
        assert_true(token->issued == f.access->issued);
        assert_true(token->expires == f.access->expires);
    }
    fixture_good(oa2_token_find(&token, ctx, "not a digest"));
    assert_null(token);
    fixture_good(oa2_token_find(&token, ctx, f.refresh->digest));
    assert_null(token);
}

static void access_token_expires(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    family_t f = family_make(ctx, "app");

    assert_int_equal(lives(ctx, f.access), 1);
    ctx->now = f.access->expires;
    assert_int_equal(lives(ctx, f.access), 0);
    ctx->now = FIXTURE_NOW;
}

static void access_token_dies_alone(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    family_t f = family_make(ctx, "app");
    oa2_token_t *refresh;
    int done;

    assert_int_equal(lives(ctx, f.access), 1);
    fixture_good(oa2_token_revoke(&done, ctx, f.access));
    assert_int_equal(done, 1);
    assert_int_equal(lives(ctx, f.access), 0);
    fixture_good(oa2_token_revoke(&done, ctx, f.access));
    assert_int_equal(done, 0);
    fixture_good(oa2_refresh_find(&refresh, ctx, f.refresh->digest));
    assert_int_equal(refresh->revoked, 0);
}

static void access_token_dies_with_grant(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    family_t f = family_make(ctx, "app");
    oa2_token_t *refresh;
    int done;

    assert_int_equal(lives(ctx, f.access), 1);
    fixture_good(oa2_grant_revoke(&done, ctx, f.code->grant));
    assert_int_equal(lives(ctx, f.access), 0);
    fixture_good(oa2_refresh_find(&refresh, ctx, f.refresh->digest));
    assert_non_null(refresh);
    assert_int_equal(refresh->revoked, 1);
}

static void access_token_dies_with_user(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    family_t f = family_make(ctx, "app");
    oa2_token_t *refresh;
    int done;

    assert_int_equal(lives(ctx, f.access), 1);
    fixture_good(oa2_user_set_disabled(&done, ctx, "ann", 1));
    assert_int_equal(lives(ctx, f.access), 0);
    fixture_good(oa2_refresh_find(&refresh, ctx, f.refresh->digest));
    assert_null(refresh);
    fixture_good(oa2_user_set_disabled(&done, ctx, "ann", 0));
    assert_int_equal(lives(ctx, f.access), 1);
    fixture_good(oa2_user_remove(&done, ctx, "ann"));
    assert_int_equal(done, 1);
    assert_int_equal(lives(ctx, f.access), 0);
    /* another person of the same name */
    fixture_store_user(ctx, "ann");
    assert_int_equal(lives(ctx, f.access), 0);
    fixture_good(oa2_refresh_find(&refresh, ctx, f.refresh->digest));
    assert_null(refresh);
}

static void access_token_dies_with_client(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_client_t *client;
    family_t f = family_make(ctx, "app");
    family_t g = family_make(ctx, "other");
    oa2_token_t *own = fixture_store_token(ctx, f.code, 0, 600);
    oa2_err_t *err;
    int done;

    own->grant = 0;
    own->user = NULL;
    fixture_good(fixture_token_put(ctx, own));
    assert_int_equal(lives(ctx, f.access), 1);
    assert_int_equal(lives(ctx, own), 1);
    fixture_good(oa2_client_find(&client, ctx, "app"));
    client->disabled = 1;
    fixture_good(oa2_client_update(&done, ctx, client));
    assert_int_equal(done, 1);
    assert_int_equal(lives(ctx, f.access), 0);
    assert_int_equal(lives(ctx, own), 0);
    err = fixture_token_put(ctx, fixture_store_token(ctx, f.code, 0, 60));
    assert_non_null(err);
    assert_ptr_equal(err->kind, &oa2_invalid_client);
    client->disabled = 0;
    fixture_good(oa2_client_update(&done, ctx, client));
    assert_int_equal(lives(ctx, own), 1);
    fixture_good(oa2_client_remove(&done, ctx, "app"));
    assert_int_equal(done, 1);
    assert_int_equal(lives(ctx, own), 0);
    /* another client of the same id gets nothing of it */
    fixture_store_client(ctx, "app");
    assert_int_equal(lives(ctx, f.access), 0);
    assert_int_equal(lives(ctx, own), 0);
    assert_int_equal(lives(ctx, g.access), 1);
}

static void token_of_a_client_alone(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_code_t none = { .client_id = "app", .scope = "write",
                        .audience = "https://api.example.com" };
    oa2_token_t *put = fixture_store_token(ctx, &none, 0, 600);
    oa2_token_t *token;
    int done;
    int i;

    fixture_good(fixture_token_put(ctx, put));
    for (i = 0; i < 2; i++) {
        fixture_good(oa2_token_find(&token, ctx, put->digest));
        assert_non_null(token);
        assert_true(token->grant == 0);
        assert_null(token->user);
        assert_null(token->sub);
        assert_string_equal(token->scope, "write");
        assert_string_equal(token->audience, "https://api.example.com");
    }
    fixture_good(oa2_token_revoke(&done, ctx, token));
    assert_int_equal(done, 1);
    assert_int_equal(lives(ctx, put), 0);
}

/* What a server with one secret has checked, one with another must check
   itself; a revocation is told to both. */
static void no_server_takes_over_a_cached_token(void **state)
{
    static const unsigned char one[OA2_KEY_LEN] = { 1 };
    static const unsigned char two[OA2_KEY_LEN] = { 2 };
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    family_t f = family_make(ctx, "app");
    unsigned char key[OA2_KEY_LEN];
    apr_size_t len;
    int done;

    memcpy(key, oa2_b64url_decode(&len, f.access->digest, ctx->pool),
           sizeof(key));
    ctx->salt = one;
    assert_int_equal(lives(ctx, f.access), 1);
    assert_non_null(oa2_token_recall(ctx, key));
    assert_string_equal(oa2_token_recall(ctx, key)->digest, f.access->digest);
    ctx->salt = two;
    assert_null(oa2_token_recall(ctx, key));
    ctx->salt = NULL;
    assert_null(oa2_token_recall(ctx, key));
    ctx->salt = two;
    assert_int_equal(lives(ctx, f.access), 1);
    fixture_good(oa2_grant_revoke(&done, ctx, f.access->grant));
    ctx->salt = one;
    assert_null(oa2_token_recall(ctx, key));
}

static void refresh_rotates_once(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    family_t f = family_make(ctx, "app");
    oa2_token_t *access = fixture_store_token(ctx, f.code, 0, 600);
    oa2_token_t *next = fixture_store_token(ctx, f.code, 1, 172800);
    oa2_token_t *late = fixture_store_token(ctx, f.code, 0, 600);
    apr_array_header_t *grants;
    oa2_token_t *old;
    int first;

    fixture_good(oa2_refresh_find(&old, ctx, f.refresh->digest));
    assert_int_equal(old->refresh, 1);
    assert_string_equal(old->client_id, "app");
    assert_string_equal(old->user, "ann");
    assert_true(old->spent == 0);
    assert_null(old->reply);
    fixture_good(oa2_refresh_rotate(&first, ctx, old, "sealed", access, next));
    assert_int_equal(first, 1);
    fixture_good(oa2_refresh_rotate(&first, ctx, old, "no", late, NULL));
    assert_int_equal(first, 0);
    assert_int_equal(lives(ctx, f.access), 1);
    assert_int_equal(lives(ctx, access), 1);
    assert_int_equal(lives(ctx, late), 0);
    fixture_good(oa2_refresh_find(&old, ctx, f.refresh->digest));
    assert_true(old->spent == ctx->now);
    assert_string_equal(old->reply, "sealed");
    fixture_good(oa2_refresh_find(&old, ctx, next->digest));
    assert_true(old->spent == 0);
    /* the grant lives as long as its last token */
    fixture_good(oa2_grant_list(&grants, ctx, "ann", "app", NULL, 1));
    assert_int_equal(grants->nelts, 1);
    assert_true(APR_ARRAY_IDX(grants, 0, oa2_grant_t *)->expires
                == next->expires);
}

static void refresh_of_a_revoked_grant_does_not_rotate(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    family_t f = family_make(ctx, "app");
    oa2_token_t *access = fixture_store_token(ctx, f.code, 0, 600);
    oa2_token_t *refresh;
    int yes;

    fixture_good(oa2_grant_revoke(&yes, ctx, f.code->grant));
    fixture_good(oa2_refresh_rotate(&yes, ctx, f.refresh, "x", access, NULL));
    assert_int_equal(yes, 0);
    fixture_good(oa2_refresh_find(&refresh, ctx, f.refresh->digest));
    assert_true(refresh->spent == 0);
}

/* More than one statement of PostgreSQL's takes at a time. */
static void many_grants_are_revoked_and_removed(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    apr_array_header_t *grants;
    oa2_code_t *code = NULL;
    int count;
    int i;

    for (i = 0; i < 1150; i++)
        code = fixture_store_code(ctx, "app", "ann");
    fixture_good(oa2_grant_revoke_all(&count, ctx, NULL, "app"));
    assert_int_equal(count, 1150);
    fixture_good(oa2_grant_list(&grants, ctx, NULL, NULL, NULL, 1));
    assert_int_equal(grants->nelts, 0);
    fixture_good(oa2_client_remove(&count, ctx, "app"));
    fixture_store_client(ctx, "app");
    fixture_good(oa2_code_find(&code, ctx, code->digest));
    assert_null(code);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(code_holds_what_was_put),
        TEST(code_is_spent_once),
        TEST(code_of_a_revoked_grant_is_not_spent),
        TEST(code_needs_its_client_and_user),
        TEST(code_needs_the_session_that_asked),
        TEST(access_token_holds_what_was_put),
        TEST(access_token_expires),
        TEST(access_token_dies_alone),
        TEST(access_token_dies_with_grant),
        TEST(access_token_dies_with_user),
        TEST(access_token_dies_with_client),
        TEST(token_of_a_client_alone),
        TEST(no_server_takes_over_a_cached_token),
        TEST(refresh_rotates_once),
        TEST(refresh_of_a_revoked_grant_does_not_rotate),
        TEST(many_grants_are_revoked_and_removed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

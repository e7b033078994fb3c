/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_lists.c - lists of grants and tokens, page by page.
 */
#include "store/grant.h"
#include "unit/fixture_store.h"

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

static void grants_are_listed_and_revoked(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    family_t a = family_make(ctx, "app");
    family_t b = family_make(ctx, "other");
    family_t c;
    apr_array_header_t *grants;
    const char *scope;
    int count;

    ctx->now += 5;
    fixture_store_user(ctx, "bob");
    c = family_make(ctx, "app");
    fixture_store_consent(ctx, "app", "read");
    fixture_store_consent(ctx, "other", "read");
    fixture_good(oa2_grant_list(&grants, ctx, NULL, NULL, NULL, 10));
    assert_int_equal(grants->nelts, 3);
    assert_true(APR_ARRAY_IDX(grants, 0, oa2_grant_t *)->id == c.code->grant);
    fixture_good(oa2_grant_list(&grants, ctx, "ann", "other", NULL, 10));
    assert_int_equal(grants->nelts, 1);
    assert_true(APR_ARRAY_IDX(grants, 0, oa2_grant_t *)->id == b.code->grant);
    assert_string_equal(APR_ARRAY_IDX(grants, 0, oa2_grant_t *)->scope,
                        "read");
    fixture_good(oa2_grant_list(&grants, ctx, "bob", NULL, NULL, 10));
    assert_int_equal(grants->nelts, 0);

    assert_int_equal(lives(ctx, a.access), 1);
    fixture_good(oa2_grant_revoke_all(&count, ctx, "ann", "app"));
    assert_int_equal(count, 2);
    assert_int_equal(lives(ctx, a.access), 0);
    assert_int_equal(lives(ctx, c.access), 0);
    assert_int_equal(lives(ctx, b.access), 1);
    scope = fixture_consent(ctx, "ann", "app");
    assert_string_equal(scope, "");
    scope = fixture_consent(ctx, "ann", "other");
    assert_string_equal(scope, "read");
    fixture_good(oa2_grant_revoke_all(&count, ctx, NULL, "other"));
    assert_int_equal(count, 1);
    assert_int_equal(lives(ctx, b.access), 0);
    fixture_good(oa2_grant_revoke_all(&count, ctx, NULL, NULL));
    assert_int_equal(count, 0);
    ctx->now = FIXTURE_NOW;
}

static oa2_grant_t *grant_at(const apr_array_header_t *grants, int i)
{
    return APR_ARRAY_IDX(grants, i, oa2_grant_t *);
}

/* Page by page nothing is missing and nothing twice, also of one second. */
static void grants_are_listed_by_key(void **state)
{
    static const struct { const char *user, *client; int count; } rows[] = {
        { NULL, NULL, 12 }, { "ann", NULL, 8 }, { NULL, "other", 4 },
        { "ann", "app", 8 }, { "bob", "other", 4 }, { "bob", "app", 0 },
    };
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    apr_array_header_t *all;
    apr_array_header_t *page;
    const oa2_grant_t *before;
    unsigned i;
    int j;

    fixture_store_user(ctx, "bob");
    for (j = 0; j < 12; j++) {
        ctx->now = FIXTURE_NOW + j / 4;
        fixture_store_code(ctx, j % 3 ? "app" : "other", j % 3 ? "ann"
                                                               : "bob");
    }
    for (i = 0; i < UNIT_COUNT(rows); i++) {
        fixture_good(oa2_grant_list(&all, ctx, rows[i].user, rows[i].client,
                                    NULL, 100));
        assert_int_equal(all->nelts, rows[i].count);
        for (j = 0, before = NULL; j < all->nelts; j++) {
            fixture_good(oa2_grant_list(&page, ctx, rows[i].user,
                                        rows[i].client, before, 1));
            assert_int_equal(page->nelts, 1);
            before = grant_at(page, 0);
            assert_true(before->id == grant_at(all, j)->id);
            assert_true(!j || before->created
                        <= grant_at(all, j - 1)->created);
        }
        fixture_good(oa2_grant_list(&page, ctx, rows[i].user, rows[i].client,
                                    before, 1));
        assert_int_equal(page->nelts, before ? 0 : rows[i].count);
    }
    ctx->now = FIXTURE_NOW;
}

static void a_grant_is_found(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    family_t f = family_make(ctx, "app");
    oa2_grant_t *grant;
    int done;

    fixture_good(oa2_grant_find(&grant, ctx, f.code->grant));
    assert_string_equal(grant->user, "ann");
    assert_string_equal(grant->client_id, "app");
    assert_true(grant->used == f.refresh->issued);
    assert_true(grant->revoked == 0);
    fixture_good(oa2_grant_revoke(&done, ctx, f.code->grant));
    fixture_good(oa2_grant_find(&grant, ctx, f.code->grant));
    assert_true(grant->revoked == ctx->now);
    fixture_good(oa2_grant_find(&grant, ctx, 1));
    assert_null(grant);
    ctx->realm = 7;
    fixture_good(oa2_grant_find(&grant, ctx, f.code->grant));
    assert_null(grant);
    ctx->realm = 0;
}

static int tokens_of(oa2_ctx_t *ctx, const char *client_id)
{
    apr_array_header_t *tokens;

    fixture_good(oa2_token_list(&tokens, ctx, client_id, NULL, 100));
    return tokens->nelts;
}

/* What is listed is what would be found, and the same by single steps. */
static void live_tokens_are_listed(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    family_t f = family_make(ctx, "app");
    family_t late = family_make(ctx, "app");
    const oa2_token_t *before = NULL;
    apr_array_header_t *tokens;
    int done;
    int i;

    for (i = 0; i < 5; i++) {
        oa2_token_t own = { .digest = fixture_digest(ctx),
            .client_id = "app", .scope = "read", .audience = "",
            .issued = ctx->now, .expires = ctx->now + 300 };

        fixture_good(fixture_token_put(ctx, &own));
    }
    assert_int_equal(tokens_of(ctx, "app"), 7);
    assert_int_equal(tokens_of(ctx, "other"), 0);
    for (i = 0; i < 7; i++) {
        fixture_good(oa2_token_list(&tokens, ctx, "app", before, 1));
        assert_int_equal(tokens->nelts, 1);
        assert_true(!before || APR_ARRAY_IDX(tokens, 0, oa2_token_t *)->expires
                    <= before->expires);
        before = APR_ARRAY_IDX(tokens, 0, oa2_token_t *);
        assert_int_equal(lives(ctx, before), 1);
        assert_true((before->user != NULL) == (before->grant != 0));
    }
    fixture_good(oa2_token_list(&tokens, ctx, "app", before, 1));
    assert_int_equal(tokens->nelts, 0);
    fixture_good(oa2_grant_revoke(&done, ctx, f.code->grant));
    assert_int_equal(tokens_of(ctx, "app"), 6);
    fixture_good(oa2_token_revoke(&done, ctx, late.access));
    assert_int_equal(tokens_of(ctx, "app"), 5);
    fixture_good(oa2_client_set_disabled(&done, ctx, "app", 1));
    assert_int_equal(tokens_of(ctx, "app"), 0);
    ctx->realm = 7;
    assert_int_equal(tokens_of(ctx, "app"), 0);
    ctx->realm = 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(grants_are_listed_and_revoked),
        TEST(grants_are_listed_by_key),
        TEST(a_grant_is_found),
        TEST(live_tokens_are_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* test_domain_scope.c - RFC 6749 section 3.3 and RFC 8707 */
#include "base/text/words.h"
#include "unit/fixture_domain.h"

#include "domain/request/resource.h"
#include "domain/request/scope.h"

static void sets(void **state)
{
    apr_pool_t *pool = *state;

    assert_true(oa2_words_has("read write", "write"));
    assert_true(oa2_words_has("read", "read"));
    assert_false(oa2_words_has("readonly write", "read"));
    assert_false(oa2_words_has("thread", "read"));
    assert_false(oa2_words_has("", "read"));
    assert_false(oa2_words_has("read", ""));
    assert_false(oa2_words_has(NULL, "read"));
    assert_true(oa2_words_is_subset("", ""));
    assert_true(oa2_words_is_subset("b a", "a b c"));
    assert_false(oa2_words_is_subset("a d", "a b c"));
    assert_false(oa2_words_is_subset("a", ""));
    assert_string_equal(oa2_words_union("a b", "b c", pool), "a b c");
    assert_string_equal(oa2_words_union("", "", pool), "");
    assert_string_equal(oa2_words_union("a a b a", "", pool), "a b");
    assert_string_equal(oa2_words_common("c b a", "a b", pool), "b a");
    assert_string_equal(oa2_words_common("a", "ab", pool), "");
    assert_string_equal(oa2_words_minus("a b c", "b", pool), "a c");
    assert_string_equal(oa2_words_minus("a", "a", pool), "");
    assert_int_equal(oa2_words_split("a  b", pool)->nelts, 2);
    assert_int_equal(oa2_words_split(NULL, pool)->nelts, 0);
}

static void resolve(void **state)
{
    oa2_ctx_t *ctx = fixture_ctx(*state);
    oa2_client_t *client = fixture_client(*state);
    const char *scope = NULL;
    oa2_err_t *err;

    assert_null(oa2_scope_resolve(&scope, ctx, "write read write"));
    assert_string_equal(scope, "write read");
    /* the default */
    assert_null(oa2_scope_resolve(&scope, ctx, NULL));
    assert_string_equal(scope, "read");
    /* known to nobody; not this client's */
    err = oa2_scope_resolve(&scope, ctx, "read fly");
    assert_ptr_equal(err->kind, &oa2_invalid_scope);
    err = oa2_scope_resolve(&scope, ctx, "admin");
    assert_ptr_equal(err->kind, &oa2_invalid_scope);
    /* a scope that the configuration no longer has */
    client->scope = "read gone";
    ctx->client = client;
    err = oa2_scope_resolve(&scope, ctx, "gone");
    assert_ptr_equal(err->kind, &oa2_invalid_scope);
    /* no default left */
    client->scope = "write";
    err = oa2_scope_resolve(&scope, ctx, NULL);
    assert_ptr_equal(err->kind, &oa2_invalid_scope);
}

static const char *ask(oa2_ctx_t *ctx, const char *granted, const char *a,
                       const char *b)
{
    oa2_params_t *params = oa2_params_make(ctx->pool);
    const char *out = NULL;
    oa2_err_t *err;

    if (a)
        oa2_params_add(params, "resource", a);
    if (b)
        oa2_params_add(params, "resource", b);
    ctx->params = params;
    err = oa2_resource_resolve(&out, ctx, granted);
    return err ? err->kind->code : out;
}

static void resources(void **state)
{
    oa2_ctx_t *ctx = fixture_ctx(*state);
    const char *orders = FIXTURE_RESOURCE;
    const char *bills = "https://api.example.com/bills";

    assert_string_equal(ask(ctx, NULL, NULL, NULL), "");
    assert_string_equal(ask(ctx, orders, NULL, NULL), orders);
    assert_string_equal(ask(ctx, NULL, orders, NULL), orders);
    assert_string_equal(ask(ctx, NULL, orders, bills),
                        FIXTURE_RESOURCE " https://api.example.com/bills");
    assert_string_equal(ask(ctx, orders, bills, NULL), "invalid_target");
    assert_string_equal(ask(ctx, NULL, "/orders", NULL), "invalid_target");
    assert_string_equal(ask(ctx, NULL, FIXTURE_RESOURCE "#a", NULL),
                        "invalid_target");
    assert_string_equal(ask(ctx, NULL, "https://else.example/", NULL),
                        "invalid_target");

    assert_true(oa2_resource_accepts("", NULL));
    assert_true(oa2_resource_accepts("", orders));
    assert_true(oa2_resource_accepts(orders, orders));
    assert_false(oa2_resource_accepts(orders, bills));
    assert_false(oa2_resource_accepts(orders, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(sets),
        UNIT_TEST(resolve),
        UNIT_TEST(resources),
    };

    return cmocka_run_group_tests_name("domain/scope", tests, NULL, NULL);
}

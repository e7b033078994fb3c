/* SPDX-License-Identifier: Apache-2.0 */
/* test_domain_token.c - tokens as texts, forms, error redirects */
#include "unit/fixture_domain.h"

#include "base/text/json.h"
#include "domain/request/authorization.h"
#include "domain/request/form.h"
#include "domain/token.h"

#define OA2_OTHER_SECRET "YW5vdGhlciBzZWNyZXQgb2YgdGhpcnR5LXR3byBieXRlcyE"

static void texts(void **state)
{
    oa2_ctx_t *ctx = fixture_ctx(*state);
    const char *token = oa2_token_make(ctx, OA2_ACCESS_PREFIX);
    char *bad = apr_pstrdup(*state, token);
    size_t i;

    assert_int_equal(strlen(token), OA2_TOKEN_TEXT_LEN);
    assert_true(oa2_token_is_ours(ctx, OA2_ACCESS_PREFIX, token));
    assert_false(oa2_token_is_ours(ctx, OA2_REFRESH_PREFIX, token));
    assert_false(oa2_token_is_ours(ctx, OA2_ACCESS_PREFIX, ""));
    assert_false(oa2_token_is_ours(ctx, OA2_ACCESS_PREFIX, token + 1));
    assert_string_not_equal(token, oa2_token_make(ctx, OA2_ACCESS_PREFIX));
    /* whichever character is changed, it is made up */
    for (i = 0; i < OA2_TOKEN_TEXT_LEN; i++) {
        char kept = bad[i];
        bad[i] = kept == 'A' ? 'B' : 'A';
        assert_false(oa2_token_is_ours(ctx, OA2_ACCESS_PREFIX, bad));
        bad[i] = kept;
    }
}

/* A new first secret: what the old one made stays good. */
static void rotation(void **state)
{
    oa2_ctx_t *ctx = fixture_ctx(*state);
    const char *token = oa2_token_make(ctx, OA2_ACCESS_PREFIX);
    oa2_settings_t next = *ctx->settings;

    assert_null(oa2_keys_derive(
        &next.keys, apr_pstrcat(*state, oa2_keys_new_secret(*state), "\n",
                                FIXTURE_SECRET, NULL), *state));
    ctx->settings = &next;
    assert_true(oa2_token_is_ours(ctx, OA2_ACCESS_PREFIX, token));
    assert_null(oa2_keys_derive(&next.keys, oa2_keys_new_secret(*state),
                                *state));
    assert_false(oa2_token_is_ours(ctx, OA2_ACCESS_PREFIX, token));
}

static void pairs(void **state)
{
    oa2_ctx_t *ctx = fixture_ctx(*state);
    oa2_client_t *client = fixture_client(*state);
    oa2_token_t like = { .grant = 7, .user = "alice", .scope = "read",
                        .audience = "" };
    oa2_token_pair_t *pair = oa2_token_pair_make(ctx, &like, 1);

    /* RFC 6749 section 5.1 */
    assert_string_equal(oa2_json_get_text(pair->reply, "token_type"),
                        "Bearer");
    assert_string_equal(oa2_json_get_text(pair->reply, "scope"), "read");
    assert_string_equal(
        pair->access->digest,
        oa2_digest_text(*state, oa2_json_get_text(pair->reply,
                                                  "access_token")));
    assert_string_equal(
        pair->refresh->digest,
        oa2_digest_text(*state, oa2_json_get_text(pair->reply,
                                                  "refresh_token")));
    assert_int_equal(pair->access->expires - ctx->now, 600);
    assert_int_equal(pair->refresh->expires - ctx->now, 2592000);
    assert_true(pair->refresh->refresh);
    assert_int_equal(pair->access->grant, 7);

    /* not beyond the grant's last day */
    like.granted = ctx->now - 31536000 + 300;
    pair = oa2_token_pair_make(ctx, &like, 1);
    assert_int_equal(pair->access->expires - ctx->now, 300);
    assert_int_equal(pair->refresh->expires - ctx->now, 300);
    like.granted = 0;

    client->grants = "authorization_code";
    client->access_lifetime = 42;
    ctx->client = client;
    pair = oa2_token_pair_make(ctx, &like, 1);
    assert_null(pair->refresh);
    assert_null(oa2_json_get_text(pair->reply, "refresh_token"));
    assert_int_equal(pair->access->expires - ctx->now, 42);
}

static void sealed_replies(void **state)
{
    oa2_ctx_t *ctx = fixture_ctx(*state);
    const char *spent = oa2_token_make(ctx, OA2_REFRESH_PREFIX);
    const char *other = oa2_token_make(ctx, OA2_REFRESH_PREFIX);
    const char *sealed = oa2_token_reply_seal(ctx, spent, "{\"a\":1}");
    oa2_client_t *client = fixture_client(*state);
    oa2_settings_t settings;

    assert_null(strstr(sealed, "\"a\""));
    assert_string_equal(oa2_token_reply_open(ctx, spent, sealed),
                        "{\"a\":1}");
    assert_null(oa2_token_reply_open(ctx, other, sealed));
    /* a copy of the database and the spent token are not enough */
    settings = *ctx->settings;
    assert_null(oa2_keys_derive(&settings.keys, oa2_keys_new_secret(*state),
                                *state));
    ctx->settings = &settings;
    assert_null(oa2_token_reply_open(ctx, spent, sealed));
    assert_null(oa2_keys_derive(
        &settings.keys, apr_pstrcat(*state, oa2_keys_new_secret(*state), "\n",
                                    FIXTURE_SECRET, NULL), *state));
    assert_string_equal(oa2_token_reply_open(ctx, spent, sealed),
                        "{\"a\":1}");
    client->id = "thief";
    ctx->client = client;
    assert_null(oa2_token_reply_open(ctx, spent, sealed));
}

static oa2_browser_t with(apr_pool_t *pool, const char *one,
                          const char *two)
{
    oa2_browser_t browser = { .ids = apr_array_make(pool, 2, sizeof(char *)) };

    if (one)
        APR_ARRAY_PUSH(browser.ids, const char *) = one;
    if (two)
        APR_ARRAY_PUSH(browser.ids, const char *) = two;
    return browser;
}

static void forms(void **state)
{
    oa2_ctx_t *ctx = fixture_ctx(*state);
    oa2_browser_t mine = with(*state, "b1", NULL);
    oa2_browser_t theirs = with(*state, "b2", NULL);
    oa2_browser_t both = with(*state, "b2", "b1");
    oa2_browser_t bare = with(*state, NULL, NULL);
    const oa2_form_t made = {
        .request = "scope=read", .user = "ann", .shown = "d1g3st"
    };
    const char *sealed = oa2_form_make(ctx, &mine, &made);
    oa2_settings_t *set = fixture_settings(*state);
    oa2_form_t form;
    char *bent;

    assert_true(strlen(sealed) < OA2_FORM_MAX && oa2_is_unreserved(sealed));
    assert_null(oa2_form_open(&form, ctx, &mine, sealed));
    assert_string_equal(form.request, "scope=read");
    assert_string_equal(form.user, "ann");
    assert_string_equal(form.shown, "d1g3st");
    assert_null(oa2_form_open(&form, ctx, &both, sealed));
    assert_string_equal(form.browser, "b1");
    /* not obeyed, but read */
    assert_int_equal(oa2_form_open(&form, ctx, &theirs, sealed)->id, 3600);
    assert_string_equal(form.request, "scope=read");
    assert_int_equal(oa2_form_open(&form, ctx, &bare, sealed)->id, 3050);
    assert_string_equal(form.request, "scope=read");
    ctx->now += ctx->settings->flow_lifetime;
    assert_int_equal(oa2_form_open(&form, ctx, &mine, sealed)->id, 3601);
    ctx->now -= 1;
    assert_null(oa2_form_open(&form, ctx, &mine, sealed));
    /* neither */
    bent = apr_pstrdup(*state, sealed);
    bent[3] = bent[3] == 'x' ? 'y' : 'x';
    assert_int_equal(oa2_form_open(&form, ctx, &mine, bent)->id, 3051);
    assert_string_equal(form.request, "");
    assert_int_equal(oa2_form_open(&form, ctx, &mine, NULL)->id, 3051);
    assert_int_equal(oa2_form_open(&form, ctx, &mine, "a.b")->id, 3051);
    assert_null(oa2_keys_derive(&set->keys, OA2_OTHER_SECRET, *state));
    ctx->settings = set;
    assert_int_equal(oa2_form_open(&form, ctx, &mine, sealed)->id, 3051);
    set->issuer = "https://other.example";
    assert_null(oa2_keys_derive(&set->keys, FIXTURE_SECRET, *state));
    assert_int_equal(oa2_form_open(&form, ctx, &mine, sealed)->id, 3051);
    set->issuer = fixture_settings(*state)->issuer;
    /* a secret that was changed: the old one still opens */
    assert_null(oa2_keys_derive(&set->keys, OA2_OTHER_SECRET " "
                                FIXTURE_SECRET, *state));
    assert_null(oa2_form_open(&form, ctx, &mine, sealed));
}

/* What is kept for who sends a form again opens for nobody else. */
static void twins(void **state)
{
    oa2_ctx_t *ctx = fixture_ctx(*state);
    oa2_form_t form = { .id = "i", .browser = "b" };
    oa2_form_t elsewhere = { .id = "i", .browser = "c" };
    oa2_form_t later = { .id = "j", .browser = "b" };
    oa2_twin_t twin;
    oa2_twin_t other;
    oa2_kept_t kept;

    oa2_twin_of(&twin, ctx, &form, "allow");
    kept = oa2_twin_seal(&twin, ctx, "https://a/");
    assert_null(strstr(kept.reply, "https"));
    oa2_twin_of(&other, ctx, &form, "allow");
    assert_string_equal(twin.digest, other.digest);
    assert_string_equal(oa2_unseal(*state, other.key, "answer", kept.reply),
                        "https://a/");
    oa2_twin_of(&other, ctx, &form, "deny");
    assert_string_not_equal(twin.digest, other.digest);
    assert_null(oa2_unseal(*state, other.key, "answer", kept.reply));
    oa2_twin_of(&other, ctx, &elsewhere, "allow");
    assert_null(oa2_unseal(*state, other.key, "answer", kept.reply));
    oa2_twin_of(&other, ctx, &later, "allow");
    assert_null(oa2_unseal(*state, other.key, "answer", kept.reply));
}

/* RFC 6749 section 4.1.2.1, RFC 9207 section 2 */
static void redirects(void **state)
{
    oa2_ctx_t *ctx = fixture_ctx(*state);
    oa2_flow_t flow = { .redirect_uri = "https://shop.example/cb?t=1",
                       .state = "a b&c" };
    oa2_err_t *err = oa2_err_make(*state, &oa2_access_denied, 1,
                                  "the user refused", NULL);

    assert_string_equal(
        oa2_authorization_success(ctx, &flow, "x"),
        "https://shop.example/cb?t=1&code=x&state=a%20b%26c"
        "&iss=https%3A%2F%2Fapi.example.com%2Foauth2");
    flow.state = NULL;
    flow.redirect_uri = "com.example.app:/cb";
    assert_string_equal(
        oa2_authorization_failure(ctx, &flow, err),
        "com.example.app:/cb?error=access_denied"
        "&error_description=the%20user%20refused"
        "&iss=https%3A%2F%2Fapi.example.com%2Foauth2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(texts),
        UNIT_TEST(rotation),
        UNIT_TEST(pairs),
        UNIT_TEST(sealed_replies),
        UNIT_TEST(forms),
        UNIT_TEST(twins),
        UNIT_TEST(redirects),
    };

    return cmocka_run_group_tests_name("domain/token", tests, NULL, NULL);
}

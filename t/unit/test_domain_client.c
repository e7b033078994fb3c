/* SPDX-License-Identifier: Apache-2.0 */
/* test_domain_client.c - RFC 6749 section 2; settings and PKCE beside it */
#include "unit/fixture_domain.h"

#include "base/text/encode.h"
#include "domain/client/client.h"
#include "domain/request/pkce.h"

static void problems(void **state)
{
    static const struct {
        const char *uris, *grants, *introspect;
        int secret, good;
    } rows[] = {
        { "https://a.example/", "authorization_code", "none", 0, 1 },
        { "https://a.example/", "authorization_code refresh_token", "own", 1,
         1 },
        { "", "client_credentials", "all", 1, 1 },
        { "", "", "none", 1, 1 },
        { "", "authorization_code", "none", 1, 0 },
        { "", "client_credentials", "none", 0, 0 },
        { "https://a.example/", "refresh_token", "none", 1, 0 },
        { "https://a.example/", "password", "none", 1, 0 },
        { "http://a.example/", "authorization_code", "none", 1, 0 },
        { "https://a.example/", "authorization_code", "own", 0, 0 },
        { "https://a.example/", "authorization_code", "some", 1, 0 },
    };
    oa2_client_t *client = fixture_client(*state);
    size_t i;

    for (i = 0; i < UNIT_COUNT(rows); i++) {
        client->redirect_uris = rows[i].uris;
        client->grants = rows[i].grants;
        client->introspect = rows[i].introspect;
        client->secret = rows[i].secret ? "digest" : NULL;
        UNIT_ROW((oa2_client_problem(client, *state) == NULL) ==
                     rows[i].good,
                 rows[i].grants);
    }
    client->introspect = "none";
    client->no_pkce = 1;
    assert_null(oa2_client_problem(client, *state));
    client->secret = NULL;
    assert_non_null(oa2_client_problem(client, *state));
    client->no_pkce = 0;
    client->origins = "capacitor://localhost https://b.example";
    assert_null(oa2_client_problem(client, *state));
    client->origins = "https://b.example https://b.example/";
    assert_non_null(oa2_client_problem(client, *state));
    client->origins = "";
    client->redirect_uris = "myapp://login";
    assert_non_null(oa2_client_problem(client, *state));
    client->any_scheme = 1;
    assert_null(oa2_client_problem(client, *state));
    client->redirect_uris = "myapp://login javascript:alert(1)";
    assert_non_null(oa2_client_problem(client, *state));
    client->redirect_uris = "https://a.example/";
    client->name = "bell\007";
    assert_non_null(oa2_client_problem(client, *state));
}

static void identifiers(void **state)
{
    const char *id = oa2_client_new_id(*state);
    const char *secret = oa2_client_new_secret(*state);

    assert_null(oa2_client_id_problem(id));
    assert_null(oa2_client_secret_problem(secret));
    assert_string_equal(oa2_url_encode(*state, id), id);
    assert_string_equal(oa2_url_encode(*state, secret), secret);
    assert_string_not_equal(id, oa2_client_new_id(*state));
    assert_string_not_equal(secret, oa2_client_new_secret(*state));
    assert_non_null(oa2_client_id_problem(""));
    assert_non_null(oa2_client_id_problem("a:b"));
    assert_non_null(oa2_client_id_problem("a b"));
    assert_non_null(oa2_client_id_problem("\xc3\xa9"));
    assert_non_null(oa2_client_secret_problem("short"));
    assert_non_null(oa2_client_secret_problem("0123456789abcdef\n"));
    assert_non_null(oa2_client_secret_problem("aaaaaaaaaaaaaaaaaaaaaaaa"));
    assert_null(oa2_client_secret_problem("0123456789abcdef"));
}

static void secrets(void **state)
{
    oa2_client_t *client = fixture_client(*state);

    assert_true(oa2_client_is_public(client));
    assert_false(oa2_client_has_secret(client, "x", 1, *state));
    client->secret = oa2_digest_text(*state, "new");
    client->old_secret = oa2_digest_text(*state, "old");
    client->old_secret_until = 100;
    assert_true(oa2_client_has_secret(client, "new", 500, *state));
    assert_true(oa2_client_has_secret(client, "old", 99, *state));
    assert_false(oa2_client_has_secret(client, "old", 100, *state));
    assert_false(oa2_client_has_secret(client, "other", 1, *state));
}

/* RFC 7636 appendix B's example */
static void pkce(void **state)
{
    oa2_ctx_t *ctx = fixture_ctx(*state);
    const char *challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    const char *out = NULL;
    oa2_params_t *params;

    assert_null(oa2_pkce_verify(
        ctx, challenge, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
    assert_ptr_equal(oa2_pkce_verify(ctx, challenge, challenge)->kind,
                     &oa2_invalid_grant);

    assert_ptr_equal(oa2_pkce_challenge(&out, ctx)->kind,
                     &oa2_invalid_request);
    params = oa2_params_make(*state);
    oa2_params_add(params, "code_challenge", challenge);
    ctx->params = params;
    assert_non_null(oa2_pkce_challenge(&out, ctx));     /* means plain */
    oa2_params_add(params, "code_challenge_method", "S256");
    assert_null(oa2_pkce_challenge(&out, ctx));
    assert_string_equal(out, challenge);
    params = oa2_params_make(*state);
    oa2_params_add(params, "code_challenge", challenge);
    oa2_params_add(params, "code_challenge_method", "plain");
    ctx->params = params;
    assert_non_null(oa2_pkce_challenge(&out, ctx));
}

/* RFC 8414 section 2 */
static void issuers(void **state)
{
    static const struct {
        const char *url;
        int good;
    } rows[] = {
        { "https://api.example.com", 1 },
        { "https://api.example.com:8443/a/b", 1 },
        { "http://127.0.0.1:8080/oauth2", 1 },
        { "http://localhost/oauth2", 1 },
        { "http://[::1]/oauth2", 1 },
        { "http://api.example.com/oauth2", 0 },
        { "https://api.example.com/", 0 },
        { "https://api.example.com/oauth2/", 0 },
        { "https://api.example.com/a?b", 0 },
        { "https://api.example.com/a#b", 0 },
        { "https://me@api.example.com/a", 0 },
        { "https://api.example.com/a//b", 0 },
        { "https://api.example.com/../b", 0 },
        { "https://api.example.com/%2e%2e/b", 0 },
        { "https://api.example.com/caf%C3%A9", 0 },
        { "ftp://api.example.com", 0 },
        { "api.example.com", 0 },
        { "", 0 },
    };
    size_t i;

    for (i = 0; i < UNIT_COUNT(rows); i++) {
        oa2_settings_t set = { 0 };
        UNIT_ROW((oa2_settings_set_issuer(&set, rows[i].url, *state) ==
                  NULL) ==
                     rows[i].good, rows[i].url);
        UNIT_ROW((set.issuer != NULL) == rows[i].good, rows[i].url);
    }
}

static void keys(void **state)
{
    const char *line = oa2_keys_new_secret(*state);
    oa2_keys_t one, two;

    assert_null(oa2_keys_derive(&one, line, *state));
    assert_int_equal(one.count, 1);
    assert_null(oa2_keys_derive(
        &two, apr_pstrcat(*state, oa2_keys_new_secret(*state), "\n", line,
                          "\n", NULL), *state));
    assert_int_equal(two.count, 2);
    assert_memory_equal(one.check[0], two.check[1], OA2_KEY_LEN);
    assert_memory_not_equal(one.check[0], two.check[0], OA2_KEY_LEN);
    assert_memory_not_equal(one.check[0], one.form[0], OA2_KEY_LEN);
    assert_non_null(oa2_keys_derive(&one, "", *state));
    assert_non_null(oa2_keys_derive(&one, "c2hvcnQ", *state));
    assert_non_null(oa2_keys_derive(&one, "not base64url!", *state));
    assert_non_null(oa2_keys_derive(
        &one, apr_pstrcat(*state, line, " ", line, " ", line, " ", line, " ",
                          line, NULL), *state));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(problems),
        UNIT_TEST(identifiers),
        UNIT_TEST(secrets),
        UNIT_TEST(pkce),
        UNIT_TEST(issuers),
        UNIT_TEST(keys),
    };

    return cmocka_run_group_tests_name("domain/client", tests, NULL, NULL);
}

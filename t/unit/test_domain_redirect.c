/* SPDX-License-Identifier: Apache-2.0 */
/* test_domain_redirect.c - RFC 6749 3.1.2, RFC 8252 7, RFC 9700 4.1.3 */
#include "unit/fixture_domain.h"

#include "domain/redirect.h"

static void registration(void **state)
{
    static const struct {
        const char *uri;
        int good;
    } rows[] = {
        {"https://shop.example/cb", 1},
        {"https://shop.example", 1},
        {"https://shop.example/cb?tenant=1", 1},
        {"http://127.0.0.1/cb", 1},
        {"http://127.0.0.1:8080/cb", 1},
        {"http://[::1]/cb", 1},
        {"http://localhost:3000/cb", 1},
        {"com.example.app:/cb", 1},
        {"com.example.app://cb", 1},
        {"https://shop.example/cb?code=1", 0},  /* answers add these */
        {"https://shop.example/cb?a=b&%73tate=1", 0},
        {"https://shop.example/cb?%zz", 0},
        {"http://shop.example/cb", 0},      /* plain http */
        {"http://127.0.0.1.evil.example/", 0},
        {"https://shop.example/cb#x", 0},   /* 3.1.2: no fragment */
        {"https://shop.example/cb#", 0},
        {"https://user@shop.example/", 0},
        {"/cb", 0},                         /* 3.1.2: absolute */
        {"shop.example/cb", 0},
        {"", 0},
        {"https:///cb", 0},
        {"myapp:/cb", 0},                   /* RFC 8252 7.1 */
        {"javascript:alert(1)", 0},
        {"data:text/html,x", 0},
        {"https://shop.example/c b", 0},
        {"https://shop.example/\xc3\xa9", 0},
        {"https://shop.example:99999/", 0},
        {"https://*.shop.example/\"", 0},
    };
    size_t i;

    for (i = 0; i < UNIT_COUNT(rows); i++)
        UNIT_ROW((oa2_redirect_problem(rows[i].uri, 0, *state) == NULL) ==
                     rows[i].good,
                 rows[i].uri);
}

static void comparison(void **state)
{
    static const struct {
        const char *registered, *sent;
        int same;
    } rows[] = {
        {"https://a.example/cb", "https://a.example/cb", 1},
        {"https://b.example/ https://a.example/cb", "https://a.example/cb",
         1},
        {"https://a.example/cb", "https://a.example/cb/", 0},
        {"https://a.example/cb", "https://a.example/cb?x=1", 0},
        {"https://a.example/cb", "https://A.example/cb", 0},
        {"https://a.example/cb", "https://a.example:443/cb", 0},
        {"https://a.example/cb", "https://a.example/c", 0},
        {"https://a.example/cb https://b.example/",
         "https://a.example/cb https://b.example/", 0},
        /* RFC 8252 7.3: any port */
        {"http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", 1},
        {"http://localhost/cb", "http://localhost:51004/cb", 1},
        {"http://localhost/cb", "http://localhost/cb", 1},
        {"http://127.0.0.1/cb?a=b", "http://127.0.0.1:51004/cb?a=b", 1},
        /* but who registers one means it */
        {"http://127.0.0.1:1/cb", "http://127.0.0.1:51004/cb", 0},
        {"http://127.0.0.1:80/cb", "http://127.0.0.1/cb", 0},
        {"http://127.0.0.1:1/cb http://127.0.0.1/cb",
         "http://127.0.0.1:51004/cb", 1},
        {"http://[::1]/cb", "http://[::1]:4000/cb", 1},
        {"http://127.0.0.1/cb", "http://127.0.0.1:99999/cb", 0},
        {"http://127.0.0.1/cb", "http://127.0.0.1:51004/other", 0},
        {"http://127.0.0.1/cb", "http://[::1]:51004/cb", 0},
        {"http://127.0.0.1/cb", "http://127.0.0.1:@evil.example/cb", 0},
        {"http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb", 0},
        {"http://127.0.0.1/cb", "http://127.0.0.1:80.evil.example/cb", 0},
        {"http://127.0.0.1/cb", "https://127.0.0.1:51004/cb", 0},
        {"http://localhost/cb", "http://127.0.0.1:51004/cb", 0},
        {"http://localhost/cb", "http://localhost.evil.example:1/cb", 0},
        {"http://localhost/cb", "http://localhost:1@evil.example/cb", 0},
        {"http://localhost/cb", "http://LOCALHOST:51004/cb", 0},
        {"http://localhost/cb", "http://localhost:51004/cb?x", 0},
        {"http://localhost/cb", "https://localhost:51004/cb", 0},
        {"http://localhost:3000/cb", "http://localhost:3001/cb", 0},
        {"http://localhost:3000/cb", "http://localhost:3000/cb", 1},
        {"com.example.app:/cb", "com.example.app:/cb", 1},
        {"com.example.app:/cb", "com.example.app:/cb2", 0},
        {"", "https://a.example/cb", 0},
    };
    oa2_client_t *client = fixture_client(*state);
    size_t i;

    for (i = 0; i < UNIT_COUNT(rows); i++) {
        client->redirect_uris = rows[i].registered;
        UNIT_ROW(oa2_redirect_is_registered(client, rows[i].sent, *state) ==
                     rows[i].same, rows[i].sent);
    }
}

static void views(void **state)
{
    oa2_client_t *client = fixture_client(*state);

    assert_string_equal(oa2_redirect_default(client),
                        "https://shop.example/cb");
    assert_false(oa2_redirect_is_local_only(client, *state));
    client->redirect_uris = "https://a.example/ https://b.example/";
    assert_null(oa2_redirect_default(client));
    client->redirect_uris = "";
    assert_null(oa2_redirect_default(client));
    assert_false(oa2_redirect_is_local_only(client, *state));
    client->redirect_uris = "http://127.0.0.1/a http://[::1]/b";
    assert_true(oa2_redirect_is_local_only(client, *state));

    /* what a Content-Security-Policy can say */
    assert_string_equal(
        oa2_redirect_source("https://shop.example:8443/a?b", *state),
        "https://shop.example:8443");
    assert_string_equal(oa2_redirect_source("com.example.app:/cb", *state),
                        "com.example.app:");
    assert_string_equal(oa2_redirect_source("http://[::1]:4000/cb", *state),
                        "http:");
    assert_string_equal(oa2_redirect_place("https://shop.example:1/a",
                                           *state), "shop.example");
    assert_string_equal(oa2_redirect_place("com.example.app:/cb", *state),
                        "com.example.app");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(registration),
        UNIT_TEST(comparison),
        UNIT_TEST(views),
    };

    return cmocka_run_group_tests_name("domain/redirect", tests, NULL, NULL);
}

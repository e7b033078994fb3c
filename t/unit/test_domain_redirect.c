/* SPDX-License-Identifier: Apache-2.0 */
/* test_domain_redirect.c - RFC 6749 3.1.2, RFC 8252 7, RFC 9700 4.1.3 */
#include <stdlib.h>

#include "unit/fixture_domain.h"

#include "domain/request/redirect.h"

static void registration(void **state)
{
    static const struct {
        const char *uri;
        int good;
    } rows[] = {
        { "https://shop.example/cb", 1 },
        { "https://shop.example", 1 },
        { "https://shop.example/cb?tenant=1", 1 },
        { "http://127.0.0.1/cb", 1 },
        { "http://127.0.0.1:8080/cb", 1 },
        { "http://[::1]/cb", 1 },
        { "http://localhost:3000/cb", 1 },
        { "com.example.app:/cb", 1 },
        { "com.example.app://cb", 1 },
        { "https://shop.example/cb?code=1", 0 },  /* answers add these */
        { "https://shop.example/cb?a=b&%73tate=1", 0 },
        { "https://shop.example/cb?%zz", 0 },
        { "http://shop.example/cb", 0 },      /* plain http */
        { "http://127.0.0.1.evil.example/", 0 },
        { "https://shop.example/cb#x", 0 },   /* 3.1.2: no fragment */
        { "https://shop.example/cb#", 0 },
        { "https://user@shop.example/", 0 },
        { "/cb", 0 },                         /* 3.1.2: absolute */
        { "shop.example/cb", 0 },
        { "", 0 },
        { "https:///cb", 0 },
        { "myapp:/cb", 0 },                   /* RFC 8252 7.1 */
        { "javascript:alert(1)", 0 },
        { "data:text/html,x", 0 },
        { "https://shop.example/c b", 0 },
        { "https://shop.example/\xc3\xa9", 0 },
        { "https://shop.example:99999/", 0 },
        { "https://*.shop.example/\"", 0 },
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
        { "https://a.example/cb", "https://a.example/cb", 1 },
        { "https://b.example/ https://a.example/cb", "https://a.example/cb",
         1 },
        { "https://a.example/cb", "https://a.example/cb/", 0 },
        { "https://a.example/cb", "https://a.example/cb?x=1", 0 },
        { "https://a.example/cb", "https://A.example/cb", 0 },
        { "https://a.example/cb", "https://a.example:443/cb", 0 },
        { "https://a.example/cb", "https://a.example/c", 0 },
        { "https://a.example/cb https://b.example/",
         "https://a.example/cb https://b.example/", 0 },
        /* RFC 8252 7.3: any port */
        { "http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", 1 },
        { "http://localhost/cb", "http://localhost:51004/cb", 1 },
        { "http://localhost/cb", "http://localhost/cb", 1 },
        { "http://127.0.0.1/cb?a=b", "http://127.0.0.1:51004/cb?a=b", 1 },
        /* but who registers one means it */
        { "http://127.0.0.1:1/cb", "http://127.0.0.1:51004/cb", 0 },
        { "http://127.0.0.1:80/cb", "http://127.0.0.1/cb", 0 },
        { "http://127.0.0.1:1/cb http://127.0.0.1/cb",
         "http://127.0.0.1:51004/cb", 1 },
        { "http://[::1]/cb", "http://[::1]:4000/cb", 1 },
        { "http://127.0.0.1/cb", "http://127.0.0.1:99999/cb", 0 },
        { "http://127.0.0.1/cb", "http://127.0.0.1:51004/other", 0 },
        { "http://127.0.0.1/cb", "http://[::1]:51004/cb", 0 },
        { "http://127.0.0.1/cb", "http://127.0.0.1:@evil.example/cb", 0 },
        { "http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb", 0 },
        { "http://127.0.0.1/cb", "http://127.0.0.1:80.evil.example/cb", 0 },
        { "http://127.0.0.1/cb", "https://127.0.0.1:51004/cb", 0 },
        { "http://localhost/cb", "http://127.0.0.1:51004/cb", 0 },
        { "http://localhost/cb", "http://localhost.evil.example:1/cb", 0 },
        { "http://localhost/cb", "http://localhost:1@evil.example/cb", 0 },
        { "http://localhost/cb", "http://LOCALHOST:51004/cb", 0 },
        { "http://localhost/cb", "http://localhost:51004/cb?x", 0 },
        { "http://localhost/cb", "https://localhost:51004/cb", 0 },
        { "http://localhost:3000/cb", "http://localhost:3001/cb", 0 },
        { "http://localhost:3000/cb", "http://localhost:3000/cb", 1 },
        { "com.example.app:/cb", "com.example.app:/cb", 1 },
        { "com.example.app:/cb", "com.example.app:/cb2", 0 },
        { "", "https://a.example/cb", 0 },
    };
    oa2_client_t *client = fixture_client(*state);
    size_t i;

    for (i = 0; i < UNIT_COUNT(rows); i++) {
        client->redirect_uris = rows[i].registered;
        UNIT_ROW(oa2_redirect_is_registered(client, rows[i].sent, *state) ==
                     rows[i].same, rows[i].sent);
    }
}

/* ------------------------------------------------------------ variants */

static const char *const registered[] = {
    "https://shop.example/cb", "https://shop.example/cb?tenant=1",
    "http://127.0.0.1/cb", "http://127.0.0.1:8080/cb", "http://[::1]/cb",
    "com.example.app:/cb"
};

/* What may be accepted, told in another way: one of them to the letter, or one
   of the two loopback ones that have no port, with a port. */
static int may_be_accepted(const char *sent)
{
    static const char *const free_ports[] = { "http://127.0.0.1",
                                              "http://[::1]" };
    size_t i;

    for (i = 0; i < UNIT_COUNT(registered); i++)
        if (strcmp(sent, registered[i]) == 0)
            return 1;
    for (i = 0; i < UNIT_COUNT(free_ports); i++) {
        size_t len = strlen(free_ports[i]);
        size_t digits;

        if (strncmp(sent, free_ports[i], len) != 0 || sent[len] != ':')
            continue;
        digits = strspn(sent + len + 1, "0123456789");
        if (digits <= 5 && strcmp(sent + len + 1 + digits, "/cb") == 0)
            return 1;
    }
    return 0;
}

typedef struct {
    const oa2_client_t *client;
    apr_pool_t *pool;                   /* emptied each time */
    unsigned tried;
} variants_t;

static void try_variant(variants_t *variants, const char *sent)
{
    variants->tried++;
    apr_pool_clear(variants->pool);
    if (oa2_redirect_is_registered(variants->client, sent, variants->pool))
        UNIT_ROW(may_be_accepted(sent), sent);
}

/* Each byte in each place, and what browsers read in odd ways, at each. */
static void try_all_of(variants_t *variants, const char *uri)
{
    static const char *const fragments[] = {
        "@", "@evil.example", "\\", "//", "/..", "/.", "%2e%2e", "%00", "%0a",
        "\t", "\r\n", "#", "#@evil.example/", "?", "&", ";", ":", ":80", ":443",
        ":0", ".", ".evil.example", "evil.example", "\xe3\x80\x82",
        "\xef\xbc\x8f", " ", "*"
    };
    char sent[200];
    size_t len = strlen(uri);
    size_t at;
    size_t i;
    int byte;

    for (at = 0; at <= len; at++) {
        for (byte = 1; byte < 256 && at < len; byte++) {
            apr_cpystrn(sent, uri, sizeof(sent));
            sent[at] = (char)byte;
            try_variant(variants, sent);
        }
        for (i = 0; i < UNIT_COUNT(fragments); i++) {
            apr_snprintf(sent, sizeof(sent), "%.*s%s%s", (int)at, uri,
                         fragments[i], uri + at);
            try_variant(variants, sent);
        }
    }
}

/* Several changes at once; with OA2_SOAK many more.  Always the same ones. */
static void try_mutations(variants_t *variants, unsigned count)
{
    unsigned random = 2463534242u;
    unsigned i;

    for (i = 0; i < count; i++) {
        char sent[200];
        size_t len;
        int changes = 1 + (int)(i % 4);

        apr_cpystrn(sent, registered[i % UNIT_COUNT(registered)],
                    sizeof(sent));
        len = strlen(sent);
        while (changes--) {
            random ^= random << 13;
            random ^= random >> 17;
            random ^= random << 5;
            sent[random % len] = (char)(1 + (random >> 8) % 255);
        }
        try_variant(variants, sent);
    }
}

static void variants_are_others(void **state)
{
    oa2_client_t client = { .redirect_uris = "" };
    variants_t variants = { &client, NULL, 0 };
    size_t i;

    apr_pool_create(&variants.pool, *state);
    for (i = 0; i < UNIT_COUNT(registered); i++)
        client.redirect_uris = apr_pstrcat(*state, client.redirect_uris,
                                           i ? " " : "", registered[i], NULL);
    for (i = 0; i < UNIT_COUNT(registered); i++)
        try_all_of(&variants, registered[i]);
    try_mutations(&variants, getenv("OA2_SOAK") ? 3000000 : 20000);
    assert_true(variants.tried > 50000);
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

/* Who receives the codes: RFC 6454 origins, and schemes of apps. */
static void elsewhere(void **state)
{
    static const struct {
        const char *before;
        const char *after;
        int leads;
    } rows[] = {
        { "https://a.example/cb", "https://a.example/cb", 0 },
        { "https://a.example/cb", "https://a.example:443/other?x=1", 0 },
        { "https://a.example/1 https://b.example/", "https://b.example/2", 0 },
        { "https://a.example/cb", "", 0 },
        { "", "https://a.example/cb", 1 },
        { "https://a.example/cb", "https://a.example/cb https://e.example/",
          1 },
        { "https://a.example/cb", "https://a.example.e.example/cb", 1 },
        { "https://a.example/cb", "https://a.example:8443/cb", 1 },
        { "http://127.0.0.1/cb", "https://127.0.0.1/cb", 1 },
        { "http://127.0.0.1/cb", "http://[::1]/cb", 1 },
        { "http://[::1]/cb", "http://[::2]/cb", 1 },
        { "com.example.app:/cb", "com.example.app:/other", 0 },
        { "com.example.app:/cb", "com.example.app2:/cb", 1 },
    };
    size_t i;

    for (i = 0; i < UNIT_COUNT(rows); i++)
        UNIT_ROW(oa2_redirect_leads_elsewhere(rows[i].before, rows[i].after,
                                              *state) == rows[i].leads,
                 rows[i].after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(registration),
        UNIT_TEST(comparison),
        UNIT_TEST(variants_are_others),
        UNIT_TEST(views),
        UNIT_TEST(elsewhere),
    };

    return cmocka_run_group_tests_name("domain/redirect", tests, NULL, NULL);
}

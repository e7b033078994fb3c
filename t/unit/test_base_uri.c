/* SPDX-License-Identifier: Apache-2.0 */
/* test_base_uri.c - base/text/uri: RFC 3986, loopback, origins, queries. */
#include "unit/unit.h"

#include "base/text/uri.h"

static const struct {
    const char *text;
    oa2_uri_t want;             /* scheme host port path query # @ */
} good[] = {
    { "https://a.example", { "https", "a.example", 0, "", NULL, 0, 0 } },
    { "HTTPS://A.Example/Cb", { "https", "a.example", 0, "/Cb", NULL, 0, 0 } },
    { "http://a:8080/cb?x=1&y=%20#f",
     { "http", "a", 8080, "/cb", "x=1&y=%20", 1, 0 } },
    { "http://a/?", { "http", "a", 0, "/", "", 0, 0 } },
    { "http://a?q", { "http", "a", 0, "", "q", 0, 0 } },
    { "http://a#f", { "http", "a", 0, "", NULL, 1, 0 } },
    { "http://a/#", { "http", "a", 0, "/", NULL, 1, 0 } },
    { "http://a/#?x", { "http", "a", 0, "/", NULL, 1, 0 } },
    { "http://a:1/", { "http", "a", 1, "/", NULL, 0, 0 } },
    { "http://a:65535/", { "http", "a", 65535, "/", NULL, 0, 0 } },
    { "http://u:p@a:80/", { "http", "a", 80, "/", NULL, 0, 1 } },
    { "http://@a/", { "http", "a", 0, "/", NULL, 0, 1 } },
    { "http://127.0.0.1:5000/",
     { "http", "127.0.0.1", 5000, "/", NULL, 0, 0 } },
    { "http://[::1]/cb", { "http", "[::1]", 0, "/cb", NULL, 0, 0 } },
    { "http://[2001:DB8::A]:443/",
     { "http", "[2001:db8::a]", 443, "/", NULL, 0, 0 } },
    { "http://[::ffff:1.2.3.4]/",
     { "http", "[::ffff:1.2.3.4]", 0, "/", NULL, 0, 0 } },
    { "com.example.app:/cb",
     { "com.example.app", NULL, 0, "/cb", NULL, 0, 0 } },
    { "com.example.app://x", { "com.example.app", "x", 0, "", NULL, 0, 0 } },
    { "com.example.app:///cb",
     { "com.example.app", NULL, 0, "/cb", NULL, 0, 0 } },
    { "mailto:x", { "mailto", NULL, 0, "x", NULL, 0, 0 } },
    { "urn:ietf:wg:oauth:2.0:oob",
     { "urn", NULL, 0, "ietf:wg:oauth:2.0:oob", NULL, 0, 0 } },
    { "a+b-c.d1:x?y", { "a+b-c.d1", NULL, 0, "x", "y", 0, 0 } },
    { "x:", { "x", NULL, 0, "", NULL, 0, 0 } },
    { "http://a/b//c/../d", { "http", "a", 0, "/b//c/../d", NULL, 0, 0 } },
    { "http://a/;p=1@:!$'()*,",
     { "http", "a", 0, "/;p=1@:!$'()*,", NULL, 0, 0 } },
};

static const char *const bad[] = {
    "", "/", "//a/b", "a", "/cb", "?x", "#x", ":", "://a", ":a",
    "1http://a/", "+a:b", "-a:b", ".a:b", "ht_tp://a/", "ht%74p://a/",
    "http:", "http:/a", "http://", "http:///a", "http://?x", "http://#x",
    "http:a", "https:", "HTTP:///a",
    "http://a:/", "http://a:0/", "http://a:65536/", "http://a:99999/",
    "http://a:999999999999/", "http://a:8o/", "http://a:-1/", "http://a: 80/",
    "http://a:80:80/", "http://:80/", "http://u@/", "http://u@:80/",
    "x://:80", "x://u@", "http://a@b@c/", "http://a[b/", "http://a]b/",
    "http://[/", "http://[]/", "http://]/", "http://[::1/", "http://::1/",
    "http://[::1]x/", "http://[::1]:/", "http://[::1]80/", "http://[::1%251]/",
    "http://[1.2.3.4]/", "http://[v1.a]/", "http://[:::1]/", "http://[::g]/",
    "http://[[::1]]/", "http://u[@a/", "http://[::1]@a/",
    "http://[11111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc]/",
    "http://a b/", " http://a/", "http://a/ ", "http://a/\n", "http://a\t/",
    "http://a/\\b", "http://a\\@b/", "http://a/\"", "http://a/<b>",
    "http://a/{b}", "http://a/|", "http://a/^", "http://a/`", "http://a/[b]",
    "http://a/?b[]", "http://a/#b[]", "http://a/#b#c", "http://a/\x7f",
    "http://a/\xc3\xa9", "http://\xc3\xa9.example/", "http://a/%", 
    "http://a/%2", "http://a/%zz", "http://a%/", "http://a%2/", "http://a/?%",
    "http://a/#%g0",
};

static int same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void uris_are_taken_apart(void **state)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(good); i++) {
        const oa2_uri_t *want = &good[i].want;
        const oa2_uri_t *uri = oa2_uri_parse(good[i].text, *state);

        UNIT_ROW(uri && same(uri->scheme, want->scheme)
                 && same(uri->host, want->host) && uri->port == want->port
                 && same(uri->path, want->path)
                 && same(uri->query, want->query)
                 && uri->has_fragment == want->has_fragment
                 && uri->has_userinfo == want->has_userinfo, good[i].text);
    }
}

static void what_is_no_absolute_uri_is_refused(void **state)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(bad); i++)
        UNIT_ROW(!oa2_uri_parse(bad[i], *state), bad[i]);
}

static const struct {
    const char *text;
    const char *origin;
    int is_loopback;
} places[] = {
    { "https://a.example/x?y", "https://a.example", 0 },
    { "https://A.example:443/", "https://a.example", 0 },
    { "https://a.example:80/", "https://a.example:80", 0 },
    { "http://a.example:80/", "http://a.example", 0 },
    { "http://a.example:443/", "http://a.example:443", 0 },
    { "http://u:p@a.example/", "http://a.example", 0 },
    { "com.example.app://x", NULL, 0 },
    { "com.example.app:/x", NULL, 0 },
    { "ftp://a/", NULL, 0 },
    { "http://localhost:8080/", "http://localhost:8080", 1 },
    { "http://LOCALHOST/", "http://localhost", 1 },
    { "http://127.0.0.1:1234/", "http://127.0.0.1:1234", 1 },
    { "http://127.255.255.254/", "http://127.255.255.254", 1 },
    { "http://[::1]:80/", "http://[::1]", 1 },
    { "http://[::1]:81/", "http://[::1]:81", 1 },
    { "http://[0:0:0:0:0:0:0:1]/", "http://[0:0:0:0:0:0:0:1]", 1 },
    { "http://[::2]/", "http://[::2]", 0 },
    { "http://[::ffff:127.0.0.1]/", "http://[::ffff:127.0.0.1]", 0 },
    { "http://128.0.0.1/", "http://128.0.0.1", 0 },
    { "http://127.0.0.1.example.com/", "http://127.0.0.1.example.com", 0 },
    { "http://127.example.com/", "http://127.example.com", 0 },
    { "http://127.1/", "http://127.1", 0 },
    { "http://127.0.0.256/", "http://127.0.0.256", 0 },
    { "http://localhost.example.com/", "http://localhost.example.com", 0 },
    { "http://localhost@a.example/", "http://a.example", 0 },
    { "http://a.localhost/", "http://a.localhost", 0 },
};

static void origins_and_loopback_are_known(void **state)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(places); i++) {
        const oa2_uri_t *uri = oa2_uri_parse(places[i].text, *state);

        UNIT_ROW(uri && same(oa2_uri_origin(uri, *state), places[i].origin)
                 && oa2_uri_is_loopback(uri) == places[i].is_loopback,
                 places[i].text);
    }
}

static void origins_are_as_browsers_write_them(void **state)
{
    static const struct {
        const char *text;
        int good;
    } rows[] = {
        { "https://a.example", 1 },
        { "https://a.example:8443", 1 },
        { "http://[::1]:81", 1 },
        { "capacitor://localhost", 1 },
        { "ionic://localhost:8080", 1 },
        { "https://A.example", 0 },
        { "https://a.example/", 0 },
        { "https://a.example:443", 0 },
        { "https://a.example?x", 0 },
        { "https://a.example#x", 0 },
        { "https://u@a.example", 0 },
        { "capacitor://localhost/", 0 },
        { "Capacitor://localhost", 0 },
        { "capacitor://", 0 },
        { "capacitor:localhost", 0 },
        { "file:///", 0 },
        { "null", 0 },
        { "*", 0 },
        { "", 0 },
    };
    size_t i;

    for (i = 0; i < UNIT_COUNT(rows); i++)
        UNIT_ROW(oa2_uri_is_origin(rows[i].text, *state) == rows[i].good,
                 rows[i].text);
}

static const struct {
    const char *uri;
    const char *want;
} withs[] = {
    { "https://a/cb", "https://a/cb?code=x%20y&state=%26" },
    { "https://a/cb?", "https://a/cb?code=x%20y&state=%26" },
    { "https://a/cb?b=1", "https://a/cb?b=1&code=x%20y&state=%26" },
    { "https://a/cb?b=1&", "https://a/cb?b=1&code=x%20y&state=%26" },
    { "https://a/cb#f", "https://a/cb?code=x%20y&state=%26#f" },
    { "https://a/cb?b#f?g", "https://a/cb?b&code=x%20y&state=%26#f?g" },
    { "https://a/cb#f?g", "https://a/cb?code=x%20y&state=%26#f?g" },
    { "app:/cb", "app:/cb?code=x%20y&state=%26" },
};

static void a_query_is_added(void **state)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(withs); i++)
        assert_string_equal(oa2_uri_with(*state, withs[i].uri, "code", "x y",
                                         "iss", NULL, "state", "&", NULL),
                            withs[i].want);
    assert_string_equal(oa2_uri_with(*state, "https://a/?x#f", "a", NULL,
                                     NULL), "https://a/?x#f");
    assert_string_equal(oa2_uri_with(*state, "https://a/", NULL),
                        "https://a/");
    assert_string_equal(oa2_uri_with(*state, "https://a/", "a=b", "", NULL),
                        "https://a/?a%3Db=");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(uris_are_taken_apart),
        UNIT_TEST(what_is_no_absolute_uri_is_refused),
        UNIT_TEST(origins_and_loopback_are_known),
        UNIT_TEST(origins_are_as_browsers_write_them),
        UNIT_TEST(a_query_is_added),
    };

    return cmocka_run_group_tests_name("base/uri", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_page.c - the page floor and the files in pages/: what is shown is
 * escaped, well formed, labelled and complete.
 *
 * The files are those of $OA2_SRCDIR/pages.
 * long: all pages are held against the same rules, and their samples are here.
 */
#include <stdlib.h>

#include <apr_general.h>

#include "page/model.h"
#include "unit/fixture_html.h"

#define HOSTILE "</script><img src=x onerror=\"a()\">'\"&amp;{{{x}}}{{/y}}"
#define HOSTILE_ESCAPED "&lt;/script&gt;&lt;img src=x onerror=&quot;a()" \
    "&quot;&gt;&#39;&quot;&amp;amp;{{{x}}}{{/y}}"
#define HOSTILE_FROM 13         /* of the samples */
#define RTL "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xE2\x80\xAE" "evil"
#define EMOJI "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80"

typedef struct {
    apr_pool_t *pool;
    oa2_pages_t *pages;
} fixture_t;

static int set_up(void **state)
{
    const char *srcdir = getenv("OA2_SRCDIR");
    apr_pool_t *pool;
    fixture_t *f;

    if (apr_pool_create(&pool, NULL) != APR_SUCCESS) return -1;
    f = apr_pcalloc(pool, sizeof(*f));
    f->pool = pool;
    *state = f;
    return oa2_pages_load(&f->pages, NULL,
                          apr_pstrcat(pool, srcdir ? srcdir : ".", "/pages",
                                      NULL), pool) ? -1 : 0;
}

static int tear_down(void **state)
{
    fixture_t *f = *state;

    apr_pool_destroy(f->pool);
    return 0;
}

/* ---- samples: every member set, each text its own ---- */

static oa2_page_login_t full_login(void)
{
    return (oa2_page_login_t) {
        .common = { .site = "=site=", .nonce = "=nonce=" },
        .action = "=action=", .form = "=form=",
        .username = "=username=", .client_name = "=client=",
        .message = "=message="
    };
}

static const apr_array_header_t *claims(fixture_t *f, const char *text)
{
    apr_array_header_t *all = apr_array_make(f->pool, 2, sizeof(char *));

    APR_ARRAY_PUSH(all, const char *) = text;
    APR_ARRAY_PUSH(all, const char *) = text;
    return all;
}

static oa2_page_consent_t full_consent(fixture_t *f)
{
    static oa2_page_scope_t scopes[] = {    /* once: its claims, each time */
        { "=scope1=", "=description1=", 0, "=category1=", 1, NULL },
        { "=scope2=", "=description2=", 1, "=category1=", 0, NULL },
        { "=scope3=", NULL, 0, NULL, 0, NULL }
    };

    scopes[1].claims = claims(f, "=claim=");

    return (oa2_page_consent_t) {
        .common = { .site = "=site=", .nonce = "=nonce=" },
        .action = "=action=", .logout_action = "=logout=", .form = "=form=",
        .client_name = "=client=", .client_host = "=host=",
        .user = "=user=", .scopes = scopes, .n_scopes = 3,
        .loopback_only = 1, .message = "=message=", .client_logo = "=logo="
    };
}

static oa2_page_error_t full_error(void)
{
    static const oa2_page_detail_t details[] = {
        { "=label1=", "=value1=" }, { "=label2=", "=value2=" }
    };

    return (oa2_page_error_t) {
        .common = { .site = "=site=", .nonce = "=nonce=" },
        .title = "=title=", .message = "=message=", .hint = "=hint=",
        .code = "=code=", .reference = "=reference=",
        .details = details, .n_details = 2
    };
}

static oa2_page_signed_out_t full_signed_out(int done)
{
    return (oa2_page_signed_out_t) {
        .common = { .site = "=site=", .nonce = "=nonce=" },
        .done = done, .action = "=action=", .form = "=form=", .user = "=user="
    };
}

/* 0 the form, 1 done, 2 gone */
static oa2_page_set_password_t full_set_password(int look)
{
    return (oa2_page_set_password_t) {
        .common = { .site = "=site=", .nonce = "=nonce=" },
        .action = "=action=", .form = look ? NULL : "=form=",
        .user = "=user=", .message = look ? NULL : "=message=",
        .done = look == 1, .gone = look == 2, .login = "=login=",
        .least = "12"
    };
}

static oa2_page_common_t hostile_common(void)
{
    return (oa2_page_common_t) { .site = HOSTILE, .nonce = HOSTILE };
}

/* Each page, of nothing but markup; NULL after the last. */
static const char *hostile_sample(fixture_t *f, int i)
{
    const oa2_page_scope_t scope = {
        HOSTILE, HOSTILE, 1, HOSTILE, 1, claims(f, HOSTILE)
    };
    static const oa2_page_detail_t detail = { HOSTILE, HOSTILE };
    apr_pool_t *pool = f->pool;
    oa2_page_login_t login;
    oa2_page_consent_t consent;
    oa2_page_error_t error;
    oa2_page_signed_out_t out;
    oa2_page_set_password_t set;

    switch (i) {
    case 0:
        login = (oa2_page_login_t) { hostile_common(), HOSTILE, HOSTILE,
                                    HOSTILE, HOSTILE, HOSTILE, HOSTILE };
        return oa2_page_login(f->pages, &login, pool);
    case 1:
        consent = (oa2_page_consent_t) {
            hostile_common(), HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE,
            HOSTILE, &scope, 1, 1, HOSTILE, NULL };
        return oa2_page_consent(f->pages, &consent, pool);
    case 2:
        error = (oa2_page_error_t) { hostile_common(), HOSTILE, HOSTILE,
                                    HOSTILE, HOSTILE, HOSTILE, &detail, 1 };
        return oa2_page_error(f->pages, &error, pool);
    case 3:
    case 4:
        out = (oa2_page_signed_out_t) { hostile_common(), i & 1, HOSTILE,
                                       HOSTILE, HOSTILE, HOSTILE };
        return oa2_page_signed_out(f->pages, &out, pool);
    case 5:
        set = (oa2_page_set_password_t) {
            hostile_common(), HOSTILE, HOSTILE, HOSTILE, HOSTILE, 0, 0,
            HOSTILE, HOSTILE };
        return oa2_page_set_password(f->pages, &set, pool);
    default: return NULL;
    }
}

/* Each way a page can look; NULL after the last. */
static const char *sample(fixture_t *f, int i)
{
    oa2_page_login_t login = full_login();
    oa2_page_consent_t consent = full_consent(f);
    oa2_page_error_t error = full_error();
    oa2_page_signed_out_t out = full_signed_out(i & 1);
    oa2_page_set_password_t set;
    apr_pool_t *pool = f->pool;

    switch (i) {
    case 0: return oa2_page_login(f->pages, &login, pool);
    case 1: return oa2_page_consent(f->pages, &consent, pool);
    case 2: return oa2_page_error(f->pages, &error, pool);
    case 3:
    case 4: return oa2_page_signed_out(f->pages, &out, pool);
    case 5:
        login = (oa2_page_login_t) { .action = "a", .form = "c" };
        return oa2_page_login(f->pages, &login, pool);
    case 6:
        consent = (oa2_page_consent_t) { .action = "a", .client_name = "c" };
        return oa2_page_consent(f->pages, &consent, pool);
    case 7:
        error = (oa2_page_error_t) { .title = "t" };
        return oa2_page_error(f->pages, &error, pool);
    case 8:
    case 9:
        out = (oa2_page_signed_out_t) { .done = i & 1, .action = "a" };
        return oa2_page_signed_out(f->pages, &out, pool);
    case 10:
    case 11:
    case 12:
        set = full_set_password(i - 10);
        return oa2_page_set_password(f->pages, &set, pool);
    default: return hostile_sample(f, i - HOSTILE_FROM);
    }
}

/* ---- all pages ---- */

static void is_well_formed(void **state)
{
    fixture_t *f = *state;
    const char *html;
    int i;

    for (i = 0; (html = sample(f, i)); i++) {
        structure_t s = { { NULL }, 0, NULL };

        s.ids = apr_hash_make(f->pool);
        each_tag(html, check_balance, &s, f->pool);
        assert_int_equal(s.depth, 0);
        each_tag(html, check_references, &s, f->pool);
        assert_int_equal(strncmp(html, "<!DOCTYPE html>\n<html lang=\"en\" "
                                 "dir=\"ltr\">", 42), 0);
        assert_int_equal(count(html, "<title>"), 1);
        assert_int_equal(count(html, "<main>"), 1);
        assert_int_equal(count(html, "<h1>"), 1);
        assert_int_equal(count(html, "<label"), count(html, "type=\"text\"")
                         + count(html, "type=\"password\""));
        assert_int_equal(count(html, "<form "),
                         count(html, "<form method=\"post\""));
        assert_int_equal(count(html, "<form "),
                         count(html, "type=\"hidden\" name=\"form\""));
    }
    assert_int_equal(i, 19);
}

/* "default-src 'none'; style-src 'nonce-...'; img-src 'self' data:" */
static void needs_nothing_from_elsewhere(void **state)
{
    static const char *const never[] = {
        "<script", "<iframe", "<object", "<base", " style=", "javascript:",
        "@import", "url(", "http:", "https:", "src=\"//", "href=\"//"
    };
    fixture_t *f = *state;
    const char *html;
    size_t k;
    int i;

    for (i = 0; (html = sample(f, i)); i++) {
        for (k = 0; k < sizeof(never) / sizeof(never[0]); k++) {
            lacks(html, never[k]);
        }
        assert_int_equal(count(html, "<style"), 1);
        has(html, "<style nonce=\"");
    }
    has(sample(f, 0), "<style nonce=\"=nonce=\">");
}

static void escapes_everything(void **state)
{
    fixture_t *f = *state;
    const char *html;
    int i;

    for (i = HOSTILE_FROM; (html = sample(f, i)); i++) {
        lacks(html, "<img");
        lacks(html, "</script");
        lacks(html, "onerror=\"");
        lacks(html, "&amp;{{");
        has(html, HOSTILE_ESCAPED);
        has(html, "nonce=\"" HOSTILE_ESCAPED "\"");
    }
}

static void shows_any_script(void **state)
{
    fixture_t *f = *state;
    char *word = apr_palloc(f->pool, 5001);
    oa2_page_consent_t in = full_consent(f);
    const char *html;

    memset(word, 'w', 5000);
    word[5000] = '\0';
    in.client_name = RTL;
    in.user = EMOJI;
    in.client_host = word;
    html = oa2_page_consent(f->pages, &in, f->pool);
    /* An override character must not turn the words around it. */
    has(html, "<h1>Allow <bdi>" RTL "</bdi> to use ");
    has(html, "<bdi>" EMOJI "</bdi>");
    has(html, word);
}

static void login_page(void **state)
{
    fixture_t *f = *state;
    oa2_page_login_t in = full_login();
    const char *html = oa2_page_login(f->pages, &in, f->pool);

    has(html, "<title>Not signed in yet: Sign in \xE2\x80\x93 =site=</title>");
    has(html, "<form method=\"post\" action=\"=action=\">");
    has(html, "<input type=\"hidden\" name=\"form\" value=\"=form=\">");
    has(html, "name=\"username\" type=\"text\"");
    has(html, "value=\"=username=\" autocomplete=\"username\"");
    has(html, "name=\"password\" type=\"password\" "
        "autocomplete=\"current-password\"");
    has(html, "role=\"alert\" id=\"message\"><p><bdi>=message=</bdi>");
    has(html, "=client=");
    assert_int_equal(count(html, "aria-describedby=\"message\""), 2);
    assert_int_equal(count(html, " autofocus"), 1);
    has(html, "required autofocus aria-describedby=\"message\">\n</div>\n"
        "<div class=\"actions\">");

    in.username = in.message = in.client_name = NULL;
    html = oa2_page_login(f->pages, &in, f->pool);
    has(html, "<title>Sign in ");
    has(html, "value=\"\" autocomplete=\"username\"");
    has(html, "required autofocus>\n</div>\n<div class=\"field\">");
    assert_int_equal(count(html, " autofocus"), 1);
    lacks(html, "role=\"alert\"");
    lacks(html, "aria-describedby");
    lacks(html, "continue to");
}

static void consent_page(void **state)
{
    static const char *const shown[] = {
        "=site=", "=client=", "=host=", "=user=", "=scope1=", "=description1=",
        "=scope2=", "=description2=", "=scope3=", "<bdi>=claim=</bdi>",
        "<h3><bdi>=category1=</bdi></h3>\n<ul",
        "<form method=\"post\" action=\"=action=\">",
        "<form method=\"post\" action=\"=logout=\">",
        "<img class=\"logo\" src=\"=logo=\" alt=\"\"",
        "name=\"decision\" value=\"allow\"", "name=\"decision\" value=\"deny\"",
        "An app on this computer is asking"
    };
    fixture_t *f = *state;
    oa2_page_consent_t in = full_consent(f);
    const char *html = oa2_page_consent(f->pages, &in, f->pool);
    size_t i;

    for (i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
        has(html, shown[i]);
    assert_int_equal(count(html, "already allowed"), 1);
    assert_int_equal(count(html, "<h3>"), 1);
    assert_int_equal(count(html, "Sensitive"), 1);
    assert_int_equal(count(html, "<ul class=\"scopes\""), 2);
    assert_int_equal(count(html, "It learns"), 1);
    assert_int_equal(count(html, "name=\"form\" value=\"=form=\""), 2);
    /* Nothing is allowed by a key pressed too early. */
    lacks(html, " autofocus");

    in.loopback_only = in.n_scopes = 0;
    in.logout_action = NULL;
    html = oa2_page_consent(f->pages, &in, f->pool);
    lacks(html, "on this computer");
    lacks(html, "Switch account");
    lacks(html, "<ul");
    has(html, "nothing beyond");
}

static void error_page(void **state)
{
    static const char *const shown[] = {
        "=site=", "<h1>=title=</h1>", "=message=", "=hint=", "=code=",
        "=reference=", "=label1=", "=value1=", "=label2=", "=value2="
    };
    fixture_t *f = *state;
    oa2_page_error_t in = full_error();
    const char *html = oa2_page_error(f->pages, &in, f->pool);
    size_t i;

    for (i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
        has(html, shown[i]);
    in.n_details = 0;
    in.code = NULL;
    has(oa2_page_error(f->pages, &in, f->pool), "=reference=");
    in.reference = in.hint = NULL;
    html = oa2_page_error(f->pages, &in, f->pool);
    lacks(html, "<dl>");
    lacks(html, "What you can do");
}

static void signed_out_page(void **state)
{
    fixture_t *f = *state;
    oa2_page_signed_out_t in = full_signed_out(0);
    const char *html = oa2_page_signed_out(f->pages, &in, f->pool);

    has(html, "<h1>Sign out?</h1>");
    has(html, "<form method=\"post\" action=\"=action=\">");
    has(html, "name=\"form\" value=\"=form=\"");
    has(html, "=user=");
    in.done = 1;
    html = oa2_page_signed_out(f->pages, &in, f->pool);
    has(html, "<h1>You are signed out</h1>");
    lacks(html, "<form");
    lacks(html, "=form=");
    in.done = 0;
    in.message = "=message=";
    html = oa2_page_signed_out(f->pages, &in, f->pool);
    has(html, "=message=");
    in.action = NULL;
    html = oa2_page_signed_out(f->pages, &in, f->pool);
    lacks(html, "<form");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(is_well_formed),
        TEST(needs_nothing_from_elsewhere),
        TEST(escapes_everything),
        TEST(shows_any_script),
        TEST(login_page),
        TEST(consent_page),
        TEST(error_page),
        TEST(signed_out_page),
    };
    int failed;

    apr_initialize();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    apr_terminate();
    return failed;
}

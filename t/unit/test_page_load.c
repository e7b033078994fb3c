/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_page_load.c - the files in pages/ are found, overridden one by one and
 * refused with their name, and use just the variables that models set.
 *
 * The files are those of $OA2_SRCDIR/pages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <apr_file_io.h>
#include <apr_general.h>
#include <apr_hash.h>
#include <apr_strings.h>

#include "domain/site/color.h"
#include "page/mail.h"
#include "page/model.h"

typedef struct {
    apr_pool_t *pool;
    const char *data_dir;
    char *override_dir;         /* new and empty */
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
    f->data_dir = apr_pstrcat(pool, srcdir ? srcdir : ".", "/pages", NULL);
    if (oa2_pages_load(&f->pages, NULL, f->data_dir, pool)) return -1;
    f->override_dir = apr_pstrdup(pool, "/tmp/oa2-test-page-XXXXXX");
    *state = f;
    return mkdtemp(f->override_dir) ? 0 : -1;
}

static int tear_down(void **state)
{
    fixture_t *f = *state;
    apr_finfo_t info;
    apr_dir_t *dir;

    if (apr_dir_open(&dir, f->override_dir, f->pool) != APR_SUCCESS) return -1;
    while (apr_dir_read(&info, APR_FINFO_NAME, dir) == APR_SUCCESS) {
        if (info.name[0] == '.' && (!info.name[1] || info.name[1] == '.')) {
            continue;
        }
        apr_file_remove(apr_pstrcat(f->pool, f->override_dir, "/", info.name,
                                    NULL), f->pool);
    }
    apr_dir_close(dir);
    apr_dir_remove(f->override_dir, f->pool);
    apr_pool_destroy(f->pool);
    return 0;
}

/* ---- directories ---- */

static void put_file(fixture_t *f, const char *name, const char *data,
                     apr_size_t len)
{
    const char *path = apr_pstrcat(f->pool, f->override_dir, "/", name, NULL);
    apr_file_t *file;

    assert_int_equal(apr_file_open(&file, path, APR_FOPEN_WRITE
                                   | APR_FOPEN_CREATE | APR_FOPEN_TRUNCATE,
                                   APR_FPROT_OS_DEFAULT, f->pool),
                     APR_SUCCESS);
    assert_int_equal(apr_file_write_full(file, data, len, NULL), APR_SUCCESS);
    apr_file_close(file);
}

static void overrides_one_file_at_a_time(void **state)
{
    static const char text[] = "\xEF\xBB\xBFMine: {{message}} {{> foot}}";
    fixture_t *f = *state;
    oa2_page_login_t in = { .message = "=message=" };
    oa2_page_signed_out_t out = { .done = 1 };
    const char *html;

    put_file(f, "login.mustache", text, sizeof(text) - 1);
    put_file(f, "foot.mustache", "<i>end</i>", 10);
    put_file(f, "README", "no page", 7);
    put_file(f, ".login.mustache", "an editor's", 11);
    put_file(f, "login.mustache~", "{{/", 3);
    assert_null(oa2_pages_load(&f->pages, f->override_dir, f->data_dir,
                               f->pool));
    assert_string_equal(oa2_page_login(f->pages, &in, f->pool),
                        "Mine: =message= <i>end</i>");
    html = oa2_page_signed_out(f->pages, &out, f->pool);
    assert_non_null(strstr(html, "<h1>You are"));
    assert_non_null(strstr(html, "<i>end</i>"));
}

static void must_fail(fixture_t *f, const char *dir, const char *data_dir,
                      const char *says)
{
    oa2_pages_t *pages = NULL;
    const oa2_err_t *err;

    err = oa2_pages_load(&pages, dir, data_dir, f->pool);
    assert_non_null(err);
    assert_null(pages);
    assert_ptr_equal(err->kind, &oa2_server_error);
    if (!strstr(err->meant, says))
        fail_msg("%s", err->meant);
}

/* Nobody waits for who writes into it: httpd would stand still. */
static void refuses_what_is_no_file(void **state)
{
    fixture_t *f = *state;
    const char *path = apr_pstrcat(f->pool, f->override_dir,
                                   "/login.mustache", NULL);

    assert_int_equal(mkfifo(path, 0600), 0);
    must_fail(f, f->override_dir, f->data_dir, "not a plain file");
    unlink(path);
    assert_int_equal(symlink("/dev/zero", path), 0);
    must_fail(f, f->override_dir, f->data_dir, "not a plain file");
}

static void refuses_a_broken_file(void **state)
{
    static const struct {
        const char *file;
        const char *text;
        const char *says;
    } broken[] = {
        { "login.mustache", "a\n{{#x}}", "/login.mustache, line 2: the section "
         "\"x\" is never closed" },
        { "head.mustache", "{{{site}}}",
          "/head.mustache, line 1: cannot leave" },
        { "error.mustache", "\n\n{{> mine}}", "/error.mustache, line 3: there "
         "is no file \"mine.mustache\"" },
        { "consent.mustache", "one\n\xE9t\xE9\n", "/consent.mustache, line 2: "
         "is not UTF-8" },
        { "logn.mustache", "x", "/logn.mustache\" is not used by any page" },
    };
    fixture_t *f = *state;
    const char *path;
    size_t i;

    for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        put_file(f, broken[i].file, broken[i].text, strlen(broken[i].text));
        must_fail(f, f->override_dir, f->data_dir, broken[i].says);
        path = apr_pstrcat(f->pool, f->override_dir, "/", broken[i].file,
                           NULL);
        apr_file_remove(path, f->pool);
    }
    put_file(f, "login.mustache", "a\nb\n\0c", 6);
    must_fail(f, f->override_dir, f->data_dir, "/login.mustache, line 3: is "
              "not UTF-8");
    put_file(f, "login.mustache", apr_pcalloc(f->pool, 300000), 300000);
    must_fail(f, f->override_dir, f->data_dir, "is larger than");
}

static void refuses_what_is_not_there(void **state)
{
    fixture_t *f = *state;
    const char *path = apr_pstrcat(f->pool, f->override_dir,
                                   "/consent.mustache", NULL);

    must_fail(f, NULL, f->override_dir, "there is no file \"lang/en.json\" "
              "in \"/tmp/oa2-test-page-");
    must_fail(f, "/nonexistent", f->data_dir, "could not open the page "
              "directory \"/nonexistent\"");
    must_fail(f, NULL, "/nonexistent", "there is no file");
    assert_int_equal(apr_dir_make(path, APR_FPROT_OS_DEFAULT, f->pool),
                     APR_SUCCESS);
    must_fail(f, f->override_dir, f->data_dir, "could not open the page file");
    apr_dir_remove(path, f->pool);
}

/* ---- variables ---- */

static const char *read_page(fixture_t *f, const char *name)
{
    const char *path = apr_pstrcat(f->pool, f->data_dir, "/", name,
                                   ".mustache", NULL);
    apr_size_t len = 100000;
    char *text = apr_pcalloc(f->pool, len + 1);
    apr_file_t *file;

    assert_int_equal(apr_file_open(&file, path, APR_FOPEN_READ,
                                   APR_FPROT_OS_DEFAULT, f->pool), APR_SUCCESS);
    apr_file_read_full(file, text, len, &len);
    apr_file_close(file);
    return text;
}

/* A piece of text in English. */
static const char *said(fixture_t *f, const char *key)
{
    const char *text = oa2_language_text(
        oa2_pages_language(f->pages, NULL, NULL, f->pool), key);

    assert_non_null(text);
    return text;
}

/* What every page may be shown, and only some use. */
static int is_frame(const char *name)
{
    static const char *const frame[] = {
        "is_wide", "signed_in", "places", "href", "label", "current",
        "logout", "done_text"
    };
    size_t i;

    for (i = 0; i < sizeof(frame) / sizeof(frame[0]); i++)
        if (strcmp(frame[i], name) == 0)
            return 1;
    return 0;
}

/* All names that a text and its partials use. */
static void used_in(apr_hash_t *names, fixture_t *f, const char *text)
{
    const char *p = text;

    while ((p = strstr(p, "{{"))) {
        const char *end = strstr(p, "}}");
        char *tag, *part, *last;

        assert_non_null(end);
        tag = apr_pstrmemdup(f->pool, p + 2, (apr_size_t)(end - p - 2));
        p = end;
        if (*tag == '!') continue;
        if (*tag == '>') {
            tag += 1 + strspn(tag + 1, " ");
            if (strncmp(tag, "say/", 4) == 0)
                used_in(names, f, said(f, tag + 4));
            else
                used_in(names, f, read_page(f, tag));
            continue;
        }
        for (part = apr_strtok(tag, "#^/. ", &last); part;
             part = apr_strtok(NULL, "#^/. ", &last)) {
            apr_hash_set(names, part, APR_HASH_KEY_STRING, part);
        }
    }
}

static void model_names(apr_hash_t *names, const cJSON *model)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, model) {
        if (item->string) {
            apr_hash_set(names, item->string, APR_HASH_KEY_STRING,
                         item->string);
        }
        model_names(names, item);
    }
}

static void check_subset(const char *page, const char *what, apr_hash_t *of,
                         apr_hash_t *in, apr_pool_t *pool)
{
    apr_hash_index_t *i;

    for (i = apr_hash_first(pool, of); i; i = apr_hash_next(i)) {
        const char *name = apr_hash_this_key(i);

        if (!apr_hash_get(in, name, APR_HASH_KEY_STRING)
            && !is_frame(name)) {
            fail_msg("%s: \"%s\" %s", page, name, what);
        }
    }
}

static void check_names(fixture_t *f, const char *page, const cJSON *model)
{
    apr_hash_t *used = apr_hash_make(f->pool);
    apr_hash_t *set = apr_hash_make(f->pool);

    used_in(used, f, read_page(f, page));
    model_names(set, model);
    check_subset(page, "is used, but no model sets it", used, set, f->pool);
    check_subset(page, "is set, but no file uses it", set, used, f->pool);
}

static void uses_what_models_set(void **state)
{
    static const oa2_color_t color = { "#1", "#2", "#3", "#4" };
#define COMMON { .site = "site", .nonce = "nonce", \
                 .logo = "/logo", .color = &color }
    static oa2_page_scope_t scope = {       /* once: its claims, here */
        "name", "description", 1, "category", 1, NULL };
    static const oa2_page_detail_t detail = { "label", "value" };
    static const oa2_page_login_t login = {
        COMMON, "action", "form", "user", "client",
        "message", "sign-up" };
    static const oa2_page_consent_t consent = {
        COMMON, "action", "logout", "form", "client",
        "host", "user", &scope, 1, 1, "message", "/logo" };
    static const oa2_page_error_t error = {
        COMMON, "title", "message", "hint", "code",
        "reference", &detail, 1 };
    static const oa2_page_signed_out_t out = {
        COMMON, 0, "action", "form", "user", "message" };
    static const oa2_page_set_password_t set = {
        COMMON, "action", "form", "user", "message", 1, 1,
        "login", "12" };
    static const oa2_page_mail_t mail = { "site", "user", "link", "until",
                                          NULL };
    fixture_t *f = *state;
    apr_array_header_t *claims = apr_array_make(f->pool, 1, sizeof(char *));

    APR_ARRAY_PUSH(claims, const char *) = "claim";
    scope.claims = claims;
    check_names(f, "set-password",
                oa2_page_set_password_model(&set, f->pool));
    check_names(f, "mail/invitation", oa2_page_mail_model(&mail, f->pool));
    check_names(f, "mail/reset", oa2_page_mail_model(&mail, f->pool));
    check_names(f, "login", oa2_page_login_model(&login, f->pool));
    check_names(f, "consent", oa2_page_consent_model(&consent, f->pool));
    check_names(f, "error", oa2_page_error_model(&error, f->pool));
    check_names(f, "signed-out", oa2_page_signed_out_model(&out, f->pool));
    /* A page more needs a line more, unless its model is made by its endpoint
       (endpoint/sheet.h), where a test asks a real httpd for it. */
    assert_int_equal(OA2_PAGE_MAIL_RESET, 7);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(overrides_one_file_at_a_time),
        TEST(refuses_a_broken_file),
        TEST(refuses_what_is_no_file),
        TEST(refuses_what_is_not_there),
        TEST(uses_what_models_set),
    };
    int failed;

    apr_initialize();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    apr_terminate();
    return failed;
}

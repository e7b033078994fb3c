/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_endpoint_browser.c - what a stranger can make somebody's browser do
 * with our pages, and have it store.
 */
#include "unit/fixture_world.h"

/* SameSite keeps cookies from a foreign page's POST, and not from its answer:
   nothing a stranger makes a browser send adds to what that stores. */
static void forms_of_another_site(void **state)
{
    static const oa2_endpoint_t *const ours[] = {
        &oa2_endpoint_login, &oa2_endpoint_consent, &oa2_endpoint_logout
    };
    world_t *w = *state;
    oa2_reply_t *page = authorize(w, "shop", "&scope=read");
    oa2_reply_t *reply;
    const char *mine = w->browser;
    size_t i;

    w->browser = NULL;
    w->is_foreign = 1;
    for (i = 0; i < UNIT_COUNT(ours); i++) {
        reply = run(w, ours[i], OA2_POST, "username=a&password=b", NULL);
        UNIT_ROW(reply->status == 403 && !w->browser, ours[i]->name);
        reply = submit(w, ours[i], page, "");
        UNIT_ROW(reply->err->id == 5500 && !w->browser, ours[i]->name);
    }
    /* RFC 6749 section 3.1: this one may come so */
    reply = run(w, &oa2_endpoint_authorize, OA2_POST,
                authorize_form(w, "shop", "&scope=read"), NULL);
    assert_int_equal(reply->status, 303);
    assert_null(w->browser);
    w->browser = mine;
    assert_true(has(follow(w, reply), "name=\"password\""));
    assert_ptr_equal(w->browser, mine);
    /* by GET the cookies would have come */
    w->browser = NULL;
    assert_int_equal(follow(w, reply)->status, 200);
    assert_non_null(w->browser);
}

/* However many a browser was made to store. */
static void browser_cookies_are_few(void **state)
{
    world_t *w = *state;
    apr_table_t *names = apr_table_make(w->pool, 16);
    int i;

    for (i = 0; i < 1000; i++)
        apr_table_setn(names, oa2_browser_cookie(oa2_random_text(w->pool, 32),
                                                 w->pool), "");
    assert_int_equal(apr_table_elts(names)->nelts, 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(forms_of_another_site),
        WORLD_TEST(browser_cookies_are_few),
    };

    return cmocka_run_group_tests_name("endpoint/browser", tests, NULL, NULL);
}

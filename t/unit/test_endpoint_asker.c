/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_endpoint_asker.c - a page that is for who is signed in: who is shown it,
 * how the others come back to it, and what they had typed.
 */
#include "unit/fixture_world.h"

#include "domain/person/role.h"
#include "endpoint/signin/interaction.h"

static const char *seen;                /* once: by the page below */
static int posted;                      /* once: likewise */

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    apr_pool_t *pool = call->ctx.pool;
    const char *text = call->kept ? oa2_params_get(call->kept, "text") : NULL;

    posted += call->method == OA2_POST;
    assert_null(call->kept ? oa2_params_get(call->kept, "password") : NULL);
    seen = apr_pstrdup(pool, text ? text : "");
    *out = oa2_reply_page(pool, 200, apr_psprintf(
        pool, "name=\"form\" value=\"%s\"", oa2_interaction_carry(
            call, "", call->session->user, "")), NULL, NULL);
    return NULL;
}

static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    { "text", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_text },
    { "password", OA2_OPTIONAL, OA2_SECRET, 100, oa2_is_text },
    OA2_PARAMS_END
};

static const oa2_endpoint_t desk = {
    .name = "desk", .methods = OA2_GET | OA2_POST,
    .asker = OA2_ASKER_SESSION, .answer = OA2_ANSWER_PAGE,
    .params = params, .handle = handle,
};

static const oa2_endpoint_t office = {
    .name = "office", .methods = OA2_GET | OA2_POST,
    .asker = OA2_ASKER_SESSION, .role = OA2_ROLE_ADMINISTRATOR,
    .answer = OA2_ANSWER_PAGE, .params = params, .handle = handle,
};

static oa2_err_t *say_nothing(oa2_reply_t **out, oa2_call_t *call)
{
    (void)out;
    (void)call;
    return NULL;
}

static const oa2_endpoint_t silent = {
    .name = "silent", .methods = OA2_GET, .asker = OA2_ASKER_NONE,
    .answer = OA2_ANSWER_PAGE, .params = params, .handle = say_nothing,
};

#define ALICE "&username=alice&password=wonderland"

static oa2_reply_t *get(world_t *w, const char *query)
{
    w->query = query;
    return run(w, &desk, OA2_GET, query ? query : "", NULL);
}

static oa2_reply_t *post(world_t *w, const char *form)
{
    return run(w, &desk, OA2_POST, form, NULL);
}

static oa2_reply_t *sign_in(world_t *w, const oa2_reply_t *page)
{
    oa2_reply_t *reply = submit(w, &oa2_endpoint_login, page, ALICE);

    assert_int_equal(reply->status, 303);
    return reply;
}

static void comes_back(void **state)
{
    world_t *w = *state;
    oa2_reply_t *page = get(w, "app=a%26b&kept=old&x=1");
    oa2_reply_t *again;

    assert_int_equal(page->status, 200);
    assert_true(has(page, "name=\"password\""));
    /* a wrong password first */
    again = submit(w, &oa2_endpoint_login, page, "&username=alice&password=x");
    assert_int_equal(again->status, 403);
    assert_string_equal(sign_in(w, again)->location,
                        "/oauth2/desk?app=a%26b&x=1");
    assert_int_equal(get(w, "app=a%26b&x=1")->status, 200);
    assert_string_equal(seen, "");
    /* the login page of another tab: it leads where that one was */
    assert_string_equal(sign_in(w, page)->location,
                        "/oauth2/desk?app=a%26b&x=1");
}

static void leads_nowhere_else(void **state)
{
    static const char *const bad[] = {
        "//evil.example/", "/\\evil.example/", "https://evil.example/",
        "evil.example", "/oauth2/desk?a\r\nSet-Cookie: a=b", "/\t/evil", ""
    };
    world_t *w = *state;
    size_t i;

    for (i = 0; i < UNIT_COUNT(bad); i++) {
        oa2_reply_t *page;

        w->session = NULL;
        w->url = bad[i];
        page = run(w, &desk, OA2_GET, "", NULL);
        w->url = NULL;
        UNIT_ROW(strcmp(sign_in(w, page)->location, "/oauth2/home") == 0,
                 bad[i]);
    }
}

/* A seal that somebody has changed. */
static void tampered(void **state)
{
    world_t *w = *state;
    oa2_reply_t *page = get(w, NULL);
    char *form = apr_pstrdup(w->pool, field(w, page, "form"));
    oa2_reply_t *reply;

    form[strlen(form) - 5] = form[strlen(form) - 5] == 'A' ? 'B' : 'A';
    reply = run(w, &oa2_endpoint_login, OA2_POST,
                apr_pstrcat(w->pool, "form=", form, ALICE, NULL), NULL);
    assert_int_equal(reply->status, 403);
    assert_null(w->session);
    assert_string_equal(sign_in(w, reply)->location, "/oauth2/home");
}

/* The session ends while somebody types. */
static void keeps_what_was_typed(void **state)
{
    world_t *w = *state;
    oa2_reply_t *page;
    oa2_reply_t *back;
    const char *query;

    sign_in(w, get(w, NULL));
    page = get(w, "app=7");
    posted = 0;
    w->session = NULL;
    /* the page's form may be old, too */
    w->now += w->settings->flow_lifetime + 1;
    page = post(w, apr_pstrcat(
        w->pool, "form=", field(w, page, "form"),
        "&text=%C3%A4%26%3C%2B&password=no&other=x", NULL));
    assert_int_equal(page->status, 403);
    assert_int_equal(page->err->id, 5522);
    assert_true(has(page, "you typed is kept"));
    assert_true(has(page, "value=\"alice\""));
    back = sign_in(w, page);
    query = between(w, back->location, "/oauth2/desk?", 0);
    assert_int_equal(strncmp(query, "app=7&kept=", 11), 0);
    assert_int_equal(get(w, query)->status, 200);
    assert_string_equal(seen, "ä&<+");
    /* a reload */
    assert_int_equal(get(w, query)->status, 200);
    assert_string_equal(seen, "ä&<+");
    assert_int_equal(posted, 0);
    /* not by POST, not somebody else's, not for ever */
    post(w, query);
    assert_string_equal(seen, "");
    w->now += w->settings->flow_lifetime;
    get(w, query);
    assert_string_equal(seen, "");
}

static void of_another_user(void **state)
{
    world_t *w = *state;
    oa2_user_t bob = { .name = "bob", .sub = "sub-of-bob" };
    oa2_reply_t *page;
    oa2_reply_t *back;
    int put;

    bob.password = oa2_password_hash(w->pool, "builder");
    assert_null(oa2_user_put(&put, w->store->ctx, &bob));
    sign_in(w, get(w, NULL));
    page = get(w, NULL);
    w->session = NULL;
    page = post(w, apr_pstrcat(w->pool, "form=", field(w, page, "form"),
                               "&text=alices", NULL));
    back = submit(w, &oa2_endpoint_login, page,
                  "&username=bob&password=builder");
    assert_int_equal(back->status, 303);
    get(w, between(w, back->location, "/oauth2/desk?", 0));
    assert_string_equal(seen, "");
}

/* What a stranger has a browser send is put into nobody's form. */
static void of_another_site(void **state)
{
    world_t *w = *state;
    oa2_reply_t *page = get(w, NULL);
    oa2_reply_t *reply;

    /* no form of ours; one that is ours, but not of this page */
    reply = post(w, "text=evil");
    assert_false(has(reply, "you typed is kept"));
    reply = submit(w, &desk, page, "&text=evil");
    assert_int_equal(reply->status, 403);
    assert_false(has(reply, "you typed is kept"));
    sign_in(w, page);
    page = get(w, NULL);
    w->is_foreign = 1;
    posted = 0;
    reply = submit(w, &desk, page, "&text=evil");
    assert_int_equal(reply->err->id, 5520);
    assert_int_equal(reply->status, 403);
    w->session = NULL;
    reply = submit(w, &desk, page, "&text=evil");
    assert_int_equal(reply->err->id, 5520);
    assert_int_equal(posted, 0);
}

/* Too long for a hidden field: the page is shown, and says nothing of it. */
static void too_much(void **state)
{
    world_t *w = *state;
    char *text = apr_palloc(w->pool, OA2_TYPED_MAX + 1);
    oa2_reply_t *page;
    size_t len;

    for (len = OA2_TYPED_MAX - 5; len <= OA2_TYPED_MAX; len += 5) {
        memset(text, 'x', len);
        text[len] = '\0';
        w->session = NULL;
        sign_in(w, get(w, NULL));
        page = get(w, NULL);
        w->session = NULL;
        page = submit(w, &desk, page, apr_pstrcat(w->pool, "&text=", text,
                                                  NULL));
        assert_int_equal(page->status, 403);
        assert_int_equal(has(page, "typed is kept"), len < OA2_TYPED_MAX);
        assert_true(strlen(field(w, page, "form")) < OA2_FORM_MAX);
        sign_in(w, page);
    }
}

static void needs_role(void **state)
{
    world_t *w = *state;
    oa2_reply_t *reply;
    int done;

    w->query = NULL;
    assert_string_equal(sign_in(w, run(w, &office, OA2_GET, "", NULL))
                        ->location, "/oauth2/office");
    reply = run(w, &office, OA2_GET, "", NULL);
    assert_int_equal(reply->status, 403);
    assert_int_equal(reply->err->id, 5521);
    assert_true(has(reply, "administrator"));
    w->is_admitted = 1;
    assert_int_equal(run(w, &office, OA2_GET, "", NULL)->status, 200);
    w->is_admitted = 0;
    assert_null(oa2_role_change(&done, w->store->ctx, NULL, "Alice",
                                "administrator editor", "none"));
    assert_true(done);
    assert_int_equal(run(w, &office, OA2_GET, "", NULL)->status, 200);
    assert_null(oa2_role_change(&done, w->store->ctx, NULL, "alice", "",
                                "administrator"));
    assert_true(done);
    assert_int_equal(run(w, &office, OA2_POST, "", NULL)->status, 403);
    /* somebody else was faster; nobody */
    assert_null(oa2_user_set_roles(&done, w->store->ctx, "alice", "", "a"));
    assert_false(done);
    assert_null(oa2_role_change(&done, w->store->ctx, NULL, "bad", "a", ""));
    assert_false(done);
}

/* A mistake of ours ends in an answer all the same, and not in a crash. */
static void answers_nothing(void **state)
{
    world_t *w = *state;
    oa2_reply_t *reply = run(w, &silent, OA2_GET, "", NULL);

    assert_int_equal(reply->status, 500);
    assert_int_equal(reply->err->id, 5049);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(comes_back),
        WORLD_TEST(leads_nowhere_else),
        WORLD_TEST(tampered),
        WORLD_TEST(keeps_what_was_typed),
        WORLD_TEST(of_another_user),
        WORLD_TEST(of_another_site),
        WORLD_TEST(too_much),
        WORLD_TEST(needs_role),
        WORLD_TEST(answers_nothing),
    };

    return cmocka_run_group_tests_name("endpoint/asker", tests, NULL, NULL);
}

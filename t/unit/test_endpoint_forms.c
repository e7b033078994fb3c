/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_endpoint_forms.c - what people do with our pages: two tabs, a double
 * click, a page that was open for too long; and what administrators do
 * meanwhile.
 */
#include "store/consent.h"
#include "store/db/sql.h"
#include "unit/fixture_world.h"


/* Who the log names: an account, never what may be a mistyped password. */
static void failed_logins_are_told(void **state)
{
    world_t *w = *state;
    oa2_reply_t *page = authorize(w, "shop", "&scope=read");
    oa2_reply_t *reply = submit(w, &oa2_endpoint_login, page,
                                "&username=alice&password=wrong");

    assert_string_equal(reply->err->meant, "a login failed: wrong password "
                        "for user \"alice\"");
    assert_int_equal(reply->err->severity, OA2_LOG_NOTICE);
    reply = submit(w, &oa2_endpoint_login, page,
                   "&username=hunter2&password=alice");
    assert_null(strstr(reply->err->meant, "hunter2"));
    /* keyboards and clipboards add spaces */
    reply = submit(w, &oa2_endpoint_login, page, "&username=%C2%A0alice+"
                   "%E2%80%8B&password=wonderland");
    assert_int_equal(reply->status, 303);
}

/* A form that is not obeyed comes back, with what was asked and a reason. */
static void stale_forms_come_back(void **state)
{
    static const char *const typed = "&username=alice&password=wonderland";
    world_t *w = *state;
    oa2_reply_t *page = authorize(w, "shop", "&scope=read");
    const char *mine = w->browser;
    oa2_reply_t *reply;

    reply = run(w, &oa2_endpoint_login, OA2_POST,
                apr_pstrcat(w->pool, "form=x", typed, NULL), NULL);
    assert_int_equal(reply->status, 403);
    assert_int_equal(reply->err->id, 3051);
    assert_true(has(reply, "name=\"password\"") && has(reply, "once more"));
    /* another browser, one without cookies, and one that is too late */
    w->browser = "somebody-else";
    reply = submit(w, &oa2_endpoint_login, page, typed);
    assert_int_equal(reply->err->id, 3600);
    assert_true(has(reply, "The Shop") && has(reply, "value=\"alice\""));
    w->browser = NULL;
    reply = submit(w, &oa2_endpoint_login, page, typed);
    assert_int_equal(reply->err->id, 3050);
    assert_true(has(reply, "The Shop") && has(reply, "allow cookies"));
    w->browser = mine;
    w->now += w->settings->flow_lifetime;
    reply = submit(w, &oa2_endpoint_login, page, typed);
    assert_int_equal(reply->err->id, 3601);
    assert_null(w->session);
    /* and each of them is good from there on */
    assert_non_null(strstr(allow(w, reply), "?code="));
    /* the consent page: nobody is signed in any more, or somebody else is */
    page = authorize(w, "shop", "&scope=read+write");
    mine = w->session;
    w->session = NULL;
    reply = submit(w, &oa2_endpoint_consent, page, "&decision=allow");
    assert_int_equal(reply->err->id, 5601);
    assert_true(has(reply, "name=\"password\"") && has(reply, "The Shop"));
    w->session = mine;
    w->now += w->settings->flow_lifetime;
    reply = submit(w, &oa2_endpoint_consent, page, "&decision=deny");
    assert_int_equal(reply->err->id, 3601);
    assert_true(has(reply, "name=\"decision\"") && has(reply, "too long"));
    reply = submit(w, &oa2_endpoint_consent, reply, "&decision=deny");
    assert_non_null(strstr(reply->location, "error=access_denied"));
}

/* Several issuers may have one secret: a form is of one of them. */
static void another_issuers_form(void **state)
{
    world_t *w = *state;
    const char *ours = w->settings->issuer;
    oa2_reply_t *page = authorize(w, "shop", "&scope=read");
    oa2_reply_t *reply;

    w->settings->issuer = "https://other.example.com/oauth2";
    reply = submit(w, &oa2_endpoint_login, page,
                   "&username=alice&password=wonderland");
    assert_int_equal(reply->err->id, 3051);
    assert_null(w->session);
    w->settings->issuer = ours;
    assert_non_null(strstr(allow(w, page), "?code="));
}

/* Who is named in the form is asked for the password, whoever has signed in in
   another tab. */
static void two_tabs(void **state)
{
    world_t *w = *state;
    oa2_user_t bob = { .name = "bob", .sub = "sub-of-bob", .created = 1 };
    oa2_reply_t *first = authorize(w, "shop", "&scope=read");
    oa2_reply_t *second = authorize(w, "shop", "&scope=write");
    oa2_reply_t *consent;
    oa2_reply_t *reply;
    int put;

    bob.password = oa2_password_hash(w->pool, "builder");
    assert_null(oa2_user_put(&put, w->store->ctx, &bob));
    assert_non_null(strstr(allow(w, first), "?code="));
    consent = authorize(w, "shop", "&scope=write");
    reply = submit(w, &oa2_endpoint_login, second,
                   "&username=bob&password=wonderland");
    assert_int_equal(reply->status, 403);
    reply = submit(w, &oa2_endpoint_login, second,
                   "&username=bob&password=builder");
    reply = follow(w, reply);
    assert_true(has(reply, "<bdi>bob</bdi>"));
    /* alice's page is not bob's to decide */
    consent = submit(w, &oa2_endpoint_consent, consent, "&decision=allow");
    assert_int_equal(consent->err->id, 5602);
    assert_true(has(consent, "<bdi>bob</bdi>"));
    assert_non_null(strstr(allow(w, consent), "?code="));
    /* signing in anew as the same person spoils no page */
    reply = submit(w, &oa2_endpoint_login, second,
                   "&username=bob&password=builder");
    assert_int_equal(reply->status, 303);
    reply = authorize(w, "shop", "&scope=write&prompt=consent");
    submit(w, &oa2_endpoint_login, first, "&username=bob&password=builder");
    reply = submit(w, &oa2_endpoint_consent, reply, "&decision=allow");
    assert_non_null(strstr(reply->location, "?code="));
}

static int sessions(world_t *w)
{
    apr_array_header_t *rows;
    static const char text[] = "SELECT count(*) FROM oauth2_session";
    const oa2_sql_t sql = { "test", text, { text }, .repeats = 1 };

    assert_null(oa2_sql_run(&rows, w->store->ctx, &sql, 0, NULL));
    return (int)oa2_row_number(APR_ARRAY_IDX(rows, 0, oa2_row_t), 0);
}

/* The same form once more gets the same answer, for some seconds. */
static void forms_sent_twice(void **state)
{
    static const char *const typed = "&username=alice&password=wonderland";
    world_t *w = *state;
    oa2_reply_t *page = authorize(w, "shop", "&scope=read");
    oa2_reply_t *reply = submit(w, &oa2_endpoint_login, page, typed);
    const char *session = w->session;
    const char *mine = w->browser;
    const char *to;

    reply = submit(w, &oa2_endpoint_login, page, typed);
    assert_int_equal(reply->status, 303);
    assert_string_equal(w->session, session);
    assert_int_equal(sessions(w), 1);
    /* but for what somebody else types, or somewhere else */
    reply = submit(w, &oa2_endpoint_login, page,
                   "&username=alice&password=wrong");
    assert_int_equal(reply->status, 403);
    page = authorize(w, "shop", "&scope=read");
    to = submit(w, &oa2_endpoint_consent, page, "&decision=allow")->location;
    assert_non_null(strstr(to, "?code="));
    reply = submit(w, &oa2_endpoint_consent, page, "&decision=allow");
    assert_string_equal(reply->location, to);
    w->browser = "somebody-else";
    reply = submit(w, &oa2_endpoint_consent, page, "&decision=allow");
    assert_null(reply->location);
    w->browser = mine;
    reply = submit(w, &oa2_endpoint_consent, page, "&decision=deny");
    assert_non_null(strstr(reply->location, "error=access_denied"));
    w->now += 10;
    reply = submit(w, &oa2_endpoint_consent, page, "&decision=allow");
    assert_non_null(strstr(reply->location, "?code="));
    assert_string_not_equal(reply->location, to);
    /* signed out in between: what was answered is of no use any more */
    page = run(w, &oa2_endpoint_logout, OA2_GET, "", NULL);
    reply = submit(w, &oa2_endpoint_logout, page, "");
    assert_null(w->session);
    assert_int_equal(submit(w, &oa2_endpoint_logout, page, "")->status, 303);
    page = authorize(w, "shop", "&scope=read");
    submit(w, &oa2_endpoint_login, page, typed);
    session = w->session;
    reply = run(w, &oa2_endpoint_logout, OA2_GET, "", NULL);
    submit(w, &oa2_endpoint_logout, reply, "");
    submit(w, &oa2_endpoint_login, page, typed);
    assert_non_null(w->session);
    assert_string_not_equal(w->session, session);
}

/* What an administrator makes of the client "shop". */
static void change(world_t *w, const char *uris, const char *scope,
                   const char *grants, int disabled)
{
    oa2_client_t *client;
    int done;

    assert_null(oa2_client_find(&client, w->store->ctx, "shop"));
    client->redirect_uris = uris;
    client->scope = scope;
    client->grants = grants;
    client->disabled = disabled;
    assert_null(oa2_client_update(&done, w->store->ctx, client));
    assert_int_equal(done, 1);
}

static int says(const oa2_reply_t *reply, const char *part)
{
    return has(reply, part)
        || (reply->location && strstr(reply->location, part));
}

/* What an administrator took from the client while a page was open. */
static void narrowed_meanwhile(void **state)
{
    static const struct {
        const char *uris, *scope, *grants, *expected;
        int disabled;
    } rows[] = {
        { "https://shop.example/new", "read write", "authorization_code",
         "wrong address", 0 },
        { CALLBACK, "read", "authorization_code", "error=invalid_scope", 0 },
        { CALLBACK, "read write", "client_credentials",
         "error=unauthorized_client", 0 },
        { CALLBACK, "read write", "authorization_code", "not known here", 1 },
    };
    world_t *w = *state;
    size_t i;

    get_code(w, "shop", "&scope=read");
    for (i = 0; i < UNIT_COUNT(rows); i++) {
        oa2_reply_t *consent = authorize(w, "shop", "&scope=read+write");
        const char *signed_in = w->session;
        oa2_reply_t *login;
        oa2_reply_t *reply;

        w->session = NULL;
        login = authorize(w, "shop", "&scope=read+write");
        w->session = signed_in;
        change(w, rows[i].uris, rows[i].scope, rows[i].grants,
               rows[i].disabled);
        reply = submit(w, &oa2_endpoint_consent, consent, "&decision=allow");
        UNIT_ROW(says(reply, rows[i].expected), rows[i].expected);
        reply = submit(w, &oa2_endpoint_login, login,
                       "&username=alice&password=wonderland");
        UNIT_ROW(says(reply, rows[i].expected), rows[i].expected);
        change(w, CALLBACK, "read write", "authorization_code", 0);
    }
}

typedef void change_fn(world_t *w);

/* A row of the scopes, for a change: of a copy. */
static oa2_scope_row_t *scope_row(world_t *w, int i)
{
    apr_array_header_t *rows = apr_array_copy(w->pool, w->settings->scopes);

    w->settings->scopes = rows;
    return &APR_ARRAY_IDX(rows, i, oa2_scope_row_t);
}

static void more_scope(world_t *w)
{
    scope_row(w, 1)->is_default = 1;
}

static void other_words(world_t *w)
{
    scope_row(w, 0)->description = "Read all that you have";
}

static void other_address(world_t *w)
{
    change(w, "https://evil.example/cb", "read write", "authorization_code",
           0);
}

static void other_name(world_t *w)
{
    oa2_client_t *client;
    int done;

    assert_null(oa2_client_find(&client, w->store->ctx, "shop"));
    client->name = "Your Bank";
    assert_null(oa2_client_update(&done, w->store->ctx, client));
}

static void other_client(world_t *w)
{
    int done;

    assert_null(oa2_client_remove(&done, w->store->ctx, "shop"));
    add_client(w, "shop", SECRET, "authorization_code", "none");
}

static void no_change(world_t *w)
{
    change(w, CALLBACK, "read write", "authorization_code", 0);
}

/* A yes and a no are for what the page asked, and for nothing else. */
static void changed_meanwhile(void **state)
{
    static const struct {
        const char *clause;
        change_fn *happens;
        const char *says;               /* the page that comes back */
    } rows[] = {
        { "nothing", no_change, NULL },
        { "scope", more_scope, "Change your orders" },
        { "words", other_words, "Read all that you have" },
        { "name", other_name, "Your Bank" },
        { "client", other_client, "The Shop" },
        { "address", other_address, "evil.example" },
    };
    static const char *const decisions[] = {
        "&decision=allow", "&decision=deny"
    };
    static const char asked[] =
        "response_type=code&client_id=shop&prompt=consent&code_challenge="
        CHALLENGE "&code_challenge_method=S256";
    world_t *w = *state;
    size_t i;
    int n;

    get_code(w, "app", "&scope=read");
    for (i = 0; i < UNIT_COUNT(rows); i++) {
        oa2_reply_t *page = run(w, &oa2_endpoint_authorize, OA2_GET, asked,
                                NULL);
        oa2_reply_t *reply = page;
        const char *before;
        const char *after;

        rows[i].happens(w);
        before = fixture_consent(w->store->ctx, "alice", "shop");
        for (n = 0; rows[i].says && n < 2; n++) {
            reply = submit(w, &oa2_endpoint_consent, page, decisions[n]);
            UNIT_ROW(reply->err && reply->err->id == 5603
                     && has(reply, "read it again")
                     && has(reply, rows[i].says), rows[i].clause);
        }
        after = fixture_consent(w->store->ctx, "alice", "shop");
        UNIT_ROW(strcmp(before, after) == 0, rows[i].clause);
        reply = submit(w, &oa2_endpoint_consent, reply, "&decision=allow");
        UNIT_ROW(reply->location && strstr(reply->location, "?code="),
                 rows[i].clause);
    }
}

/* A code that was issued before. */
static void narrowed_before_it_was_redeemed(void **state)
{
    world_t *w = *state;
    const char *code = get_code(w, "shop", "&scope=read");

    change(w, "https://shop.example/new", "read write", "authorization_code",
           0);
    assert_error(w, redeem(w, code, "", basic(w, "shop", SECRET)), 400,
                 "invalid_grant");
    change(w, CALLBACK, "read write", "authorization_code", 0);
    code = get_code(w, "shop", "&scope=read+write&resource=https%3A%2F%2F"
                    "api.example.com%2Forders");
    change(w, CALLBACK, "write", "authorization_code", 0);
    assert_string_equal(text(w, redeem(w, code, "", basic(w, "shop", SECRET)),
                             "scope"), "write");
    code = get_code(w, "shop", "&scope=write&resource=https%3A%2F%2F"
                    "api.example.com%2Forders");
    w->settings->resources = apr_array_make(w->pool, 1, sizeof(char *));
    assert_error(w, redeem(w, code, "", basic(w, "shop", SECRET)), 400,
                 "invalid_grant");
}

/* A page without a request: somebody's bookmark. */
static void login_by_itself(void **state)
{
    world_t *w = *state;
    oa2_reply_t *page = run(w, &oa2_endpoint_login, OA2_GET, "", NULL);
    oa2_reply_t *reply;

    assert_int_equal(page->status, 200);
    reply = submit(w, &oa2_endpoint_login, page,
                   "&username=alice&password=wonderland");
    assert_string_equal(reply->location, "/oauth2/home");
    reply = run(w, &oa2_endpoint_login, OA2_GET, "", NULL);
    assert_string_equal(reply->location, "/oauth2/home");
    reply = run(w, &oa2_endpoint_home, OA2_GET, "", NULL);
    assert_true(has(reply, "Signed in as") && has(reply, "alice"));
    reply = run(w, &oa2_endpoint_consent, OA2_GET, "", NULL);
    assert_string_equal(reply->location, "/oauth2/login");
    reply = submit(w, &oa2_endpoint_consent, page, "&decision=allow");
    assert_int_equal(reply->status, 400);
}

/* Nothing of a stranger's is stored, and all of a request comes back. */
static void requests_wait_in_the_browser(void **state)
{
    static const char *const tables[] = {
        "oauth2_flow", "oauth2_answer", "oauth2_session", "oauth2_throttle"
    };
    world_t *w = *state;
    char *state_value = apr_pcalloc(w->pool, 4097);
    oa2_reply_t *page;
    const char *more;
    size_t i;

    memset(state_value, '~', 4096);
    more = apr_pstrcat(w->pool, "&scope=read&state=", state_value, NULL);
    page = run(w, &oa2_endpoint_authorize, OA2_GET,
               apr_psprintf(w->pool, "response_type=code&client_id=shop"
                            "&code_challenge=" CHALLENGE
                            "&code_challenge_method=S256%s", more), NULL);
    assert_int_equal(page->status, 200);
    for (i = 0; i < UNIT_COUNT(tables); i++) {
        apr_array_header_t *found;
        const char *text = apr_pstrcat(w->pool, "SELECT 1 FROM ", tables[i],
                                       NULL);
        const oa2_sql_t sql = { "test", text, { text }, .repeats = 1 };

        assert_null(oa2_sql_run(&found, w->store->ctx, &sql, 0, NULL));
        UNIT_ROW(found->nelts == 0, tables[i]);
    }
    assert_non_null(strstr(allow(w, page), state_value));
    /* what cannot come back in a URL is refused at once */
    memset(state_value, '%', 4096);
    page = run(w, &oa2_endpoint_authorize, OA2_POST,
               apr_psprintf(w->pool, "response_type=code&client_id=shop"
                            "&code_challenge=" CHALLENGE
                            "&code_challenge_method=S256&scope=read&state=%s",
                            oa2_url_encode(w->pool, state_value)), NULL);
    assert_int_equal(page->err->id, 5600);
}

static void deny_and_sign_out(void **state)
{
    world_t *w = *state;
    oa2_reply_t *page;
    oa2_reply_t *reply;

    get_code(w, "shop", "&scope=read");
    page = authorize(w, "shop", "&scope=write");
    reply = submit(w, &oa2_endpoint_consent, page, "&decision=deny");
    assert_non_null(strstr(reply->location,
                           CALLBACK "?error=access_denied&"));
    assert_non_null(strstr(reply->location, "&state=xyz&iss="));
    /* not decided at all: asked again */
    reply = submit(w, &oa2_endpoint_consent, page, "");
    assert_int_equal(reply->status, 400);
    assert_true(has(reply, "one of the two buttons"));

    reply = run(w, &oa2_endpoint_logout, OA2_POST, "form=x", NULL);
    assert_int_equal(reply->status, 403);
    assert_true(has(reply, "Sign out?") && has(reply, "once more"));
    assert_non_null(w->session);
    /* "Not you?" on the consent page: the request goes on */
    page = authorize(w, "shop", "&scope=write");
    reply = follow(w, submit(w, &oa2_endpoint_logout, page, ""));
    assert_null(w->session);
    assert_non_null(strstr(allow(w, reply), "?code="));
    reply = run(w, &oa2_endpoint_logout, OA2_GET, "", NULL);
    reply = submit(w, &oa2_endpoint_logout, reply, "");
    assert_int_equal(reply->status, 303);
    assert_null(w->session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(failed_logins_are_told),
        WORLD_TEST(stale_forms_come_back),
        WORLD_TEST(another_issuers_form),
        WORLD_TEST(two_tabs),
        WORLD_TEST(forms_sent_twice),
        WORLD_TEST(narrowed_meanwhile),
        WORLD_TEST(changed_meanwhile),
        WORLD_TEST(narrowed_before_it_was_redeemed),
        WORLD_TEST(login_by_itself),
        WORLD_TEST(requests_wait_in_the_browser),
        WORLD_TEST(deny_and_sign_out),
    };

    return cmocka_run_group_tests_name("endpoint/forms", tests, NULL, NULL);
}

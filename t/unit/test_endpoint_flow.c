/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_endpoint_flow.c - the whole of OAuth without httpd: authorize, login,
 * consent, token, refresh, introspect, revoke, on a real database in memory.
 */
#include "unit/fixture_domain.h"
#include "unit/fixture_store.h"

#include "base/encode.h"
#include "base/json.h"
#include "domain/client.h"
#include "endpoint/endpoint.h"

#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
#define CALLBACK "https://shop.example/cb"
#define SECRET "a secret of the shop"

typedef struct {
    fixture_t *store;
    apr_pool_t *pool;
    oa2_settings_t *settings;
    oa2_pages_t *pages;
    const char *browser, *session;      /* the browser's cookie jar */
    apr_int64_t now;
} world_t;

static void add_client(world_t *w, const char *id, const char *secret,
                       const char *grants, const char *introspect)
{
    oa2_client_t *client = fixture_client(w->pool);
    int put;

    client->id = id;
    client->secret = secret ? oa2_digest_text(w->pool, secret) : NULL;
    client->grants = grants;
    client->introspect = introspect;
    assert_null(oa2_client_put(&put, w->store->ctx, client));
    assert_true(put);
}

static int begin(void **state)
{
    world_t *w;
    oa2_user_t user = {.name = "alice", .sub = "sub-of-alice"};
    oa2_err_t *err;
    int put;
    fixture_t *store = fixture_open();

    w = apr_pcalloc(store->pool, sizeof(*w));
    w->store = store;
    w->pool = store->pool;
    w->settings = fixture_settings(w->pool);
    w->now = store->ctx->now;
    store->ctx->settings = w->settings;
    err = oa2_pages_load(&w->pages, NULL, fixture_pages(w->pool), w->pool);
    if (err) fail_msg("%s", err->meant);
    add_client(w, "shop", SECRET,
               "authorization_code refresh_token client_credentials", "none");
    add_client(w, "app", NULL, "authorization_code refresh_token", "none");
    add_client(w, "api", SECRET "2", "", "own");
    user.password = oa2_password_hash(w->pool, "wonderland");
    user.created = w->now;
    assert_null(oa2_user_put(&put, store->ctx, &user));
    *state = w;
    return 0;
}

static int end(void **state)
{
    world_t *w = *state;

    fixture_close(w->store);
    return 0;
}

static oa2_err_t *ask(oa2_password_t *out, void *baton, const char *name,
                      const char *password)
{
    return oa2_login_own(out, baton, name, password);
}

/* What httpd's dispatch does, with a form instead of a request. */
static oa2_reply_t *run(world_t *w, const oa2_endpoint_t *endpoint,
                        int method, const char *form, const char *basic)
{
    oa2_call_t call = {0};
    oa2_params_t *params = oa2_params_make(w->pool);
    oa2_reply_t *reply;
    const char *cookie;

    assert_null(oa2_params_parse(params, form, strlen(form), w->pool));
    call.ctx = *w->store->ctx;
    call.ctx.now = w->now;
    call.ctx.settings = w->settings;
    call.ctx.params = params;
    call.ctx.client = NULL;
    call.endpoint = endpoint;
    call.method = method;
    call.authorization = basic;
    call.browser.id = w->browser;
    call.browser.session_id = w->session;
    call.browser.address = "192.0.2.1";
    call.pages = w->pages;
    call.ask_password = ask;
    call.ask_baton = &call.ctx;
    call.headers = apr_table_make(w->pool, 4);
    reply = oa2_endpoint_run(&call);
    cookie = apr_table_get(call.headers, "Set-Cookie");
    if (cookie) {
        const char *value = strchr(cookie, '=') + 1;
        value = apr_pstrmemdup(w->pool, value, strcspn(value, ";"));
        assert_int_equal(strncmp(cookie, "__Host-", 7), 0);
        assert_non_null(strstr(cookie, "; HttpOnly; SameSite=Lax; Secure"));
        if (strstr(cookie, OA2_BROWSER_COOKIE)) w->browser = value;
        else w->session = *value ? value : NULL;
    }
    return reply;
}

static const char *basic(world_t *w, const char *id, const char *secret)
{
    const char *pair = apr_psprintf(w->pool, "%s:%s",
                                    oa2_url_encode(w->pool, id),
                                    oa2_url_encode(w->pool, secret));
    /* base64 with padding, from base64url without */
    char *text = oa2_b64url_encode(w->pool, pair, strlen(pair));
    char *c;

    for (c = text; *c; c++) {
        if (*c == '-') *c = '+';
        if (*c == '_') *c = '/';
    }
    return apr_pstrcat(w->pool, "Basic ", text,
                       &"==="[3 - (4 - strlen(text) % 4) % 4], NULL);
}

/* The value of a query parameter, or of a hidden field. */
static const char *between(world_t *w, const char *text, const char *before,
                           char after)
{
    const char *at = text ? strstr(text, before) : NULL;

    if (!at) return NULL;
    at += strlen(before);
    return apr_pstrmemdup(w->pool, at, (apr_size_t)(strchr(at, after)
                          ? strchr(at, after) - at : (long)strlen(at)));
}

static const char *field(world_t *w, const oa2_reply_t *reply,
                         const char *name)
{
    return between(w, reply->body,
                   apr_psprintf(w->pool, "name=\"%s\" value=\"", name), '"');
}

static cJSON *json(world_t *w, const oa2_reply_t *reply)
{
    cJSON *value = oa2_json_parse(reply->body, strlen(reply->body), w->pool);

    assert_non_null(value);
    return value;
}

static const char *authorize_form(world_t *w, const char *client,
                                  const char *more)
{
    return apr_psprintf(
        w->pool, "response_type=code&client_id=%s&redirect_uri="
        "https%%3A%%2F%%2Fshop.example%%2Fcb&state=xyz&code_challenge="
        CHALLENGE "&code_challenge_method=S256%s", client, more);
}

/* login page -> password -> consent page -> allow; answers the redirect */
static const char *allow(world_t *w, const oa2_reply_t *first)
{
    const char *flow = between(w, first->location, "flow=", '&');
    const oa2_reply_t *page;

    assert_int_equal(first->status, 303);
    if (strstr(first->location, "/login?")) {
        page = run(w, &oa2_endpoint_login, OA2_GET,
                   apr_pstrcat(w->pool, "flow=", flow, NULL), NULL);
        assert_int_equal(page->status, 200);
        first = run(w, &oa2_endpoint_login, OA2_POST,
                    apr_psprintf(w->pool, "flow=%s&csrf=%s&username=alice"
                                 "&password=wonderland", flow,
                                 field(w, page, "csrf")), NULL);
        assert_int_equal(first->status, 303);
    }
    if (!strstr(first->location, "/consent?"))
        return first->location;
    page = run(w, &oa2_endpoint_consent, OA2_GET,
               apr_pstrcat(w->pool, "flow=", flow, NULL), NULL);
    assert_int_equal(page->status, 200);
    assert_string_equal(page->form_action, "https://shop.example");
    first = run(w, &oa2_endpoint_consent, OA2_POST,
                apr_psprintf(w->pool, "flow=%s&csrf=%s&decision=allow", flow,
                             field(w, page, "csrf")), NULL);
    assert_int_equal(first->status, 303);
    return first->location;
}

static const char *get_code(world_t *w, const char *client,
                            const char *more)
{
    const char *to = allow(w, run(w, &oa2_endpoint_authorize, OA2_GET,
                                  authorize_form(w, client, more), NULL));

    assert_int_equal(strncmp(to, CALLBACK "?code=", 29), 0);
    assert_non_null(strstr(to, "&state=xyz&iss=https%3A%2F%2Fapi.example.com"
                               "%2Foauth2"));
    return between(w, to, "code=", '&');
}

static oa2_reply_t *redeem(world_t *w, const char *code, const char *more,
                           const char *auth)
{
    return run(w, &oa2_endpoint_token, OA2_POST,
               apr_psprintf(w->pool, "grant_type=authorization_code&code=%s"
                            "&redirect_uri=https%%3A%%2F%%2Fshop.example"
                            "%%2Fcb&code_verifier=" VERIFIER "%s", code,
                            more), auth);
}

static oa2_reply_t *refresh(world_t *w, const char *token, const char *more)
{
    return run(w, &oa2_endpoint_token, OA2_POST,
               apr_psprintf(w->pool, "grant_type=refresh_token"
                            "&refresh_token=%s%s", token, more),
               basic(w, "shop", SECRET));
}

static int is_active(world_t *w, const char *token)
{
    oa2_reply_t *reply = run(w, &oa2_endpoint_introspect, OA2_POST,
                             apr_pstrcat(w->pool, "token=", token, NULL),
                             basic(w, "api", SECRET "2"));

    assert_int_equal(reply->status, 200);
    return cJSON_IsTrue(cJSON_GetObjectItem(json(w, reply), "active"));
}

static void assert_error(world_t *w, const oa2_reply_t *reply, int status,
                         const char *code)
{
    assert_int_equal(reply->status, status);
    assert_string_equal(oa2_json_get_text(json(w, reply), "error"), code);
    assert_non_null(reply->err);
}

static const char *text(world_t *w, const oa2_reply_t *reply,
                        const char *name)
{
    const char *value;

    assert_int_equal(reply->status, 200);
    value = oa2_json_get_text(json(w, reply), name);
    assert_non_null(value);
    return value;
}

static void whole_flow(void **state)
{
    world_t *w = *state;
    const char *code = get_code(w, "shop", "&scope=read+write");
    oa2_reply_t *reply = redeem(w, code, "", basic(w, "shop", SECRET));
    const char *access = text(w, reply, "access_token");
    const char *first = text(w, reply, "refresh_token");
    const char *second;

    assert_string_equal(text(w, reply, "scope"), "read write");
    assert_true(is_active(w, access));
    reply = refresh(w, first, "&scope=read");
    assert_string_equal(text(w, reply, "scope"), "read");
    second = text(w, reply, "refresh_token");
    assert_string_not_equal(first, second);
    /* narrowed for one access token only: RFC 6749 section 6 */
    w->now += 60;
    reply = refresh(w, second, "");
    assert_string_equal(text(w, reply, "scope"), "read write");
    /* RFC 7009: a refresh token takes its family along */
    assert_true(is_active(w, access));
    reply = run(w, &oa2_endpoint_revoke, OA2_POST,
                apr_pstrcat(w->pool, "token=",
                            text(w, reply, "refresh_token"), NULL),
                basic(w, "shop", SECRET));
    assert_int_equal(reply->status, 200);
    assert_false(is_active(w, access));
}

static void consent_is_remembered(void **state)
{
    world_t *w = *state;
    oa2_reply_t *reply;

    get_code(w, "shop", "&scope=read");
    reply = run(w, &oa2_endpoint_authorize, OA2_GET,
                authorize_form(w, "shop", "&scope=read"), NULL);
    assert_non_null(strstr(reply->location, "?code="));
    reply = run(w, &oa2_endpoint_authorize, OA2_GET,
                authorize_form(w, "shop", "&scope=read&prompt=none"), NULL);
    assert_non_null(strstr(reply->location, "?code="));
    /* more is asked: the user is asked again */
    reply = run(w, &oa2_endpoint_authorize, OA2_GET,
                authorize_form(w, "shop", "&scope=read+write"), NULL);
    assert_non_null(strstr(reply->location, "/consent?flow="));
    reply = run(w, &oa2_endpoint_authorize, OA2_GET,
                authorize_form(w, "shop", "&scope=write&prompt=none"), NULL);
    assert_non_null(strstr(reply->location, "error=consent_required"));
    reply = run(w, &oa2_endpoint_authorize, OA2_GET,
                authorize_form(w, "shop", "&scope=read&prompt=login"), NULL);
    assert_non_null(strstr(reply->location, "/login?flow="));
    /* the login is asked for once, although the old session still lives */
    assert_non_null(strstr(allow(w, reply), "?code="));
    reply = run(w, &oa2_endpoint_authorize, OA2_GET,
                authorize_form(w, "shop", "&scope=read&prompt=consent"),
                NULL);
    assert_non_null(strstr(reply->location, "/consent?flow="));
}

/* RFC 6749 section 4.1.2.1 */
static void authorize_errors(void **state)
{
    static const struct {
        const char *form, *expected;    /* NULL: a page */
    } rows[] = {
        {"", NULL},
        {"client_id=nobody", NULL},
        {"client_id=shop&client_id=shop&response_type=code", NULL},
        {"client_id=shop&redirect_uri=https%3A%2F%2Fevil.example%2F", NULL},
        {"client_id=shop&redirect_uri=https%3A%2F%2Fshop.example%2Fcb&"
         "redirect_uri=https%3A%2F%2Fshop.example%2Fcb", NULL},
        {"client_id=shop", "invalid_request"},
        {"client_id=shop&response_type=token", "unsupported_response_type"},
        {"client_id=shop&response_type=code", "invalid_request"},
        {"client_id=shop&response_type=code&code_challenge=" CHALLENGE,
         "invalid_request"},
        {"client_id=shop&response_type=code&code_challenge=" CHALLENGE
         "&code_challenge_method=plain", "invalid_request"},
        {"client_id=shop&response_type=code&code_challenge=" CHALLENGE
         "&code_challenge_method=S256&scope=fly", "invalid_scope"},
        {"client_id=shop&response_type=code&code_challenge=" CHALLENGE
         "&code_challenge_method=S256&scope=read&scope=read",
         "invalid_request"},
        {"client_id=shop&response_type=code&code_challenge=" CHALLENGE
         "&code_challenge_method=S256&prompt=none+login", "invalid_request"},
        {"client_id=shop&response_type=code&code_challenge=" CHALLENGE
         "&code_challenge_method=S256&prompt=none", "login_required"},
        {"client_id=shop&response_type=code&code_challenge=" CHALLENGE
         "&code_challenge_method=S256&response_mode=fragment",
         "invalid_request"},
        {"client_id=shop&response_type=code&code_challenge=" CHALLENGE
         "&code_challenge_method=S256&resource=https%3A%2F%2Fx.example%2F",
         "invalid_target"},
        {"client_id=api&response_type=code", "unauthorized_client"},
    };
    world_t *w = *state;
    size_t i;

    for (i = 0; i < UNIT_COUNT(rows); i++) {
        oa2_reply_t *reply = run(w, &oa2_endpoint_authorize, OA2_GET,
                                 rows[i].form, NULL);
        const char *part;

        UNIT_ROW(reply->err != NULL, rows[i].form);
        if (!rows[i].expected) {
            UNIT_ROW(reply->status == 400 && !reply->location, rows[i].form);
            continue;
        }
        part = apr_psprintf(w->pool, CALLBACK "?error=%s&error_description=",
                            rows[i].expected);
        UNIT_ROW(reply->location &&
                 strncmp(reply->location, part, strlen(part)) == 0,
                 rows[i].form);
        UNIT_ROW(strstr(reply->location, "&iss=https") != NULL,
                 rows[i].form);
    }
}

static void code_errors(void **state)
{
    world_t *w = *state;
    const char *auth = basic(w, "shop", SECRET);
    const char *code = get_code(w, "shop", "&scope=read");
    const char *access;
    oa2_reply_t *reply;

    /* not for the thief: nothing burns it but the proof */
    assert_error(w, redeem(w, code, "&client_id=app", NULL), 400,
                 "invalid_grant");
    assert_error(w, redeem(w, code, "", basic(w, "shop", "wrong")), 401,
                 "invalid_client");
    reply = run(w, &oa2_endpoint_token, OA2_POST,
                apr_psprintf(w->pool, "grant_type=authorization_code&code=%s"
                             "&code_verifier=" VERIFIER, code), auth);
    assert_error(w, reply, 400, "invalid_grant");
    reply = run(w, &oa2_endpoint_token, OA2_POST,
                apr_psprintf(w->pool, "grant_type=authorization_code&code=%s"
                             "&redirect_uri=https%%3A%%2F%%2Fshop.example"
                             "%%2Fcb&code_verifier=" VERIFIER "x", code),
                auth);
    assert_error(w, reply, 400, "invalid_grant");
    reply = redeem(w, code, "", auth);
    access = text(w, reply, "access_token");
    assert_true(is_active(w, access));
    /* RFC 6749 section 4.1.2: the second use takes the tokens down */
    assert_error(w, redeem(w, code, "", auth), 400, "invalid_grant");
    assert_false(is_active(w, access));

    code = get_code(w, "shop", "&scope=read");
    w->now += 61;
    assert_error(w, redeem(w, code, "", auth), 400, "invalid_grant");
    assert_error(w, redeem(w, "oa2c_made-up", "", auth), 400,
                 "invalid_grant");
}

static void refresh_replay(void **state)
{
    world_t *w = *state;
    const char *code = get_code(w, "shop", "&scope=read");
    oa2_reply_t *reply = redeem(w, code, "", basic(w, "shop", SECRET));
    const char *old = text(w, reply, "refresh_token");
    const char *answer, *fresh;

    reply = refresh(w, old, "");
    answer = reply->body;
    fresh = text(w, reply, "refresh_token");
    /* within the grace: the same answer, letter by letter */
    w->now += 9;
    assert_string_equal(refresh(w, old, "")->body, answer);
    /* another question does not get that answer, and does no harm */
    assert_error(w, refresh(w, old, "&scope=read"), 400, "invalid_request");
    assert_true(is_active(w, text(w, reply, "access_token")));
    /* after it: the end of the family */
    w->now += 1;
    assert_error(w, refresh(w, old, ""), 400, "invalid_grant");
    assert_false(is_active(w, text(w, reply, "access_token")));
    assert_error(w, refresh(w, fresh, ""), 400, "invalid_grant");
    assert_error(w, refresh(w, "oa2r_made-up", ""), 400, "invalid_grant");
}

static void clients(void **state)
{
    world_t *w = *state;
    const char *body = "grant_type=client_credentials&scope=read";
    oa2_reply_t *reply = run(w, &oa2_endpoint_token, OA2_POST, body,
                             basic(w, "shop", SECRET));

    assert_string_equal(text(w, reply, "token_type"), "Bearer");
    assert_null(cJSON_GetObjectItem(json(w, reply), "refresh_token"));
    assert_true(is_active(w, text(w, reply, "access_token")));
    /* in the body; then both, which is too many */
    reply = run(w, &oa2_endpoint_token, OA2_POST,
                apr_pstrcat(w->pool, body, "&client_id=shop&client_secret=",
                            oa2_url_encode(w->pool, SECRET), NULL), NULL);
    assert_int_equal(reply->status, 200);
    reply = run(w, &oa2_endpoint_token, OA2_POST,
                apr_pstrcat(w->pool, body, "&client_id=shop&client_secret=",
                            oa2_url_encode(w->pool, SECRET), NULL),
                basic(w, "shop", SECRET));
    assert_error(w, reply, 400, "invalid_request");
    reply = run(w, &oa2_endpoint_token, OA2_POST, body, NULL);
    assert_error(w, reply, 401, "invalid_client");
    assert_non_null(apr_table_get(reply->headers, "WWW-Authenticate"));
    reply = run(w, &oa2_endpoint_token, OA2_POST,
                apr_pstrcat(w->pool, body, "&client_id=shop", NULL), NULL);
    assert_error(w, reply, 401, "invalid_client");
    reply = run(w, &oa2_endpoint_token, OA2_POST,
                apr_pstrcat(w->pool, body, "&client_id=app", NULL), NULL);
    assert_error(w, reply, 400, "unauthorized_client");
    reply = run(w, &oa2_endpoint_token, OA2_POST, "grant_type=password",
                basic(w, "shop", SECRET));
    assert_error(w, reply, 400, "unsupported_grant_type");
    reply = run(w, &oa2_endpoint_introspect, OA2_POST, "token=x",
                basic(w, "shop", SECRET));
    assert_error(w, reply, 400, "unauthorized_client");
    reply = run(w, &oa2_endpoint_introspect, OA2_POST,
                "token=x&client_id=app", NULL);
    assert_error(w, reply, 401, "invalid_client");
}

static void login_slows_down(void **state)
{
    world_t *w = *state;
    oa2_reply_t *reply = run(w, &oa2_endpoint_authorize, OA2_GET,
                             authorize_form(w, "shop", "&scope=read"), NULL);
    const char *flow = between(w, reply->location, "flow=", '&');
    const char *form;
    int i;

    reply = run(w, &oa2_endpoint_login, OA2_GET,
                apr_pstrcat(w->pool, "flow=", flow, NULL), NULL);
    form = apr_psprintf(w->pool, "flow=%s&csrf=%s&username=alice&password=",
                        flow, field(w, reply, "csrf"));
    for (i = 0; i < 5; i++) {
        reply = run(w, &oa2_endpoint_login, OA2_POST,
                    apr_pstrcat(w->pool, form, "wrong", NULL), NULL);
        assert_int_equal(reply->status, 403);
        assert_null(w->session);
    }
    /* even the right one has to wait now */
    reply = run(w, &oa2_endpoint_login, OA2_POST,
                apr_pstrcat(w->pool, form, "wonderland", NULL), NULL);
    assert_int_equal(reply->status, 429);
    assert_non_null(apr_table_get(reply->headers, "Retry-After"));
    w->now += 2;
    reply = run(w, &oa2_endpoint_login, OA2_POST,
                apr_pstrcat(w->pool, form, "wonderland", NULL), NULL);
    assert_int_equal(reply->status, 303);
    assert_non_null(w->session);
}

static void forged_forms(void **state)
{
    world_t *w = *state;
    oa2_reply_t *reply = run(w, &oa2_endpoint_authorize, OA2_GET,
                             authorize_form(w, "shop", "&scope=read"), NULL);
    const char *flow = between(w, reply->location, "flow=", '&');

    reply = run(w, &oa2_endpoint_login, OA2_POST,
                apr_psprintf(w->pool, "flow=%s&csrf=x&username=alice"
                             "&password=wonderland", flow), NULL);
    assert_non_null(reply->err);
    assert_non_null(strstr(reply->location, "/login?flow="));
    assert_null(w->session);
    /* another browser: the flow is not there */
    w->browser = "somebody-else";
    reply = run(w, &oa2_endpoint_login, OA2_GET,
                apr_pstrcat(w->pool, "flow=", flow, NULL), NULL);
    assert_int_equal(reply->status, 400);
    w->browser = NULL;
    reply = run(w, &oa2_endpoint_login, OA2_GET,
                apr_pstrcat(w->pool, "flow=", flow, NULL), NULL);
    assert_int_equal(reply->status, 400);
    assert_non_null(strstr(reply->body, "cookie"));
}

/* Two requests in two tabs; the user signs in in one, then in the other. */
static void two_tabs(void **state)
{
    world_t *w = *state;
    oa2_reply_t *first = run(w, &oa2_endpoint_authorize, OA2_GET,
                             authorize_form(w, "shop", "&scope=read"), NULL);
    oa2_reply_t *second = run(w, &oa2_endpoint_authorize, OA2_GET,
                              authorize_form(w, "shop", "&scope=write"),
                              NULL);
    const char *flow = between(w, second->location, "flow=", '&');
    oa2_reply_t *page = run(w, &oa2_endpoint_login, OA2_GET,
                            apr_pstrcat(w->pool, "flow=", flow, NULL), NULL);
    oa2_reply_t *reply;

    assert_non_null(strstr(allow(w, first), "?code="));
    /* this form was made before */
    reply = run(w, &oa2_endpoint_login, OA2_POST,
                apr_psprintf(w->pool, "flow=%s&csrf=%s&username=alice"
                             "&password=wonderland", flow,
                             field(w, page, "csrf")), NULL);
    assert_non_null(strstr(reply->location, "/login?flow="));
    reply = run(w, &oa2_endpoint_login, OA2_GET,
                apr_pstrcat(w->pool, "flow=", flow, NULL), NULL);
    assert_non_null(strstr(reply->location, "/consent?flow="));
    assert_non_null(strstr(allow(w, reply), "?code="));
}

static void deny_and_sign_out(void **state)
{
    world_t *w = *state;
    oa2_reply_t *reply;
    const char *flow;

    get_code(w, "shop", "&scope=read");
    reply = run(w, &oa2_endpoint_authorize, OA2_GET,
                authorize_form(w, "shop", "&scope=write"), NULL);
    flow = between(w, reply->location, "flow=", '&');
    reply = run(w, &oa2_endpoint_consent, OA2_GET,
                apr_pstrcat(w->pool, "flow=", flow, NULL), NULL);
    reply = run(w, &oa2_endpoint_consent, OA2_POST,
                apr_psprintf(w->pool, "flow=%s&csrf=%s&decision=deny", flow,
                             field(w, reply, "csrf")), NULL);
    assert_non_null(strstr(reply->location,
                           CALLBACK "?error=access_denied&"));
    assert_non_null(strstr(reply->location, "&state=xyz&iss="));
    /* a used flow is gone: the Back button meets a page */
    reply = run(w, &oa2_endpoint_consent, OA2_GET,
                apr_pstrcat(w->pool, "flow=", flow, NULL), NULL);
    assert_int_equal(reply->status, 400);

    reply = run(w, &oa2_endpoint_logout, OA2_POST, "csrf=x", NULL);
    assert_int_equal(reply->status, 403);
    assert_non_null(w->session);
    reply = run(w, &oa2_endpoint_logout, OA2_GET, "", NULL);
    reply = run(w, &oa2_endpoint_logout, OA2_POST,
                apr_pstrcat(w->pool, "csrf=", field(w, reply, "csrf"), NULL),
                NULL);
    assert_int_equal(reply->status, 303);
    assert_null(w->session);
}

static void metadata(void **state)
{
    static const oa2_endpoint_t *const all[] = {
        &oa2_endpoint_authorize, &oa2_endpoint_token, &oa2_endpoint_login,
        &oa2_endpoint_introspect, NULL
    };
    world_t *w = *state;
    oa2_ctx_t ctx = *w->store->ctx;
    cJSON *doc;
    const char *it;

    ctx.settings = w->settings;
    doc = oa2_metadata_server(&ctx, all);
    assert_string_equal(oa2_json_get_text(doc, "issuer"),
                        "https://api.example.com/oauth2");
    assert_string_equal(oa2_json_get_text(doc, "token_endpoint"),
                        "https://api.example.com/oauth2/token");
    assert_null(cJSON_GetObjectItem(doc, "revocation_endpoint"));
    it = oa2_json_text(doc, w->pool);
    assert_non_null(strstr(it, "\"introspection_endpoint_auth_methods_"
                               "supported\":[\"client_secret_basic\","
                               "\"client_secret_post\"]"));
    assert_non_null(strstr(it, "\"code_challenge_methods_supported\":"
                               "[\"S256\"]"));
    assert_non_null(strstr(it, "\"authorization_response_iss_parameter_"
                               "supported\":true"));
    doc = oa2_metadata_resource(&ctx, FIXTURE_RESOURCE, "Orders");
    assert_string_equal(oa2_json_get_text(doc, "resource"),
                        FIXTURE_RESOURCE);
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(whole_flow),
        WORLD_TEST(consent_is_remembered),
        WORLD_TEST(authorize_errors),
        WORLD_TEST(code_errors),
        WORLD_TEST(refresh_replay),
        WORLD_TEST(clients),
        WORLD_TEST(login_slows_down),
        WORLD_TEST(forged_forms),
        WORLD_TEST(two_tabs),
        WORLD_TEST(deny_and_sign_out),
        WORLD_TEST(metadata),
    };

    return cmocka_run_group_tests_name("endpoint/flow", tests, NULL, NULL);
}

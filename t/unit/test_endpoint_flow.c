/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_endpoint_flow.c - the whole of OAuth without httpd: authorize, login,
 * consent, token, refresh, introspect, revoke, on a real database in memory.
 */
#include "unit/fixture_world.h"

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
    reply = authorize(w, "shop", "&scope=read");
    assert_non_null(strstr(reply->location, "?code="));
    reply = authorize(w, "shop", "&scope=read&prompt=none");
    assert_non_null(strstr(reply->location, "?code="));
    /* more is asked: the user is asked again */
    reply = authorize(w, "shop", "&scope=read+write");
    assert_true(has(reply, "name=\"decision\""));
    reply = authorize(w, "shop", "&scope=write&prompt=none");
    assert_non_null(strstr(reply->location, "error=consent_required"));
    reply = authorize(w, "shop", "&scope=read&prompt=login");
    assert_true(has(reply, "name=\"password\""));
    /* the login is asked for once, although the old session still lives */
    assert_non_null(strstr(allow(w, reply), "?code="));
    reply = authorize(w, "shop", "&scope=read&prompt=consent");
    assert_true(has(reply, "name=\"decision\""));
}

/* RFC 6749 section 4.1.2.1 */
static void authorize_errors(void **state)
{
    static const struct {
        const char *form, *expected;    /* NULL: a page */
    } rows[] = {
        { "", NULL },
        { "client_id=nobody", NULL },
        { "client_id=shop&client_id=shop&response_type=code", NULL },
        { "client_id=shop&redirect_uri=https%3A%2F%2Fevil.example%2F", NULL },
        { "client_id=shop&redirect_uri=https%3A%2F%2Fshop.example%2Fcb&"
         "redirect_uri=https%3A%2F%2Fshop.example%2Fcb", NULL },
        { "client_id=shop", "invalid_request" },
        { "client_id=shop&response_type=token", "unsupported_response_type" },
        { "client_id=shop&response_type=code", "invalid_request" },
        { "client_id=shop&response_type=code&code_challenge=" CHALLENGE,
         "invalid_request" },
        { "client_id=shop&response_type=code&code_challenge=" CHALLENGE
         "&code_challenge_method=plain", "invalid_request" },
        { "client_id=shop&response_type=code&code_challenge=" CHALLENGE
         "&code_challenge_method=S256&scope=fly", "invalid_scope" },
        { "client_id=shop&response_type=code&code_challenge=" CHALLENGE
         "&code_challenge_method=S256&scope=read&scope=read",
         "invalid_request" },
        { "client_id=shop&response_type=code&code_challenge=" CHALLENGE
         "&code_challenge_method=S256&prompt=none+login", "invalid_request" },
        { "client_id=shop&response_type=code&code_challenge=" CHALLENGE
         "&code_challenge_method=S256&prompt=none", "login_required" },
        { "client_id=shop&response_type=code&code_challenge=" CHALLENGE
         "&code_challenge_method=S256&response_mode=fragment",
         "invalid_request" },
        { "client_id=shop&response_type=code&code_challenge=" CHALLENGE
         "&code_challenge_method=S256&resource=https%3A%2F%2Fx.example%2F",
         "invalid_target" },
        { "client_id=api&response_type=code", "unauthorized_client" },
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
        UNIT_ROW(reply->location
                 && strncmp(reply->location, part, strlen(part)) == 0,
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
                             "&code_verifier=" VERIFIER
                             "&redirect_uri=https%%3A%%2F%%2Fshop.example"
                             "%%2F", code), auth);
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

static void let_off_pkce(world_t *w, int off)
{
    oa2_client_t *client;
    int done;

    assert_null(oa2_client_find(&client, w->store->ctx, "shop"));
    client->no_pkce = off;
    assert_null(oa2_client_update(&done, w->store->ctx, client));
    assert_true(done);
}

#define PLAIN_AUTHORIZE "response_type=code&client_id=shop&scope=read" \
    "&redirect_uri=https%3A%2F%2Fshop.example%2Fcb"
#define PLAIN_REDEEM "grant_type=authorization_code" \
    "&redirect_uri=https%%3A%%2F%%2Fshop.example%%2Fcb&code=%s"

static const char *plain_code(world_t *w)
{
    return between(w, allow(w, run(w, &oa2_endpoint_authorize, OA2_GET,
                                   PLAIN_AUTHORIZE, NULL)), "code=", '&');
}

/* RFC 9700 sections 2.1.1 and 4.8.2 */
static void without_pkce(void **state)
{
    world_t *w = *state;
    const char *auth = basic(w, "shop", SECRET);
    const char *code;
    oa2_reply_t *reply = run(w, &oa2_endpoint_authorize, OA2_GET,
                             PLAIN_AUTHORIZE, NULL);

    assert_non_null(strstr(reply->location, "error=invalid_request"));
    /* it takes both, server and client */
    let_off_pkce(w, 1);
    reply = run(w, &oa2_endpoint_authorize, OA2_GET, PLAIN_AUTHORIZE, NULL);
    assert_non_null(strstr(reply->location, "error=invalid_request"));
    w->settings->compat = "no_pkce";
    /* half of it is a mistake */
    reply = run(w, &oa2_endpoint_authorize, OA2_GET, PLAIN_AUTHORIZE
                "&code_challenge_method=S256", NULL);
    assert_non_null(strstr(reply->location, "error=invalid_request"));
    reply = run(w, &oa2_endpoint_authorize, OA2_GET, PLAIN_AUTHORIZE
                "&code_challenge=" CHALLENGE, NULL);
    assert_non_null(strstr(reply->location, "error=invalid_request"));

    code = plain_code(w);
    assert_error(w, redeem(w, code, "", auth), 400, "invalid_grant");
    reply = run(w, &oa2_endpoint_token, OA2_POST,
                apr_pstrcat(w->pool, "grant_type=authorization_code&code=",
                            code, NULL), auth);
    /* RFC 6749 section 4.1.3: here redirect_uri is not optional */
    assert_error(w, reply, 400, "invalid_grant");
    reply = run(w, &oa2_endpoint_token, OA2_POST,
                apr_psprintf(w->pool, PLAIN_REDEEM, code), auth);
    assert_int_equal(reply->status, 200);
    assert_int_equal(reply->err->severity, OA2_LOG_NOTICE);

    /* a challenge that was sent is verified */
    code = get_code(w, "shop", "&scope=read");
    reply = run(w, &oa2_endpoint_token, OA2_POST,
                apr_psprintf(w->pool, PLAIN_REDEEM, code), auth);
    assert_error(w, reply, 400, "invalid_request");
    reply = redeem(w, code, "", auth);
    assert_int_equal(reply->status, 200);
    assert_null(reply->err);

    /* what was allowed when the code was made is asked again */
    code = plain_code(w);
    let_off_pkce(w, 0);
    reply = run(w, &oa2_endpoint_token, OA2_POST,
                apr_psprintf(w->pool, PLAIN_REDEEM, code), auth);
    assert_error(w, reply, 400, "invalid_grant");
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
    oa2_reply_t *page = authorize(w, "shop", "&scope=read");
    oa2_reply_t *reply;
    int i;

    for (i = 0; i < 5; i++) {
        reply = submit(w, &oa2_endpoint_login, page,
                       "&username=alice&password=wrong");
        assert_int_equal(reply->status, 403);
        assert_null(w->session);
    }
    /* even the right one has to wait now */
    reply = submit(w, &oa2_endpoint_login, page,
                   "&username=alice&password=wonderland");
    assert_int_equal(reply->status, 429);
    assert_non_null(apr_table_get(reply->headers, "Retry-After"));
    w->now += 2;
    reply = submit(w, &oa2_endpoint_login, page,
                   "&username=alice&password=wonderland");
    assert_int_equal(reply->status, 303);
    assert_non_null(w->session);
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
    assert_non_null(cJSON_GetObjectItem(doc, "scopes_supported"));
    /* RFC 8414 section 3.2, RFC 9728 section 3.2: no empty claims */
    w->settings->scopes = apr_array_make(w->pool, 1, sizeof(oa2_scope_row_t));
    doc = oa2_metadata_server(&ctx, all);
    assert_null(cJSON_GetObjectItem(doc, "scopes_supported"));
    doc = oa2_metadata_resource(&ctx, FIXTURE_RESOURCE, "Orders");
    assert_null(cJSON_GetObjectItem(doc, "scopes_supported"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(whole_flow),
        WORLD_TEST(consent_is_remembered),
        WORLD_TEST(authorize_errors),
        WORLD_TEST(code_errors),
        WORLD_TEST(without_pkce),
        WORLD_TEST(clients),
        WORLD_TEST(login_slows_down),
        WORLD_TEST(metadata),
    };

    return cmocka_run_group_tests_name("endpoint/flow", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_domain_claims.c - claims: names and values, what a login leaves behind,
 * who has consented to what, and what userinfo tells.
 */
#include "domain/person/claims.h"
#include "store/claim.h"
#include "store/consent.h"
#include "unit/fixture_world.h"

#define QUERY "SELECT 'm@legacy' AS email, 3 AS \"student/year\"," \
    " NULL AS nickname WHERE $1 = 'alice'"

static oa2_claim_row_t row(const char *name, const char *scope,
                           oa2_claim_source_t source, const char *variable)
{
    oa2_claim_row_t made = { name, scope, source, variable, 0 };

    return made;
}

static void add(world_t *w, const char *name, const char *scope,
                oa2_claim_source_t source, const char *variable)
{
    apr_array_header_t *rows =
        w->settings->claims ? apr_array_copy(w->pool, w->settings->claims)
        : apr_array_make(w->pool, 4, sizeof(oa2_claim_row_t));

    APR_ARRAY_PUSH(rows, oa2_claim_row_t) = row(name, scope, source, variable);
    w->settings->claims = rows;
}

static void set(world_t *w, const char *name, const char *source,
                const char *value)
{
    oa2_claim_t claim = { name, source, value, 0 };
    int done;

    assert_null(oa2_claim_set(&done, w->store->ctx, "alice", &claim));
}

static oa2_reply_t *ask_who(world_t *w, const char *token)
{
    return run(w, &oa2_endpoint_userinfo, OA2_GET, "", token
               ? apr_pstrcat(w->pool, "Bearer ", token, NULL) : NULL);
}

static const char *get_token(world_t *w, const char *more)
{
    return text(w, redeem(w, get_code(w, "shop", more), "",
                          basic(w, "shop", SECRET)), "access_token");
}

static void says(world_t *w, const char *token, const char *wanted)
{
    oa2_reply_t *reply = ask_who(w, token);

    assert_int_equal(reply->status, 200);
    assert_string_equal(reply->body, wanted);
}

/* ------------------------------------------------------------ words */

static void names_and_values(void **state)
{
    static const struct { int good; const char *name; } names[] = {
        { 1, "email" }, { 1, "student/branch name" }, { 1, "a/sub" },
        { 1, "a/b/c/d/e/f/g/h" }, { 1, "\xc3\xa9t\xc3\xa9" },
        { 0, "" }, { 0, "/a" }, { 0, "a/" }, { 0, "a//b" }, { 0, "sub" },
        { 0, "sub/x" }, { 0, "iss" }, { 0, "_claim_sources" },
        { 0, "a/b/c/d/e/f/g/h/i" }, { 0, "a\nb" }, { 0, "\xff" },
    };
    static const struct { const char *text; const char *json; } values[] = {
        { "Ann \"<b>\"", "\"Ann \\\"<b>\\\"\"" }, { "a\nb", "\"a\\nb\"" },
        { "", "\"\"" }, { "a\x01", NULL }, { "a\x7f", NULL },
        { "\xff", NULL },
    };
    static const struct { int good; const char *json; } jsons[] = {
        { 1, "true" }, { 1, "12345678901234567890" }, { 1, "[\"a\", {}]" },
        { 0, "null" }, { 0, "yes" }, { 0, "" }, { 0, "1 2" }, { 0, "{" },
        { 0, "{a: 1}" },
    };
    world_t *w = *state;
    char *large = apr_palloc(w->pool, 65537);
    const char *json;
    apr_size_t i;

    for (i = 0; i < UNIT_COUNT(names); i++)
        UNIT_ROW((oa2_claims_name_problem(names[i].name, w->pool) == NULL)
                 == names[i].good, names[i].name);
    for (i = 0; i < UNIT_COUNT(values); i++) {
        const char *problem = oa2_claims_value(&json, values[i].text, w->pool);

        UNIT_ROW((problem == NULL) == (values[i].json != NULL)
                 && (problem || strcmp(json, values[i].json) == 0),
                 values[i].text);
    }
    for (i = 0; i < UNIT_COUNT(jsons); i++)
        UNIT_ROW((oa2_claims_value_of_json(&json, jsons[i].json, w->pool)
                  == NULL) == jsons[i].good, jsons[i].json);
    memset(large, 'x', 65536);
    large[65536] = '\0';
    assert_non_null(oa2_claims_value(&json, large, w->pool));
    assert_non_null(oa2_claims_value_of_json(&json, large, w->pool));
    assert_string_equal(oa2_claims_label("student/branch_name", w->pool),
                        "student: branch name");
}

static void queries(void **state)
{
    static const struct { int good; const char *query; } rows[] = {
        { 1, QUERY },
        { 1, "select a from b where c = $1 -- ; $2" },
        { 1, "WITH x AS (SELECT ';' AS y) SELECT y FROM x WHERE y <> $1" },
        { 1, "SELECT a /* ; */ FROM b WHERE \"c;d\" = $1 OR e = $1" },
        { 0, "" }, { 0, "DELETE FROM a WHERE b = $1" },
        { 0, "SELECT a FROM b" }, { 0, "SELECT a FROM b WHERE c = '$1'" },
        { 0, "SELECT a FROM b WHERE c = $1;" },
        { 0, "SELECT a FROM b WHERE c = $1; DROP TABLE b" },
        { 0, "SELECT a FROM b WHERE c = $1 AND d = $2" },
        { 0, "SELECT a FROM b WHERE c = $10" },
        { 0, "SELECT 'a FROM b WHERE c = $1" },
        { 0, "SELECT a FROM b WHERE c = $1 /*" },
    };
    apr_size_t i;

    (void)state;
    for (i = 0; i < UNIT_COUNT(rows); i++)
        UNIT_ROW((oa2_claims_query_problem(rows[i].query) == NULL)
                 == rows[i].good, rows[i].query);
}

static void clashes(void **state)
{
    world_t *w = *state;

    add(w, "a/b", "read", OA2_CLAIM_PROFILE, NULL);
    add(w, "a b", "read", OA2_CLAIM_PROFILE, NULL);
    add(w, "a/b c", "read", OA2_CLAIM_PROFILE, NULL);
    assert_null(oa2_claims_clash(w->settings));
    add(w, "a/b/c", "read", OA2_CLAIM_PROFILE, NULL);
    assert_string_equal(oa2_claims_clash(w->settings), "a/b");
}

/* ------------------------------------------------------------ telling */

static void by_scope_and_source(void **state)
{
    world_t *w = *state;
    oa2_reply_t *reply;
    const char *read;
    const char *both;

    add(w, "username", "read", OA2_CLAIM_USER, NULL);
    add(w, "name", "read", OA2_CLAIM_PROFILE, NULL);
    add(w, "student/branch name", "write", OA2_CLAIM_PROFILE, NULL);
    add(w, "student/year", "write", OA2_CLAIM_QUERY, NULL);
    add(w, "email", "write", OA2_CLAIM_QUERY, NULL);
    add(w, "nickname", "write", OA2_CLAIM_QUERY, NULL);
    add(w, "locale", "write", OA2_CLAIM_PROFILE, NULL);
    w->settings->claim_query = QUERY;
    set(w, "name", "profile", "\"<script>\"");
    set(w, "student/branch name", "profile", "{\"id\":12345678901234567890}");
    set(w, "locale", "env:OTHER", "\"another source's\"");
    read = get_token(w, "&scope=read");
    both = get_token(w, "&scope=read+write");
    says(w, read, "{\"sub\":\"sub-of-alice\",\"username\":\"alice\","
         "\"name\":\"<script>\"}");
    says(w, both, "{\"sub\":\"sub-of-alice\",\"username\":\"alice\","
         "\"name\":\"<script>\",\"student\":{\"branch name\":"
         "{\"id\":12345678901234567890},\"year\":3},"
         "\"email\":\"m@legacy\"}");
    /* whoever wrote into the table by hand breaks nothing */
    set(w, "name", "profile", "{\"a\":");
    says(w, read, "{\"sub\":\"sub-of-alice\",\"username\":\"alice\"}");
    /* nor does a query that fails: told, and left out */
    w->settings->claim_query = "SELECT nothing FROM nowhere WHERE a = $1";
    reply = ask_who(w, both);
    assert_int_equal(reply->status, 200);
    assert_null(strstr(reply->body, "m@legacy"));
    assert_int_equal(reply->err->id, 2910);
    assert_int_equal(reply->err->severity, OA2_LOG_WARNING);
}

static void what_was_shown_is_consented_to(void **state)
{
    world_t *w = *state;
    const char *before;
    const char *after;
    oa2_reply_t *page;

    add(w, "name", "read", OA2_CLAIM_PROFILE, NULL);
    set(w, "name", "profile", "\"Alice\"");
    set(w, "full/address", "profile", "\"Wonderland\"");
    page = authorize(w, "shop", "&scope=read");
    page = follow(w, submit(w, &oa2_endpoint_login, page,
                            "&username=alice&password=wonderland"));
    assert_true(has(page, "<li><bdi>name</bdi></li>"));
    before = get_token(w, "&scope=read");
    page = authorize(w, "shop", "&scope=read&prompt=consent");
    assert_true(has(page, "already allowed"));
    /* a claim is added to the scope */
    add(w, "full/address", "read", OA2_CLAIM_PROFILE, NULL);
    says(w, before, "{\"sub\":\"sub-of-alice\",\"name\":\"Alice\"}");
    assert_non_null(strstr(authorize(w, "shop", "&scope=read&prompt=none")
                           ->location, "error=consent_required"));
    /* who had the page open has not seen it */
    page = submit(w, &oa2_endpoint_consent, page, "&decision=allow");
    assert_int_equal(page->err->id, 5603);
    assert_true(has(page, "<bdi>full: address</bdi>"));
    assert_false(has(page, "already allowed"));
    after = get_token(w, "&scope=read");
    says(w, after, "{\"sub\":\"sub-of-alice\",\"name\":\"Alice\","
         "\"full\":{\"address\":\"Wonderland\"}}");
    says(w, before, "{\"sub\":\"sub-of-alice\",\"name\":\"Alice\"}");
    assert_non_null(strstr(authorize(w, "shop", "&scope=read")->location,
                           "?code="));
    /* and is taken away again */
    w->settings->claims = NULL;
    says(w, after, "{\"sub\":\"sub-of-alice\"}");
}

static void categories_stand_together(void **state)
{
    static const oa2_scope_row_t rows[] = {
        { "read", "R", 1, "A & B", 0, 0 }, { "write", "W", 0, NULL, 1, 0 },
        { "admin", "X", 0, "A & B", 0, 0 },
    };
    world_t *w = *state;
    oa2_client_t *client = fixture_client(w->pool);
    apr_array_header_t *scopes;
    oa2_reply_t *page;
    size_t i;
    int done;

    client->id = "wide";
    client->scope = "read write admin";
    client->grants = "authorization_code";
    assert_null(oa2_client_put(&done, w->store->ctx, client));
    scopes = apr_array_make(w->pool, 3, sizeof(oa2_scope_row_t));
    for (i = 0; i < UNIT_COUNT(rows); i++)
        APR_ARRAY_PUSH(scopes, oa2_scope_row_t) = rows[i];
    w->settings->scopes = scopes;
    page = authorize(w, "wide", "&scope=read+write+admin");
    page = follow(w, submit(w, &oa2_endpoint_login, page,
                            "&username=alice&password=wonderland"));
    assert_int_equal(page->status, 200);
    assert_true(has(page, "<h3><bdi>A &amp; B</bdi></h3>"));
    /* what is of none is not under a heading of others */
    assert_true(strstr(page->body, "<bdi>W</bdi>")
                < strstr(page->body, "Sensitive"));
    assert_true(strstr(page->body, "Sensitive")
                < strstr(page->body, "<h3>"));
    assert_true(strstr(page->body, "<h3>")
                < strstr(page->body, "<bdi>R</bdi>"));
    assert_true(strstr(page->body, "<bdi>R</bdi>")
                < strstr(page->body, "<bdi>X</bdi>"));
    assert_null(strstr(strstr(page->body, "<h3>") + 1, "<h3>"));
}

/* ------------------------------------------------------------ login */

static apr_table_t *left;

static oa2_err_t *ask_and_leave(oa2_password_t *out, oa2_login_t *login)
{
    login->left = left;
    return oa2_login_own(out, login);
}

static void sign_in(world_t *w)
{
    w->session = NULL;
    allow(w, authorize(w, "shop", "&scope=read"));
}

static void as_of_the_last_login(void **state)
{
    world_t *w = *state;
    const char *token;
    char *large;

    add(w, "email", "read", OA2_CLAIM_ENV, "AUTHENTICATE_MAIL");
    add(w, "phone", "read", OA2_CLAIM_ENV, "AUTHENTICATE_PHONE");
    w->ask = ask_and_leave;
    left = apr_table_make(w->pool, 2);
    apr_table_set(left, "AUTHENTICATE_MAIL", "a@x");
    apr_table_set(left, "AUTHENTICATE_PHONE", "12");
    token = get_token(w, "&scope=read");
    says(w, token, "{\"sub\":\"sub-of-alice\",\"email\":\"a@x\","
         "\"phone\":\"12\"}");
    apr_table_set(left, "AUTHENTICATE_MAIL", "b@x");
    apr_table_unset(left, "AUTHENTICATE_PHONE");
    sign_in(w);
    says(w, token, "{\"sub\":\"sub-of-alice\",\"email\":\"b@x\"}");
    /* what cannot be a value is none */
    large = apr_palloc(w->pool, 65537);
    memset(large, 'x', 65536);
    large[65536] = '\0';
    apr_table_set(left, "AUTHENTICATE_MAIL", large);
    apr_table_set(left, "AUTHENTICATE_PHONE", "a\x01");
    sign_in(w);
    says(w, token, "{\"sub\":\"sub-of-alice\"}");
}

/* ------------------------------------------------------------ asking */

/* RFC 6750 section 3 */
static void refusals(void **state)
{
    world_t *w = *state;
    const char *own = text(w, run(w, &oa2_endpoint_token, OA2_POST,
                                  "grant_type=client_credentials&scope=read",
                                  basic(w, "shop", SECRET)), "access_token");
    const char *bound = get_token(w, "&scope=read&resource="
                                  "https%3A%2F%2Fapi.example.com%2Forders");
    const char *here = get_token(
        w, "&scope=read&resource=https%3A%2F%2Fapi.example.com%2Forders"
        "&resource=https%3A%2F%2Fapi.example.com%2Foauth2%2Fuserinfo");
    const struct {
        const char *form; const char *header;
        int status; const char *challenge;
    } rows[] = {
        { "", NULL, 401, "Bearer realm=\"https://api.example.com/oauth2\"" },
        { "", basic(w, "shop", SECRET), 401,
          "Bearer realm=\"https://api.example.com/oauth2\"" },
        { "", "Bearer x", 401, "error=\"invalid_token\"" },
        { "", "Bearer", 400, "error=\"invalid_request\"" },
        { "", "Bearer a, Bearer b", 400, "error=\"invalid_request\"" },
        { "access_token=x", NULL, 400, "error=\"invalid_request\"" },
        { "", apr_pstrcat(w->pool, "Bearer ", own, NULL), 403,
          "error=\"insufficient_scope\"" },
        { "", apr_pstrcat(w->pool, "Bearer ", bound, NULL), 401,
          "another resource" },
        { "", apr_pstrcat(w->pool, "bearer  ", here, NULL), 200, NULL },
    };
    oa2_reply_t *reply;
    size_t i;

    for (i = 0; i < UNIT_COUNT(rows); i++) {
        const char *challenge;

        reply = run(w, &oa2_endpoint_userinfo, OA2_GET, rows[i].form,
                    rows[i].header);
        challenge = apr_table_get(reply->headers, "WWW-Authenticate");
        UNIT_ROW(reply->status == rows[i].status
                 && (challenge == NULL) == (rows[i].challenge == NULL)
                 && (!challenge || strstr(challenge, rows[i].challenge)),
                 challenge ? challenge : "none");
    }
    /* section 3.1: nothing more for who brings nothing */
    reply = ask_who(w, NULL);
    assert_null(reply->body);
    assert_string_equal(apr_table_get(reply->headers, "WWW-Authenticate"),
                        "Bearer realm=\"https://api.example.com/oauth2\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(names_and_values),
        WORLD_TEST(queries),
        WORLD_TEST(clashes),
        WORLD_TEST(by_scope_and_source),
        WORLD_TEST(what_was_shown_is_consented_to),
        WORLD_TEST(categories_stand_together),
        WORLD_TEST(as_of_the_last_login),
        WORLD_TEST(refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

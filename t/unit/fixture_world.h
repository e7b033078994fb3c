/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fixture_world.h - an authorization server without httpd: a store, settings,
 * pages, three clients, a user with a browser, and the steps of a code flow.
 */
#ifndef OA2_FIXTURE_WORLD_H
#define OA2_FIXTURE_WORLD_H

#include "unit/fixture_domain.h"
#include "unit/fixture_store.h"

#include "base/text/encode.h"
#include "base/text/json.h"
#include "domain/client/client.h"
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
    oa2_password_fn *ask;               /* NULL: the store's own users */
    const char *browser, *session;      /* the browser's cookie jar */
    const char *ticket;                 /* in the URL; NULL: none */
    const char *query;                  /* of the URL; NULL: none */
    const char *url;                    /* all of it; NULL: the endpoint's */
    int is_admitted;                    /* by httpd's Require */
    int is_foreign;                     /* what is sent is another site's */
    apr_int64_t now;
} world_t;

static inline void add_client(world_t *w, const char *id, const char *secret,
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

static inline int begin(void **state)
{
    world_t *w;
    oa2_user_t user = { .name = "alice", .sub = "sub-of-alice" };
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
    if (err)
        fail_msg("%s", err->meant);
    add_client(w, "shop", SECRET,
               "authorization_code refresh_token client_credentials", "none");
    add_client(w, "app", NULL, "authorization_code refresh_token", "none");
    add_client(w, "api", SECRET "2", "", "all");
    user.password = oa2_password_hash(w->pool, "wonderland");
    user.created = w->now;
    assert_null(oa2_user_put(&put, store->ctx, &user));
    *state = w;
    return 0;
}

static inline int end(void **state)
{
    world_t *w = *state;

    fixture_close(w->store);
    return 0;
}

static inline oa2_err_t *ask(oa2_password_t *out, oa2_login_t *login)
{
    return oa2_login_own(out, login);
}

/* What httpd's dispatch does, with a form instead of a request. */
static inline oa2_reply_t *run(world_t *w, const oa2_endpoint_t *endpoint,
                        int method, const char *form, const char *basic)
{
    oa2_call_t call = { 0 };
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
    call.browser.ids = apr_array_make(w->pool, 2, sizeof(char *));
    if (w->browser)
        APR_ARRAY_PUSH(call.browser.ids, const char *) = w->browser;
    call.browser.session_id = w->session;
    call.browser.address = "192.0.2.1";
    call.is_foreign = w->is_foreign;
    call.is_admitted = w->is_admitted;
    call.ticket = w->ticket;
    call.url = w->url ? w->url
        : apr_pstrcat(w->pool, "/oauth2/", endpoint->name,
                      w->query ? "?" : "", w->query ? w->query : "", NULL);
    call.pages = w->pages;
    call.ask_password = w->ask ? w->ask : ask;
    call.ask_baton = &call.ctx;
    call.headers = apr_table_make(w->pool, 4);
    reply = oa2_endpoint_run(&call);
    cookie = apr_table_get(call.headers, "Set-Cookie");
    if (cookie) {
        const char *value = strchr(cookie, '=') + 1;
        value = apr_pstrmemdup(w->pool, value, strcspn(value, ";"));
        assert_int_equal(strncmp(cookie, "__Host-", 7), 0);
        assert_non_null(strstr(cookie, "; HttpOnly; SameSite=Lax; Secure"));
        if (strstr(cookie, OA2_BROWSER_COOKIE))
            w->browser = value;
        else
            w->session = *value ? value : NULL;
    }
    return reply;
}

static inline const char *basic(world_t *w, const char *id, const char *secret)
{
    const char *pair = apr_psprintf(w->pool, "%s:%s",
                                    oa2_url_encode(w->pool, id),
                                    oa2_url_encode(w->pool, secret));
    /* base64 with padding, from base64url without */
    char *text = oa2_b64url_encode(w->pool, pair, strlen(pair));
    char *c;

    for (c = text; *c; c++) {
        if (*c == '-')
            *c = '+';
        if (*c == '_')
            *c = '/';
    }
    return apr_pstrcat(w->pool, "Basic ", text,
                       &"==="[3 - (4 - strlen(text) % 4) % 4], NULL);
}

/* The value of a query parameter, or of a hidden field. */
static inline const char *between(world_t *w, const char *text,
                                  const char *before, char after)
{
    const char *at = text ? strstr(text, before) : NULL;

    if (!at) return NULL;
    at += strlen(before);
    return apr_pstrmemdup(w->pool, at, (apr_size_t)(strchr(at, after)
                          ? strchr(at, after) - at : (long)strlen(at)));
}

static inline const char *field(world_t *w, const oa2_reply_t *reply,
                         const char *name)
{
    return between(w, reply->body,
                   apr_psprintf(w->pool, "name=\"%s\" value=\"", name), '"');
}

static inline cJSON *json(world_t *w, const oa2_reply_t *reply)
{
    cJSON *value = oa2_json_parse(reply->body, strlen(reply->body), w->pool);

    assert_non_null(value);
    return value;
}

static inline const char *authorize_form(world_t *w, const char *client,
                                  const char *more)
{
    return apr_psprintf(
        w->pool, "response_type=code&client_id=%s&redirect_uri="
        "https%%3A%%2F%%2Fshop.example%%2Fcb&state=xyz&code_challenge="
        CHALLENGE "&code_challenge_method=S256%s", client, more);
}

static inline oa2_reply_t *authorize(world_t *w, const char *client,
                                     const char *more)
{
    return run(w, &oa2_endpoint_authorize, OA2_GET,
               authorize_form(w, client, more), NULL);
}

/* A form of the page, filled in and sent. */
static inline oa2_reply_t *submit(world_t *w, const oa2_endpoint_t *endpoint,
                                  const oa2_reply_t *page, const char *more)
{
    return run(w, endpoint, OA2_POST,
               apr_pstrcat(w->pool, "form=", field(w, page, "form"), more,
                           NULL), NULL);
}

/* Back to where the request began, if that is where the redirect leads. */
static inline oa2_reply_t *follow(world_t *w, oa2_reply_t *reply)
{
    const char *query = between(w, reply->location, "/oauth2/authorize?", 0);

    return query ? run(w, &oa2_endpoint_authorize, OA2_GET, query, NULL)
                 : reply;
}

static inline int has(const oa2_reply_t *page, const char *part)
{
    return page->body && strstr(page->body, part);
}

/* login page -> password -> consent page -> allow; answers the redirect */
static inline const char *allow(world_t *w, oa2_reply_t *first)
{
    if (has(first, "name=\"password\"")) {
        first = submit(w, &oa2_endpoint_login, first,
                       "&username=alice&password=wonderland");
        assert_int_equal(first->status, 303);
        first = follow(w, first);
    }
    if (has(first, "name=\"decision\"")) {
        assert_string_equal(first->form_action, "https://shop.example");
        first = submit(w, &oa2_endpoint_consent, first, "&decision=allow");
    }
    assert_int_equal(first->status, 303);
    return first->location;
}

static inline const char *get_code(world_t *w, const char *client,
                            const char *more)
{
    const char *to = allow(w, authorize(w, client, more));

    assert_int_equal(strncmp(to, CALLBACK "?code=", 29), 0);
    assert_non_null(strstr(to, "&state=xyz&iss=https%3A%2F%2Fapi.example.com"
                               "%2Foauth2"));
    return between(w, to, "code=", '&');
}

static inline oa2_reply_t *redeem(world_t *w, const char *code,
                                  const char *more, const char *auth)
{
    return run(w, &oa2_endpoint_token, OA2_POST,
               apr_psprintf(w->pool, "grant_type=authorization_code&code=%s"
                            "&redirect_uri=https%%3A%%2F%%2Fshop.example"
                            "%%2Fcb&code_verifier=" VERIFIER "%s", code,
                            more), auth);
}

static inline oa2_reply_t *refresh(world_t *w, const char *token,
                                   const char *more)
{
    return run(w, &oa2_endpoint_token, OA2_POST,
               apr_psprintf(w->pool, "grant_type=refresh_token"
                            "&refresh_token=%s%s", token, more),
               basic(w, "shop", SECRET));
}

static inline int is_active(world_t *w, const char *token)
{
    oa2_reply_t *reply = run(w, &oa2_endpoint_introspect, OA2_POST,
                             apr_pstrcat(w->pool, "token=", token, NULL),
                             basic(w, "api", SECRET "2"));

    assert_int_equal(reply->status, 200);
    return cJSON_IsTrue(cJSON_GetObjectItem(json(w, reply), "active"));
}

static inline void assert_error(world_t *w, const oa2_reply_t *reply,
                                int status, const char *code)
{
    assert_int_equal(reply->status, status);
    assert_string_equal(oa2_json_get_text(json(w, reply), "error"), code);
    assert_non_null(reply->err);
}

static inline const char *text(world_t *w, const oa2_reply_t *reply,
                        const char *name)
{
    const char *value;

    assert_int_equal(reply->status, 200);
    value = oa2_json_get_text(json(w, reply), name);
    assert_non_null(value);
    return value;
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_migrate.c - tables of version 1, filled by the program of that
 * version: all of it goes on after the migration, and so does that program.
 */
#include "store/consent.h"
#include "store/migrate.h"
#include "store/refresh.h"
#include "store/session.h"
#include "store/throttle.h"
#include "unit/fixture_version1.h"
#include "unit/version1.h"

#include "domain/person/login.h"
#include "domain/person/password.h"

#define NOW "1800000000"
#define SOON "1800000600"
#define LATER "1802592000"
/* digests have 43 characters */
#define ACCESS "access#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define MACHINE "machine#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

/* ------------------------------------------------------------ version 1 */

#define CLIENT "app#", "App", "hash", NULL, "0", \
    "https://app.example.com/cb", "read write", \
    "authorization_code refresh_token client_credentials", "own", "", "0", \
    "0", "0", "0", NOW, NOW, "https://app.example.com"

/* Rows of every kind, which stay. */
static const fixture_step_t filling[] = {
    { &v1_client_put, 1, { CLIENT, "7#" } },
    { &v1_user_put, 1, { "ann#", "sub-ann#", "#", "0", NOW } },
    { &v1_user_enter, 1, { "Ldap#", "sub-ldap#", NOW } },
    { &v1_session_put, 1, { "session#", "ann#", NOW, LATER } },
    { &v1_session_put, 1, { "session-ldap#", "Ldap#", NOW, LATER } },
    { &v1_flow_put, 1, { "flow#", "browser", "app#", "https://app/", "1",
                         "read", NULL, "challenge", "", "", NULL, SOON } },
    { &v1_consent_put, 1, { "ann#", "app#", "read" } },
    { &v1_code_issue, 1, { "10#", "app#", "ann#", "read write", "", NOW, SOON,
                           "code#", "https://app.example.com/cb", "1",
                           "challenge", "read write", "", SOON } },
    { &v1_code_issue, 1, { "11#", "app#", "ann#", "read", "", NOW, SOON,
                           "spent-code#", "https://app.example.com/cb", "0",
                           "challenge", "read", "", SOON } },
    { &v1_code_spend, 1, { "spent-code#", "11#", NOW, "first-access#", NOW,
                           SOON, "read", "", "first#", NOW, LATER, "read", "",
                           LATER, LATER } },
    { &v1_refresh_rotate, 1, { "first#", "11#", NOW, ACCESS, NOW, SOON,
                               "read", "", "refresh#", NOW, LATER, "read", "",
                               LATER, LATER, "sealed" } },
    { &v1_token_put, 1, { MACHINE, "app#", NOW, SOON, "read", "" } },
    { &v1_throttle_count, 1, { "throttle#", NOW, "1", "300", "60" } },
};

/* What that program does from day to day; leaves nothing but what was filled,
   with ann's password changed. */
static const fixture_step_t daily[] = {
    { &v1_store_ping, 1, { NULL } },
    { &v1_listener_ping, 1, { "x" } },
    { &v1_client_find, 1, { "app#" } },
    { &v1_client_list, 1, { "", "1" } },
    { &v1_client_update, 1, { CLIENT } },
    { &v1_origin_is_known, 1, { "https://app.example.com" } },
    { &v1_user_find, 1, { "ann#" } },
    { &v1_user_list, 2, { "", "2" } },
    { &v1_user_enter, 1, { "Ldap#", "other", NOW } },
    { &v1_session_find, 1, { "session#", NOW } },
    { &v1_flow_find, 1, { "flow#", "browser", NOW } },
    { &v1_flow_set_prompt, 1, { "flow#", "login" } },
    { &v1_flow_spend, 1, { "flow#" } },
    { &v1_consent_find, 1, { "ann#", "app#" } },
    { &v1_consent_put, 1, { "ann#", "app#", "read" } },
    { &v1_code_find, 1, { "code#" } },
    { &v1_token_find, 1, { ACCESS, NOW } },
    { &v1_token_find, 1, { MACHINE, NOW } },
    { &v1_refresh_find, 1, { "refresh#" } },
    { &v1_grant_list, 2, { "ann#", "app#", NOW, "9" } },
    { &v1_throttle_find, 1, { "throttle#" } },
    { &v1_throttle_count, 1, { "gone#", NOW, "5", "300", "60" } },
    { &v1_throttle_clear, 1, { "gone#" } },
    { &v1_token_put, 1, { "gone#", "app#", NOW, SOON, "read", "" } },
    { &v1_token_revoke, 1, { "gone#" } },
    { &v1_session_put, 1, { "gone#", "ann#", NOW, LATER } },
    { &v1_session_end, 1, { "gone#" } },
    { &v1_code_issue, 1, { "12#", "app#", "ann#", "read", "", NOW, SOON,
                           "gone#", "https://app/", "1", "c", "read", "",
                           SOON } },
    { &v1_grant_revoke, 1, { "12#", NOW } },
    { &v1_client_put, 1, { "gone#", "App", "hash", NULL, "0", "https://a/",
                           "read", "authorization_code", "own", "", "0", "0",
                           "0", "0", NOW, NOW, "https://a", "8#" } },
    { &v1_user_put, 1, { "gone#", "sub-gone#", NULL, "0", NOW } },
    { &v1_code_issue, 1, { "13#", "gone#", "gone#", "read", "", NOW, SOON,
                           "gone-2#", "https://a/", "1", "c", "read", "",
                           SOON } },
    { &v1_grant_revoke_all, 1, { "gone#", "gone#", NOW, "ugone#" } },
    { &v1_user_set_password, 1, { "gone#", "hash" } },
    { &v1_user_set_disabled, 1, { "gone#", "1" } },
    { &v1_user_remove, 1, { "gone#" } },
    { &v1_grant_remove_user, 1, { "gone#", "sub-gone#" } },
    { &v1_client_remove, 1, { "gone#" } },
    { &v1_client_remove_consents, 1, { "gone#", "8#" } },
    { &v1_grant_remove_client, 1, { "gone#", "8#" } },
};

static void purge(oa2_ctx_t *ctx)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(v1_purge); i++) {
        fixture_step_t step = { &v1_purge[i], 1, { NOW, "100" } };

        fixture_version1_run(ctx, '0', &step, 1);
    }
}

static void fill(oa2_ctx_t *ctx, char number)
{
    const char *hash = oa2_password_hash(ctx->pool, "wonderland");
    fixture_step_t password = { &v1_user_set_password, 1, { "ann#", hash } };
    fixture_step_t session = { &v1_session_put, 1,
                               { "session#", "ann#", NOW, LATER } };

    fixture_version1_run(ctx, number, filling, UNIT_COUNT(filling));
    /* ends her session: she signs in anew */
    fixture_version1_run(ctx, number, &password, 1);
    fixture_version1_run(ctx, number, &session, 1);
}

/* ------------------------------------------------------------ afterwards */

#define OF(name) fixture_version1_value(name, number, ctx->pool)

static void sign_in(oa2_ctx_t *ctx, const char *name)
{
    oa2_login_t login = { .name = name, .password = "wonderland" };
    oa2_session_t session = { .digest = fixture_digest(ctx),
                              .expires = ctx->now + 60 };
    oa2_session_t *found;
    oa2_password_t answer;
    oa2_user_t *user;
    int put;

    fixture_good(oa2_user_find(&user, ctx, name));
    assert_non_null(user);
    assert_string_equal(user->provider, "oauth2");
    login.user = user;
    fixture_good(oa2_login_own(&answer, &login));
    assert_int_equal(answer, OA2_PASSWORD_RIGHT);
    session.user = user->name;
    session.credential = user->credential;
    fixture_good(oa2_session_put(&put, ctx, &session));
    assert_int_equal(put, 1);
    fixture_good(oa2_session_find(&found, ctx, session.digest));
    assert_string_equal(found->sub, user->sub);
}

static void tokens_go_on(oa2_ctx_t *ctx, char number)
{
    oa2_token_t *token;
    oa2_token_t *old;
    oa2_token_t *next;
    oa2_token_t *access;
    oa2_code_t *code;
    int first;

    fixture_good(oa2_token_find(&token, ctx, OF(ACCESS)));
    assert_non_null(token);
    assert_string_equal(token->user, OF("ann#"));
    fixture_good(oa2_token_find(&token, ctx, OF(MACHINE)));
    assert_non_null(token);
    assert_null(token->user);
    fixture_good(oa2_code_find(&code, ctx, OF("code#")));
    assert_non_null(code);
    assert_string_equal(code->sub, OF("sub-ann#"));
    fixture_good(oa2_code_spend(&first, ctx, code,
                                fixture_store_token(ctx, code, 0, 600),
                                fixture_store_token(ctx, code, 1, 600)));
    assert_int_equal(first, 1);
    fixture_good(oa2_refresh_find(&old, ctx, OF("first#")));
    assert_non_null(old);
    assert_true(old->spent && !old->successor);
    fixture_good(oa2_refresh_find(&old, ctx, OF("refresh#")));
    assert_non_null(old);
    assert_false(old->spent);
    next = apr_pmemdup(ctx->pool, old, sizeof(*old));
    access = apr_pmemdup(ctx->pool, old, sizeof(*old));
    next->digest = fixture_digest(ctx);
    access->digest = fixture_digest(ctx);
    fixture_good(oa2_refresh_rotate(&first, ctx, old, "sealed", access,
                                    next));
    assert_int_equal(first, 1);
    fixture_good(oa2_token_find(&token, ctx, access->digest));
    assert_string_equal(token->client_id, OF("app#"));
}

static void all_goes_on(oa2_ctx_t *ctx, char number)
{
    oa2_throttle_t throttle = { OF("throttle#"), 1, 300, 60, 0, 0 };
    apr_array_header_t *grants;
    oa2_session_t *session;
    oa2_client_t *client;
    oa2_user_t *user;
    const char *scope;
    apr_int64_t wait;

    fixture_good(oa2_client_find(&client, ctx, OF("app#")));
    assert_string_equal(client->redirect_uris, "https://app.example.com/cb");
    assert_false(client->no_pkce);
    fixture_good(oa2_session_find(&session, ctx, OF("session#")));
    assert_string_equal(session->user, OF("ann#"));
    sign_in(ctx, OF("Ann#"));
    /* nobody vouched for this one yet: whoever does first */
    fixture_good(oa2_user_enter(&user, ctx, OF("LDAP#"), "ldap", "unused"));
    assert_string_equal(user->sub, OF("sub-ldap#"));
    assert_string_equal(user->name, OF("Ldap#"));
    assert_string_equal(user->provider, "ldap");
    scope = fixture_consent(ctx, OF("ann#"), OF("app#"));
    assert_string_equal(scope, "read");
    fixture_good(oa2_grant_list(&grants, ctx, OF("ann#"), NULL, NULL, 9));
    assert_int_equal(grants->nelts, 2);
    fixture_good(oa2_throttle_count(&wait, ctx, &throttle));
    assert_true(wait > 0);
    assert_int_equal(throttle.counted, 1);
    tokens_go_on(ctx, number);
}

static void what_there_was_goes_on(void **state)
{
    fixture_t *fixture = fixture_version1_open();
    oa2_ctx_t *ctx = fixture->ctx;
    oa2_schema_t schema;
    int applied;

    (void)state;
    fill(ctx, '1');
    fixture_version1_run(ctx, '1', daily, UNIT_COUNT(daily));
    purge(ctx);
    fixture_good(oa2_schema_migrate(&applied, ctx));
    fixture_good(oa2_schema_find(&schema, ctx));
    assert_int_equal(applied, schema.newest - 1);
    all_goes_on(ctx, '1');
    fixture_close(fixture);
}

/* Beside ours, on the new tables: each is content with the other's rows.  A
   row of that program may have no account yet. */
static void the_program_of_version_1_goes_on(void **state)
{
    fixture_t *fixture = fixture_version1_open();
    oa2_ctx_t *ctx = fixture->ctx;
    int applied;

    (void)state;
    fixture_good(oa2_schema_migrate(&applied, ctx));
    fill(ctx, '1');
    fixture_version1_run(ctx, '1', daily, UNIT_COUNT(daily));
    purge(ctx);
    /* by the name as it is, until the next migration gives it an account */
    sign_in(ctx, "ann1");
    fixture_good(oa2_schema_migrate(&applied, ctx));
    assert_int_equal(applied, 0);
    all_goes_on(ctx, '1');
    fixture_close(fixture);
}

/* ------------------------------------------------------------ accounts */

/* Several spellings of one name (src/store/user_account.c). */
static const fixture_step_t spellings[] = {
    { &v1_user_put, 1, { "carol", "sub-1", "hash", "0", "20" } },
    { &v1_user_put, 1, { "CAROL", "sub-2", "hash", "1", "30" } },
    { &v1_user_put, 1, { "Dave", "sub-3", NULL, "0", "10" } },
    { &v1_user_put, 1, { "DAVE", "sub-4", "hash", "0", "30" } },
    { &v1_user_put, 1, { "dave", "sub-5", NULL, "0", "5" } },
    { &v1_user_put, 1, { "erin", "sub-6", NULL, "0", "30" } },
    { &v1_user_put, 1, { "Erin", "sub-7", NULL, "0", "20" } },
    { &v1_user_put, 1, { "x\xcd\xb8", "sub-8", "hash", "0", "1" } },
    { &v1_user_put, 1, { "Zo\xc3\xab", "sub-9", "hash", "0", "1" } },
    { &v1_session_put, 1, { "of-carol", "carol", NOW, LATER } },
    { &v1_session_put, 1, { "of-DAVE", "DAVE", NOW, LATER } },
    { &v1_session_put, 1, { "of-dave", "dave", NOW, LATER } },
    { &v1_session_put, 1, { "of-Erin", "Erin", NOW, LATER } },
};

static void a_name_becomes_one_account(void **state)
{
    static const struct {
        const char *name;
        const char *sub;
        const char *provider;
        int disabled;
    } rows[] = {
        { "carol", "sub-1", "oauth2", 1 },  /* any was disabled */
        { "CAROL", "sub-1", "oauth2", 1 },
        { "dave", "sub-4", "oauth2", 0 },   /* has a password */
        { "Dave", "sub-4", "oauth2", 0 },
        { "ERIN", "sub-7", NULL, 0 },       /* is the oldest */
        { "zo\xc3\xab", "sub-9", "oauth2", 0 },
        { "zoe\xcc\x88", "sub-9", "oauth2", 0 },
    };
    static const struct {
        const char *digest;
        int alive;
    } sessions[] = {
        { "of-carol", 0 }, { "of-DAVE", 1 }, { "of-dave", 0 },
        { "of-Erin", 1 },
    };
    fixture_t *fixture = fixture_version1_open();
    oa2_ctx_t *ctx = fixture->ctx;
    apr_array_header_t *replaced;
    oa2_session_t *session;
    oa2_user_t *user;
    int applied;
    size_t i;

    (void)state;
    fixture_version1_run(ctx, '1', spellings, UNIT_COUNT(spellings));
    fixture_good(oa2_schema_migrate(&applied, ctx));
    for (i = 0; i < UNIT_COUNT(rows); i++) {
        fixture_good(oa2_user_find(&user, ctx, rows[i].name));
        UNIT_ROW(user && strcmp(user->sub, rows[i].sub) == 0, rows[i].name);
        UNIT_ROW(!user->disabled == !rows[i].disabled, rows[i].name);
        UNIT_ROW(rows[i].provider ? user->provider
                 && strcmp(user->provider, rows[i].provider) == 0
                 : !user->provider, rows[i].name);
    }
    for (i = 0; i < UNIT_COUNT(sessions); i++) {
        fixture_good(oa2_session_find(&session, ctx, sessions[i].digest));
        UNIT_ROW(!session == !sessions[i].alive, sessions[i].digest);
    }
    /* CAROL, Dave, dave, erin, and what can be no name: it has U+0378 */
    fixture_good(oa2_user_list_replaced(&replaced, ctx, 10));
    assert_int_equal(replaced->nelts, 5);
    fixture_close(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_there_was_goes_on),
        cmocka_unit_test(the_program_of_version_1_goes_on),
        cmocka_unit_test(a_name_becomes_one_account),
    };

    return cmocka_run_group_tests_name("store/migrate", tests, NULL, NULL);
}

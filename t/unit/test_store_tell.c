/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_tell.c - what each verb says to the caches of this machine and
 * (on PostgreSQL) to those of the others is the same, and enough.
 */
#include <libpq-fe.h>

#include "store/refresh.h"
#include "store/session.h"
#include "store/store.h"
#include "store/tell.h"
#include "unit/fixture_clock.h"
#include "unit/fixture_store.h"


typedef struct {
    fixture_t *fixture;
    PGconn *ear;                        /* NULL: SQLite */
    oa2_code_t *code;
    oa2_token_t *access;                /* of a family */
    oa2_token_t *refresh;
    oa2_token_t *own;                   /* of a client, without one */
    apr_time_t remembered;              /* base/clock.h's */
} tell_t;

static void ear_open(tell_t *tell)
{
    fixture_t *fixture = tell->fixture;
    PGresult *res;

    tell->ear = PQconnectdb(fixture->conf.params);
    res = PQexec(tell->ear, "SELECT quote_ident(value) FROM oauth2_setting"
                 " WHERE name = 'channel'");
    assert_int_equal(PQntuples(res), 1);
    PQclear(PQexec(tell->ear, apr_pstrcat(fixture->pool, "LISTEN ",
                                          PQgetvalue(res, 0, 0), NULL)));
    PQclear(res);
}

static int setup(void **state)
{
    fixture_t *fixture = fixture_open();
    tell_t *tell = apr_pcalloc(fixture->pool, sizeof(*tell));
    oa2_ctx_t *ctx = fixture->ctx;
    int first;

    tell->fixture = fixture;
    fixture_store_client(ctx, "app");
    fixture_store_user(ctx, "ann");
    tell->code = fixture_store_code(ctx, "app", "ann");
    tell->access = fixture_store_token(ctx, tell->code, 0, 600);
    tell->own = fixture_store_token(ctx, tell->code, 0, 600);
    tell->own->grant = 0;
    tell->own->user = NULL;
    tell->refresh = fixture_store_token(ctx, tell->code, 1, 600);
    fixture_good(oa2_code_spend(&first, ctx, tell->code, tell->access,
                                tell->refresh));
    fixture_good(fixture_token_put(ctx, tell->own));
    if (fixture->schema)
        ear_open(tell);
    *state = tell;
    return 0;
}

static int teardown(void **state)
{
    tell_t *tell = *state;

    if (tell->ear)
        PQfinish(tell->ear);
    fixture_close(tell->fixture);
    return 0;
}

/* ------------------------------------------------------------ the verbs */

static oa2_err_t *client_update(tell_t *tell)
{
    oa2_ctx_t *ctx = tell->fixture->ctx;
    oa2_client_t *client;
    int done;

    OA2_TRY(oa2_client_find(&client, ctx, "app"));
    return oa2_client_update(&done, ctx, client);
}

static oa2_err_t *client_set_disabled(tell_t *tell)
{
    int done;

    return oa2_client_set_disabled(&done, tell->fixture->ctx, "app", 1);
}

static oa2_err_t *client_set_secret(tell_t *tell)
{
    int done;

    return oa2_client_set_secret(&done, tell->fixture->ctx, "app", "new", 0);
}

static oa2_err_t *client_remove(tell_t *tell)
{
    int done;

    return oa2_client_remove(&done, tell->fixture->ctx, "app");
}

static oa2_err_t *user_set_password(tell_t *tell)
{
    int done;

    return oa2_user_set_password(&done, tell->fixture->ctx, "ann", "x");
}

static oa2_err_t *user_set_disabled(tell_t *tell)
{
    int done;

    return oa2_user_set_disabled(&done, tell->fixture->ctx, "ann", 1);
}

static oa2_err_t *user_remove(tell_t *tell)
{
    int done;

    return oa2_user_remove(&done, tell->fixture->ctx, "ann");
}

static oa2_err_t *grant_revoke(tell_t *tell)
{
    int done;

    return oa2_grant_revoke(&done, tell->fixture->ctx, tell->code->grant);
}

static oa2_err_t *revoke_of_user(tell_t *tell)
{
    int count;

    return oa2_grant_revoke_all(&count, tell->fixture->ctx, "ann", NULL);
}

static oa2_err_t *revoke_of_client(tell_t *tell)
{
    int count;

    return oa2_grant_revoke_all(&count, tell->fixture->ctx, NULL, "app");
}

static oa2_err_t *revoke_everything(tell_t *tell)
{
    int count;

    return oa2_grant_revoke_all(&count, tell->fixture->ctx, NULL, NULL);
}

static oa2_err_t *refresh_replace(tell_t *tell)
{
    oa2_ctx_t *ctx = tell->fixture->ctx;
    oa2_token_t *old;
    int first;

    OA2_TRY(oa2_refresh_rotate(&first, ctx, tell->refresh, "r",
                               fixture_store_token(ctx, tell->code, 0, 600),
                               fixture_store_token(ctx, tell->code, 1, 600)));
    OA2_TRY(oa2_refresh_find(&old, ctx, tell->refresh->digest));
    return oa2_refresh_replace(&first, ctx, old, "r",
                               fixture_store_token(ctx, tell->code, 0, 600),
                               fixture_store_token(ctx, tell->code, 1, 600));
}

static oa2_err_t *token_revoke(tell_t *tell)
{
    int done;

    return oa2_token_revoke(&done, tell->fixture->ctx, tell->access);
}

static oa2_err_t *own_token_revoke(tell_t *tell)
{
    int done;

    return oa2_token_revoke(&done, tell->fixture->ctx, tell->own);
}

static oa2_err_t *user_set_roles(tell_t *tell)
{
    int done;

    return oa2_user_set_roles(&done, tell->fixture->ctx, "ann", "", "a");
}

static oa2_err_t *user_set_provider(tell_t *tell)
{
    int done;

    return oa2_user_set_provider(&done, tell->fixture->ctx, "ann", "ldap");
}

static oa2_err_t *user_end_sessions(tell_t *tell)
{
    int done;

    return oa2_user_end_sessions(&done, tell->fixture->ctx, "ann");
}

/* A session of the digest that key_of() knows. */
static oa2_err_t *session_end(tell_t *tell)
{
    oa2_ctx_t *ctx = tell->fixture->ctx;
    oa2_session_t session = { .digest = tell->own->digest, .user = "ann",
                              .expires = ctx->now + 60 };
    oa2_user_t *user;
    int done;

    OA2_TRY(oa2_user_find(&user, ctx, "ann"));
    session.credential = user->credential;
    OA2_TRY(oa2_session_put(&done, ctx, &session));
    return oa2_session_end(&done, ctx, session.digest);
}

static oa2_err_t *session_end_all(tell_t *tell)
{
    apr_int64_t ended;

    return oa2_session_end_all(&ended, tell->fixture->ctx);
}

/* says: letters of store/tell.h, in its order. */
static const struct {
    const char *name;
    oa2_err_t *(*run)(tell_t *tell);
    const char *says;
} verbs[] = {
    { "client_update", client_update, "co" },
    { "client_set_disabled", client_set_disabled, "co" },
    { "client_set_secret", client_set_secret, "co" },
    { "client_remove", client_remove, "co" },
    { "user_set_password", user_set_password, "u" },
    { "user_set_disabled", user_set_disabled, "u" },
    { "user_remove", user_remove, "u" },
    { "user_set_roles", user_set_roles, "u" },
    { "user_set_provider", user_set_provider, "u" },
    { "user_end_sessions", user_end_sessions, "u" },
    { "session_end", session_end, "t" },
    { "session_end_all", session_end_all, "*" },
    { "grant_revoke", grant_revoke, "g" },
    { "grant_revoke_all: user", revoke_of_user, "u" },
    { "grant_revoke_all: client", revoke_of_client, "c" },
    { "grant_revoke_all", revoke_everything, "*" },
    { "refresh_replace", refresh_replace, "g" },
    { "token_revoke", token_revoke, "g" },
    { "token_revoke: without a grant", own_token_revoke, "t" },
};

/* ------------------------------------------------------------ listening */

#define KINDS 5
static const char letters[] = "cugto";

static const char *key_of(const tell_t *tell, int i)
{
    switch (letters[i]) {
    case 'c': return "app";
    case 'u': return "ann";
    case 'g': return apr_psprintf(tell->fixture->pool, "%" APR_INT64_T_FMT,
                                  tell->code->grant);
    case 't': return tell->own->digest;
    default: return "";
    }
}

/* One entry in the cache for each kind and key. */
static void remember(tell_t *tell)
{
    oa2_ctx_t *ctx = tell->fixture->ctx;
    oa2_cache_t *cache = oa2_store_cache(ctx->store);
    int i;

    for (i = 0; i < KINDS; i++) {
        char kind[2] = { letters[i], 0 };
        oa2_cache_entry_t entry = { { 0 }, { 0 }, ctx->now + 60, "x", 1 };

        entry.key[0] = (unsigned char)(i + 1);
        entry.tags[0] = oa2_tell_tag(kind, key_of(tell, i));
        oa2_cache_put(cache, &entry, oa2_cache_mark(cache), ctx->now);
    }
    tell->remembered = oa2_clock();
}

/* The letters of those that are gone; all of them: "*". */
static const char *forgotten(const tell_t *tell)
{
    oa2_ctx_t *ctx = tell->fixture->ctx;
    char *gone = apr_pcalloc(ctx->pool, KINDS + 1);
    int n = 0;
    int i;

    /* A verb may have taken longer than an entry is trusted. */
    fixture_clock_stopped = tell->remembered;
    for (i = 0; i < KINDS; i++) {
        unsigned char key[OA2_KEY_LEN] = { 0 };
        char buf[8];
        apr_size_t len = sizeof(buf);

        key[0] = (unsigned char)(i + 1);
        if (!oa2_cache_find(buf, &len, oa2_store_cache(ctx->store), key,
                            ctx->now))
            gone[n++] = letters[i];
    }
    fixture_clock_stopped = 0;
    return n == KINDS ? "*" : gone;
}

/* The letters of what other machines were told, in the same order. */
static const char *notified(const tell_t *tell)
{
    char *told = apr_pcalloc(tell->fixture->pool, KINDS + 1);
    int heard[KINDS] = { 0 };
    PGnotify *note;
    int n = 0;
    int i;

    /* a round trip: what was committed before has come by then */
    PQclear(PQexec(tell->ear, "SELECT 1"));
    while ((note = PQnotifies(tell->ear)) != NULL) {
        const char *at = strchr(letters, note->extra[0]);

        if (strcmp(note->extra, "*") == 0)
            told = apr_pstrdup(tell->fixture->pool, "*");
        else if (at && strcmp(note->extra + 1,
                              key_of(tell, (int)(at - letters))) == 0)
            heard[at - letters]++;
        else
            fail_msg("\"%s\" was said", note->extra);
        PQfreemem(note);
    }
    for (i = 0; i < KINDS; i++) {
        if (heard[i])
            told[n++] = letters[i];
    }
    return told;
}

/* 0 when two of the keys, some of which are random, share a cell of the
   cache's. */
static int are_told_apart(tell_t *tell)
{
    int i;

    for (i = 0; i < KINDS; i++) {
        char kind[2] = { letters[i], 0 };

        remember(tell);
        oa2_tell_caches(tell->fixture->ctx->store, kind, key_of(tell, i));
        if (strcmp(forgotten(tell), kind) != 0)
            return 0;
    }
    return 1;
}

static tell_t *open_clear(void)
{
    void *now = NULL;

    setup(&now);
    while (!are_told_apart(now)) {
        teardown(&now);
        setup(&now);
    }
    return now;
}

static void each_verb_says_the_same_twice(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < UNIT_COUNT(verbs); i++) {
        tell_t *tell = open_clear();
        void *now = tell;

        remember(tell);
        assert_string_equal(forgotten(tell), "");
        fixture_good(verbs[i].run(tell));
        print_message("%s\n", verbs[i].name);
        assert_string_equal(forgotten(tell), verbs[i].says);
        if (tell->ear)
            assert_string_equal(notified(tell), verbs[i].says);
        teardown(&now);
    }
}

/* NOTIFY needs no right: on the channel that everybody knows nothing is said,
   and each database has another one. */
static void the_channel_is_not_to_be_guessed(void **state)
{
    tell_t *tell = *state;
    PGnotify *note;

    if (!tell->ear)
        return;
    PQclear(PQexec(tell->ear, "LISTEN oauth2"));
    fixture_good(revoke_everything(tell));
    PQclear(PQexec(tell->ear, "SELECT 1"));
    note = PQnotifies(tell->ear);
    assert_non_null(note);
    assert_true(strlen(note->relname) >= 32);
    PQfreemem(note);
    assert_null(PQnotifies(tell->ear));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_verb_says_the_same_twice),
        cmocka_unit_test_setup_teardown(the_channel_is_not_to_be_guessed,
                                        setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

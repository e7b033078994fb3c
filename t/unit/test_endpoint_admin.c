/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_endpoint_admin.c - the last administrator stays one, and can sign in:
 * at the pages, and of two who are at it at once.
 */
#include <pthread.h>

#include "domain/person/account.h"
#include "domain/person/manage.h"
#include "domain/person/role.h"
#include "store/db/sql.h"
#include "unit/fixture_world.h"

#define ROUNDS 20

static void add_administrator(oa2_ctx_t *ctx, const char *name)
{
    const oa2_user_t user = {
        .name = name, .sub = name, .created = 1, .provider = "ldap"
    };
    int done;

    fixture_good(oa2_user_put(&done, ctx, &user));
    fixture_good(oa2_role_change(&done, ctx, NULL, name,
                                 OA2_ROLE_ADMINISTRATOR, ""));
    assert_true(done);
}

static oa2_reply_t *get(world_t *w, const oa2_endpoint_t *endpoint)
{
    return run(w, endpoint, OA2_GET, "name=alice", NULL);
}

static oa2_reply_t *send_form(world_t *w, const oa2_endpoint_t *endpoint,
                              const char *more)
{
    return submit(w, endpoint, get(w, endpoint),
                  apr_pstrcat(w->pool, "&name=alice", more, NULL));
}

static void the_last_one_stays(void **state)
{
    world_t *w = *state;
    oa2_ctx_t *ctx = w->store->ctx;
    oa2_reply_t *reply;
    int done;

    submit(w, &oa2_endpoint_login, get(w, &oa2_endpoint_admin_user),
           "&username=alice&password=wonderland");
    assert_int_equal(get(w, &oa2_endpoint_admin_user)->status, 403);
    fixture_good(oa2_role_change(&done, ctx, NULL, "alice",
                                 OA2_ROLE_ADMINISTRATOR, ""));
    reply = send_form(w, &oa2_endpoint_admin_user, "&do=disable");
    assert_int_equal(reply->status, 409);
    assert_true(has(reply, "last administrator who can sign in"));
    reply = send_form(w, &oa2_endpoint_admin_roles, "&roles=editor");
    assert_int_equal(reply->status, 422);
    assert_true(has(reply, "id=\"error-administrator\""));
    /* who is disabled is none */
    add_administrator(ctx, "bob");
    fixture_good(oa2_user_set_disabled(&done, ctx, "bob", 1));
    reply = send_form(w, &oa2_endpoint_admin_user, "&do=disable");
    assert_int_equal(reply->status, 409);
    assert_int_equal(get(w, &oa2_endpoint_admin_user)->status, 200);
    /* so is who was invited and has no password yet, or has never been here */
    add_administrator(ctx, "carol");
    fixture_good(oa2_user_set_provider(&done, ctx, "carol",
                                       OA2_ACCOUNT_OWN));
    reply = send_form(w, &oa2_endpoint_admin_user, "&do=disable");
    assert_int_equal(reply->status, 409);
    w->settings->account_delete = 1;
    reply = send_form(w, &oa2_endpoint_account_delete,
                      "&password=wonderland&sure=1");
    assert_int_equal(reply->status, 422);
    assert_true(has(reply, "You are the last administrator"));
    assert_int_equal(get(w, &oa2_endpoint_admin_user)->status, 200);
    /* whom httpd's Require lets in may: it goes by no role */
    w->is_admitted = 1;
    reply = send_form(w, &oa2_endpoint_admin_roles, "&roles=editor");
    assert_int_equal(reply->status, 303);
    w->is_admitted = 0;
    assert_int_equal(get(w, &oa2_endpoint_admin_user)->status, 403);
}

static void oauth2ctl_may(void **state)
{
    static const oa2_manager_t ctl = { NULL, 0 };
    static const oa2_manager_t ann = { "ann", 1 };
    world_t *w = *state;
    oa2_ctx_t *ctx = w->store->ctx;
    oa2_managed_t managed;

    add_administrator(ctx, "ann");
    fixture_good(oa2_manage_disable(&managed, ctx, &ann, "ann", 1));
    assert_int_equal(managed.outcome, OA2_MANAGE_LAST);
    fixture_good(oa2_manage_roles(&managed, ctx, &ann, "Ann", "",
                                  OA2_ROLE_ADMINISTRATOR));
    assert_int_equal(managed.outcome, OA2_MANAGE_LAST);
    fixture_good(oa2_manage_disable(&managed, ctx, &ctl, "ann", 1));
    assert_int_equal(managed.outcome, OA2_MANAGE_DONE);
    fixture_good(oa2_manage_disable(&managed, ctx, &ctl, "bad", 1));
    assert_int_equal(managed.outcome, OA2_MANAGE_GONE);
}

/* ------------------------------------------------------------ two at once */

typedef struct {
    oa2_ctx_t ctx;
    const char *self, *other;
    enum { DISABLE, TAKE_ROLE, LEAVE, WAYS } way;
    oa2_managed_t managed;
    oa2_err_t *err;
    pthread_barrier_t *barrier;
} runner_t;

static void *runner_main(void *baton)
{
    runner_t *runner = baton;
    const oa2_manager_t who = { runner->self, 1 };

    oa2_account_remove_t removed;
    const char *app;

    pthread_barrier_wait(runner->barrier);
    if (runner->way == LEAVE)
        runner->err = oa2_account_remove(&removed, &app, &runner->ctx,
                                         runner->self);
    else
        runner->err = runner->way == DISABLE
            ? oa2_manage_disable(&runner->managed, &runner->ctx, &who,
                                 runner->other, 1)
            : oa2_manage_roles(&runner->managed, &runner->ctx, &who,
                               runner->other, "", OA2_ROLE_ADMINISTRATOR);
    return NULL;
}

static int is_left(oa2_ctx_t *ctx, const char *name)
{
    oa2_user_t *user;

    fixture_good(oa2_user_find(&user, ctx, name));
    return user && !user->disabled
        && strcmp(user->roles, OA2_ROLE_ADMINISTRATOR) == 0;
}

static void two_at_once(void **state)
{
    fixture_t *fixture = fixture_open_file(4, 0);
    oa2_ctx_t *ctx = fixture->ctx;
    pthread_barrier_t barrier;
    runner_t runners[2];
    pthread_t threads[2];
    int round, i, done;

    (void)state;
    add_administrator(ctx, "ann");
    add_administrator(ctx, "bob");
    pthread_barrier_init(&barrier, NULL, 2);
    for (round = 0; round < ROUNDS; round++) {
        memset(runners, 0, sizeof(runners));
        for (i = 0; i < 2; i++) {
            runners[i].ctx = *ctx;
            apr_pool_create(&runners[i].ctx.pool, NULL);
            runners[i].self = i ? "ann" : "bob";
            runners[i].other = i ? "bob" : "ann";
            runners[i].way = round % WAYS;
            runners[i].barrier = &barrier;
            pthread_create(&threads[i], NULL, runner_main, &runners[i]);
        }
        for (i = 0; i < 2; i++) {
            pthread_join(threads[i], NULL);
            fixture_good(runners[i].err);
            apr_pool_destroy(runners[i].ctx.pool);
        }
        assert_true(is_left(ctx, "ann") || is_left(ctx, "bob"));
        for (i = 0; i < 2; i++) {
            add_administrator(ctx, runners[i].self);
            fixture_good(oa2_user_set_disabled(&done, ctx, runners[i].self,
                                               0));
        }
    }
    pthread_barrier_destroy(&barrier);
    fixture_close(fixture);
}

/* Between ann's look and what she does bob does the same to her: what is done
   to him is done to her in the same statement. */
#define WHEN " WHEN (NEW.name = 'bob' AND (NEW.disabled <> 0" \
    " OR NEW.roles = ''))"
#define THEN "UPDATE oauth2_user SET roles = NEW.roles," \
    " disabled = NEW.disabled WHERE name = 'ann';"
static void answer_in_kind(oa2_ctx_t *ctx)
{
    static const oa2_sql_t sql[] = {
        { "what",
          "CREATE FUNCTION in_kind() RETURNS trigger LANGUAGE plpgsql AS $$"
          " BEGIN " THEN " RETURN NEW; END $$", { "SELECT 1" }, .repeats = 1 },
        { "when",
          "CREATE TRIGGER in_kind AFTER UPDATE ON oauth2_user FOR EACH ROW"
          WHEN " EXECUTE FUNCTION in_kind()",
          { "CREATE TRIGGER in_kind AFTER UPDATE ON oauth2_user" WHEN
            " BEGIN " THEN " END" }, .repeats = 1 },
    };
    apr_array_header_t *rows;
    int i;

    for (i = 0; i < 2; i++)
        fixture_good(oa2_sql_run(&rows, ctx, &sql[i], 0, NULL));
}

static void the_later_one_looks_again(void **state)
{
    static const oa2_manager_t ann = { "ann", 1 };
    world_t *w = *state;
    oa2_ctx_t *ctx = w->store->ctx;
    oa2_managed_t managed;
    int done;

    answer_in_kind(ctx);
    add_administrator(ctx, "bob");
    add_administrator(ctx, "ann");
    fixture_good(oa2_manage_roles(&managed, ctx, &ann, "bob", "",
                                  OA2_ROLE_ADMINISTRATOR));
    assert_int_equal(managed.outcome, OA2_MANAGE_LAST);
    assert_false(is_left(ctx, "ann"));
    assert_true(is_left(ctx, "bob"));
    fixture_good(oa2_role_change(&done, ctx, NULL, "ann",
                                 OA2_ROLE_ADMINISTRATOR, ""));
    fixture_good(oa2_manage_disable(&managed, ctx, &ann, "bob", 1));
    assert_int_equal(managed.outcome, OA2_MANAGE_LAST);
    assert_false(is_left(ctx, "ann"));
    assert_true(is_left(ctx, "bob"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(the_last_one_stays),
        WORLD_TEST(oauth2ctl_may),
        cmocka_unit_test(two_at_once),
        WORLD_TEST(the_later_one_looks_again),
    };

    return cmocka_run_group_tests_name("endpoint/admin", tests, NULL, NULL);
}

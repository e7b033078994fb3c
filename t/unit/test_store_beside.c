/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_beside.c - while servers are brought up to date one by one, those
 * of version 1 and ours hear what the other revokes (PostgreSQL; on SQLite
 * nobody is told).
 */
#include <libpq-fe.h>

#include "store/listener.h"
#include "store/migrate.h"
#include "store/store.h"
#include "store/tell.h"
#include "unit/fixture_version1.h"
#include "unit/version1.h"


static int heard_on(PGconn *ear, const char *channel, const char *text)
{
    PGnotify *note;
    int heard = 0;

    /* a round trip: what was committed before has come by then */
    PQclear(PQexec(ear, "SELECT 1"));
    while ((note = PQnotifies(ear)) != NULL) {
        heard |= strcmp(note->relname, channel) == 0
            && strcmp(note->extra, text) == 0;
        /* beats are for those who know the other channel */
        UNIT_ROW(note->extra[0] != 'p', note->extra);
        PQfreemem(note);
    }
    return heard;
}

static int settings(oa2_ctx_t *ctx)
{
    static const oa2_sql_t sql = {
        "test", "SELECT count(*) FROM oauth2_setting", { NULL }, .repeats = 1
    };
    apr_array_header_t *rows;

    fixture_good(oa2_sql_run(&rows, ctx, &sql, 0, NULL));
    return (int)oa2_row_number(APR_ARRAY_IDX(rows, 0, oa2_row_t), 0);
}

static int is_cached(oa2_ctx_t *ctx)
{
    unsigned char key[OA2_KEY_LEN] = { 1 };
    char buf[8];
    apr_size_t len = sizeof(buf);

    return oa2_cache_find(buf, &len, oa2_store_cache(ctx->store), key,
                          ctx->now);
}

static void cache_make(fixture_t *fixture)
{
    enum { SIZE = 256 * 1024 };
    oa2_cache_t *cache = oa2_cache_init(apr_pcalloc(fixture->pool, SIZE), SIZE,
                                        400, NULL);

    fixture_good(oa2_store_open(&fixture->ctx->store, &fixture->conf, cache,
                                NULL, fixture->store_pool));
}

/* An entry of that grant's. */
static void remember(oa2_ctx_t *ctx, const char *grant)
{
    oa2_cache_entry_t entry = { { 1 }, { 0 }, ctx->now + 60, "x", 1 };
    oa2_cache_t *cache = oa2_store_cache(ctx->store);

    entry.tags[0] = oa2_tell_tag(OA2_OF_GRANT, grant);
    oa2_cache_put(cache, &entry, oa2_cache_mark(cache), ctx->now);
    assert_true(is_cached(ctx));
}

/* Version 1 revokes, and we hear it. */
static void is_heard(oa2_ctx_t *ctx, const char *grant)
{
    fixture_step_t revoke = { &v1_grant_revoke, 1, { grant, "1800000000" } };
    apr_time_t until = apr_time_now() + apr_time_from_sec(5);
    oa2_listener_t *listener;

    fixture_good(oa2_listener_open(&listener, ctx->store, ctx->pool));
    remember(ctx, grant);
    fixture_version1_run(ctx, '1', &revoke, 1);
    while (is_cached(ctx)) {
        assert_true(apr_time_now() < until);
        fixture_good(oa2_listener_hear(listener, ctx->pool));
        apr_sleep(apr_time_from_msec(5));
    }
    oa2_listener_close(listener);
}

/* We change something, and version 1 hears it, until an administrator says
   that there is none any more. */
static void is_told(fixture_t *fixture, PGconn *ear, apr_int64_t grant)
{
    oa2_ctx_t *ctx = fixture->ctx;
    int done;

    fixture_good(oa2_grant_revoke(&done, ctx, grant));
    assert_true(heard_on(ear, "oauth2", apr_psprintf(
        ctx->pool, "g%" APR_INT64_T_FMT, grant)));
    fixture_good(oa2_user_set_disabled(&done, ctx, "ann", 1));
    assert_true(heard_on(ear, "oauth2", "uann"));
    fixture_good(oa2_client_set_disabled(&done, ctx, "app", 1));
    assert_true(heard_on(ear, "oauth2", "capp"));

    fixture_psql(fixture, "DELETE FROM oauth2_setting"
                 " WHERE name = 'channel of version 1'");
    fixture_good(oa2_user_set_disabled(&done, ctx, "ann", 0));
    assert_int_equal(done, 1);
    assert_false(heard_on(ear, "oauth2", "uann"));
}

static void each_version_hears_the_other(void **state)
{
    fixture_t *fixture = fixture_version1_open();
    oa2_ctx_t *ctx = fixture->ctx;
    oa2_code_t *code;
    PGconn *ear;
    int applied;

    (void)state;
    fixture_good(oa2_schema_migrate(&applied, ctx));
    if (fixture->schema) {
        assert_int_equal(settings(ctx), 2);
        cache_make(fixture);
        ear = PQconnectdb(fixture->conf.params);
        PQclear(PQexec(ear, "LISTEN oauth2"));
        fixture_store_client(ctx, "app");
        fixture_store_user(ctx, "ann");
        code = fixture_store_code(ctx, "app", "ann");
        is_heard(ctx, oa2_sql_number(ctx->pool, code->grant));
        code = fixture_store_code(ctx, "app", "ann");
        is_told(fixture, ear, code->grant);
        PQfinish(ear);
    }
    fixture_close(fixture);
}

/* Tables that were just made have nobody to be told. */
static void new_tables_have_one_channel(void **state)
{
    fixture_t *fixture = fixture_open_file(1, 1);

    (void)state;
    if (fixture->schema)
        assert_int_equal(settings(fixture->ctx), 1);
    fixture_close(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_version_hears_the_other),
        cmocka_unit_test(new_tables_have_one_channel),
    };

    return cmocka_run_group_tests_name("store, two versions at once", tests,
                                       NULL, NULL);
}

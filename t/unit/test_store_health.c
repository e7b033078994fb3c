/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_health.c - a database that goes away and comes back is told once
 * each way, by whichever process finds it out.
 *
 * SQLite's file in a folder that is there or not; two stores are two
 * processes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <apr_dbd.h>

#include "store/health.h"
#include "store/store.h"
#include "unit/fixture_clock.h"
#include "unit/fixture_store.h"

#define QUIET apr_time_from_sec(3)

typedef struct {
    apr_pool_t *pool;
    char *folder;
    const char *hidden;                 /* its name while it is away */
    oa2_health_t health;
    oa2_watch_t watches[2];
    oa2_ctx_t *ctxs[2];
    int away;                           /* how often it was told */
    int back;
    apr_uint32_t refused;               /* the last time */
    char why[200];
} world_t;

static void tell_away(void *baton, const oa2_err_t *why)
{
    world_t *world = baton;

    world->away++;
    apr_cpystrn(world->why, why->meant, sizeof(world->why));
}

static void tell_back(void *baton, apr_uint32_t refused)
{
    world_t *world = baton;

    world->back++;
    world->refused = refused;
}

static int setup(void **state)
{
    apr_pool_t *pool;
    world_t *world;
    int i;

    assert_int_equal(apr_initialize(), APR_SUCCESS);
    apr_pool_create(&pool, NULL);
    assert_int_equal(apr_dbd_init(pool), APR_SUCCESS);
    world = apr_pcalloc(pool, sizeof(*world));
    world->pool = pool;
    world->folder = apr_pstrdup(pool, "/tmp/oa2-health.XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    world->hidden = apr_pstrcat(pool, world->folder, ".away", NULL);
    for (i = 0; i < 2; i++) {
        oa2_store_conf_t conf = { "sqlite3", NULL, 1, 100 };
        oa2_ctx_t *ctx = apr_pcalloc(pool, sizeof(*ctx));

        conf.params = apr_pstrcat(pool, world->folder, "/db", NULL);
        world->watches[i].health = &world->health;
        world->watches[i].away = tell_away;
        world->watches[i].back = tell_back;
        world->watches[i].baton = world;
        ctx->pool = pool;
        fixture_good(oa2_store_open(&ctx->store, &conf, NULL, NULL, pool));
        oa2_store_watch(ctx->store, &world->watches[i]);
        world->ctxs[i] = ctx;
    }
    fixture_clock_ahead = 0;
    /* away, before anybody is connected */
    assert_int_equal(rename(world->folder, world->hidden), 0);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    world_t *world = *state;
    const char *file = apr_pstrcat(world->pool, world->folder, "/db", NULL);
    char *folder;
    static const char *const tails[] = { "", "-wal", "-shm" };
    apr_pool_t *pool = world->pool;
    apr_pool_t *rest;
    const char *files[3];
    int i;

    apr_pool_create(&rest, NULL);
    folder = apr_pstrdup(rest, world->folder);
    for (i = 0; i < 3; i++)
        files[i] = apr_pstrcat(rest, file, tails[i], NULL);
    apr_pool_destroy(pool);
    for (i = 0; i < 3; i++)
        unlink(files[i]);
    assert_int_equal(rmdir(folder), 0);
    apr_pool_destroy(rest);
    return 0;
}

static void refuse(world_t *world, int i)
{
    oa2_err_t *err = oa2_store_ping(world->ctxs[i]);

    assert_non_null(err);
    assert_ptr_equal(err->kind, &oa2_temporarily_unavailable);
    assert_int_equal(err->severity, OA2_LOG_INFO);
}

static void each_way_is_told_once(void **state)
{
    world_t *world = *state;
    int i;

    for (i = 0; i < 300; i++)
        refuse(world, i % 2);
    assert_int_equal(world->away, 1);
    assert_int_equal(world->back, 0);
    assert_non_null(strstr(world->why, "could not connect"));
    assert_int_equal(rename(world->hidden, world->folder), 0);

    /* one that answers does not mean that it will answer the next */
    fixture_good(oa2_store_ping(world->ctxs[0]));
    assert_int_equal(world->back, 0);
    fixture_clock_ahead += QUIET;
    for (i = 0; i < 10; i++)
        fixture_good(oa2_store_ping(world->ctxs[i % 2]));
    assert_int_equal(world->away, 1);
    assert_int_equal(world->back, 1);
    assert_int_equal(world->refused, 300);
}

static void the_next_time_is_told_again(void **state)
{
    world_t *world = *state;

    refuse(world, 0);
    assert_int_equal(rename(world->hidden, world->folder), 0);
    fixture_clock_ahead += QUIET;
    fixture_good(oa2_store_ping(world->ctxs[0]));
    assert_int_equal(world->refused, 1);
    assert_int_equal(rename(world->folder, world->hidden), 0);
    refuse(world, 1);
    refuse(world, 1);
    assert_int_equal(world->away, 2);
    assert_int_equal(rename(world->hidden, world->folder), 0);
    fixture_clock_ahead += QUIET;
    fixture_good(oa2_store_ping(world->ctxs[1]));
    assert_int_equal(world->back, 2);
    assert_int_equal(world->refused, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_way_is_told_once),
        TEST(the_next_time_is_told_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

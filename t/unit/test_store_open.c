/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_open.c - opening, migrating, and what is said when it fails.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <apr_dbd.h>

#include "store/db/sql.h"
#include "store/migrate.h"
#include "store/store.h"
#include "unit/fixture_store.h"


static apr_pool_t *pool_make(void)
{
    apr_pool_t *pool;

    assert_int_equal(apr_initialize(), APR_SUCCESS);
    apr_pool_create(&pool, NULL);
    assert_int_equal(apr_dbd_init(pool), APR_SUCCESS);
    return pool;
}

static oa2_ctx_t *ctx_make(apr_pool_t *pool, const char *driver,
                           const char *params)
{
    oa2_store_conf_t conf = { driver, params, 4, 1000 };
    oa2_ctx_t *ctx = apr_pcalloc(pool, sizeof(*ctx));

    ctx->pool = pool;
    ctx->now = FIXTURE_NOW;
    fixture_good(oa2_store_open(&ctx->store, &conf, NULL, NULL, pool));
    return ctx;
}

/* ------------------------------------------------------------ settings */

static void wrong_settings_are_explained(void **state)
{
    static const struct {
        oa2_store_conf_t conf;
        const char *expected;           /* NULL: it is right */
    } rows[] = {
        { { "sqlite3", ":memory:", 1, 1 }, NULL },
        { { "sqlite3", "/tmp/oa2-a-file", 1, 1 }, NULL },
        { { "sqlite3", "a-file", 1, 1 }, NULL },
        { { "sqlite3", "/nowhere/at/all", 1, 1 }, "/nowhere/at" },
        { { "sqlite3", "/tmp", 1, 1 }, "not a plain file" },
        { { "sqlite3", "", 1, 1 }, "path" },
        { { "sqlite3", ":memory:", 0, 1 }, "connections" },
        { { "sqlite3", ":memory:", 1, 0 }, "wait" },
        { { "mysql", "x", 1, 1 }, "\"mysql\"" },
        { { "pgsql", "host=/run dbname=a password='x y'", 1, 1 }, NULL },
        { { "pgsql", "postgresql://u:p@h:1/d?sslmode=require", 1, 1 }, NULL },
        { { "pgsql", "", 1, 1 }, NULL },
        { { "pgsql", "host=h password=hunter 2", 1, 1 }, "keyword=value" },
        { { "pgsql", "host=h dbnam=2", 1, 1 }, "\"dbnam\"" },
        { { "pgsql", "hots=h password=x", 1, 1 }, "\"hots\"" },
        { { "pgsql", "password=x hunter=2", 1, 1 }, "keyword=value" },
        { { "pgsql", "postgresql://u:p@h/d?sslmod=2", 1, 1 }, "\"sslmod\"" },
        { { "pgsql", "postgresql://u:hunter@h/d?=", 1, 1 }, "keyword=value" },
    };
    apr_pool_t *pool = pool_make();
    size_t i;

    (void)state;
    for (i = 0; i < UNIT_COUNT(rows); i++) {
        const char *wrong = oa2_store_conf_check(&rows[i].conf, pool);
        oa2_store_t *store;
        oa2_err_t *err;

        UNIT_ROW(!wrong == !rows[i].expected, rows[i].conf.params);
        if (!wrong)
            continue;
        UNIT_ROW(strstr(wrong, rows[i].expected), wrong);
        UNIT_ROW(!strstr(wrong, "hunter"), wrong);
        err = oa2_store_open(&store, &rows[i].conf, NULL, NULL, pool);
        assert_non_null(err);
        assert_ptr_equal(err->kind, &oa2_server_error);
    }
    apr_pool_destroy(pool);
}

static void passwords_are_not_public(void **state)
{
    static const struct {
        oa2_store_conf_t conf;
        const char *text;
        int secret;
    } rows[] = {
        { { "sqlite3", "/a/file with password=x", 1, 1 },
          "/a/file with password=x", 0 },
        { { "pgsql", "host=h dbname=d", 1, 1 }, "dbname=d host=h", 0 },
        { { "pgsql", "dbname='it\\'s \\\\' password='a b'", 1, 1 },
          "dbname='it\\'s \\\\'", 1 },
        { { "pgsql", "postgresql://u:p@h:1/d?sslpassword=x", 1, 1 },
          "user=u dbname=d host=h port=1", 1 },
        { { "pgsql", "passfile=/etc/x sslpassword=y", 1, 1 },
          "passfile=/etc/x", 1 },
        { { "pgsql", "options=''", 1, 1 }, "options=''", 0 },
        { { "pgsql", "", 1, 1 }, "", 0 }
    };
    apr_pool_t *pool = pool_make();
    apr_size_t i;
    int secret;

    (void)state;
    for (i = 0; i < UNIT_COUNT(rows); i++) {
        const char *text = oa2_store_conf_public(&secret, &rows[i].conf,
                                                 pool);

        assert_string_equal(text, rows[i].text);
        assert_int_equal(secret, rows[i].secret);
    }
    apr_pool_destroy(pool);
    apr_terminate();
}

/* ------------------------------------------------------------ schema */

static void schema_is_applied_once(void **state)
{
    fixture_t *fixture = fixture_open_file(4, 1);
    oa2_schema_t schema;
    int applied;

    (void)state;
    fixture_good(oa2_schema_find(&schema, fixture->ctx));
    assert_true(schema.newest >= 1);
    assert_int_equal(schema.current, schema.newest);
    assert_in_range(schema.oldest, 2, schema.newest);
    fixture_good(oa2_schema_migrate(&applied, fixture->ctx));
    assert_int_equal(applied, 0);
    fixture_close(fixture);
}

static void *migrate(void *baton)
{
    oa2_ctx_t *ctx = baton;
    int applied = 0;
    oa2_err_t *err = oa2_schema_migrate(&applied, ctx);

    if (err)
        print_message("%s\n", err->meant);
    return (void *)(intptr_t)(err ? -1000 : applied);
}

static void only_one_process_migrates(void **state)
{
    fixture_t *fixture = fixture_open_file(4, 1);
    oa2_ctx_t *ctxs[4];
    pthread_t threads[4];
    oa2_schema_t schema;
    intptr_t sum = 0;
    void *applied;
    int i;

    (void)state;
    fixture_drop(fixture);
    for (i = 0; i < 4; i++) {
        ctxs[i] = fixture_another(fixture);
        fixture_good(oa2_store_open(&ctxs[i]->store, &fixture->conf, NULL,
                                    NULL, ctxs[i]->pool));
    }
    fixture_good(oa2_schema_find(&schema, ctxs[0]));
    assert_int_equal(schema.current, 0);
    for (i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, migrate, ctxs[i]),
                         0);
    for (i = 0; i < 4; i++) {
        pthread_join(threads[i], &applied);
        sum += (intptr_t)applied;
    }
    assert_int_equal(sum, schema.newest);
    for (i = 0; i < 4; i++)
        apr_pool_destroy(ctxs[i]->pool);
    fixture_close(fixture);
}

static void missing_tables_are_ours_to_mend(void **state)
{
    apr_pool_t *pool = pool_make();
    oa2_ctx_t *ctx = ctx_make(pool, "sqlite3", ":memory:");
    oa2_client_t *client;
    oa2_err_t *err = oa2_client_find(&client, ctx, "app");

    (void)state;
    assert_non_null(err);
    assert_ptr_equal(err->kind, &oa2_server_error);
    assert_non_null(strstr(err->meant, "oauth2_client"));
    fixture_good(oa2_store_ping(ctx));
    apr_pool_destroy(pool);
}

/*
 * Class 22 quotes values, so none of its sentences is logged.  Characters that
 * the database lacks were sent by somebody (400, at info); a number that is
 * none, too large, or divided by zero was made by us (500, at error).
 */
static void a_value_that_it_cannot_hold(void **state)
{
#define TEXT "CAST($1 AS TEXT)"
    static const struct {
        const char *text;
        const char *value;
        const char *sqlstate;
        const oa2_err_kind_t *kind;
        int id;
    } rows[] = {
        { "SELECT " TEXT, "hunter2\xff", "22021", &oa2_invalid_request, 2901 },
        { "SELECT " TEXT, "hunter2\xc0\x80", "22021", &oa2_invalid_request,
          2901 },
        { "SELECT convert_to(" TEXT ", 'LATIN1')", "hunter2 \xc5\x81",
          "22P05", &oa2_invalid_request, 2901 },
        { "SELECT CAST($1 AS BIGINT)", "hunter2", "22P02", &oa2_server_error,
          2010 },
        { "SELECT CAST($1 AS BIGINT)", "92233720368547758079", "22003",
          &oa2_server_error, 2010 },
        { "SELECT length(" TEXT ") / 0", "hunter2", "22012",
          &oa2_server_error, 2010 },
    };
    fixture_t *fixture = fixture_open_file(1, 1);
    apr_size_t i;

    (void)state;
    for (i = 0; fixture->schema && i < UNIT_COUNT(rows); i++) {
        const oa2_sql_t sql = { "test", rows[i].text, { NULL }, .repeats = 1 };
        apr_array_header_t *found;
        oa2_err_t *err = OA2_SQL(&found, fixture->ctx, &sql, rows[i].value);

        UNIT_ROW(err && err->kind == rows[i].kind, rows[i].text);
        assert_int_equal(err->id, rows[i].id);
        assert_null(strstr(err->meant, "hunter2"));
        assert_null(strstr(err->meant, "9223"));
        UNIT_ROW(strstr(err->meant, rows[i].sqlstate), err->meant);
        fixture_good(oa2_store_ping(fixture->ctx));
    }
    fixture_close(fixture);
#undef TEXT
}

/* ------------------------------------------------------------ SQLite */

static const char *file_make(apr_pool_t *pool)
{
    char *folder = apr_pstrdup(pool, "/tmp/oa2-test-XXXXXX");

    assert_non_null(mkdtemp(folder));
    return apr_pstrcat(pool, folder, "/db", NULL);
}

static void file_remove(const char *path, apr_pool_t *pool)
{
    unlink(path);
    unlink(apr_pstrcat(pool, path, "-wal", NULL));
    unlink(apr_pstrcat(pool, path, "-shm", NULL));
    rmdir(apr_pstrmemdup(pool, path, strlen(path) - 3));
}

static void file_is_the_servers_own(void **state)
{
    apr_pool_t *pool = pool_make();
    const char *path = file_make(pool);
    apr_pool_t *stores;
    struct stat info;

    (void)state;
    apr_pool_create(&stores, pool);
    fixture_good(oa2_store_ping(ctx_make(stores, "sqlite3", path)));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    apr_pool_destroy(stores);
    file_remove(path, pool);
    apr_pool_destroy(pool);
}

/* Somebody else's connection to the same file. */
static void other_runs(apr_dbd_t *other, const apr_dbd_driver_t *driver,
                       const char *statement)
{
    int ignored;

    assert_int_equal(apr_dbd_query(driver, other, &ignored, statement), 0);
}

static void changed_schema_and_lock(void **state)
{
    apr_pool_t *pool = pool_make();
    const char *path = file_make(pool);
    const apr_dbd_driver_t *driver;
    oa2_client_t *client;
    apr_pool_t *stores;
    apr_dbd_t *other;
    apr_time_t start;
    oa2_ctx_t *ctx;
    oa2_err_t *err;
    int applied;

    (void)state;
    apr_pool_create(&stores, pool);
    ctx = ctx_make(stores, "sqlite3", path);
    fixture_good(oa2_schema_migrate(&applied, ctx));
    fixture_store_client(ctx, "app");
    apr_dbd_get_driver(pool, "sqlite3", &driver);
    assert_int_equal(apr_dbd_open(driver, pool, path, &other), APR_SUCCESS);

    other_runs(other, driver, "CREATE TABLE something_else (x TEXT)");
    fixture_good(oa2_client_find(&client, ctx, "app"));
    assert_non_null(client);
    fixture_store_client(ctx, "more");

    /* readers do not wait for a writer; writers do, within 3 s */
    other_runs(other, driver, "BEGIN IMMEDIATE");
    fixture_good(oa2_client_find(&client, ctx, "more"));
    assert_non_null(client);
    start = apr_time_now();
    err = oa2_client_remove(&applied, ctx, "more");
    assert_non_null(err);
    assert_ptr_equal(err->kind, &oa2_temporarily_unavailable);
    assert_true(err->retry_after > 0);
    assert_true(apr_time_now() - start < apr_time_from_sec(3));
    other_runs(other, driver, "ROLLBACK");
    fixture_good(oa2_client_remove(&applied, ctx, "more"));
    assert_int_equal(applied, 1);
    apr_dbd_close(driver, other);
    apr_pool_destroy(stores);
    file_remove(path, pool);
    apr_pool_destroy(pool);
}

/* ------------------------------------------------------------ away */

/* A socket that takes connections and never says a word. */
static int mute_server(int *port)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (void *)&address, len), 0);
    assert_int_equal(listen(fd, 16), 0);
    assert_int_equal(getsockname(fd, (void *)&address, &len), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static apr_time_t refused(oa2_ctx_t *ctx)
{
    apr_time_t start = apr_time_now();
    oa2_err_t *err = oa2_store_ping(ctx);

    assert_non_null(err);
    assert_ptr_equal(err->kind, &oa2_temporarily_unavailable);
    assert_true(err->retry_after > 0);
    assert_null(strstr(err->meant, "hunter2"));
    assert_null(strchr(err->meant, '\n'));
    return apr_time_now() - start;
}

static void a_mute_server_is_waited_for_once(void **state)
{
    apr_pool_t *pool = pool_make();
    oa2_ctx_t *ctx;
    int port;
    int fd = mute_server(&port);
    int i;

    (void)state;
    ctx = ctx_make(pool, "pgsql", apr_psprintf(
        pool, "host=127.0.0.1 port=%d user=a dbname=b password=hunter2",
        port));
    assert_true(refused(ctx) < apr_time_from_sec(3));
    for (i = 0; i < 100; i++)
        assert_true(refused(ctx) < apr_time_from_msec(100));
    close(fd);
    /* nobody listens any more: no waiting at all */
    apr_sleep(apr_time_from_msec(1050));
    assert_true(refused(ctx) < apr_time_from_msec(500));
    apr_pool_destroy(pool);
}

static void a_folder_that_went_away(void **state)
{
    apr_pool_t *pool = pool_make();
    const char *path = file_make(pool);
    oa2_ctx_t *ctx = ctx_make(pool, "sqlite3", path);

    (void)state;
    file_remove(path, pool);
    assert_true(refused(ctx) < apr_time_from_msec(500));
    assert_int_equal(mkdir(apr_pstrmemdup(pool, path, strlen(path) - 3),
                           0700), 0);
    fixture_good(oa2_store_ping(ctx));
    file_remove(path, pool);
    apr_pool_destroy(pool);
}

/* SQLite would wait for who writes into it. */
static void a_fifo_is_no_file(void **state)
{
    static const char *const suffixes[] = { "", "-journal", "-wal", "-shm" };
    apr_pool_t *pool = pool_make();
    size_t i;

    (void)state;
    for (i = 0; i < UNIT_COUNT(suffixes); i++) {
        const char *path = file_make(pool);
        const char *fifo = apr_pstrcat(pool, path, suffixes[i], NULL);
        oa2_ctx_t *ctx = ctx_make(pool, "sqlite3", path);
        oa2_err_t *err;

        assert_int_equal(mkfifo(fifo, 0600), 0);
        err = oa2_store_ping(ctx);
        UNIT_ROW(err && strstr(err->meant, fifo)
                 && strstr(err->meant, "not a plain file"), suffixes[i]);
        unlink(fifo);
        fixture_good(oa2_store_ping(ctx));
        file_remove(path, pool);
    }
    apr_pool_destroy(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_settings_are_explained),
        cmocka_unit_test(passwords_are_not_public),
        cmocka_unit_test(schema_is_applied_once),
        cmocka_unit_test(only_one_process_migrates),
        cmocka_unit_test(missing_tables_are_ours_to_mend),
        cmocka_unit_test(a_value_that_it_cannot_hold),
        cmocka_unit_test(file_is_the_servers_own),
        cmocka_unit_test(changed_schema_and_lock),
        cmocka_unit_test(a_mute_server_is_waited_for_once),
        cmocka_unit_test(a_folder_that_went_away),
        cmocka_unit_test(a_fifo_is_no_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

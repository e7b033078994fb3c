/* SPDX-License-Identifier: Apache-2.0 */
/* test_domain_servers.c - what httpd writes down is read back, and only what
   nobody else can have written is believed. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/unit.h"

#include "domain/site/servers.h"

static const char *path_of(apr_pool_t *pool)
{
    return apr_psprintf(pool, "/tmp/oa2-test-servers-%ld", (long)getpid());
}

static void put(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (int)strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void read_back(void **state)
{
    apr_pool_t *pool = *state;
    const char *path = path_of(pool);
    oa2_served_t row = { "api:443", "https://api/o", "staff", "pgsql",
                         "dbname='a \\'b'", 1, "/state", "/state/secret",
                         1 };
    oa2_servers_t servers = { "www-data", NULL };
    oa2_servers_t *found = NULL;
    const oa2_served_t *got;

    servers.served = apr_array_make(pool, 2, sizeof(row));
    APR_ARRAY_PUSH(servers.served, oa2_served_t) = row;
    row.server = "\"quoted\":80";
    row.password = row.mail = 0;
    APR_ARRAY_PUSH(servers.served, oa2_served_t) = row;
    put(path, oa2_servers_text(&servers, pool), 0640);
    assert_null(oa2_servers_read(&found, path, pool));
    assert_string_equal(found->user, "www-data");
    assert_int_equal(found->served->nelts, 2);
    got = &APR_ARRAY_IDX(found->served, 0, oa2_served_t);
    assert_string_equal(got->server, "api:443");
    assert_string_equal(got->issuer, "https://api/o");
    assert_string_equal(got->realm, "staff");
    assert_string_equal(got->driver, "pgsql");
    assert_string_equal(got->params, "dbname='a \\'b'");
    assert_int_equal(got->password, 1);
    assert_string_equal(got->state_dir, "/state");
    assert_string_equal(got->secret_file, "/state/secret");
    assert_int_equal(got->mail, 1);
    assert_int_equal(got[1].password, 0);
    assert_int_equal(got[1].mail, 0);
    assert_string_equal(got[1].server, "\"quoted\":80");
    unlink(path);
}

static void not_there(void **state)
{
    apr_pool_t *pool = *state;
    const char *path = path_of(pool);
    oa2_servers_t *found = (void *)pool;

    assert_null(oa2_servers_read(&found, path, pool));
    assert_null(found);
    found = (void *)pool;
    assert_null(oa2_servers_read(&found, "/dev/null/x", pool));
    assert_null(found);
    put(path, "{\"user\":\"x\",\"servers\":[],\"later\":1}", 0644);
    found = (void *)pool;
    assert_null(oa2_servers_read(&found, path, pool));
    assert_null(found);
    unlink(path);
}

static void not_believed(void **state)
{
    static const struct {
        const char *text;
        mode_t mode;
        const char *said;
    } rows[] = {
        { "{\"user\":\"x\",\"servers\":[]}", 0620, "can write it" },
        { "{\"user\":\"x\",\"servers\":[]}", 0602, "can write it" },
        { "", 0600, "not what httpd writes" },
        { "[]", 0600, "not what httpd writes" },
        { "{\"servers\":[]}", 0600, "not what httpd writes" },
        { "{\"user\":\"x\"}", 0600, "not what httpd writes" },
        { "{\"user\":\"x\",\"servers\":{}}", 0600, "not what httpd writes" },
        { "{\"user\":\"x\",\"servers\":[{}]}", 0600,
          "not what httpd writes" },
        { "{\"user\":\"x\",\"servers\":[1]}", 0600, "not what httpd writes" },
    };
    apr_pool_t *pool = *state;
    const char *path = path_of(pool);
    const char *beside = apr_pstrcat(pool, path, ".link", NULL);
    oa2_servers_t *found;
    apr_size_t i;

    for (i = 0; i < UNIT_COUNT(rows); i++) {
        oa2_err_t *err;

        put(path, rows[i].text, rows[i].mode);
        err = oa2_servers_read(&found, path, pool);
        UNIT_ROW(err && strstr(err->meant, rows[i].said), rows[i].text);
        UNIT_ROW(strstr(err->meant, path), rows[i].text);
    }
    /* A name that somebody else may have made. */
    put(path, rows[0].text, 0600);
    assert_int_equal(symlink(path, beside), 0);
    assert_non_null(oa2_servers_read(&found, beside, pool));
    unlink(beside);
    unlink(path);
    assert_non_null(oa2_servers_read(&found, "/tmp", pool));
}

static void its_path(void **state)
{
    apr_pool_t *pool = *state;

    assert_int_equal(unsetenv(OA2_SERVERS_ENV), 0);
    assert_string_equal(oa2_servers_path(pool), OA2_SERVERS_FILE);
    assert_int_equal(setenv(OA2_SERVERS_ENV, "/a/b", 1), 0);
    assert_string_equal(oa2_servers_path(pool), "/a/b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(read_back),
        UNIT_TEST(not_there),
        UNIT_TEST(not_believed),
        UNIT_TEST(its_path)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

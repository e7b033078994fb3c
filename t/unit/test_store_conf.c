/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_conf.c - what names a database: as a command, and as a file.
 */
#include <unistd.h>

#include "store/conf.h"
#include "unit/unit.h"

static void commands_can_be_typed(void **state)
{
    static const struct {
        oa2_store_conf_t conf;
        const char *text;
    } rows[] = {
        { { "sqlite3", "/a/b c", 1, 1 },
          "oauth2ctl --database 'sqlite3 /a/b c' db create" },
        { { "pgsql", "dbname=d password=hunter2", 1, 1 },
          "oauth2ctl --database 'pgsql dbname=d' db create" },
        { { "pgsql", "dbname='a b' host=h", 1, 1 },
          "oauth2ctl --database 'pgsql dbname='\"'\"'a b'\"'\"' host=h' "
          "db create" }
    };
    apr_pool_t *pool = *state;
    apr_size_t i;

    for (i = 0; i < UNIT_COUNT(rows); i++)
        assert_string_equal(oa2_store_conf_command(&rows[i].conf, "db create",
                                                   pool), rows[i].text);
}

/* What root may give away by a name that others can give to another file. */
static void files_are_known_by_how_they_begin(void **state)
{
    static const struct { const char *text; size_t len; int is; } rows[] = {
        { "SQLite format 3\0more", 20, 1 }, { "", 0, 1 },
        { "\x37\x7f\x06\x82 of a -wal header", 21, 1 },
        { "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, 1 },
        { "SQLite format 3 xxxx", 20, 0 }, { "SQLite", 6, 0 },
        { "lM0hC9Cazvr5lM0hC9Cazvr5lM0hC9Cazvr5\n", 37, 0 }
    };
    static const unsigned shm[4] = { 3007000 };     /* as the machine does */
    char path[] = "/tmp/oa2-file.XXXXXX";
    int fd = mkstemp(path);
    size_t i;

    (void)state;
    assert_true(fd >= 0);
    unlink(path);
    for (i = 0; i < UNIT_COUNT(rows); i++) {
        assert_int_equal(ftruncate(fd, 0), 0);
        assert_int_equal(pwrite(fd, rows[i].text, rows[i].len, 0),
                         rows[i].len);
        UNIT_ROW(oa2_store_is_file_of("sqlite3", fd) == rows[i].is,
                 rows[i].text);
        assert_int_equal(oa2_store_is_file_of("pgsql", fd), 0);
    }
    assert_int_equal(pwrite(fd, shm, sizeof(shm), 0), sizeof(shm));
    assert_int_equal(oa2_store_is_file_of("sqlite3", fd), 1);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(commands_can_be_typed),
        UNIT_TEST(files_are_known_by_how_they_begin),
    };

    return cmocka_run_group_tests_name("store/conf", tests, NULL, NULL);
}

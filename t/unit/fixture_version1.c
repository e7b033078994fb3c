/* SPDX-License-Identifier: Apache-2.0 */
/* fixture_version1.c - see fixture_version1.h */
#include <apr_dbd.h>

#include "store/migrate.h"
#include "store/store.h"
#include "unit/fixture_version1.h"

/* apr_dbd_sqlite3 wants them one by one, and answers 100 for rows. */
static void exec_all(const fixture_t *fixture, const char *text)
{
    char *rest = apr_pstrdup(fixture->pool, text);
    const apr_dbd_driver_t *driver;
    apr_dbd_t *dbd;
    int ignored;

    apr_dbd_get_driver(fixture->pool, fixture->conf.driver, &driver);
    assert_int_equal(apr_dbd_open(driver, fixture->pool,
                                  fixture->conf.params, &dbd), APR_SUCCESS);
    while (rest && *rest) {
        char *end = strstr(rest, ";\n");

        if (end)
            *end = '\0';
        UNIT_ROW(apr_dbd_query(driver, dbd, &ignored, rest) == 0, rest);
        rest = end ? end + 2 : NULL;
    }
    apr_dbd_close(driver, dbd);
}

fixture_t *fixture_version1_open(void)
{
    fixture_t *fixture = fixture_open_file(1, 1);

    fixture_drop(fixture);
    assert_int_equal(oa2_migrations[0].version, 1);
    exec_all(fixture, fixture->schema ? oa2_migrations[0].pgsql
                                      : oa2_migrations[0].sqlite3);
    exec_all(fixture, "CREATE TABLE oauth2_schema"
             " (version BIGINT PRIMARY KEY, applied BIGINT NOT NULL);\n"
             "INSERT INTO oauth2_schema (version, applied) VALUES (1, 1)");
    fixture_good(oa2_store_open(&fixture->ctx->store, &fixture->conf, NULL,
                                NULL, fixture->store_pool));
    return fixture;
}

const char *fixture_version1_value(const char *value, char run,
                                   apr_pool_t *pool)
{
    char *text = apr_pstrdup(pool, value);
    char *at;

    for (at = text; at && (at = strchr(at, '#')) != NULL;)
        *at = run;
    return text;
}

/* How many values the statement has. */
static int wanted(const oa2_sql_t *sql)
{
    const char *at = sql->pgsql;
    apr_int64_t most = 0;

    while ((at = strchr(at, '$')) != NULL) {
        apr_int64_t n = apr_strtoi64(++at, NULL, 10);

        if (n > most)
            most = n;
    }
    return (int)most;
}

void fixture_version1_run(oa2_ctx_t *ctx, char number,
                          const fixture_step_t *steps, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++) {
        const char *values[OA2_SQL_ARGS];
        apr_array_header_t *rows;
        int count = wanted(steps[i].sql);
        int k;

        for (k = 0; k < count; k++)
            values[k] = fixture_version1_value(steps[i].values[k], number,
                                               ctx->pool);
        if (!steps[i].sql->sqlite[0] && !oa2_store_is_server(ctx->store))
            continue;
        fixture_good(oa2_sql_run(&rows, ctx, steps[i].sql, count, values));
        if (rows->nelts != steps[i].rows)
            fail_msg("run %c, step %d, %s: %d rows", number, (int)i,
                     steps[i].sql->name, rows->nelts);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * migrate.c - brings the tables to the version that this program knows.
 *
 * Forward only.  Each version is one transaction, under a lock that makes
 * other processes wait and then find nothing left to do.  A schema newer than
 * the program is no fault: each version can be used by the program before.
 */
#include "store/migrate.h"

#include <string.h>

#include <apr_strings.h>

#include "base/text/line.h"
#include "store/user_account.h"
#include "store/conf.h"
#include "store/db/pool.h"
#include "store/db/sql.h"

#define TRIES 8         /* to become the one that applies a version */
#define OLDEST 2        /* the lowest version whose tables we can work with */

/* The lock's number is ours alone: "oauth2" in ASCII. */
#define PGSQL_LOCK "SET LOCAL statement_timeout = '30s';" \
    " SELECT pg_advisory_xact_lock(122510614687794);" \
    " SET LOCAL statement_timeout = 0"
#define TABLE "CREATE TABLE IF NOT EXISTS oauth2_schema" \
    " (version BIGINT PRIMARY KEY, applied BIGINT NOT NULL)"

#define VERSION "SELECT max(version) FROM oauth2_schema"
static const oa2_sql_t version_sql = {
    "schema_find", VERSION, { VERSION }, .repeats = 1
};

static const oa2_sql_t table_sql = {
    "schema_find",
    "SELECT 1 FROM pg_catalog.pg_class WHERE oid = to_regclass($1)",
    { "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1" },
    .repeats = 1
};

/*
 * UTF-8 has to come back as it was.  SQL_ASCII takes bytes as they are; any
 * other encoding has no room for most of Unicode, and refuses it.
 */
#define ENCODING "SELECT current_setting('server_encoding')," \
    " current_database(), pg_catalog.pg_get_userbyid(datdba)" \
    " FROM pg_catalog.pg_database WHERE datname = current_database()" \
    " AND current_setting('server_encoding') NOT IN ('UTF8', 'SQL_ASCII')"
static const oa2_sql_t encoding_sql = {
    "schema_find: encoding", ENCODING, { NULL }, .repeats = 1
};

static oa2_err_t *encoding_check(oa2_ctx_t *ctx)
{
    apr_pool_t *pool = ctx->pool;
    apr_array_header_t *rows;
    oa2_row_t row;

    if (!ctx->store->driver->is_server)
        return NULL;
    OA2_TRY(oa2_sql_run(&rows, ctx, &encoding_sql, 0, NULL));
    if (!rows->nelts)
        return NULL;
    row = APR_ARRAY_IDX(rows, 0, oa2_row_t);
    return oa2_err_make(
        pool, &oa2_server_error, OA2_ID(2900), NULL,
        "the PostgreSQL database \"%s\" has the encoding %s, which cannot "
        "hold all names: make one that can with \"sudo -u postgres createdb "
        "--owner %s --encoding UTF8 --locale C --template template0 %s\", or "
        "the same as another user who may make databases there, and use that",
        row[1], row[0], oa2_store_conf_word(row[2], pool),
        oa2_store_conf_word(apr_pstrcat(pool, row[1], "_utf8", NULL), pool));
}

static int newest(void)
{
    int i;

    for (i = 0; oa2_migrations[i].version; i++)
        ;
    return i ? oa2_migrations[i - 1].version : 0;
}

oa2_err_t *oa2_schema_find(oa2_schema_t *out, oa2_ctx_t *ctx)
{
    apr_array_header_t *rows;
    int current = 0;

    OA2_TRY(encoding_check(ctx));
    OA2_TRY(OA2_SQL(&rows, ctx, &table_sql, "oauth2_schema"));
    if (rows->nelts) {
        OA2_TRY(oa2_sql_run(&rows, ctx, &version_sql, 0, NULL));
        if (rows->nelts)
            current = (int)oa2_row_number(APR_ARRAY_IDX(rows, 0, oa2_row_t),
                                          0);
    }
    out->current = current;
    out->newest = newest();
    out->oldest = OLDEST;
    return NULL;
}

/* ------------------------------------------------------------ applying */

static int execute(oa2_ctx_t *ctx, oa2_slot_t *slot, const char *text)
{
    return ctx->store->driver->execute(ctx->store, slot, text);
}

/* One at a time: apr_dbd_sqlite3 stumbles over a line break at the end. */
static int execute_all(oa2_ctx_t *ctx, oa2_slot_t *slot, const char *text)
{
    char *rest = apr_pstrdup(ctx->pool, text);
    char *end;

    while (rest && *rest) {
        end = strstr(rest, ";\n");
        if (end) {
            *end = '\0';
            end += 2;
        }
        if (!execute(ctx, slot, rest))
            return 0;
        rest = end;
    }
    return 1;
}

/* The version in the database, inside the transaction; -1: failed. */
static int version_locked(oa2_ctx_t *ctx, oa2_slot_t *slot)
{
    const apr_dbd_driver_t *driver = ctx->store->apr;
    apr_dbd_results_t *res = NULL;
    apr_dbd_row_t *row = NULL;
    const char *value;

    if (apr_dbd_select(driver, ctx->pool, slot->dbd, &res, VERSION, 1) != 0
        || apr_dbd_get_row(driver, ctx->pool, res, &row, -1) != 0)
        return -1;
    value = apr_dbd_get_entry(driver, row, 0);
    return value ? (int)apr_strtoi64(value, NULL, 10) : 0;
}

/* In a transaction: 1 applied, 0 there was nothing left to do, -1 failed. */
static int next_apply(oa2_ctx_t *ctx, oa2_slot_t *slot)
{
    int is_server = ctx->store->driver->is_server;
    const oa2_migration_t *next = oa2_migrations;
    int current;

    if (is_server && !execute(ctx, slot, PGSQL_LOCK))
        return -1;
    if (!execute(ctx, slot, TABLE))
        return -1;
    current = version_locked(ctx, slot);
    while (next->version && next->version <= current)
        next++;
    if (current < 0 || !next->version)
        return current < 0 ? -1 : 0;
    /* Its row comes first: a version may ask how old the one before is. */
    if (!execute(ctx, slot, apr_psprintf(
            ctx->pool, "INSERT INTO oauth2_schema (version, applied) VALUES "
            "(%d, %" APR_INT64_T_FMT ")", next->version, ctx->now))
        || !execute_all(ctx, slot, is_server ? next->pgsql : next->sqlite3))
        return -1;
    return 1;
}

static oa2_err_t *failure(oa2_ctx_t *ctx, const char *why)
{
    return oa2_err_make(ctx->pool, &oa2_server_error, OA2_ID(2030), NULL,
                        "could not bring the schema up to date: %s: the "
                        "database's user needs the right to create tables "
                        "here", oa2_line(why, ctx->pool));
}

/* *step as next_apply(), which is committed or rolled back here; -1: once
   more, unless this is the last try. */
static oa2_err_t *version_apply(int *step, oa2_ctx_t *ctx, int last)
{
    oa2_store_t *store = ctx->store;
    oa2_err_t *err = NULL;
    oa2_slot_t *slot;
    int done = -1;

    OA2_TRY(oa2_pool_acquire(&slot, ctx));
    if (execute(ctx, slot, store->driver->begin))
        done = next_apply(ctx, slot);
    if (done < 0 || !execute(ctx, slot, "COMMIT")) {
        /* or else another process was faster: what this connection knew of
           the tables is out of date, or that one still holds the lock */
        if (last || !store->driver->may_repeat(ctx, slot))
            err = failure(ctx, apr_dbd_error(store->apr, slot->dbd, 0));
        done = -1;
        execute(ctx, slot, "ROLLBACK");
    }
    /* Statements that were prepared before are of no use any more. */
    if (store->is_memory)
        apr_hash_clear(slot->statements);
    oa2_pool_release(store, slot, store->is_memory ? OA2_SLOT_GOOD
                                                   : OA2_SLOT_SPOILT);
    *step = done;
    return err;
}

oa2_err_t *oa2_schema_migrate(int *applied, oa2_ctx_t *ctx)
{
    int count = 0;
    int tries = TRIES;
    int step;

    do {
        OA2_TRY(version_apply(&step, ctx, --tries == 0));
        if (step > 0) {
            count++;
            tries = TRIES;
        }
    } while (step != 0);
    OA2_TRY(oa2_user_accounts_settle(ctx));
    *applied = count;
    return NULL;
}

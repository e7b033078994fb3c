/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite.c - one statement, or one short transaction, on SQLite.
 *
 * apr_dbd_sqlite3 waits by itself when another process has the lock: 16 times
 * 20 ms (busy_timeout) and 100 ms (its own sleep), 1.9 s in all.  So there is
 * no loop around it here.
 */
#include "store/db/sqlite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <apr_file_info.h>
#include <apr_file_io.h>
#include <apr_portable.h>
#include <apr_strings.h>
#include <sqlite3.h>

#include "base/clock.h"
#include "base/text/encode.h"
#include "base/file.h"
#include "base/text/json.h"
#include "store/db/pool.h"
#include "store/db/statement.h"

#define SETUP_TRIES 40
#define SETUP_PAUSE 50000               /* microseconds: 2 s in all */
#define BEGIN "BEGIN IMMEDIATE"
#define LOOK_STEPS 1000                 /* between two looks at the clock */

static int execute(oa2_store_t *store, oa2_slot_t *slot, const char *text)
{
    int ignored;
    int rv = apr_dbd_query(store->apr, slot->dbd, &ignored, text);

    return rv == 0 || rv == SQLITE_ROW; /* a PRAGMA's way to succeed */
}

static const char *folder_of(const char *path, apr_pool_t *pool)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return ".";
    return slash == path ? "/" : apr_pstrmemdup(pool, path,
                                                (apr_size_t)(slash - path));
}

/* ------------------------------------------------------------ the file */

static const char *check(const char *path, apr_pool_t *pool)
{
    const char *folder = folder_of(path, pool);
    apr_finfo_t info;

    if (strcmp(path, ":memory:") == 0)
        return NULL;
    if (!*path)
        return "sqlite3 needs the path of a file.";
    if (apr_stat(&info, path, APR_FINFO_TYPE, pool) == APR_SUCCESS
        && info.filetype != APR_REG)
        return apr_psprintf(pool, "\"%s\" is not a plain file: name the file "
                            "that is to hold the tables.", path);
    if (apr_stat(&info, folder, APR_FINFO_TYPE, pool) != APR_SUCCESS
        || info.filetype != APR_DIR)
        return apr_psprintf(pool, "the folder \"%s\" does not exist: make it, "
                            "writable for the server's user.", folder);
    return NULL;
}

static const char *show(int *secret, const char *params, apr_pool_t *pool)
{
    *secret = 0;
    return apr_pstrdup(pool, params);
}

static const char *complete(const char *params, apr_pool_t *pool)
{
    return apr_pstrdup(pool, params);
}

/*
 * SQLite makes files that all may read; this one holds password hashes.  Made
 * by root (oauth2ctl), it shall still be of use to the user of the server: he
 * owns the folder.  SQLite itself gives its other files the same owner.
 */
static void make_file(const char *path, apr_pool_t *pool)
{
    apr_os_file_t fd;
    apr_file_t *file;
    struct stat folder;

    if (apr_file_open(&file, path, APR_FOPEN_WRITE | APR_FOPEN_CREATE
                      | APR_FOPEN_EXCL, APR_FPROT_UREAD | APR_FPROT_UWRITE,
                      pool) != APR_SUCCESS)
        return;                         /* there already, or SQLite will say */
    if (geteuid() == 0 && apr_os_file_get(&fd, file) == APR_SUCCESS
        && stat(folder_of(path, pool), &folder) == 0
        && fchown(fd, folder.st_uid, folder.st_gid) != 0)
        apr_file_remove(path, pool);
    apr_file_close(file);
}

/* SQLite opens each of these by its name, and would wait for a FIFO. */
static const char *prepare(const oa2_store_t *store, apr_pool_t *pool)
{
    static const char *const suffixes[] = { "", "-journal", "-wal", "-shm" };
    apr_size_t i;

    if (store->is_memory)
        return NULL;
    for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        const char *path = apr_pstrcat(pool, store->params, suffixes[i],
                                       NULL);

        if (!oa2_file_may_be_plain(path))
            return apr_psprintf(pool, "\"%s\" is not a plain file: remove "
                                "it", path);
    }
    make_file(store->params, pool);
    return NULL;
}

/*
 * The first three in this order: switching to WAL may have to wait already.
 * synchronous=NORMAL: after a power cut the last commits may be missing, the
 * file is whole.  A larger busy_timeout would be waited for inside a mutex of
 * the whole process.
 */
static const char *setup(oa2_store_t *store, oa2_slot_t *slot,
                         apr_pool_t *pool)
{
    static const char *const pragmas[] = {
        "PRAGMA busy_timeout=20",
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=NORMAL",
        "PRAGMA foreign_keys=ON"
    };
    apr_size_t i = 0;
    int tries = SETUP_TRIES;

    while (i < sizeof(pragmas) / sizeof(pragmas[0])) {
        const char *why;

        if (execute(store, slot, pragmas[i])) {
            i++;
            continue;
        }
        why = apr_dbd_error(store->apr, slot->dbd, 0);
        /* Of several processes that make a new file one by one switches it
           to WAL; SQLite refuses the others at once, whatever the timeout. */
        if (--tries == 0 || !strstr(why, "is locked"))
            return apr_psprintf(pool, "%s: %s", pragmas[i], why);
        apr_sleep(SETUP_PAUSE);
    }
    return NULL;
}

/*
 * By its message, because apr_dbd_sqlite3 reports a lock as a plain error.
 * SQLite's messages name tables and columns, never values.
 */
static oa2_fault_t *fault_read(oa2_ctx_t *ctx, oa2_slot_t *slot)
{
    static const struct { const char *part; int kind; int close; } known[] = {
        { "is locked", OA2_FAULT_BUSY, 0 },
        { "schema has changed", OA2_FAULT_AGAIN, 1 },
        { "disk is full", OA2_FAULT_BUSY, 1 },
        { "disk I/O error", OA2_FAULT_BUSY, 1 },
        { "unable to open database file", OA2_FAULT_BUSY, 1 },
        { "readonly database", OA2_FAULT_BUSY, 1 }
    };
    oa2_fault_t *fault = apr_pcalloc(ctx->pool, sizeof(*fault));
    apr_size_t i;

    fault->kind = OA2_FAULT_SQL;
    fault->close = 1;
    fault->text = apr_pstrdup(ctx->pool, apr_dbd_error(ctx->store->apr,
                                                       slot->dbd, 0));
    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strstr(fault->text, known[i].part)) {
            fault->kind = known[i].kind;
            fault->close = known[i].close;
        }
    }
    /*
     * With the schema changed, all statements that were prepared before are
     * of no use any more: a new connection prepares them again.  ":memory:"
     * would be gone with its connection.
     */
    if (ctx->store->is_memory) {
        apr_hash_clear(slot->statements);
        fault->close = 0;
    }
    return fault;
}

static apr_array_header_t *rows_read(oa2_ctx_t *ctx, apr_dbd_results_t *res)
{
    const apr_dbd_driver_t *driver = ctx->store->apr;
    int count = apr_dbd_num_tuples(driver, res);
    int columns = apr_dbd_num_cols(driver, res);
    apr_array_header_t *rows = apr_array_make(ctx->pool, count,
                                              sizeof(oa2_row_t));
    int i;

    while (count-- > 0) {
        const char **row = apr_pcalloc(ctx->pool, sizeof(*row)
                                       * (apr_size_t)(columns + 1));
        apr_dbd_row_t *from = NULL;

        if (apr_dbd_get_row(driver, ctx->pool, res, &from, -1) != 0)
            break;
        for (i = 0; i < columns; i++)
            row[i] = apr_dbd_get_entry(driver, from, i);
        APR_ARRAY_PUSH(rows, oa2_row_t) = row;
    }
    return rows;
}

static int step_run(apr_array_header_t **rows, oa2_ctx_t *ctx,
                    oa2_slot_t *slot, const char *text, const oa2_args_t *args)
{
    const oa2_prepared_t *prepared = oa2_statement_ready(ctx, slot, text);
    const char *values[OA2_SQL_ARGS * 3];
    apr_dbd_results_t *res = NULL;
    int rv;

    if (!prepared || !oa2_statement_bind(values, prepared, args))
        return 1;
    /* random = 1, on both drivers and always */
    rv = apr_dbd_pselect(ctx->store->apr, ctx->pool, slot->dbd, &res,
                         prepared->dbd, 1, prepared->count, values);
    if (rv == 0)
        *rows = rows_read(ctx, res);
    return rv;
}

static oa2_fault_t *run(apr_array_header_t **rows, oa2_ctx_t *ctx,
                        oa2_slot_t *slot, const oa2_sql_t *sql,
                        const oa2_args_t *args)
{
    oa2_store_t *store = ctx->store;
    oa2_fault_t *fault;
    int bad = 0;
    int i;

    if (!sql->sqlite[1])
        return step_run(rows, ctx, slot, sql->sqlite[0], args) == 0
            ? NULL : fault_read(ctx, slot);
    if (!execute(store, slot, BEGIN))
        return fault_read(ctx, slot);
    for (i = 0; !bad && i < OA2_SQL_STEPS && sql->sqlite[i]; i++) {
        const char *text = sql->sqlite[i];
        int optional = *text == '?';

        bad = step_run(rows, ctx, slot, text + optional, args);
        if (!bad && !optional && (*rows)->nelts == 0)
            break;
    }
    if (!bad && execute(store, slot, "COMMIT"))
        return NULL;
    fault = fault_read(ctx, slot);
    execute(store, slot, "ROLLBACK");
    return fault;
}

/* ------------------------------------------------------------ a look */

/*
 * Past apr_dbd, which knows neither names nor types of columns, and no way to
 * stop.  The slot is this thread's, and SQLite's own lock does the rest.
 */
static oa2_fault_t *look_fault(oa2_ctx_t *ctx, sqlite3 *db)
{
    oa2_fault_t *fault = apr_pcalloc(ctx->pool, sizeof(*fault));
    int was_late = sqlite3_errcode(db) == SQLITE_INTERRUPT;

    fault->kind = was_late ? OA2_FAULT_BUSY : OA2_FAULT_SQL;
    fault->text = was_late ? "the query took too long"
                           : apr_pstrdup(ctx->pool, sqlite3_errmsg(db));
    return fault;
}

/* PostgreSQL refuses by itself. */
static oa2_fault_t *more_than_one(oa2_ctx_t *ctx)
{
    oa2_fault_t *fault = apr_pcalloc(ctx->pool, sizeof(*fault));

    fault->kind = OA2_FAULT_SQL;
    fault->text = "it has more than one statement";
    return fault;
}

static int is_late(void *until)
{
    return oa2_clock() > *(const apr_time_t *)until;
}

/* JSON has no infinity.  apr_snprintf() would write 0.5 as ".5". */
static void put_double(cJSON *row, const char *name, double value)
{
    char digits[32];

    if (!isfinite(value))
        return;
    snprintf(digits, sizeof(digits), "%.15g", value);
    oa2_json_put_json(row, name, digits);
}

/* NULL, bytes, and text that is not UTF-8 are left out. */
static void put_column(cJSON *row, sqlite3_stmt *stmt, int i)
{
    const char *name = sqlite3_column_name(stmt, i);
    const char *text;

    switch (sqlite3_column_type(stmt, i)) {
    case SQLITE_INTEGER:
        oa2_json_put_number(row, name, sqlite3_column_int64(stmt, i));
        break;
    case SQLITE_FLOAT:
        put_double(row, name, sqlite3_column_double(stmt, i));
        break;
    case SQLITE_TEXT:
        text = (const char *)sqlite3_column_text(stmt, i);
        if (text && oa2_utf8_is_valid(text, strlen(text)))
            oa2_json_put_text(row, name, text);
        break;
    default:
        break;
    }
}

/* 0: sqlite3_errcode() says why not. */
static int step_look(const char **row, int *count, oa2_ctx_t *ctx,
                     sqlite3_stmt *stmt)
{
    cJSON *json = oa2_json_object(ctx->pool);
    int rv = sqlite3_step(stmt);
    int i;

    *count = 0;
    *row = NULL;
    if (rv == SQLITE_ROW) {
        for (i = 0; i < sqlite3_column_count(stmt); i++)
            put_column(json, stmt, i);
        *row = oa2_json_text(json, ctx->pool);
        rv = sqlite3_step(stmt);
        *count = rv == SQLITE_ROW ? 2 : 1;
    }
    return rv == SQLITE_ROW || rv == SQLITE_DONE;
}

static oa2_fault_t *look(const char **row, int *count, oa2_ctx_t *ctx,
                         oa2_slot_t *slot, const char *query,
                         const char *value)
{
    sqlite3 *db = apr_dbd_native_handle(ctx->store->apr, slot->dbd);
    apr_time_t until = oa2_clock() + OA2_LOOK_WITHIN;
    const char *text = apr_pstrcat(ctx->pool, "SELECT * FROM (", query,
                                   "\n) LIMIT 2", NULL);
    oa2_fault_t *fault = NULL;
    sqlite3_stmt *stmt;
    const char *rest;
    int at;

    if (sqlite3_prepare_v2(db, text, -1, &stmt, &rest) != SQLITE_OK)
        return look_fault(ctx, db);
    if (*rest) {
        sqlite3_finalize(stmt);
        return more_than_one(ctx);
    }
    at = sqlite3_bind_parameter_index(stmt, "$1");
    if (at)
        sqlite3_bind_text(stmt, at, value, -1, SQLITE_STATIC);
    sqlite3_progress_handler(db, LOOK_STEPS, is_late, &until);
    if (!step_look(row, count, ctx, stmt))
        fault = look_fault(ctx, db);
    sqlite3_progress_handler(db, 0, NULL, NULL);
    sqlite3_finalize(stmt);
    return fault;
}

/* ------------------------------------------------------------ the row */

static int is_alive(const oa2_store_t *store, const oa2_slot_t *slot)
{
    (void)store;
    (void)slot;
    return 1;
}

/* apr_dbd makes a '?' of it. */
static int write_argument(char *to, int n)
{
    (void)n;
    return apr_snprintf(to, 3, "%%s");
}

static int ready(oa2_store_t *store, oa2_slot_t *slot,
                 oa2_prepared_t *prepared)
{
    return apr_dbd_prepare(store->apr, slot->pool, slot->dbd, prepared->text,
                           NULL, &prepared->dbd) == 0;
}

static int may_repeat(oa2_ctx_t *ctx, oa2_slot_t *slot)
{
    const oa2_fault_t *fault = fault_read(ctx, slot);

    return fault->kind == OA2_FAULT_AGAIN || fault->kind == OA2_FAULT_BUSY;
}

/* www.sqlite.org/fileformat2.html sections 1.3.1 and 4.1, walformat.html
   section 2.1: a database, its "-wal" and its "-shm" by how they begin. */
static int is_file(int fd)
{
    static const unsigned char wal[] = { 0x37, 0x7f, 0x06 };
    static const apr_uint32_t version = 3007000;
    static const char none[16] = { 0 };
    char at[16];
    ssize_t n = pread(fd, at, sizeof(at), 0);

    return n == 0 || (n == sizeof(at)
                      && (memcmp(at, "SQLite format 3", sizeof(at)) == 0
                          || memcmp(at, wal, sizeof(wal)) == 0
                          || memcmp(at, &version, sizeof(version)) == 0
                          || memcmp(at, none, sizeof(none)) == 0));
}

const oa2_driver_t oa2_sqlite_driver = {
    .name = "sqlite3",
    .is_server = 0,
    .is_file = is_file,
    .begin = BEGIN,
    .check = check,
    .show = show,
    .complete = complete,
    .prepare = prepare,
    .setup = setup,
    .is_alive = is_alive,
    .write_argument = write_argument,
    .escape = "%",
    .ready = ready,
    .run = run,
    .look = look,
    .execute = execute,
    .may_repeat = may_repeat
};

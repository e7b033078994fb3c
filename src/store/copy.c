/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copy.c - all that an embedded database holds, in another file or in
 * PostgreSQL.
 *
 * Tables and columns are those that SQLite lists, so what a migration adds is
 * copied too.  Rows travel as JSON, a batch in one argument: SQLite makes it,
 * PostgreSQL takes it apart by the types of the table.
 */
#include "store/copy.h"

#include <string.h>

#include <apr_strings.h>

#include "store/db/pool.h"
#include "store/db/sql.h"
#include "store/migrate.h"

#define BATCH "1000"                    /* rows of one statement */

/* ------------------------------------------------------------ backup */

static const oa2_sql_t backup_sql = {
    "store_backup", NULL, { "VACUUM INTO $1" }, .repeats = 0
};

oa2_err_t *oa2_store_backup(oa2_ctx_t *ctx, const char *path)
{
    apr_array_header_t *rows;

    return OA2_SQL(&rows, ctx, &backup_sql, path);
}

/* ------------------------------------------------------------ copy */

/* Both ends, each one connection in one transaction. */
typedef struct {
    oa2_ctx_t *from, *to;
    oa2_slot_t *lite, *pg;
    apr_pool_t *batch;                  /* cleared between statements */
} copy_t;

static oa2_err_t *failed(const copy_t *copy, const char *what,
                         const oa2_fault_t *fault)
{
    return oa2_err_make(copy->to->pool, &oa2_server_error, OA2_ID(2800), NULL,
                        "could not %s: %s%s%s", what, fault->text,
                        fault->remedy ? ": " : "",
                        fault->remedy ? fault->remedy : "");
}

/* On the embedded database.  text has to live as long as the copy: prepared
   statements go by its address. */
static oa2_err_t *ask(apr_array_header_t **rows, const copy_t *copy,
                      const char *text, const char *value)
{
    const oa2_sql_t sql = { "store_copy", NULL, { text }, .repeats = 0 };
    const oa2_args_t args = { 1, &value };
    oa2_ctx_t ctx = *copy->from;
    const oa2_fault_t *fault;

    ctx.pool = copy->batch;
    fault = ctx.store->driver->run(rows, &ctx, copy->lite, &sql, &args);
    return fault ? failed(copy, "copy from SQLite; nothing was copied", fault)
                 : NULL;
}

/* On PostgreSQL.  what: in case it cannot be done. */
static oa2_err_t *tell_of(apr_array_header_t **rows, const copy_t *copy,
                          const char *text, const char *value,
                          const char *what)
{
    const oa2_sql_t sql = { "store_copy", text, { NULL }, .repeats = 0 };
    const oa2_args_t args = { 1, &value };
    oa2_ctx_t ctx = *copy->to;
    const oa2_fault_t *fault;

    ctx.pool = copy->batch;
    fault = ctx.store->driver->run(rows, &ctx, copy->pg, &sql, &args);
    return fault ? failed(copy, what, fault) : NULL;
}

static oa2_err_t *tell(apr_array_header_t **rows, const copy_t *copy,
                       const char *text, const char *value)
{
    return tell_of(rows, copy, text, value,
                   "copy to PostgreSQL; nothing was copied");
}

/* PostgreSQL's own settings come with its tables. */
static int is_setting(const oa2_copied_t *table)
{
    return strcmp(table->name, "oauth2_setting") == 0;
}

/*
 * The lock keeps away who would write meanwhile.  A table that has rows would
 * be mixed with ours.
 */
static oa2_err_t *need_empty(const copy_t *copy, const oa2_copied_t *table)
{
    apr_pool_t *pool = copy->to->pool;
    apr_array_header_t *rows;

    OA2_TRY(tell(&rows, copy, apr_pstrcat(
        pool, "LOCK TABLE ", table->name, " IN EXCLUSIVE MODE", NULL), NULL));
    if (is_setting(table)) return NULL;
    OA2_TRY(tell(&rows, copy, apr_pstrcat(
        pool, "SELECT 1 FROM ", table->name, " LIMIT 1", NULL), NULL));
    if (!rows->nelts) return NULL;
    return oa2_err_make(pool, &oa2_server_error, OA2_ID(2801), NULL,
                        "the table %s of the other database has rows "
                        "already; nothing was copied: copy into an empty one, "
                        "before httpd works with it", table->name);
}

static oa2_err_t *copy_table(const copy_t *copy, oa2_copied_t *table)
{
    static const char columns[] =
        "SELECT group_concat('\"' || name || '\"', ', '), group_concat("
        "'''' || name || ''', \"' || name || '\"', ', ')"
        " FROM pragma_table_info($1)";
    apr_pool_t *pool = copy->to->pool;
    apr_array_header_t *rows;
    const char *read, *write, *after = "0";
    apr_int64_t count;
    oa2_row_t row;

    OA2_TRY(need_empty(copy, table));
    OA2_TRY(ask(&rows, copy, columns, table->name));
    row = APR_ARRAY_IDX(rows, 0, oa2_row_t);
    read = apr_pstrcat(pool, "SELECT max(n), count(*), json_group_array("
                       "json_object(", row[1], ")) FROM (SELECT rowid AS n, *"
                       " FROM ", table->name, " WHERE rowid > CAST($1 AS"
                       " INTEGER) ORDER BY rowid LIMIT " BATCH ")", NULL);
    write = apr_pstrcat(pool, "WITH made AS (INSERT INTO ", table->name, " (",
                        row[0], ") SELECT ", row[0], " FROM"
                        " json_populate_recordset(NULL::", table->name,
                        ", CAST($1 AS json)) ON CONFLICT DO NOTHING"
                        " RETURNING 1) SELECT count(*) FROM made", NULL);
    for (;;) {
        apr_pool_clear(copy->batch);
        OA2_TRY(ask(&rows, copy, read, after));
        row = APR_ARRAY_IDX(rows, 0, oa2_row_t);
        count = oa2_row_number(row, 1);
        if (!count) return NULL;
        after = apr_pstrdup(pool, row[0]);
        OA2_TRY(tell(&rows, copy, write, row[2]));
        row = APR_ARRAY_IDX(rows, 0, oa2_row_t);
        if (oa2_row_number(row, 0) != count && !is_setting(table))
            return oa2_err_make(pool, &oa2_server_error, OA2_ID(2802), NULL,
                                "PostgreSQL has taken %" APR_INT64_T_FMT
                                " of %" APR_INT64_T_FMT " rows of %s; nothing "
                                "was copied", oa2_row_number(row, 0), count,
                                table->name);
        table->rows += oa2_row_number(row, 0);
    }
}

/* What refers to others comes after them; and the trail of what was done last,
   so that what stands in the way is told by what it is. */
static oa2_err_t *copy_all(apr_array_header_t *tables, const copy_t *copy)
{
    static const char list[] =
        "SELECT name FROM sqlite_master m WHERE type = 'table'"
        " AND name GLOB 'oauth2_*' AND name <> $1 ORDER BY"
        " name = 'oauth2_audit',"
        " (SELECT count(*) FROM pragma_foreign_key_list(m.name)), name";
    apr_array_header_t *rows;
    int i;

    OA2_TRY(ask(&rows, copy, list, "oauth2_schema"));
    for (i = 0; i < rows->nelts; i++) {
        oa2_copied_t *table = apr_array_push(tables);

        table->name = apr_pstrdup(copy->to->pool,
                                  APR_ARRAY_IDX(rows, i, oa2_row_t)[0]);
        table->rows = 0;
    }
    for (i = 0; i < tables->nelts; i++)
        OA2_TRY(copy_table(copy, &APR_ARRAY_IDX(tables, i, oa2_copied_t)));
    return NULL;
}

/* Reading begins with the first statement, and sees that moment throughout. */
static oa2_err_t *in_transactions(apr_array_header_t *tables,
                                  const copy_t *copy)
{
    apr_array_header_t *rows;
    oa2_err_t *err;

    OA2_TRY(ask(&rows, copy, "BEGIN", NULL));
    err = tell(&rows, copy, "BEGIN", NULL);
    if (!err)
        err = copy_all(tables, copy);
    if (err) return err;
    return tell_of(&rows, copy, "COMMIT", NULL, "tell whether all was copied: "
                   "look into the other database");
}

oa2_err_t *oa2_store_copy(apr_array_header_t **out, oa2_ctx_t *to,
                          oa2_ctx_t *from)
{
    apr_array_header_t *tables = apr_array_make(to->pool, 16,
                                                sizeof(oa2_copied_t));
    copy_t copy = { from, to, NULL, NULL, NULL };
    oa2_schema_t theirs, ours;
    oa2_err_t *err;

    OA2_TRY(oa2_schema_find(&ours, from));
    OA2_TRY(oa2_schema_find(&theirs, to));
    if (ours.current != theirs.current)
        return oa2_err_make(to->pool, &oa2_server_error, OA2_ID(2803), NULL,
                            "the schema versions are %d and %d: bring both "
                            "to the same one with \"oauth2ctl db migrate\"",
                            ours.current, theirs.current);
    OA2_TRY(oa2_pool_acquire(&copy.lite, from));
    err = oa2_pool_acquire(&copy.pg, to);
    if (!err) {
        apr_pool_create(&copy.batch, to->pool);
        err = in_transactions(tables, &copy);
        /* With their transactions, committed or not. */
        oa2_pool_release(to->store, copy.pg, OA2_SLOT_SPOILT);
    }
    oa2_pool_release(from->store, copy.lite, OA2_SLOT_SPOILT);
    if (!err)
        *out = tables;
    return err;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sql.c - runs a statement: on a connection, with its arguments, again when
 * that is safe, and says what went wrong.
 */
#include <stdlib.h>
#include <string.h>

#include <apr_strings.h>

#include "base/clock.h"
#include "store/pool.h"

#define TRIES 4
/* No new connection is made after this: a caller shall not wait 3 s. */
#define AGAIN_WITHIN apr_time_from_msec(800)
#define RETRY_AFTER 1                   /* seconds */

/* ------------------------------------------------------------ prepare */

/*
 * Each $n becomes what the driver wants: on SQLite %s, of which apr_dbd makes
 * a '?' (and of '%%' a '%'); on PostgreSQL $1, $2 … in the order in which they
 * come, because none may be left out.  0: too many arguments.
 */
static int translate(oa2_prepared_t *prepared, char *to, const char *text,
                     int is_pgsql)
{
    prepared->count = 0;
    while (*text) {
        if (*text == '$' && text[1] >= '1' && text[1] <= '9') {
            char *end;
            long n = strtol(text + 1, &end, 10);

            if (n > OA2_SQL_ARGS || prepared->count
                == (int)sizeof(prepared->order))
                return 0;
            prepared->order[prepared->count++] = (unsigned char)n;
            to += is_pgsql ? apr_snprintf(to, 4, "$%d", prepared->count)
                           : apr_snprintf(to, 3, "%%s");
            text = end;
            continue;
        }
        if (*text == '%' && !is_pgsql)
            *to++ = '%';
        *to++ = *text++;
    }
    *to = '\0';
    return 1;
}

oa2_prepared_t *oa2_sql_prepare(oa2_ctx_t *ctx, oa2_slot_t *slot,
                                const char *text)
{
    oa2_store_t *store = ctx->store;
    oa2_prepared_t *prepared = apr_hash_get(slot->statements, &text,
                                            sizeof(text));
    char *plain;

    if (prepared)
        return prepared;
    prepared = apr_pcalloc(slot->pool, sizeof(*prepared));
    prepared->key = text;
    plain = apr_palloc(slot->pool, 2 * strlen(text) + 1);
    prepared->text = plain;
    if (!translate(prepared, plain, text, store->is_pgsql))
        return NULL;
    if (!store->is_pgsql
        && apr_dbd_prepare(store->driver, slot->pool, slot->dbd, plain, NULL,
                           &prepared->dbd) != 0)
        return NULL;
    apr_hash_set(slot->statements, &prepared->key, sizeof(prepared->key),
                 prepared);
    return prepared;
}

int oa2_sql_bind(const char **values, const oa2_prepared_t *prepared,
                 const oa2_args_t *args)
{
    int i;

    for (i = 0; i < prepared->count; i++) {
        int n = prepared->order[i];

        if (n > args->count)
            return 0;
        values[i] = args->values[n - 1];
    }
    return 1;
}

/* ------------------------------------------------------------ run */

static oa2_err_t *fault_error(oa2_ctx_t *ctx, const oa2_sql_t *sql,
                              const oa2_fault_t *fault)
{
    oa2_err_t *err;

    if (fault->kind == OA2_FAULT_SQL)
        return oa2_err_make(ctx->pool, &oa2_server_error, OA2_ID(2010), NULL,
                            "%s: the database refused: %s", sql->name,
                            fault->text);
    /* What somebody sent: the tables are as they were. */
    if (fault->kind == OA2_FAULT_VALUE)
        return oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(2901),
                            "a value has characters that cannot be stored "
                            "here", "%s: the database cannot hold a value: "
                            "%s", sql->name, fault->text);
    err = oa2_err_make(ctx->pool, &oa2_temporarily_unavailable, OA2_ID(2011),
                       NULL, "%s: the database could not do it now: %s",
                       sql->name, fault->text);
    err->retry_after = RETRY_AFTER;
    return err;
}

/* Nobody knows what became of it. */
static int is_unknown(const oa2_fault_t *fault)
{
    return fault->kind == OA2_FAULT_LOST || fault->kind == OA2_FAULT_HUNG;
}

static int may_repeat(const oa2_sql_t *sql, const oa2_fault_t *fault)
{
    return fault->kind == OA2_FAULT_AGAIN
        || (sql->repeats && is_unknown(fault));
}

static oa2_slot_state_t slot_state(const oa2_fault_t *fault, int was_silent)
{
    if (!fault || !fault->close)
        return OA2_SLOT_GOOD;
    if (fault->kind != OA2_FAULT_HUNG)
        return OA2_SLOT_SPOILT;
    return was_silent ? OA2_SLOT_DEAD : OA2_SLOT_SILENT;
}

static oa2_fault_t *run_on(apr_array_header_t **rows, oa2_ctx_t *ctx,
                           oa2_slot_t *slot, const oa2_sql_t *sql,
                           const oa2_args_t *args, int was_silent)
{
    oa2_store_t *store = ctx->store;
    oa2_fault_t *fault = store->is_pgsql
        ? oa2_pgsql_run(rows, ctx, slot, sql, args)
        : oa2_sqlite_run(rows, ctx, slot, sql, args);

    oa2_pool_release(store, slot, slot_state(fault, was_silent));
    return fault;
}

static oa2_err_t *run(apr_array_header_t **rows, oa2_ctx_t *ctx,
                      const oa2_sql_t *sql, const oa2_args_t *args)
{
    apr_time_t began = oa2_clock();
    apr_array_header_t *found = NULL;
    oa2_fault_t *fault;
    oa2_slot_t *slot;
    int tries;

    for (tries = 1;; tries++) {
        apr_time_t since;
        int late;

        OA2_TRY(oa2_pool_acquire(&slot, ctx));
        since = slot->since;
        fault = run_on(&found, ctx, slot, sql, args, 0);
        late = oa2_clock() - began > AGAIN_WITHIN;
        /* One connection's silence is its own: once, another is asked. */
        if (fault && sql->repeats && is_unknown(fault)
            && (late || fault->kind == OA2_FAULT_HUNG)
            && (slot = oa2_pool_another(ctx->store, since)) != NULL)
            fault = run_on(&found, ctx, slot, sql, args,
                           fault->kind == OA2_FAULT_HUNG);
        if (!fault) {
            *rows = found;
            return NULL;
        }
        if (tries == TRIES || late || !may_repeat(sql, fault)
            || fault->kind == OA2_FAULT_HUNG)
            return fault_error(ctx, sql, fault);
    }
}

oa2_err_t *oa2_sql_run(apr_array_header_t **rows, oa2_ctx_t *ctx,
                       const oa2_sql_t *sql, int nargs,
                       const char *const *values)
{
    const oa2_args_t args = { nargs, values };
    oa2_err_t *err = run(rows, ctx, sql, &args);

    oa2_health_note(ctx->store, err);
    return err;
}

/* ------------------------------------------------------------ values */

const char *oa2_sql_number(apr_pool_t *pool, apr_int64_t n)
{
    return apr_psprintf(pool, "%" APR_INT64_T_FMT, n);
}

apr_int64_t oa2_row_number(oa2_row_t row, int column)
{
    return row[column] ? apr_strtoi64(row[column], NULL, 10) : 0;
}

const char *oa2_row_text(oa2_row_t row, int column)
{
    return row[column] ? row[column] : "";
}

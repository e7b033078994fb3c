/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sql.c - runs a statement: on a connection, with its arguments, again when
 * that is safe, and says what went wrong.
 */
#include <stdlib.h>
#include <string.h>

#include <apr_strings.h>

#include "store/pool.h"

#define TRIES 4
/* No second try after this: a caller shall not wait 3 s. */
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
    err = oa2_err_make(ctx->pool, &oa2_temporarily_unavailable, OA2_ID(2011),
                       NULL, "%s: the database could not do it now: %s",
                       sql->name, fault->text);
    err->retry_after = RETRY_AFTER;
    return err;
}

static int may_repeat(const oa2_store_t *store, const oa2_sql_t *sql,
                      const oa2_fault_t *fault)
{
    if (fault->kind == OA2_FAULT_AGAIN)
        return 1;
    return fault->kind == OA2_FAULT_LOST && store->is_pgsql
        && strncmp(sql->pgsql, "SELECT", 6) == 0;
}

static oa2_slot_state_t slot_state(const oa2_fault_t *fault)
{
    if (!fault || !fault->close)
        return OA2_SLOT_GOOD;
    return fault->kind == OA2_FAULT_HUNG ? OA2_SLOT_DEAD : OA2_SLOT_SPOILT;
}

oa2_err_t *oa2_sql_run(apr_array_header_t **rows, oa2_ctx_t *ctx,
                       const oa2_sql_t *sql, int nargs,
                       const char *const *values)
{
    const oa2_args_t args = { nargs, values };
    apr_time_t last = apr_time_now() + AGAIN_WITHIN;
    oa2_store_t *store = ctx->store;
    apr_array_header_t *found = NULL;
    oa2_fault_t *fault;
    oa2_slot_t *slot;
    int tries;

    for (tries = 1;; tries++) {
        OA2_TRY(oa2_pool_acquire(&slot, ctx));
        fault = store->is_pgsql
            ? oa2_pgsql_run(&found, ctx, slot, sql, &args)
            : oa2_sqlite_run(&found, ctx, slot, sql, &args);
        oa2_pool_release(store, slot, slot_state(fault));
        if (!fault) {
            *rows = found;
            return NULL;
        }
        if (tries == TRIES || !may_repeat(store, sql, fault)
            || apr_time_now() > last)
            return fault_error(ctx, sql, fault);
    }
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

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sql.c - runs a statement: on a connection, with its arguments, again when
 * that is safe, and says what went wrong.
 */
#include "store/db/sql.h"

#include <apr_strings.h>

#include "base/clock.h"
#include "base/shm/counter.h"
#include "store/db/pool.h"
#include "store/health.h"

#define TRIES 4
/* No new connection is made after this: a caller shall not wait 3 s. */
#define AGAIN_WITHIN apr_time_from_msec(800)
#define RETRY_AFTER 1                   /* seconds */

/* With what to do about it. */
static const char *advise(const oa2_ctx_t *ctx, const oa2_fault_t *fault)
{
    return fault->remedy ? apr_pstrcat(ctx->pool, fault->text, ": ",
                                       fault->remedy, NULL)
                         : fault->text;
}

static oa2_err_t *fault_error(oa2_ctx_t *ctx, const oa2_sql_t *sql,
                              const oa2_fault_t *fault)
{
    oa2_err_t *err;

    if (fault->kind == OA2_FAULT_SQL)
        return oa2_err_make(ctx->pool, &oa2_server_error, OA2_ID(2010), NULL,
                            "%s: the database refused: %s", sql->name,
                            advise(ctx, fault));
    /* What somebody sent: the tables are as they were. */
    if (fault->kind == OA2_FAULT_VALUE)
        return oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(2901),
                            "a value has characters that cannot be stored "
                            "here", "%s: the database cannot hold a value: "
                            "%s", sql->name, fault->text);
    err = oa2_err_make(ctx->pool, &oa2_temporarily_unavailable, OA2_ID(2011),
                       NULL, "%s: the database could not do it now: %s",
                       sql->name, advise(ctx, fault));
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
    oa2_fault_t *fault = store->driver->run(rows, ctx, slot, sql, args);

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
    apr_time_t began = oa2_clock();
    oa2_err_t *err = run(rows, ctx, sql, &args);

    OA2_COUNT_TIME(ctx->counter, statement_seconds, 0, oa2_clock() - began);
    oa2_health_note(ctx, err);
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

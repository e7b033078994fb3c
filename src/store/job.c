/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job.c - see job.h
 *
 * A claim moves `due` behind the lease, so that one index finds what may be
 * claimed: what waits, and what nobody finished.  The end of the lease also
 * tells this claim from a later one, which begins after it.
 */
#include "store/job.h"

#include <string.h>

#include <apr_strings.h>

#include "base/crypto.h"
#include "store/db/sql.h"

#define ID_BYTES 16
#define WAIT_FIRST 60
#define WAIT_MOST 3600

/* Under a random id: twice is once. */
#define PUT "INSERT INTO oauth2_job (id, kind, realm, text, created, due)" \
    " VALUES ($1, $2, $3, $4, $5, $5)" \
    " ON CONFLICT (id) DO UPDATE SET id = excluded.id RETURNING 1"
static const oa2_sql_t put_sql = {
    "job_put", PUT, { PUT }, .repeats = 1
};

oa2_err_t *oa2_job_put(oa2_ctx_t *ctx, const char *kind, const char *text)
{
    apr_array_header_t *rows;

    return OA2_SQL(&rows, ctx, &put_sql,
                   oa2_random_text(ctx->pool, ID_BYTES), kind,
                   oa2_sql_number(ctx->pool, ctx->realm), text,
                   oa2_sql_number(ctx->pool, ctx->now));
}

/* ------------------------------------------------------------ claim */

/* $1 kind, $2 realm, $3 now, $4 the lease's end */
#define CLAIM(skip) "UPDATE oauth2_job SET attempts = attempts + 1," \
    " leased_until = $4, due = $4 WHERE id = (SELECT id FROM oauth2_job" \
    " WHERE kind = $1 AND realm = $2 AND due <= $3 ORDER BY due LIMIT 1" \
    skip ") RETURNING id, text, created, attempts, error"
static const oa2_sql_t claim_sql = {
    "job_claim", CLAIM(" FOR UPDATE SKIP LOCKED"), { CLAIM("") },
    .repeats = 0                        /* it would claim another */
};

oa2_err_t *oa2_job_claim(oa2_queued_t **out, oa2_ctx_t *ctx,
                         const char *kind, int lease)
{
    apr_array_header_t *rows;
    oa2_queued_t *job;
    oa2_row_t row;

    OA2_TRY(OA2_SQL(&rows, ctx, &claim_sql, kind,
                    oa2_sql_number(ctx->pool, ctx->realm),
                    oa2_sql_number(ctx->pool, ctx->now),
                    oa2_sql_number(ctx->pool, ctx->now + lease)));
    *out = NULL;
    if (!rows->nelts) return NULL;
    row = APR_ARRAY_IDX(rows, 0, oa2_row_t);
    job = apr_pcalloc(ctx->pool, sizeof(*job));
    job->id = row[0];
    job->kind = kind;
    job->text = row[1];
    job->created = oa2_row_number(row, 2);
    job->due = job->leased_until = ctx->now + lease;
    job->attempts = (int)oa2_row_number(row, 3);
    job->error = row[4];
    *out = job;
    return NULL;
}

/* ------------------------------------------------------------ the end */

#define MINE " WHERE id = $1 AND leased_until = $2"
#define DONE "DELETE FROM oauth2_job" MINE " RETURNING 1"
static const oa2_sql_t done_sql = {
    "job_done", DONE, { DONE }, .repeats = 1
};

oa2_err_t *oa2_job_done(oa2_ctx_t *ctx, const oa2_queued_t *job)
{
    apr_array_header_t *rows;

    return OA2_SQL(&rows, ctx, &done_sql, job->id,
                   oa2_sql_number(ctx->pool, job->leased_until));
}

#define FAIL "UPDATE oauth2_job SET leased_until = 0, due = $3," \
    " error = $4, expires = $5" MINE " RETURNING 1"
static const oa2_sql_t fail_sql = {
    "job_fail", FAIL, { FAIL }, .repeats = 1
};

static apr_int64_t next_due(const oa2_ctx_t *ctx, const oa2_queued_t *job)
{
    apr_int64_t wait = WAIT_FIRST;
    int i;

    for (i = 1; i < job->attempts && wait < WAIT_MOST; i++)
        wait *= 2;
    return ctx->now + (wait < WAIT_MOST ? wait : WAIT_MOST);
}

/* At most so many bytes of it, and no half of a character. */
static const char *shorten(const char *text, apr_pool_t *pool)
{
    apr_size_t len = strlen(text);

    if (len <= OA2_JOB_ERROR_MAX) return text;
    len = OA2_JOB_ERROR_MAX;
    while (len && ((unsigned char)text[len] & 0xC0) == 0x80)
        len--;
    return apr_pstrmemdup(pool, text, len);
}

oa2_err_t *oa2_job_fail(int *given_up, oa2_ctx_t *ctx,
                        const oa2_queued_t *job, const char *error, int most)
{
    apr_pool_t *pool = ctx->pool;
    int last = job->attempts >= most;
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &fail_sql, job->id,
                    oa2_sql_number(pool, job->leased_until),
                    last ? NULL : oa2_sql_number(pool, next_due(ctx, job)),
                    shorten(error, pool),
                    last ? oa2_sql_number(pool, ctx->now + OA2_JOB_KEPT)
                         : NULL));
    *given_up = last;
    return NULL;
}

/* ------------------------------------------------------------ turns */

/*
 * $1 id, $2 now, $3 the next turn, $4 the one after it: what is due later than
 * that was set by a clock that went wrong.
 */
#define TURN "INSERT INTO oauth2_job (id, kind, realm, text, created, due)" \
    " VALUES ($1, 'turn', 0, '', $2, $3)" \
    " ON CONFLICT (id) DO UPDATE SET due = excluded.due" \
    " WHERE oauth2_job.due <= excluded.created" \
    " OR oauth2_job.due > CAST($4 AS BIGINT) RETURNING 1"
static const oa2_sql_t turn_sql = {
    "job_turn", TURN, { TURN }, .repeats = 0
};

static const char *turn_id(const oa2_ctx_t *ctx, const char *name)
{
    return apr_pstrcat(ctx->pool, "turn:", name, NULL);
}

oa2_err_t *oa2_job_turn(int *mine, oa2_ctx_t *ctx, const char *name,
                        int every)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &turn_sql, turn_id(ctx, name),
                    oa2_sql_number(ctx->pool, ctx->now),
                    oa2_sql_number(ctx->pool, ctx->now + every),
                    oa2_sql_number(ctx->pool, ctx->now + 2 * every)));
    *mine = rows->nelts > 0;
    return NULL;
}

#define TURN_IN "UPDATE oauth2_job SET due = $2 WHERE id = $1 RETURNING 1"
static const oa2_sql_t turn_in_sql = {
    "job_turn_in", TURN_IN, { TURN_IN }, .repeats = 1
};

oa2_err_t *oa2_job_turn_in(oa2_ctx_t *ctx, const char *name, int seconds)
{
    apr_array_header_t *rows;

    return OA2_SQL(&rows, ctx, &turn_in_sql, turn_id(ctx, name),
                   oa2_sql_number(ctx->pool, ctx->now + seconds));
}

/* ------------------------------------------------------------ lists */

#define COLUMNS "id, kind, '', created, due, leased_until, attempts, error"
#define LIST "SELECT " COLUMNS " FROM oauth2_job WHERE realm = $1" \
    " AND kind <> 'turn' ORDER BY created DESC, id DESC" \
    " LIMIT CAST($2 AS BIGINT)"
static const oa2_sql_t list_sql = {
    "job_list", LIST, { LIST }, .repeats = 1
};
#define TURNS "SELECT " COLUMNS " FROM oauth2_job WHERE kind = 'turn'" \
    " AND realm = 0 ORDER BY id"
static const oa2_sql_t turns_sql = {
    "job_turns", TURNS, { TURNS }, .repeats = 1
};

static apr_array_header_t *read_all(const apr_array_header_t *rows,
                                    apr_pool_t *pool)
{
    apr_array_header_t *out = apr_array_make(pool, rows->nelts,
                                             sizeof(oa2_queued_t *));
    int i;

    for (i = 0; i < rows->nelts; i++) {
        oa2_row_t row = APR_ARRAY_IDX(rows, i, oa2_row_t);
        oa2_queued_t *job = apr_pcalloc(pool, sizeof(*job));

        job->id = row[0];
        job->kind = row[1];
        job->text = "";
        job->created = oa2_row_number(row, 3);
        job->due = oa2_row_number(row, 4);
        job->leased_until = oa2_row_number(row, 5);
        job->attempts = (int)oa2_row_number(row, 6);
        job->error = row[7];
        APR_ARRAY_PUSH(out, oa2_queued_t *) = job;
    }
    return out;
}

oa2_err_t *oa2_job_list(apr_array_header_t **out, oa2_ctx_t *ctx, int n)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &list_sql,
                    oa2_sql_number(ctx->pool, ctx->realm),
                    oa2_sql_number(ctx->pool, n)));
    *out = read_all(rows, ctx->pool);
    return NULL;
}

oa2_err_t *oa2_job_turns(apr_array_header_t **out, oa2_ctx_t *ctx)
{
    apr_array_header_t *rows;
    int i;

    OA2_TRY(oa2_sql_run(&rows, ctx, &turns_sql, 0, NULL));
    *out = read_all(rows, ctx->pool);
    for (i = 0; i < (*out)->nelts; i++) {
        oa2_queued_t *job = APR_ARRAY_IDX(*out, i, oa2_queued_t *);

        job->kind = job->id + strcspn(job->id, ":");
        job->kind += *job->kind == ':';
    }
    return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health.c - admin/health: database, cache, listener, jobs, and what waits to
 * be removed.  What SetHandler oauth2-metrics tells programs, for people.
 */
#include <string.h>

#include <apr_strings.h>

#include "base/shm/counter.h"
#include "base/text/units.h"
#include "domain/person/role.h"
#include "endpoint/admin/admin.h"
#include "store/health.h"
#include "store/job.h"
#include "store/purge.h"
#include "store/store.h"

#define JOBS_MOST 1000                  /* that are looked at */
#define DEAF_AFTER 3                    /* s: then the cache trusts less */
#define OVERDUE_AFTER 600               /* s: the purge does not keep up */

static const oa2_param_t params[] = {
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    OA2_PARAMS_END
};

static const char *number(apr_uint64_t n, apr_pool_t *pool)
{
    return apr_psprintf(pool, "%" APR_UINT64_T_FMT, n);
}

static cJSON *put_part(cJSON *list, const char *id, const char *title,
                       int is_good)
{
    cJSON *part = oa2_json_push_object(list);

    oa2_json_put_text(part, "id", id);
    oa2_json_put_text(part, "title", title);
    oa2_json_put_bool(part, "is_good", is_good);
    oa2_json_put_array(part, "facts");
    return part;
}

static void put_fact(cJSON *part, const char *label, const char *value)
{
    cJSON *fact = oa2_json_push_object(
        cJSON_GetObjectItemCaseSensitive(part, "facts"));

    oa2_json_put_text(fact, "label", label);
    oa2_json_put_text(fact, "value", value);
}

/* ------------------------------------------------------------ database */

/* On average; "–" when there was none. */
static const char *mean_of(const oa2_times_t *times, apr_pool_t *pool)
{
    apr_uint64_t count = 0;
    int i;

    for (i = 0; i <= OA2_TIMES; i++)
        count += times->within[i];
    return count
        ? apr_psprintf(pool, "%" APR_UINT64_T_FMT " µs", times->usec / count)
        : "–";
}

static void put_database(cJSON *list, const oa2_ctx_t *ctx,
                         const oa2_counts_t *counts,
                         const oa2_health_now_t *health)
{
    apr_pool_t *pool = ctx->pool;
    cJSON *part = put_part(list, "database", oa2_say(ctx, "Database", NULL),
                           !health->is_away);

    put_fact(part, oa2_say(ctx, "Kind", NULL),
             oa2_store_is_server(ctx->store) ? "PostgreSQL" : "SQLite");
    put_fact(part, oa2_say(ctx, "State", NULL), health->is_away
             ? oa2_say(ctx, "refuses some statements just now", NULL)
             : oa2_say(ctx, "answers", NULL));
    put_fact(part, oa2_say(ctx, "From a statement to its answer, on average",
                           NULL), mean_of(counts->statement_seconds, pool));
    put_fact(part, oa2_say(ctx, "Statements that waited for a connection",
                           NULL), number(counts->waits[0], pool));
    put_fact(part, oa2_say(ctx, "Statements that were refused", NULL),
             number(counts->refused[0], pool));
    put_fact(part, oa2_say(ctx, "Times that it began to refuse", NULL),
             number(counts->away[0], pool));
}

/* ------------------------------------------------------------ cache */

/* "97 % of 1234" */
static const char *share(apr_uint64_t hits, apr_uint64_t misses,
                         const oa2_ctx_t *ctx)
{
    apr_uint64_t all = hits + misses;

    return all ? oa2_say(ctx, "{{percent}} % of {{all}}",
                         "percent", number(100 * hits / all, ctx->pool),
                         "all", number(all, ctx->pool), NULL)
               : "–";
}

static void put_cache(cJSON *list, const oa2_ctx_t *ctx,
                      const oa2_counts_t *counts)
{
    oa2_cache_t *cache = oa2_store_cache(ctx->store);
    cJSON *part = put_part(list, "cache", oa2_say(ctx, "Cache", NULL),
                           cache != NULL);

    put_fact(part, oa2_say(ctx, "Room for tokens", NULL), cache
             ? number(oa2_cache_capacity(cache), ctx->pool)
             : oa2_say(ctx, "none: each request asks the database", NULL));
    put_fact(part, oa2_say(ctx, "Tokens found in it", NULL),
             share(counts->cache_hits[OA2_CACHE_TOKENS],
                   counts->cache_misses[OA2_CACHE_TOKENS], ctx));
    put_fact(part, oa2_say(ctx, "Apps found in it", NULL),
             share(counts->cache_hits[OA2_CACHE_CLIENTS],
                   counts->cache_misses[OA2_CACHE_CLIENTS], ctx));
    put_fact(part, oa2_say(ctx, "Tokens that had to make room for others",
                           NULL),
             number(counts->cache_evictions[OA2_CACHE_TOKENS], ctx->pool));
}

/* ------------------------------------------------------------ listener */

static const char *age_text(const oa2_ctx_t *ctx, apr_int64_t age)
{
    return age < 0 ? oa2_say(ctx, "never", NULL)
        : oa2_say(ctx, "{{time}} ago", "time",
                  oa2_units_tell_seconds(age, ctx->pool), NULL);
}

static void put_listener(cJSON *list, const oa2_ctx_t *ctx,
                         const oa2_counts_t *counts,
                         const oa2_health_now_t *health)
{
    int is_server = oa2_store_is_server(ctx->store);
    int hears = health->heard >= 0 && health->heard <= DEAF_AFTER;
    cJSON *part = put_part(list, "listener", oa2_say(ctx, "What other servers "
                                                     "change", NULL),
                           hears || !is_server);

    if (!is_server) {
        put_fact(part, oa2_say(ctx, "State", NULL),
                 oa2_say(ctx, "not needed: the database is a file of this "
                         "machine", NULL));
        return;
    }
    put_fact(part, oa2_say(ctx, "State", NULL), hears
             ? oa2_say(ctx, "is heard at once", NULL)
             : oa2_say(ctx, "is seen after five seconds", NULL));
    put_fact(part, oa2_say(ctx, "Last heard", NULL),
             age_text(ctx, health->heard));
    if (health->heard >= 0)
        put_fact(part, oa2_say(ctx, "On its way", NULL),
                 apr_psprintf(ctx->pool, "%" APR_INT64_T_FMT " µs",
                              health->lag));
    put_fact(part, oa2_say(ctx, "Times that the connection was lost", NULL),
             number(counts->deaf[0], ctx->pool));
}

/* ------------------------------------------------------------ purge */

static oa2_err_t *put_purge(cJSON *list, oa2_ctx_t *ctx,
                            const oa2_counts_t *counts,
                            const oa2_health_now_t *health)
{
    apr_int64_t overdue;
    cJSON *part;

    OA2_TRY(oa2_purge_overdue(&overdue, ctx));
    part = put_part(list, "purge", oa2_say(ctx, "Removing what has expired",
                                           NULL), overdue <= OVERDUE_AFTER);
    put_fact(part, oa2_say(ctx, "The oldest row that waits", NULL), overdue
             ? oa2_say(ctx, "for {{time}}", "time",
                       oa2_units_tell_seconds(overdue, ctx->pool), NULL)
             : oa2_say(ctx, "none", NULL));
    put_fact(part, oa2_say(ctx, "This machine's last turn", NULL),
             age_text(ctx, health->purged));
    put_fact(part, oa2_say(ctx, "Rows that this machine has removed", NULL),
             number(counts->purged[0], ctx->pool));
    return NULL;
}

/* ------------------------------------------------------------ jobs */

static const char *state_of(const oa2_ctx_t *ctx, const oa2_queued_t *job)
{
    if (!job->due)
        return oa2_say(ctx, "given up", NULL);
    if (job->leased_until > ctx->now)
        return oa2_say(ctx, "at work", NULL);
    return job->attempts ? oa2_say(ctx, "tried again later", NULL)
                         : oa2_say(ctx, "waits", NULL);
}

static void put_job(cJSON *item, const oa2_ctx_t *ctx, const oa2_queued_t *job)
{
    oa2_json_put_text(item, "kind", job->kind);
    oa2_json_put_text(item, "state", state_of(ctx, job));
    oa2_json_put_bool(item, "is_over", !job->due);
    oa2_json_put_number(item, "attempts", job->attempts);
    oa2_json_put_text(item, "error", job->error ? job->error : "");
    oa2_sheet_time(item, "created", job->created);
    oa2_sheet_time(item, "due", job->due);
}

/* How many, at most as many as are looked at. */
static const char *many(const oa2_ctx_t *ctx, int n)
{
    return n < JOBS_MOST ? apr_itoa(ctx->pool, n)
        : oa2_say(ctx, "{{n}} or more", "n", apr_itoa(ctx->pool, n), NULL);
}

static oa2_err_t *put_jobs(cJSON *model, cJSON *list, oa2_ctx_t *ctx)
{
    cJSON *rows = oa2_json_put_array(model, "jobs");
    apr_array_header_t *jobs;
    int waiting = 0;
    int again = 0;
    int over = 0;
    cJSON *part;
    int i;

    OA2_TRY(oa2_job_list(&jobs, ctx, JOBS_MOST));
    for (i = 0; i < jobs->nelts; i++) {
        const oa2_queued_t *job = APR_ARRAY_IDX(jobs, i, oa2_queued_t *);

        waiting += job->due && !job->attempts;
        again += job->due && job->attempts;
        over += !job->due;
        if (i < OA2_SHEET_ROWS)
            put_job(oa2_json_push_object(rows), ctx, job);
    }
    oa2_json_put_bool(model, "has_jobs", jobs->nelts > 0);
    part = put_part(list, "queue", oa2_say(ctx, "Jobs", NULL),
                    !again && !over);
    put_fact(part, oa2_say(ctx, "Waiting", NULL), many(ctx, waiting));
    put_fact(part, oa2_say(ctx, "Failed, and tried again later", NULL),
             many(ctx, again));
    put_fact(part, oa2_say(ctx, "Given up", NULL), many(ctx, over));
    return NULL;
}

static oa2_err_t *put_turns(cJSON *model, oa2_ctx_t *ctx)
{
    cJSON *list = oa2_json_put_array(model, "turns");
    apr_array_header_t *turns;
    int i;

    OA2_TRY(oa2_job_turns(&turns, ctx));
    for (i = 0; i < turns->nelts; i++) {
        const oa2_queued_t *turn = APR_ARRAY_IDX(turns, i, oa2_queued_t *);
        cJSON *item = oa2_json_push_object(list);

        oa2_json_put_text(item, "kind", turn->kind);
        oa2_sheet_time(item, "due", turn->due);
    }
    oa2_json_put_bool(model, "has_turns", turns->nelts > 0);
    return NULL;
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    oa2_counts_t *counts = apr_palloc(ctx->pool, sizeof(*counts));
    oa2_health_now_t health = { 0, -1, 0, -1 };
    cJSON *model = oa2_admin_model(call);
    cJSON *list = oa2_json_put_array(model, "parts");

    oa2_counter_sum(counts, ctx->counter);
    (void)oa2_health_look(&health, ctx->store);
    put_database(list, ctx, counts, &health);
    put_cache(list, ctx, counts);
    put_listener(list, ctx, counts, &health);
    OA2_TRY(put_purge(list, ctx, counts, &health));
    OA2_TRY(put_jobs(model, list, ctx));
    OA2_TRY(put_turns(model, ctx));
    *out = oa2_sheet_show(call, 200, OA2_PAGE_ADMIN_HEALTH, model);
    return NULL;
}

const oa2_endpoint_t oa2_endpoint_admin_health = {
    .name = "admin/health",
    .metadata = NULL,
    .methods = OA2_GET,
    .client = OA2_CLIENT_NONE,
    .asker = OA2_ASKER_SESSION,
    .role = OA2_ROLE_ADMINISTRATOR,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

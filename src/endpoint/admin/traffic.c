/* SPDX-License-Identifier: Apache-2.0 */
/*
 * traffic.c - admin/traffic: requests, errors and latency of the last hour or
 * day, as charts and as a table that says the same.
 *
 * The numbers are base/shm/history's: of this machine, and of all sites that
 * its httpd serves.
 */
#include <string.h>

#include <apr_strings.h>

#include "base/clock.h"
#include "base/shm/history.h"
#include "domain/person/role.h"
#include "endpoint/admin/admin.h"
#include "page/chart.h"

static const oa2_param_t params[] = {
    { "span", OA2_OPTIONAL, OA2_ONCE, 16, oa2_is_word },
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    OA2_PARAMS_END
};

#define N OA2_HISTORY_MOST
#define TABLE_HOUR 5                    /* intervals that are one row */
#define TABLE_DAY 4

/* One number of each interval. */
typedef struct {
    oa2_interval_t intervals[N];
    unsigned char is_known[N];
    apr_uint64_t good[N], refused[N], failed[N];
    apr_uint64_t let_in[N], kept_out[N], unavailable[N];
    apr_uint64_t mean[N], high[N];      /* microseconds */
    unsigned char is_timed[N];          /* it had requests */
    int count;
    int seconds;                        /* of each */
    apr_time_t end;                     /* of the last: time of day */
} traffic_t;

/* ------------------------------------------------------------ numbers */

static void add(oa2_sample_t *sum, const oa2_sample_t *one)
{
    int i;

    sum->good += one->good;
    sum->refused += one->refused;
    sum->failed += one->failed;
    sum->let_in += one->let_in;
    sum->kept_out += one->kept_out;
    sum->unavailable += one->unavailable;
    for (i = 0; i <= OA2_TIMES; i++)
        sum->times.within[i] += one->times.within[i];
    sum->times.usec += one->times.usec;
}

static apr_uint64_t count_of(const oa2_times_t *times)
{
    apr_uint64_t sum = 0;
    int i;

    for (i = 0; i <= OA2_TIMES; i++)
        sum += times->within[i];
    return sum;
}

/* What 95 of 100 took at most: between two bounds as if they were spread
   evenly there; at least the last bound where it is more than that. */
static apr_uint64_t high_of(const oa2_times_t *times)
{
    static const apr_uint64_t bounds[OA2_TIMES] = OA2_TIME_BOUNDS;
    apr_uint64_t rank = count_of(times) * 95;   /* of hundredths */
    apr_uint64_t before = 0;
    apr_uint64_t from = 0;
    int i;

    for (i = 0; i < OA2_TIMES; i++) {
        apr_uint64_t within = 100 * times->within[i];

        if (within && before + within >= rank)
            return from + (bounds[i] - from) * (rank - before) / within;
        before += within;
        from = bounds[i];
    }
    return from;
}

static void take(traffic_t *traffic, int i)
{
    const oa2_sample_t *sum = &traffic->intervals[i].sum;
    apr_uint64_t count = count_of(&sum->times);

    traffic->is_known[i] = (unsigned char)traffic->intervals[i].is_known;
    traffic->good[i] = sum->good;
    traffic->refused[i] = sum->refused;
    traffic->failed[i] = sum->failed;
    traffic->let_in[i] = sum->let_in;
    traffic->kept_out[i] = sum->kept_out;
    traffic->unavailable[i] = sum->unavailable;
    traffic->is_timed[i] = traffic->is_known[i] && count;
    traffic->mean[i] = count ? sum->times.usec / count : 0;
    traffic->high[i] = count ? high_of(&sum->times) : 0;
}

static traffic_t *read_traffic(const oa2_ctx_t *ctx, oa2_span_t span)
{
    traffic_t *traffic = apr_pcalloc(ctx->pool, sizeof(*traffic));
    apr_time_t now = oa2_clock();
    int i;

    traffic->count = oa2_history_count(span);
    traffic->seconds = oa2_history_seconds(span);
    traffic->end = apr_time_from_sec(ctx->now)
        - now % apr_time_from_sec(traffic->seconds);
    oa2_history_read(traffic->intervals, ctx->history, span, now);
    for (i = 0; i < traffic->count; i++)
        take(traffic, i);
    return traffic;
}

/* ------------------------------------------------------------ texts */

/* "14:05", when an interval began */
static const char *clock_text(const traffic_t *traffic, int i,
                              apr_pool_t *pool)
{
    apr_time_exp_t at;

    apr_time_exp_gmt(&at, traffic->end - apr_time_from_sec(
        (apr_int64_t)(traffic->count - i) * traffic->seconds));
    return apr_psprintf(pool, "%02d:%02d", at.tm_hour, at.tm_min);
}

static const char *number(apr_uint64_t n, apr_pool_t *pool)
{
    return apr_psprintf(pool, "%" APR_UINT64_T_FMT, n);
}

/* "40 µs", "0.4 ms", "12 ms", "1.2 s" */
static const char *time_text(apr_uint64_t usec, apr_pool_t *pool)
{
    apr_uint64_t tenths = (usec + 50) / 100;

    if (usec < 100)
        return apr_psprintf(pool, "%" APR_UINT64_T_FMT " µs", usec);
    if (usec >= 1000000)
        return apr_psprintf(pool, "%" APR_UINT64_T_FMT ".%d s",
                            usec / 1000000, (int)(usec / 100000 % 10));
    if (tenths >= 100 || tenths % 10 == 0)
        return apr_psprintf(pool, "%" APR_UINT64_T_FMT " ms",
                            (usec + 500) / 1000);
    return apr_psprintf(pool, "%" APR_UINT64_T_FMT ".%d ms", tenths / 10,
                        (int)(tenths % 10));
}

/* ------------------------------------------------------------ charts */

typedef const char *text_fn(apr_uint64_t value, apr_pool_t *pool);

/* What all charts have around their paths. */
static void put_axes(cJSON *chart, const traffic_t *traffic, apr_uint64_t top,
                     text_fn *text, apr_pool_t *pool)
{
    oa2_json_put_text(chart, "top", text(top, pool));
    oa2_json_put_text(chart, "half", text(top / 2, pool));
    oa2_json_put_text(chart, "begin", clock_text(traffic, 0, pool));
    oa2_json_put_text(chart, "middle",
                      clock_text(traffic, traffic->count / 2, pool));
    oa2_json_put_text(chart, "end", clock_text(traffic, traffic->count, pool));
}

static cJSON *put_chart(cJSON *list, const char *id, const char *title,
                        const char *about)
{
    cJSON *chart = oa2_json_push_object(list);

    oa2_json_put_text(chart, "id", id);
    oa2_json_put_text(chart, "title", title);
    oa2_json_put_text(chart, "about", about);
    return chart;
}

static void put_requests(cJSON *list, const oa2_ctx_t *ctx,
                         const traffic_t *traffic, const oa2_sample_t *sum)
{
    const oa2_chart_series_t series[] = {
        { "is-good", oa2_say(ctx, "answered", NULL), traffic->good },
        { "is-care", oa2_say(ctx, "refused", NULL), traffic->refused },
        { "is-bad", oa2_say(ctx, "failed", NULL), traffic->failed },
    };
    cJSON *chart = put_chart(
        list, "requests", oa2_say(ctx, "Requests to this server's own pages "
                                  "and endpoints", NULL),
        oa2_say(ctx, "{{good}} answered, {{refused}} refused because of what "
                "was asked, {{failed}} failed because of the server.",
                "good", number(sum->good, ctx->pool),
                "refused", number(sum->refused, ctx->pool),
                "failed", number(sum->failed, ctx->pool), NULL));

    put_axes(chart, traffic, oa2_chart_bars(chart, series, 3,
                                            traffic->is_known, traffic->count,
                                            ctx->pool), number, ctx->pool);
}

static void put_guarded(cJSON *list, const oa2_ctx_t *ctx,
                        const traffic_t *traffic, const oa2_sample_t *sum)
{
    const oa2_chart_series_t series[] = {
        { "is-good", oa2_say(ctx, "let in", NULL), traffic->let_in },
        { "is-care", oa2_say(ctx, "kept out", NULL), traffic->kept_out },
        { "is-bad", oa2_say(ctx, "failed", NULL), traffic->unavailable },
    };
    cJSON *chart = put_chart(
        list, "guarded", oa2_say(ctx, "Requests to what is protected", NULL),
        oa2_say(ctx, "{{good}} let in, {{refused}} kept out, {{failed}} "
                "failed because of the server.",
                "good", number(sum->let_in, ctx->pool),
                "refused", number(sum->kept_out, ctx->pool),
                "failed", number(sum->unavailable, ctx->pool), NULL));

    put_axes(chart, traffic, oa2_chart_bars(chart, series, 3,
                                            traffic->is_known, traffic->count,
                                            ctx->pool), number, ctx->pool);
}

static void put_times(cJSON *list, const oa2_ctx_t *ctx,
                      const traffic_t *traffic, const oa2_sample_t *sum)
{
    const oa2_chart_series_t series[] = {
        { "is-care", oa2_say(ctx, "95 of 100 at most", NULL), traffic->high },
        { "is-good", oa2_say(ctx, "on average", NULL), traffic->mean },
    };
    apr_uint64_t count = count_of(&sum->times);
    cJSON *chart = put_chart(
        list, "times", oa2_say(ctx, "Time to an answer of these pages and "
                               "endpoints", NULL),
        count ? oa2_say(ctx, "{{mean}} on average; 95 of 100 took {{high}} at "
                        "most.", "mean", time_text(sum->times.usec / count,
                                                   ctx->pool),
                        "high", time_text(high_of(&sum->times), ctx->pool),
                        NULL)
              : oa2_say(ctx, "There were none.", NULL));

    oa2_json_put_bool(chart, "is_lines", 1);
    put_axes(chart, traffic, oa2_chart_lines(chart, series, 2,
                                             traffic->is_timed, traffic->count,
                                             ctx->pool), time_text, ctx->pool);
}

/* ------------------------------------------------------------ the table */

static void put_row(cJSON *item, const traffic_t *traffic, int from, int to,
                    apr_pool_t *pool)
{
    oa2_sample_t sum;
    apr_uint64_t count;
    int is_known = 0;
    int i;

    memset(&sum, 0, sizeof(sum));
    for (i = from; i < to; i++) {
        is_known |= traffic->is_known[i];
        if (traffic->is_known[i])
            add(&sum, &traffic->intervals[i].sum);
    }
    count = count_of(&sum.times);
    oa2_json_put_text(item, "from", clock_text(traffic, from, pool));
    oa2_json_put_text(item, "to", clock_text(traffic, to, pool));
    oa2_json_put_bool(item, "is_known", is_known);
    oa2_json_put_text(item, "good", number(sum.good, pool));
    oa2_json_put_text(item, "refused", number(sum.refused, pool));
    oa2_json_put_text(item, "failed", number(sum.failed, pool));
    oa2_json_put_text(item, "let_in", number(sum.let_in, pool));
    oa2_json_put_text(item, "kept_out", number(sum.kept_out, pool));
    oa2_json_put_text(item, "unavailable", number(sum.unavailable, pool));
    oa2_json_put_text(item, "mean", count
                      ? time_text(sum.times.usec / count, pool) : "–");
    oa2_json_put_text(item, "high", count
                      ? time_text(high_of(&sum.times), pool) : "–");
}

static void put_table(cJSON *model, const traffic_t *traffic, int rows,
                      apr_pool_t *pool)
{
    cJSON *list = oa2_json_put_array(model, "rows");
    int i;

    for (i = traffic->count; i > 0; i -= rows)
        put_row(oa2_json_push_object(list), traffic, i - rows, i, pool);
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    const oa2_ctx_t *ctx = &call->ctx;
    const char *span = oa2_params_get(ctx->params, "span");
    int is_day = span && strcmp(span, "day") == 0;
    const traffic_t *traffic =
        read_traffic(ctx, is_day ? OA2_HISTORY_DAY : OA2_HISTORY_HOUR);
    cJSON *model = oa2_admin_model(call);
    cJSON *list = oa2_json_put_array(model, "charts");
    oa2_sample_t sum;
    int is_known = 0;
    int i;

    memset(&sum, 0, sizeof(sum));
    for (i = 0; i < traffic->count; i++) {
        is_known |= traffic->is_known[i];
        add(&sum, &traffic->intervals[i].sum);
    }
    oa2_json_put_bool(model, "is_day", is_day);
    oa2_json_put_bool(model, "is_known", is_known);
    put_requests(list, ctx, traffic, &sum);
    put_guarded(list, ctx, traffic, &sum);
    put_times(list, ctx, traffic, &sum);
    put_table(model, traffic, is_day ? TABLE_DAY : TABLE_HOUR, ctx->pool);
    *out = oa2_sheet_show(call, 200, OA2_PAGE_ADMIN_TRAFFIC, model);
    return NULL;
}

const oa2_endpoint_t oa2_endpoint_admin_traffic = {
    .name = "admin/traffic",
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

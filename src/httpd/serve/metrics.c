/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics.c - see metrics.h.  OpenMetrics 1.0 (Prometheus; an Internet-Draft,
 * draft-richih-opsawg-openmetrics-00), its text format.
 *
 * Labels hold what the source or the configuration says, and nothing that
 * somebody sent: so their number is bounded, and nobody's name is in them.
 */
#include "httpd/serve/metrics.h"

#include <stddef.h>
#include <string.h>

#include <apr_atomic.h>
#include <apr_optional_hooks.h>
#include <apr_strings.h>
#include <http_main.h>
#include <http_protocol.h>
#include <http_request.h>
#include <mod_status.h>

#include "grant/grant.h"
#include "httpd/run/count.h"
#include "httpd/start/db.h"
#include "oa2_config.h"
#include "store/store.h"

/* With its version: readers of other formats refuse what they cannot read. */
#define TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"
#define NUMBER "%" APR_UINT64_T_FMT
#define OVERDUE_FOR 600                 /* seconds */

/* ------------------------------------------------------------ rows */

typedef const char *text_fn(apr_size_t i);

#define V(name, text) text,
static const char *const guarded[] = { OA2_GUARDED(V) };
static const char *const logins[] = { OA2_LOGINS(V) };
static const char *const caches[] = { OA2_CACHES(V) };
static const char *const revoked[] = { OA2_REVOKED(V) };
#undef V

static const char *grant_text(apr_size_t at)
{
    apr_size_t i;

    for (i = 0; oa2_grant_types[i]; i++) {
        if (i == at) return oa2_grant_types[i]->name;
    }
    return NULL;
}

typedef enum { COUNT, SECONDS } kind_t;

typedef struct {
    kind_t kind;
    apr_size_t at;                      /* in oa2_counts_t */
    apr_size_t n;
    const char *name;
    const char *label;
    const char *help;
} row_t;

static const row_t rows[] = {
#define X(kind, member, n, family, label, help)                             \
    { kind, offsetof(oa2_counts_t, member), (n), family, label, help },
    OA2_COUNTERS(X)
#undef X
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* {label="value"}, more of them with more before them; NULL: there is no such
   value.  What has two labels is requests. */
static const char *labels_of(const row_t *row, apr_size_t i, apr_pool_t *pool)
{
    const char *text = NULL;

    if (!*row->label) return "";
    if (row->at == offsetof(oa2_counts_t, requests)) {
        const char *place = oa2_count_place(i / OA2_OUTCOMES);
        const char *outcome = oa2_count_outcome(i % OA2_OUTCOMES);

        return place && outcome
            ? apr_psprintf(pool, "endpoint=\"%s\",outcome=\"%s\"", place,
                           outcome)
            : NULL;
    }
    if (row->at == offsetof(oa2_counts_t, request_seconds)) {
        text = oa2_count_place(i);
    }
    else if (row->at == offsetof(oa2_counts_t, guarded))
        text = guarded[i];
    else if (row->at == offsetof(oa2_counts_t, logins))
        text = logins[i];
    else if (row->at == offsetof(oa2_counts_t, revoked))
        text = revoked[i];
    else if (row->at == offsetof(oa2_counts_t, tokens))
        text = grant_text(i);
    else
        text = caches[i];
    return text ? apr_psprintf(pool, "%s=\"%s\"", row->label, text) : NULL;
}

/* ------------------------------------------------------------ numbers */

static void head(request_rec *r, const char *name, const char *type,
                 const char *unit, const char *help)
{
    ap_rprintf(r, "# TYPE %s %s\n", name, type);
    if (*unit)
        ap_rprintf(r, "# UNIT %s %s\n", name, unit);
    ap_rprintf(r, "# HELP %s %s.\n", name, help);
}

static const char *braced(const char *labels, apr_pool_t *pool)
{
    return *labels ? apr_pstrcat(pool, "{", labels, "}", NULL) : "";
}

static void count(request_rec *r, const row_t *row, apr_size_t i,
                  apr_uint64_t value)
{
    const char *labels = labels_of(row, i, r->pool);

    /* Most endpoints never have most of the errors. */
    if (!labels || (!value && row->n > OA2_PLACES)) return;
    ap_rprintf(r, "%s_total%s " NUMBER "\n", row->name,
               braced(labels, r->pool), value);
}

/* "0.0025", "1.0" */
static const char *seconds(apr_uint64_t usec, apr_pool_t *pool)
{
    char *text = apr_psprintf(pool, NUMBER ".%06" APR_UINT64_T_FMT,
                              usec / 1000000, usec % 1000000);
    apr_size_t len = strlen(text);

    while (text[len - 1] == '0' && text[len - 2] != '.')
        text[--len] = '\0';
    return text;
}

static void histogram(request_rec *r, const row_t *row, apr_size_t i,
                      const oa2_times_t *times)
{
    static const apr_uint64_t bounds[OA2_TIMES] = OA2_TIME_BOUNDS;
    const char *labels = labels_of(row, i, r->pool);
    apr_uint64_t sum = 0;
    int j;

    for (j = 0; j <= OA2_TIMES; j++)
        sum += times->within[j];
    if (!labels || (!sum && *labels)) return;
    for (sum = 0, j = 0; j <= OA2_TIMES; j++) {
        sum += times->within[j];
        ap_rprintf(r, "%s_seconds_bucket{%s%sle=\"%s\"} " NUMBER "\n",
                   row->name, labels, *labels ? "," : "", j < OA2_TIMES
                   ? seconds(bounds[j], r->pool) : "+Inf", sum);
    }
    labels = braced(labels, r->pool);
    ap_rprintf(r, "%s_seconds_count%s " NUMBER "\n", row->name, labels, sum);
    ap_rprintf(r, "%s_seconds_sum%s %s\n", row->name, labels,
               seconds(times->usec, r->pool));
}

static void family(request_rec *r, const row_t *row,
                   const oa2_counts_t *counts)
{
    const void *at = (const char *)counts + row->at;
    const apr_uint64_t *numbers = at;
    const oa2_times_t *times = at;
    apr_size_t i;

    if (row->kind == COUNT) {
        head(r, row->name, "counter", "", row->help);
        for (i = 0; i < row->n; i++)
            count(r, row, i, numbers[i]);
        return;
    }
    head(r, apr_pstrcat(r->pool, row->name, "_seconds", NULL), "histogram",
         "seconds", row->help);
    for (i = 0; i < row->n; i++)
        histogram(r, row, i, &times[i]);
}

/* ------------------------------------------------------------ databases */

static const oa2_db_t *databases(void)
{
    return oa2_conf_server(ap_server_conf)->dbs;
}

/* In a label's value; an issuer is a URL, but whoever wrote it. */
static const char *escaped(const char *text, apr_pool_t *pool)
{
    char *out = apr_palloc(pool, 2 * strlen(text) + 1);
    char *to = out;

    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            *to++ = '\\';
        *to++ = *text;
    }
    *to = '\0';
    return out;
}

static const char *health_text(volatile apr_uint32_t *word,
                               int is_age, apr_pool_t *pool)
{
    apr_uint32_t value = apr_atomic_read32(word);

    if (!is_age) return apr_psprintf(pool, "%u", (unsigned)value);
    return oa2_health_age(value) < 0 ? NULL
        : apr_psprintf(pool, "%" APR_INT64_T_FMT, oa2_health_age(value));
}

typedef const char *gauge_fn(const oa2_db_t *db, apr_pool_t *pool);

static const char *is_up(const oa2_db_t *db, apr_pool_t *pool)
{
    (void)pool;
    return apr_atomic_read32(&db->watch.health->is_away) ? "0" : "1";
}

static const char *beat_age(const oa2_db_t *db, apr_pool_t *pool)
{
    return health_text(&db->watch.health->heard, 1, pool);
}

static const char *lag(const oa2_db_t *db, apr_pool_t *pool)
{
    oa2_health_t *health = db->watch.health;

    return apr_atomic_read32(&health->heard)
        ? seconds(apr_atomic_read32(&health->lag), pool) : NULL;
}

/* Machines take turns: what this one has seen long ago says nothing. */
static const char *overdue(const oa2_db_t *db, apr_pool_t *pool)
{
    apr_int64_t age = oa2_health_age(
        apr_atomic_read32(&db->watch.health->purged));

    return age < 0 || age > OVERDUE_FOR ? NULL
        : health_text(&db->watch.health->overdue, 0, pool);
}

static const char *purge_age(const oa2_db_t *db, apr_pool_t *pool)
{
    return health_text(&db->watch.health->purged, 1, pool);
}

static const char *capacity(const oa2_db_t *db, apr_pool_t *pool)
{
    return db->tokens
        ? apr_psprintf(pool, "%" APR_SIZE_T_FMT, oa2_cache_capacity(db->tokens))
        : "0";
}

/* The value is NULL where there is nothing to say. */
static const struct {
    const char *name;
    const char *unit;
    const char *help;
    gauge_fn *value;
} gauges[] = {
    { "oauth2_database_up", "", "0 while the database refuses", is_up },
    { "oauth2_listener_beat_age_seconds", "seconds", "Since the connection "
      "that tells what other machines change was last heard; above 3 the cache "
      "trusts nothing for longer than 5", beat_age },
    { "oauth2_listener_lag_seconds", "seconds", "From saying so to hearing "
      "it, last time", lag },
    { "oauth2_purge_overdue_seconds", "seconds", "For how long the oldest row "
      "that nothing can need any more had been waiting, after this machine's "
      "last turn, of the last ten minutes", overdue },
    { "oauth2_purge_age_seconds", "seconds", "Since this machine's last turn "
      "to remove such rows", purge_age },
    { "oauth2_cache_capacity_tokens", "tokens", "Tokens that the cache has "
      "room for", capacity },
};

static void tell_databases(request_rec *r)
{
    const oa2_db_t *db;
    const char *value;
    apr_size_t i;

    head(r, "oauth2_database", "info", "", "Which database a number is");
    for (db = databases(); db; db = db->next) {
        ap_rprintf(r, "oauth2_database_info{database=\"%d\",driver=\"%s\","
                   "issuer=\"%s\"} 1\n", db->number, db->conf.driver,
                   escaped(db->settings->issuer, r->pool));
    }
    for (i = 0; i < sizeof(gauges) / sizeof(gauges[0]); i++) {
        head(r, gauges[i].name, "gauge", gauges[i].unit, gauges[i].help);
        for (db = databases(); db; db = db->next) {
            value = gauges[i].value(db, r->pool);
            if (value) {
                ap_rprintf(r, "%s{database=\"%d\"} %s\n", gauges[i].name,
                           db->number, value);
            }
        }
    }
}

/* ------------------------------------------------------------ handler */

static void sum_up(oa2_counts_t *counts)
{
    const oa2_db_t *db = databases();

    oa2_counter_sum(counts, db ? db->counter : NULL);
}

int oa2_metrics_answer(request_rec *r)
{
    oa2_counts_t *counts = apr_palloc(r->pool, sizeof(*counts));
    apr_size_t i;

    ap_allow_standard_methods(r, REPLACE_ALLOW, M_GET, -1);
    if (r->method_number != M_GET) return HTTP_METHOD_NOT_ALLOWED;
    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    apr_table_setn(r->headers_out, "X-Content-Type-Options", "nosniff");
    ap_set_content_type(r, TYPE);
    sum_up(counts);
    head(r, "oauth2_build", "info", "", "The module");
    ap_rputs("oauth2_build_info{version=\"" OA2_VERSION "\"} 1\n", r);
    for (i = 0; i < ROWS; i++)
        family(r, &rows[i], counts);
    tell_databases(r);
    ap_rputs("# EOF\n", r);
    return OK;
}

/* ------------------------------------------------------------ mod_status */

/* A row's numbers added up; NULL text: only of the value of that name. */
static apr_uint64_t total(const oa2_counts_t *counts, const row_t *row)
{
    const apr_uint64_t *numbers =
        (const void *)((const char *)counts + row->at);
    apr_uint64_t sum = 0;
    apr_size_t i;

    for (i = 0; i < row->n; i++)
        sum += numbers[i];
    return sum;
}

/* "?auto" is lines of "Name: number", for programs. */
static void tell_number(request_rec *r, int is_short, const row_t *row,
                        apr_uint64_t value)
{
    if (is_short) {
        ap_rprintf(r, "%s: " NUMBER "\n", row->name, value);
    }
    else {
        ap_rprintf(r, "<dt>%s: " NUMBER "</dt>\n", row->help, value);
    }
}

static int tell_status(request_rec *r, int flags)
{
    oa2_counts_t *counts = apr_palloc(r->pool, sizeof(*counts));
    int is_short = (flags & AP_STATUS_SHORT) != 0;
    const oa2_db_t *db;
    apr_size_t i;

    if (!databases()) return DECLINED;
    sum_up(counts);
    if (!is_short)
        ap_rputs("<hr>\n<h2>mod_oauth2_api</h2>\n<dl>\n", r);
    for (i = 0; i < ROWS; i++) {
        if (rows[i].kind == COUNT) {
            tell_number(r, is_short, &rows[i], total(counts, &rows[i]));
        }
    }
    for (db = databases(); db; db = db->next) {
        ap_rprintf(r, is_short ? "oauth2_database_up %d %s: %s\n"
                   : "<dt>Database %d (%s) answers: %s</dt>\n", db->number,
                   db->conf.driver, is_up(db, r->pool));
    }
    if (!is_short)
        ap_rputs("</dl>\n", r);
    return OK;
}

void oa2_metrics_register(apr_pool_t *pool)
{
    (void)pool;
    /* Optional: mod_status need not be there, now or ever. */
    APR_OPTIONAL_HOOK(ap, status_hook, tell_status, NULL, NULL,
                      APR_HOOK_MIDDLE);
}

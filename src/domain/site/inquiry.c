/* SPDX-License-Identifier: Apache-2.0 */
/* inquiry.c - see inquiry.h */
#include "domain/site/inquiry.h"

#include <stdio.h>
#include <string.h>

#include <apr_strings.h>

#include "base/text/csv.h"
#include "base/text/json.h"
#include "base/text/units.h"

#define AGO_MOST APR_INT64_C(3153600000)        /* s: a hundred years */
#define BY "by"

/* ------------------------------------------------------------ when */

/* Behind the date: nothing, or "T" and a time of day.  *is_day: nothing. */
static int read_day_time(apr_time_exp_t *at, int *is_day, const char *text)
{
    int end = 0;

    *is_day = !*text;
    if (*is_day)
        return 1;
    if (sscanf(text, "T%2d:%2d%n", &at->tm_hour, &at->tm_min, &end) != 2
        || !end)
        return 0;
    text += end;
    if (*text == ':') {
        end = 0;
        if (sscanf(text, ":%2d%n", &at->tm_sec, &end) != 1 || !end)
            return 0;
        text += end;
    }
    return !*text || strcmp(text, "Z") == 0;
}

static int is_date(const apr_time_exp_t *at)
{
    return at->tm_year >= 70 && at->tm_mon >= 0 && at->tm_mon < 12
        && at->tm_mday > 0 && at->tm_mday < 32 && at->tm_hour >= 0
        && at->tm_hour < 24 && at->tm_min >= 0 && at->tm_min < 60
        && at->tm_sec >= 0 && at->tm_sec < 60;
}

int oa2_inquiry_time(apr_time_t *out, const char *text, int is_end,
                     apr_pool_t *pool)
{
    apr_time_exp_t at;
    apr_int64_t ago;
    int end = 0;
    int is_day;

    if (!oa2_units_seconds(&ago, text, 1, AGO_MOST, pool)) {
        *out = apr_time_now() - apr_time_from_sec(ago);
        return *out > 0;
    }
    memset(&at, 0, sizeof(at));
    if (sscanf(text, "%4d-%2d-%2d%n", &at.tm_year, &at.tm_mon, &at.tm_mday,
               &end) != 3 || !end
        || !read_day_time(&at, &is_day, text + end))
        return 0;
    at.tm_year -= 1900;
    at.tm_mon--;
    if (!is_date(&at) || apr_time_exp_gmt_get(out, &at) != APR_SUCCESS)
        return 0;
    if (is_end && is_day)
        *out += apr_time_from_sec(86400);
    return 1;
}

/* ------------------------------------------------------------ told */

static const cJSON *members_of(const oa2_trail_t *row, apr_pool_t *pool)
{
    return oa2_json_parse(row->members, strlen(row->members), pool);
}

const char *oa2_inquiry_by(const oa2_trail_t *row, apr_pool_t *pool)
{
    const cJSON *members = members_of(row, pool);

    return members ? oa2_json_get_text(members, BY) : NULL;
}

const char *oa2_inquiry_more(const oa2_trail_t *row, apr_pool_t *pool)
{
    const cJSON *members = members_of(row, pool);
    const cJSON *member;
    const char *text = "";

    for (member = members ? members->child : NULL; member;
         member = member->next) {
        if (!cJSON_IsString(member) || strcmp(member->string, BY) == 0)
            continue;
        text = apr_pstrcat(pool, text, *text ? "  " : "", member->string, "=",
                           member->valuestring, NULL);
    }
    return text;
}

const char *oa2_inquiry_when(const oa2_trail_t *row, apr_pool_t *pool)
{
    return oa2_units_say_time(apr_time_sec(oa2_trail_time(row->id)), pool);
}

const char *oa2_inquiry_csv(const oa2_trail_t *row, apr_pool_t *pool)
{
    static const char *const names[] = {
        "time", "event", "level", "user", "client", "address", "request",
        "by", "more"
    };
    const char *fields[sizeof(names) / sizeof(names[0])];

    if (!row)
        return oa2_csv_record(names, sizeof(names) / sizeof(names[0]), pool);
    fields[0] = oa2_inquiry_when(row, pool);
    fields[1] = row->event;
    fields[2] = row->level;
    fields[3] = row->user;
    fields[4] = row->client_id;
    fields[5] = row->address;
    fields[6] = row->request;
    fields[7] = oa2_inquiry_by(row, pool);
    fields[8] = oa2_inquiry_more(row, pool);
    return oa2_csv_record(fields, sizeof(fields) / sizeof(fields[0]), pool);
}

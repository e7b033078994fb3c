/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_audit.c - the audit trail: reads it, and writes what this command does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <apr_strings.h>
#include <apr_user.h>

#include "base/text/units.h"
#include "ctl.h"
#include "domain/site/inquiry.h"

#define LIMIT 1000
#define LIMIT_MAX 100000
#define PAGE 500

/* ------------------------------------------------------------ writing */

/* Who has called it; behind sudo it is root, and sudo says for whom. */
static const char *who(apr_pool_t *pool)
{
    const char *behind = getuid() == 0 ? getenv("SUDO_USER") : NULL;
    char *name = NULL;

    if (apr_uid_name_get(&name, getuid(), pool) != APR_SUCCESS)
        name = apr_psprintf(pool, "%lu", (unsigned long)getuid());
    return behind && oa2_is_text(behind)
        ? apr_psprintf(pool, "oauth2ctl (%s by sudo)", behind)
        : apr_psprintf(pool, "oauth2ctl (%s)", name);
}

void ctl_audit_begin(ctl_t *ctl)
{
    ctl->audit.pool = ctl->pool;
    ctl->settings.audit_keep = OA2_AUDIT_KEEP;
    ctl->by = who(ctl->pool);
}

void ctl_audit_end(ctl_t *ctl)
{
    oa2_audit_origin_t origin = { NULL, NULL, ctl->by };
    oa2_err_t *err;

    if (!ctl->audit.entries) return;
    err = oa2_audit_keep(&ctl->ctx, &origin, NULL);
    if (err)
        ctl_warn(ctl, "it was done, but could not be written into the audit "
                 "trail: %s", err->meant);
}

/* ------------------------------------------------------------ reading */

static oa2_err_t *read_when(apr_time_t *out, ctl_t *ctl, const char *name,
                            int is_end)
{
    const char *text = ctl_option(ctl, name);

    if (text && !oa2_inquiry_time(out, text, is_end, ctl->pool))
        return ctl_fail(ctl, &ctl_usage, "--%s %s: write how long ago, for "
                        "instance 7d, or when: 2026-03-14 or "
                        "2026-03-14T09:26:53Z", name, text);
    return NULL;
}

static oa2_err_t *read_query(oa2_trail_query_t *query, apr_int64_t *limit,
                             ctl_t *ctl)
{
    const char *text = ctl_option(ctl, "limit");
    const char *problem;

    memset(query, 0, sizeof(*query));
    *limit = LIMIT;
    problem = text ? oa2_units_number(limit, text, 1, LIMIT_MAX, ctl->pool)
                   : NULL;
    if (problem)
        return ctl_fail(ctl, &ctl_usage, "--limit %s: %s", text, problem);
    OA2_TRY(read_when(&query->since, ctl, "since", 0));
    OA2_TRY(read_when(&query->until, ctl, "until", 1));
    if (ctl_has(ctl, "csv") && ctl_has(ctl, "json"))
        return ctl_fail(ctl, &ctl_usage, "--csv and --json: name one of them");
    query->event = ctl_option(ctl, "event");
    if (query->event && !oa2_event_find(query->event))
        return ctl_fail(ctl, &ctl_usage, "--event %s: there is no such event; "
                        "they are, for instance, login.failed and "
                        "token.issued", query->event);
    query->user = ctl_option(ctl, "user");
    query->client_id = ctl_option(ctl, "client");
    return NULL;
}

/* The same members as a line of the file. */
static cJSON *row_json(const oa2_trail_t *row, apr_pool_t *pool)
{
    cJSON *json = oa2_json_object(pool);
    const cJSON *members = oa2_json_parse(row->members, strlen(row->members),
                                          pool);
    const cJSON *member;

    oa2_json_put_text(json, "time", oa2_inquiry_when(row, pool));
    oa2_json_put_text(json, "event", row->event);
    oa2_json_put_text(json, "level", row->level);
    oa2_json_put_text(json, "user", row->user);
    oa2_json_put_text(json, "client", row->client_id);
    oa2_json_put_text(json, "address", row->address);
    oa2_json_put_text(json, "request", row->request);
    for (member = members ? members->child : NULL; member;
         member = member->next)
        oa2_json_put_text(json, member->string, oa2_json_get_text(
            members, member->string));
    return json;
}

/* {"a":"b","by":"c"} as a=b  by=c */
static const char *tell_members(const oa2_trail_t *row, apr_pool_t *pool)
{
    const char *by = oa2_inquiry_by(row, pool);
    const char *more = oa2_inquiry_more(row, pool);

    if (by)
        more = apr_pstrcat(pool, more, *more ? "  by=" : "by=", by, NULL);
    return ctl_visible(more, pool);
}

static void print(ctl_list_t *list, ctl_t *ctl, const oa2_trail_t *row,
                  apr_pool_t *pool)
{
    if (ctl_has(ctl, "csv"))
        fputs(oa2_inquiry_csv(row, pool), stdout);
    else if (ctl_has(ctl, "json"))
        ctl_list_json(list, row_json(row, pool), pool);
    else
        ctl_say(ctl, "%s  %s  %s  %s  %s  %s", oa2_inquiry_when(row, pool),
                ctl_cell(row->event, 21, pool),
                ctl_cell(row->user ? row->user : "-", 16, pool),
                ctl_cell(row->client_id ? row->client_id : "-", 20, pool),
                ctl_cell(row->address ? row->address : "-", 15, pool),
                tell_members(row, pool));
}

static oa2_err_t *show(ctl_t *ctl)
{
    oa2_trail_query_t query;
    apr_array_header_t *rows;
    oa2_user_t *user = NULL;
    apr_int64_t left;
    ctl_list_t list;
    apr_pool_t *pool;
    int wanted;
    int i;

    OA2_TRY(read_query(&query, &left, ctl));
    OA2_TRY(ctl_open(ctl));
    if (query.user)
        OA2_TRY(ctl_find_user(&user, ctl, query.user));
    if (user)
        query.user = user->name;
    if (ctl_has(ctl, "csv"))
        fputs(oa2_inquiry_csv(NULL, ctl->pool), stdout);
    else
        ctl_list_begin(&list, ctl, "TIME                  EVENT             "
                       "     USER              CLIENT                "
                       "ADDRESS          MORE");
    do {
        oa2_ctx_t ctx = ctl->ctx;

        apr_pool_create(&pool, ctl->pool);
        ctx.pool = pool;
        wanted = left < PAGE ? (int)left : PAGE;
        OA2_TRY(oa2_trail_list(&rows, &ctx, &query, wanted));
        for (i = 0; i < rows->nelts; i++)
            print(&list, ctl, &APR_ARRAY_IDX(rows, i, oa2_trail_t), pool);
        if (rows->nelts)
            query.before = apr_pstrdup(ctl->pool, APR_ARRAY_IDX(
                rows, rows->nelts - 1, oa2_trail_t).id);
        left -= rows->nelts;
        i = rows->nelts;
        apr_pool_destroy(pool);
    } while (left > 0 && i == wanted);
    if (!ctl_has(ctl, "csv"))
        ctl_list_end(&list);
    return NULL;
}

static const ctl_option_t options[] = {
    { "user", "NAME", 0, "only of this user" },
    { "client", "ID", 0, "only of this client" },
    { "event", "NAME", 0, "only this event, for instance login.failed" },
    { "since", "TIME", 0, "only since then: 7d (ago), or 2026-03-14" },
    { "until", "TIME", 0, "only until then: the same; a day to its end" },
    { "limit", "N", 0, "at most so many, the newest; default 1000" },
    { "csv", NULL, 0, "as comma-separated values (RFC 4180)" },
    { NULL, NULL, 0, NULL }
};

const ctl_command_t ctl_audit_commands[] = {
    { "audit", "", 0, 0,
     "Lists what has happened, newest first.\n"
     "Sign-ins, consents, tokens, refused clients, and what oauth2ctl has\n"
     "changed, as long as httpd keeps it (OAuth2AuditKeep).",
     options, show },
    { NULL, NULL, 0, 0, NULL, NULL, NULL }
};

/* SPDX-License-Identifier: Apache-2.0 */
/* audit.c - see audit.h */
#include "domain/site/audit.h"

#include <stdarg.h>
#include <string.h>

#include <apr_strings.h>

#include "domain/site/settings.h"
#include "store/client.h"
#include "store/trail.h"

#define TEXT_MAX 400                    /* bytes of one member */

/* Cut between two characters of UTF-8. */
static const char *cut(const char *text, apr_pool_t *pool)
{
    apr_size_t len = strlen(text);

    if (len <= TEXT_MAX)
        return apr_pstrmemdup(pool, text, len);
    len = TEXT_MAX;
    while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
        len--;
    return apr_pstrmemdup(pool, text, len);
}

static void add(oa2_audit_entry_t *entry, const char *member,
                const char *text, apr_pool_t *pool)
{
    if (!text || !*text)
        return;
    text = cut(text, pool);
    if (strcmp(member, "user") == 0)
        entry->user = text;
    else if (strcmp(member, "client") == 0)
        entry->client = text;
    else
        oa2_json_put_text(entry->members, member, text);
}

/* Behind the one before, so that their ids have the order in which they were
   noted. */
static apr_time_t time_behind(const apr_array_header_t *entries)
{
    apr_time_t now = apr_time_now();
    apr_time_t last = entries->nelts
        ? APR_ARRAY_IDX(entries, entries->nelts - 1, oa2_audit_entry_t).at
        : 0;

    return now > last ? now : last + 1;
}

void oa2_audit(oa2_ctx_t *ctx, const oa2_event_t *event, ...)
{
    oa2_audit_t *audit = ctx->audit;
    oa2_audit_entry_t *entry;
    const char *member;
    apr_time_t at;
    va_list args;

    if (!audit)
        return;
    if (!audit->entries)
        audit->entries = apr_array_make(audit->pool, 2,
                                        sizeof(oa2_audit_entry_t));
    at = time_behind(audit->entries);
    entry = apr_array_push(audit->entries);
    memset(entry, 0, sizeof(*entry));
    entry->event = event;
    entry->at = at;
    entry->members = oa2_json_object(audit->pool);
    add(entry, "client", ctx->client ? ctx->client->id : NULL, audit->pool);
    va_start(args, event);
    while ((member = va_arg(args, const char *)) != NULL)
        add(entry, member, va_arg(args, const char *), audit->pool);
    va_end(args);
}

const char *oa2_audit_number(const oa2_ctx_t *ctx, apr_int64_t number)
{
    return apr_psprintf(ctx->pool, "%" APR_INT64_T_FMT, number);
}

/* ------------------------------------------------------------ file */

/* RFC 3339, UTC */
static const char *time_of(apr_time_t at, apr_pool_t *pool)
{
    apr_time_exp_t t;

    apr_time_exp_gmt(&t, at);
    return apr_psprintf(pool, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ",
                        t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour,
                        t.tm_min, t.tm_sec, t.tm_usec);
}

static const char *line_of(const oa2_ctx_t *ctx,
                           const oa2_audit_entry_t *entry,
                           const oa2_audit_origin_t *origin, int whole)
{
    cJSON *json = oa2_json_object(ctx->pool);
    const cJSON *member;

    oa2_json_put_text(json, "time", time_of(entry->at, ctx->pool));
    oa2_json_put_text(json, "event", entry->event->name);
    oa2_json_put_text(json, "level", oa2_event_level(entry->event));
    oa2_json_put_text(json, "realm", ctx->settings->realm);
    oa2_json_put_text(json, "user", whole ? entry->user : NULL);
    oa2_json_put_text(json, "client", whole ? entry->client : NULL);
    oa2_json_put_text(json, "address", origin->address);
    oa2_json_put_text(json, "request", origin->request);
    oa2_json_put_text(json, "by", origin->by);
    if (!whole)
        oa2_json_put_bool(json, "cut", 1);
    for (member = whole ? entry->members->child : NULL; member;
         member = member->next)
        oa2_json_put_text(json, member->string, member->valuestring);
    return apr_pstrcat(ctx->pool, oa2_json_text(json, ctx->pool), "\n", NULL);
}

/* Names and scopes of nothing but control characters can be that long. */
const char *oa2_audit_line(const oa2_ctx_t *ctx,
                           const oa2_audit_entry_t *entry,
                           const oa2_audit_origin_t *origin)
{
    const char *line = line_of(ctx, entry, origin, 1);

    return strlen(line) <= OA2_AUDIT_LINE ? line
                                          : line_of(ctx, entry, origin, 0);
}

/* ------------------------------------------------------------ store */

oa2_err_t *oa2_audit_keep(oa2_ctx_t *ctx, const oa2_audit_origin_t *origin,
                          const unsigned char *wanted)
{
    const apr_array_header_t *entries = ctx->audit ? ctx->audit->entries
                                                   : NULL;
    apr_array_header_t *rows;
    int i;

    if (!entries || !ctx->settings->audit_keep)
        return NULL;
    rows = apr_array_make(ctx->pool, entries->nelts, sizeof(oa2_trail_t));
    for (i = 0; i < entries->nelts; i++) {
        const oa2_audit_entry_t *entry =
            &APR_ARRAY_IDX(entries, i, oa2_audit_entry_t);
        oa2_trail_t *row;

        if (wanted && !wanted[i])
            continue;
        row = apr_array_push(rows);
        memset(row, 0, sizeof(*row));
        row->id = oa2_trail_id(entry->at, ctx->pool);
        row->event = entry->event->name;
        row->level = oa2_event_level(entry->event);
        row->user = entry->user;
        row->client_id = entry->client;
        row->address = origin->address;
        row->request = origin->request;
        if (origin->by)
            oa2_json_put_text(entry->members, "by", origin->by);
        row->members = oa2_json_text(entry->members, ctx->pool);
    }
    return rows->nelts
        ? oa2_trail_put(ctx, rows, ctx->now + ctx->settings->audit_keep)
        : NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit.c - admin/audit: what has happened, and who did it; as a page or as a
 * table for a spreadsheet (?format=csv).  What "oauth2ctl audit" shows.
 *
 * The table is one answer that is made in memory, so it is bounded; its name
 * says so when there was more.
 */
#include <string.h>

#include <apr_strings.h>

#include "base/text/csv.h"
#include "base/text/encode.h"
#include "domain/person/role.h"
#include "domain/site/event.h"
#include "domain/site/inquiry.h"
#include "endpoint/admin/admin.h"
#include "store/user.h"

#define CSV_MOST 10000                  /* rows */

static const char *check_time(const char *value, const oa2_ctx_t *ctx)
{
    apr_time_t at;

    return oa2_inquiry_time(&at, value, 0, ctx->pool)
        ? NULL
        : oa2_say(ctx, "Please write a day, for instance 2026-03-14, or how "
                  "long ago, for instance 7d.", NULL);
}

static const oa2_field_t rows[] = {
    { "user", OA2_FIELD_LINE, 0, 255, "User", NULL, NULL, NULL },
    { "client", OA2_FIELD_LINE, 0, 256, "Client ID of the app", NULL, NULL,
      NULL },
    { "event", OA2_FIELD_SELECT, 0, 64, "Event", NULL, NULL, NULL },
    { "from", OA2_FIELD_LINE, 0, 32, "From",
      "A day, 2026-03-14, or how long ago, 7d. All times are UTC.",
      check_time, NULL },
    { "to", OA2_FIELD_LINE, 0, 32, "To", "In the same way.", check_time,
      NULL },
    OA2_FIELDS_END
};

static const char *const kept[] = { "user", "client", "event", "from", "to",
                                    NULL };

static const oa2_param_t params[] = {
    { "user", OA2_OPTIONAL, OA2_ONCE, 2048, oa2_is_text },
    { "client", OA2_OPTIONAL, OA2_ONCE, 2048, oa2_is_text },
    { "event", OA2_OPTIONAL, OA2_ONCE, 2048, oa2_is_text },
    { "from", OA2_OPTIONAL, OA2_ONCE, 2048, oa2_is_text },
    { "to", OA2_OPTIONAL, OA2_ONCE, 2048, oa2_is_text },
    { "after", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_unreserved },
    { "format", OA2_OPTIONAL, OA2_ONCE, 8, oa2_is_word },
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    OA2_PARAMS_END
};

/* ------------------------------------------------------------ asking */

/* A user by any spelling; one that is gone, as it was typed. */
static oa2_err_t *read_query(oa2_trail_query_t *query, oa2_call_t *call,
                             const oa2_fields_t *fields)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *from = oa2_fields_get(fields, "from");
    const char *to = oa2_fields_get(fields, "to");
    oa2_user_t *user = NULL;

    memset(query, 0, sizeof(*query));
    query->user = oa2_fields_get(fields, "user");
    query->client_id = oa2_fields_get(fields, "client");
    query->event = oa2_fields_get(fields, "event");
    query->before = oa2_params_get(ctx->params, "after");
    if (from)
        (void)oa2_inquiry_time(&query->since, from, 0, ctx->pool);
    if (to)
        (void)oa2_inquiry_time(&query->until, to, 1, ctx->pool);
    if (query->user)
        OA2_TRY(oa2_user_find(&user, ctx, query->user));
    if (user)
        query->user = user->name;
    return NULL;
}

/* ------------------------------------------------------------ the page */

/* "2026-03-14 09:26:53", and what programs read */
static void put_time(cJSON *item, const oa2_trail_t *row, apr_pool_t *pool)
{
    const char *iso = oa2_inquiry_when(row, pool);
    char *text = apr_pstrdup(pool, iso);

    text[strcspn(text, "T")] = ' ';
    text[strcspn(text, "Z")] = '\0';
    oa2_json_put_text(item, "time", text);
    oa2_json_put_text(item, "time_iso", iso);
}

/* The same list, of that one only. */
static void put_only(cJSON *item, const char *name, const char *value,
                     apr_pool_t *pool)
{
    oa2_json_put_text(item, name, value);
    if (value)
        oa2_json_put_text(item, apr_pstrcat(pool, name, "_href", NULL),
                          apr_pstrcat(pool, "?", name, "=",
                                      oa2_form_encode(pool, value), NULL));
}

static void put_row(cJSON *item, const oa2_trail_t *row, apr_pool_t *pool)
{
    put_time(item, row, pool);
    put_only(item, "event", row->event, pool);
    oa2_json_put_bool(item, "is_warning", strcmp(row->level, "warning") == 0);
    put_only(item, "user", row->user, pool);
    put_only(item, "client", row->client_id, pool);
    oa2_json_put_text(item, "by", oa2_inquiry_by(row, pool));
    oa2_json_put_text(item, "address", row->address);
    oa2_json_put_text(item, "request", row->request);
    oa2_json_put_text(item, "more", oa2_inquiry_more(row, pool));
}

static oa2_err_t *put_rows(cJSON *model, oa2_call_t *call,
                           const oa2_fields_t *fields)
{
    cJSON *list = oa2_json_put_array(model, "rows");
    apr_array_header_t *found;
    oa2_trail_query_t query;
    const char *last = NULL;
    int i;

    OA2_TRY(read_query(&query, call, fields));
    OA2_TRY(oa2_trail_list(&found, &call->ctx, &query, OA2_SHEET_ROWS + 1));
    for (i = 0; i < found->nelts && i < OA2_SHEET_ROWS; i++) {
        const oa2_trail_t *row = &APR_ARRAY_IDX(found, i, oa2_trail_t);

        put_row(oa2_json_push_object(list), row, call->ctx.pool);
        last = row->id;
    }
    oa2_json_put_bool(model, "has_rows", found->nelts > 0);
    oa2_sheet_next(model, call, found->nelts > OA2_SHEET_ROWS ? last : NULL,
                   kept);
    return NULL;
}

static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       const oa2_fields_t *fields)
{
    cJSON *model = oa2_admin_model(call);
    int failed = oa2_fields_failed(fields);

    oa2_admin_filter(model, call, fields);
    oa2_json_put_bool(model, "is_asked", !failed);
    oa2_json_put_text(model, "csv", oa2_admin_query(call, "format=csv", kept));
    oa2_json_put_text(model, "csv_most",
                      apr_itoa(call->ctx.pool, CSV_MOST));
    if (!failed)
        OA2_TRY(put_rows(model, call, fields));
    *out = oa2_sheet_show(call, failed ? 422 : 200, OA2_PAGE_ADMIN_AUDIT,
                          model);
    return NULL;
}

/* ------------------------------------------------------------ the table */

static const char *table_of(const apr_array_header_t *found, apr_pool_t *pool)
{
    apr_array_header_t *records = apr_array_make(pool, found->nelts + 1,
                                                 sizeof(const char *));
    apr_pool_t *scratch;
    int i;

    apr_pool_create(&scratch, pool);
    APR_ARRAY_PUSH(records, const char *) = oa2_inquiry_csv(NULL, pool);
    for (i = 0; i < found->nelts && i < CSV_MOST; i++) {
        apr_pool_clear(scratch);
        APR_ARRAY_PUSH(records, const char *) = apr_pstrdup(
            pool, oa2_inquiry_csv(&APR_ARRAY_IDX(found, i, oa2_trail_t),
                                  scratch));
    }
    apr_pool_destroy(scratch);
    return apr_array_pstrcat(pool, records, 0);
}

static oa2_err_t *send_table(oa2_reply_t **out, oa2_call_t *call,
                             const oa2_fields_t *fields)
{
    oa2_reply_t *reply = oa2_reply_empty(call->ctx.pool, 200);
    apr_array_header_t *found;
    oa2_trail_query_t query;

    OA2_TRY(read_query(&query, call, fields));
    OA2_TRY(oa2_trail_list(&found, &call->ctx, &query, CSV_MOST + 1));
    reply->type = OA2_CSV_TYPE;
    reply->body = table_of(found, call->ctx.pool);
    /* RFC 6266 */
    apr_table_setn(reply->headers, "Content-Disposition", found->nelts
                   > CSV_MOST ? "attachment; filename=\"audit-newest-"
                   APR_STRINGIFY(CSV_MOST) ".csv\""
                   : "attachment; filename=\"audit.csv\"");
    *out = reply;
    return NULL;
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    const char *format = oa2_params_get(call->ctx.params, "format");
    oa2_fields_t *fields = oa2_fields_make(rows, &call->ctx);
    const oa2_event_t *const *event;

    for (event = oa2_event_all(); *event; event++)
        oa2_fields_option(fields, "event", (*event)->name, (*event)->name,
                          NULL);
    oa2_fields_read(fields, call->ctx.params);
    if (format && strcmp(format, "csv") == 0 && !oa2_fields_failed(fields))
        return send_table(out, call, fields);
    return show(out, call, fields);
}

const oa2_endpoint_t oa2_endpoint_admin_audit = {
    .name = "admin/audit",
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

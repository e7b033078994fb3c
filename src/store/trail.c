/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trail.c - rows of the audit trail.
 *
 * "e", the time in microseconds as 13 hexadecimal digits, and eight random
 * letters.  The "e" keeps realm 0's ids apart from the numbers that other
 * realms' begin with, so that each realm's are one range.
 *
 * Rows travel as JSON, all of a request in one argument.
 */
#include "store/trail.h"

#include <string.h>

#include <apr_strings.h>

#include "base/crypto.h"
#include "base/text/json.h"
#include "store/db/sql.h"
#include "store/realm_key.h"

#define MARK "e"
#define BEHIND "f"
#define DIGITS 13
#define LETTERS 8

const char *oa2_trail_id(apr_time_t at, apr_pool_t *pool)
{
    return apr_psprintf(pool, MARK "%013" APR_UINT64_T_HEX_FMT "-%s",
                        (apr_uint64_t)at, oa2_random_letters(pool, LETTERS));
}

apr_time_t oa2_trail_time(const char *id)
{
    char *end;
    apr_int64_t at;

    if (*id != *MARK)
        return 0;
    at = apr_strtoi64(id + 1, &end, 16);
    return end == id + 1 + DIGITS && *end == '-' ? at : 0;
}

/* ------------------------------------------------------------ put */

#define COLUMNS "id, event, level, user_name, client_id, address, request," \
    " members"

static const oa2_sql_t put_sql = {
    "trail_put",
    "INSERT INTO oauth2_audit (" COLUMNS ", expires)"
    " SELECT e->>'id', e->>'event', e->>'level', e->>'user', e->>'client',"
    " e->>'address', e->>'request', e->>'members', CAST($2 AS BIGINT)"
    " FROM json_array_elements(CAST($1 AS JSON)) AS e"
    " ON CONFLICT (id) DO NOTHING RETURNING 1",
    { "INSERT INTO oauth2_audit (" COLUMNS ", expires)"
      " SELECT json_extract(value, '$.id'), json_extract(value, '$.event'),"
      " json_extract(value, '$.level'), json_extract(value, '$.user'),"
      " json_extract(value, '$.client'), json_extract(value, '$.address'),"
      " json_extract(value, '$.request'), json_extract(value, '$.members'),"
      " CAST($2 AS BIGINT) FROM json_each($1) WHERE 1"
      " ON CONFLICT (id) DO NOTHING RETURNING 1" },
    .repeats = 1
};

oa2_err_t *oa2_trail_put(oa2_ctx_t *ctx, const apr_array_header_t *rows,
                         apr_int64_t expires)
{
    cJSON *json = oa2_json_object(ctx->pool);
    cJSON *list = oa2_json_put_array(json, "rows");
    apr_array_header_t *found;
    int i;

    for (i = 0; i < rows->nelts; i++) {
        const oa2_trail_t *row = &APR_ARRAY_IDX(rows, i, oa2_trail_t);
        cJSON *item = oa2_json_push_object(list);

        oa2_json_put_text(item, "id", oa2_realm_key(ctx, row->id));
        oa2_json_put_text(item, "event", row->event);
        oa2_json_put_text(item, "level", row->level);
        oa2_json_put_text(item, "user", oa2_realm_key(ctx, row->user));
        oa2_json_put_text(item, "client", oa2_realm_key(ctx, row->client_id));
        oa2_json_put_text(item, "address", row->address);
        oa2_json_put_text(item, "request", row->request);
        oa2_json_put_text(item, "members", row->members);
    }
    return OA2_SQL(&found, ctx, &put_sql, oa2_json_text(list, ctx->pool),
                   oa2_sql_number(ctx->pool, expires));
}

/* ------------------------------------------------------------ list */

/* $1 and $2: the range of ids; $3 to $5 may be NULL.  One statement for each
   index, so that none is found by reading all there is. */
#define ANY(column, arg) " AND (CAST(" arg " AS TEXT) IS NULL OR " column \
    " = " arg ")"
#define LIST(which) "SELECT " COLUMNS " FROM oauth2_audit" \
    " WHERE id >= $1 AND id < $2" which \
    " ORDER BY id DESC LIMIT CAST($6 AS BIGINT)"
#define BY_USER LIST(" AND user_name = $3" ANY("client_id", "$4") \
    ANY("event", "$5"))
#define BY_CLIENT LIST(ANY("user_name", "$3") " AND client_id = $4" \
    ANY("event", "$5"))
#define BY_EVENT LIST(ANY("user_name", "$3") ANY("client_id", "$4") \
    " AND event = $5")
#define BY_TIME LIST(ANY("user_name", "$3") ANY("client_id", "$4") \
    ANY("event", "$5"))

#define REFUSED LIST(ANY("user_name", "$3") " AND client_id = $4" \
    " AND event = '" OA2_TRAIL_REFUSED "'" ANY("event", "$5"))

static const oa2_sql_t by_user_sql = {
    "trail_list: user", BY_USER, { BY_USER }, .repeats = 1
};
static const oa2_sql_t by_client_sql = {
    "trail_list: client", BY_CLIENT, { BY_CLIENT }, .repeats = 1
};
static const oa2_sql_t refused_sql = {
    "trail_list: refused", REFUSED, { REFUSED }, .repeats = 1
};
static const oa2_sql_t by_event_sql = {
    "trail_list: event", BY_EVENT, { BY_EVENT }, .repeats = 1
};
static const oa2_sql_t by_time_sql = {
    "trail_list: time", BY_TIME, { BY_TIME }, .repeats = 1
};

static const oa2_sql_t *statement_of(const oa2_trail_query_t *query)
{
    if (query->user)
        return &by_user_sql;
    if (query->client_id && query->event
        && strcmp(query->event, OA2_TRAIL_REFUSED) == 0)
        return &refused_sql;
    if (query->client_id)
        return &by_client_sql;
    return query->event ? &by_event_sql : &by_time_sql;
}

/* In front of all ids of that time, and behind those of the time before. */
static const char *id_at(apr_time_t at, apr_pool_t *pool)
{
    return apr_psprintf(pool, MARK "%013" APR_UINT64_T_HEX_FMT,
                        (apr_uint64_t)at);
}

static const char *end_of(const oa2_trail_query_t *query, apr_pool_t *pool)
{
    const char *end = query->until ? id_at(query->until, pool) : BEHIND;

    return query->before && strcmp(query->before, end) < 0 ? query->before
                                                           : end;
}

oa2_err_t *oa2_trail_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                          const oa2_trail_query_t *query, int n)
{
    apr_pool_t *pool = ctx->pool;
    const char *from = query->since ? id_at(query->since, pool) : MARK;
    apr_array_header_t *rows;
    int i;

    OA2_TRY(OA2_SQL(&rows, ctx, statement_of(query),
                    oa2_realm_key(ctx, from),
                    oa2_realm_key(ctx, end_of(query, pool)),
                    oa2_realm_key(ctx, query->user),
                    oa2_realm_key(ctx, query->client_id), query->event,
                    oa2_sql_number(pool, n)));
    *out = apr_array_make(pool, rows->nelts, sizeof(oa2_trail_t));
    for (i = 0; i < rows->nelts; i++) {
        oa2_row_t row = APR_ARRAY_IDX(rows, i, oa2_row_t);
        oa2_trail_t *entry = apr_array_push(*out);

        entry->id = oa2_realm_name(ctx, row[0]);
        entry->event = row[1];
        entry->level = row[2];
        entry->user = oa2_realm_name(ctx, row[3]);
        entry->client_id = oa2_realm_name(ctx, row[4]);
        entry->address = row[5];
        entry->request = row[6];
        entry->members = oa2_row_text(row, 7);
    }
    return NULL;
}

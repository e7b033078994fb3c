/* SPDX-License-Identifier: Apache-2.0 */
/* app.c - clients as those see them who make them and let them in. */
#include "store/app.h"

#include <apr_strings.h>

#include "store/client_row.h"
#include "store/db/sql.h"
#include "store/realm_key.h"

#define ALL OA2_CLIENT_COLUMNS ", about, state_reason, waiting, team"
#define AT OA2_CLIENT_COLUMN_COUNT

/* Behind all that begins so. */
#define LAST "\xf4\x8f\xbf\xbf"

/* ------------------------------------------------------------ find */

static const oa2_sql_t find_sql = {
    "app_find",
    "SELECT " ALL " FROM oauth2_client WHERE id = $1",
    { "SELECT " ALL " FROM oauth2_client WHERE id = $1" },
    .repeats = 1
};

static oa2_app_t *app_read(const oa2_ctx_t *ctx, oa2_row_t row)
{
    oa2_app_t *app = apr_pcalloc(ctx->pool, sizeof(*app));

    app->client = oa2_client_read(ctx, row);
    app->about = oa2_row_text(row, AT);
    app->reason = oa2_row_text(row, AT + 1);
    app->waiting = oa2_row_number(row, AT + 2) != 0;
    app->team = oa2_row_number(row, AT + 3);
    return app;
}

oa2_err_t *oa2_app_find(oa2_app_t **out, oa2_ctx_t *ctx, const char *id)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &find_sql, oa2_realm_key(ctx, id)));
    *out = rows->nelts ? app_read(ctx, APR_ARRAY_IDX(rows, 0, oa2_row_t))
                       : NULL;
    return NULL;
}

/* ------------------------------------------------------------ list */

/* $1 the realm's prefix, $2 behind which id, $3 the end of ids, $4 how many,
   $5 the text, $6 the end of texts. */
#define LIST(realm, from, where, order) "SELECT " ALL " FROM " from \
    " WHERE " realm("id", "$1") " AND " where \
    " ORDER BY " order " LIMIT CAST($4 AS BIGINT)"
#define RANGE "id > $2 AND id < $3"
#define PG_NAME "lower(name) COLLATE \"C\""
#define NAMES(name, key) name " >= lower($5) AND " name \
    " < lower($5) || CAST($6 AS TEXT)" \
    " AND (CAST($7 AS TEXT) IS NULL OR (" name ", id) >" \
    " (SELECT " key ", b.id FROM oauth2_client b WHERE b.id = $7))"
#define TEAM "(SELECT client_id FROM oauth2_app_member" \
    " WHERE user_name = $5 AND client_id > $2 AND client_id < $3" \
    " ORDER BY client_id LIMIT CAST($4 AS BIGINT)) m" \
    " JOIN oauth2_client ON id = m.client_id"
#define LIST_SQL(word, from, where, order) { \
    "app_list: " word, LIST(OA2_REALM_PGSQL, from, where, order), \
    { LIST(OA2_REALM_SQLITE, from, where, order) }, .repeats = 1 }

static const oa2_sql_t list_sql[] = {
    [OA2_APPS_ALL] = LIST_SQL("all", "oauth2_client", RANGE, "id"),
    [OA2_APPS_WAITING] =
        LIST_SQL("waiting", "oauth2_client", RANGE " AND waiting = 1", "id"),
    [OA2_APPS_STATE] =
        LIST_SQL("state", "oauth2_client", "state = $5 AND " RANGE, "id"),
    [OA2_APPS_ID] = LIST_SQL("id", "oauth2_client", RANGE, "id"),
    [OA2_APPS_NAME] = {
        "app_list: name",
        LIST(OA2_REALM_PGSQL, "oauth2_client",
             NAMES(PG_NAME, "lower(b.name) COLLATE \"C\""), PG_NAME ", id"),
        { LIST(OA2_REALM_SQLITE, "oauth2_client",
               NAMES("lower(name)", "lower(b.name)"), "lower(name), id") },
        .repeats = 1
    },
    [OA2_APPS_USER] = LIST_SQL("user", TEAM, RANGE, "id")
};

oa2_err_t *oa2_app_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                        oa2_apps_t which, const char *text,
                        const char *after, int n)
{
    const char *from = oa2_realm_key(ctx, after);
    const char *end = oa2_realm_end(ctx);
    apr_array_header_t *rows;
    int i;

    if (!from)
        from = oa2_realm_prefix(ctx);
    if (which == OA2_APPS_ID) {
        end = oa2_realm_key(ctx, apr_pstrcat(ctx->pool, text, LAST, NULL));
        if (!after)
            from = oa2_realm_key(ctx, text);
    }
    if (which == OA2_APPS_USER)
        text = oa2_realm_key(ctx, text);
    OA2_TRY(OA2_SQL(&rows, ctx, &list_sql[which], oa2_realm_prefix(ctx), from,
                    end, oa2_sql_number(ctx->pool, n), text ? text : "", LAST,
                    oa2_realm_key(ctx, after)));
    *out = apr_array_make(ctx->pool, rows->nelts, sizeof(oa2_app_t *));
    for (i = 0; i < rows->nelts; i++)
        APR_ARRAY_PUSH(*out, oa2_app_t *) =
            app_read(ctx, APR_ARRAY_IDX(rows, i, oa2_row_t));
    return NULL;
}

/* ------------------------------------------------------------ write */

oa2_err_t *oa2_app_put(int *put, oa2_ctx_t *ctx, const oa2_client_t *client,
                       const oa2_app_change_t *change, const char *owner)
{
    return oa2_client_write_new(put, ctx, client, change, owner);
}

oa2_err_t *oa2_app_update(int *done, oa2_ctx_t *ctx, oa2_client_t *client,
                          const oa2_app_change_t *change)
{
    oa2_err_t *err = oa2_client_write(done, ctx, client, change);

    oa2_client_bump(ctx, client->id);
    OA2_TRY(err);
    client->version += *done;
    return NULL;
}

/* ------------------------------------------------------------ revisions */

#define REVISIONS "SELECT number, asked, by_name, created, state, reason," \
    " decided, decided_by FROM oauth2_app_revision" \
    " WHERE client_id = $1 AND number < $2" \
    " ORDER BY number DESC LIMIT CAST($3 AS BIGINT)"
static const oa2_sql_t revisions_sql = {
    "revision_list", REVISIONS, { REVISIONS }, .repeats = 1
};

oa2_err_t *oa2_revision_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                             const char *id, apr_int64_t before, int n)
{
    apr_array_header_t *rows;
    int i;

    OA2_TRY(OA2_SQL(&rows, ctx, &revisions_sql, oa2_realm_key(ctx, id),
                    oa2_sql_number(ctx->pool, before ? before : APR_INT64_MAX),
                    oa2_sql_number(ctx->pool, n)));
    *out = apr_array_make(ctx->pool, rows->nelts, sizeof(oa2_revision_t));
    for (i = 0; i < rows->nelts; i++) {
        oa2_row_t row = APR_ARRAY_IDX(rows, i, oa2_row_t);
        oa2_revision_t *one = apr_array_push(*out);

        one->number = oa2_row_number(row, 0);
        one->asked = oa2_row_text(row, 1);
        one->by = oa2_row_text(row, 2);
        one->created = oa2_row_number(row, 3);
        one->state = oa2_row_text(row, 4);
        one->reason = oa2_row_text(row, 5);
        one->decided = oa2_row_number(row, 6);
        one->decided_by = oa2_row_text(row, 7);
    }
    return NULL;
}

/* ------------------------------------------------------------ numbers */

/* As many as are counted at most; so the cost is bounded, whatever there is. */
#define MOST APR_STRINGIFY(OA2_APP_COUNT_MOST)
#define COUNT "SELECT (SELECT count(*) FROM (SELECT 1 FROM oauth2_grant" \
    " WHERE client_id = $1 AND revoked = 0 AND expires > $2" \
    " LIMIT " MOST ") g), (SELECT count(*) FROM (SELECT 1 FROM oauth2_token t" \
    " LEFT JOIN oauth2_grant g ON g.id = t.grant_id" \
    " WHERE t.client_id = $1 AND t.expires > $2" \
    " AND (t.grant_id = 0 OR g.revoked = 0) LIMIT " MOST ") t)"
static const oa2_sql_t count_sql = {
    "app_count", COUNT, { COUNT }, .repeats = 1
};

oa2_err_t *oa2_app_count(oa2_app_numbers_t *out, oa2_ctx_t *ctx,
                         const char *id)
{
    apr_array_header_t *rows;
    oa2_row_t row;

    OA2_TRY(OA2_SQL(&rows, ctx, &count_sql, oa2_realm_key(ctx, id),
                    oa2_sql_number(ctx->pool, ctx->now)));
    row = APR_ARRAY_IDX(rows, 0, oa2_row_t);
    out->grants = (int)oa2_row_number(row, 0);
    out->tokens = (int)oa2_row_number(row, 1);
    return NULL;
}

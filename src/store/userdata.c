/* SPDX-License-Identifier: Apache-2.0 */
/* userdata.c - what clients keep of their users */
#include "store/userdata.h"

#include "base/crypto.h"
#include "base/text/words.h"
#include "store/db/sql.h"
#include "store/realm_key.h"

#define PAIR "user_name = $1 AND client_id = $2"

/* ------------------------------------------------------------ find */

#define FIND "SELECT document, version FROM oauth2_userdata WHERE " PAIR
static const oa2_sql_t find_sql = {
    "userdata_find", FIND, { FIND }, .repeats = 1
};

oa2_err_t *oa2_userdata_find(oa2_userdata_t *data, oa2_ctx_t *ctx)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &find_sql, oa2_realm_key(ctx, data->user),
                    oa2_realm_key(ctx, data->client_id)));
    data->document = NULL;
    data->version = 0;
    if (rows->nelts) {
        oa2_row_t row = APR_ARRAY_IDX(rows, 0, oa2_row_t);

        data->document = oa2_row_text(row, 0);
        data->version = oa2_row_number(row, 1);
    }
    return NULL;
}

#define LIST "SELECT client_id, document, version FROM oauth2_userdata" \
    " WHERE user_name = $1 AND client_id > $2 ORDER BY client_id" \
    " LIMIT CAST($3 AS BIGINT)"
static const oa2_sql_t list_sql = {
    "userdata_list", LIST, { LIST }, .repeats = 1
};

oa2_err_t *oa2_userdata_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                             const char *user, const char *after, int n)
{
    apr_array_header_t *rows;
    int i;

    OA2_TRY(OA2_SQL(&rows, ctx, &list_sql, oa2_realm_key(ctx, user),
                    after ? oa2_realm_key(ctx, after) : "",
                    oa2_sql_number(ctx->pool, n)));
    *out = apr_array_make(ctx->pool, rows->nelts, sizeof(oa2_userdata_t));
    for (i = 0; i < rows->nelts; i++) {
        oa2_row_t row = APR_ARRAY_IDX(rows, i, oa2_row_t);
        oa2_userdata_t *data = apr_array_push(*out);

        data->user = user;
        data->client_id = oa2_realm_name(ctx, row[0]);
        data->document = oa2_row_text(row, 1);
        data->version = oa2_row_number(row, 2);
    }
    return NULL;
}

/* ------------------------------------------------------------ owner */

/* The consent of a client that had this id before does not count. */
#define OWNER "SELECT u.name, c.trusted, k.scope FROM oauth2_user u" \
    " JOIN oauth2_client c ON c.id = $2" \
    " LEFT JOIN oauth2_consent k ON k.user_name = u.name" \
    " AND k.client_id = c.id AND k.serial = c.serial" \
    " WHERE u.sub = $1 AND u.disabled = 0"
static const oa2_sql_t owner_sql = {
    "userdata_owner", OWNER, { OWNER }, .repeats = 1
};

oa2_err_t *oa2_userdata_owner(const char **user, oa2_ctx_t *ctx,
                              const char *sub, const char *client_id,
                              const char *scope)
{
    apr_array_header_t *rows;
    oa2_row_t row;

    OA2_TRY(OA2_SQL(&rows, ctx, &owner_sql, sub,
                    oa2_realm_key(ctx, client_id)));
    *user = NULL;
    if (!rows->nelts)
        return NULL;
    row = APR_ARRAY_IDX(rows, 0, oa2_row_t);
    if (oa2_row_number(row, 1) || oa2_words_has(oa2_row_text(row, 2), scope))
        *user = oa2_realm_name(ctx, row[0]);
    return NULL;
}

/* ------------------------------------------------------------ put */

#define PUT "INSERT INTO oauth2_userdata AS d" \
    " (user_name, client_id, document, version, updated)" \
    " SELECT u.name, c.id, CAST($3 AS TEXT), CAST($4 AS BIGINT)," \
    " CAST($5 AS BIGINT) FROM oauth2_user u, oauth2_client c" \
    " WHERE u.name = $1 AND c.id = $2" \
    " ON CONFLICT (user_name, client_id) DO UPDATE" \
    " SET document = excluded.document, version = excluded.version," \
    " updated = excluded.updated"
static const oa2_sql_t put_sql = {
    "userdata_put", PUT " RETURNING 1", { PUT " RETURNING 1" }, .repeats = 1
};

/* By the version one finds that it has been there. */
#define ADD PUT " WHERE d.version = excluded.version RETURNING 1"
static const oa2_sql_t add_sql = {
    "userdata_put: add", ADD, { ADD }, .repeats = 1
};

#define CHANGE "UPDATE oauth2_userdata SET document = $3, version = $4," \
    " updated = $5 WHERE " PAIR " AND (version = $6 OR version = $4)" \
    " RETURNING 1"
static const oa2_sql_t change_sql = {
    "userdata_put: change", CHANGE, { CHANGE }, .repeats = 1
};

oa2_err_t *oa2_userdata_put(int *done, oa2_ctx_t *ctx, oa2_userdata_t *data,
                            apr_int64_t before)
{
    const char *user = oa2_realm_key(ctx, data->user);
    const char *client_id = oa2_realm_key(ctx, data->client_id);
    const char *now = oa2_sql_number(ctx->pool, ctx->now);
    apr_int64_t version = oa2_random_id();
    const char *text = oa2_sql_number(ctx->pool, version);
    apr_array_header_t *rows;

    if (before > 0)
        OA2_TRY(OA2_SQL(&rows, ctx, &change_sql, user, client_id,
                        data->document, text, now,
                        oa2_sql_number(ctx->pool, before)));
    else
        OA2_TRY(OA2_SQL(&rows, ctx, before ? &put_sql : &add_sql, user,
                        client_id, data->document, text, now));
    *done = rows->nelts > 0;
    if (*done)
        data->version = version;
    return NULL;
}

/* ------------------------------------------------------------ remove */

#define REMOVE "DELETE FROM oauth2_userdata WHERE " PAIR
#define REMOVE_ANY REMOVE " RETURNING 1"
static const oa2_sql_t remove_sql = {
    "userdata_remove", REMOVE_ANY, { REMOVE_ANY }, .repeats = 1
};

#define REMOVE_ONE REMOVE " AND version = $3 RETURNING 1"
static const oa2_sql_t remove_one_sql = {
    "userdata_remove: version", REMOVE_ONE, { REMOVE_ONE }, .repeats = 1
};

oa2_err_t *oa2_userdata_remove(int *done, oa2_ctx_t *ctx,
                               const oa2_userdata_t *data,
                               apr_int64_t before)
{
    const char *user = oa2_realm_key(ctx, data->user);
    const char *client_id = oa2_realm_key(ctx, data->client_id);
    apr_array_header_t *rows;

    if (before == OA2_USERDATA_ANY)
        OA2_TRY(OA2_SQL(&rows, ctx, &remove_sql, user, client_id));
    else
        OA2_TRY(OA2_SQL(&rows, ctx, &remove_one_sql, user, client_id,
                        oa2_sql_number(ctx->pool, before)));
    *done = rows->nelts > 0;
    return NULL;
}

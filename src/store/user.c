/* SPDX-License-Identifier: Apache-2.0 */
/*
 * user.c - the people who log in: our own table, and the rows that stand for
 * those whom another httpd provider knows.
 *
 * The name is what is typed; the sub is what clients see, and never used
 * again: a second user of the same name is another person.
 */
#include <apr_strings.h>

#include "store/grant.h"
#include "store/realm.h"
#include "store/tell.h"

#define COLUMNS "name, sub, password, disabled, created"

static oa2_user_t *user_read(const oa2_ctx_t *ctx, oa2_row_t row)
{
    oa2_user_t *user = apr_pcalloc(ctx->pool, sizeof(*user));

    user->name = oa2_realm_name(ctx, row[0]);
    user->sub = row[1];
    user->password = row[2];
    user->disabled = oa2_row_number(row, 3) != 0;
    user->created = oa2_row_number(row, 4);
    return user;
}

/* ------------------------------------------------------------ find, list */

#define FIND "SELECT " COLUMNS " FROM oauth2_user WHERE name = $1"
static const oa2_sql_t find_sql = {
    "user_find", FIND, { FIND }, .repeats = 1
};

oa2_err_t *oa2_user_find(oa2_user_t **out, oa2_ctx_t *ctx, const char *name)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &find_sql, oa2_realm_key(ctx, name)));
    *out = rows->nelts ? user_read(ctx, APR_ARRAY_IDX(rows, 0, oa2_row_t))
                       : NULL;
    return NULL;
}

#define LIST "SELECT " COLUMNS " FROM oauth2_user" \
    " WHERE name >= $1 AND name < $2 ORDER BY name" \
    " LIMIT CAST($3 AS BIGINT)"
static const oa2_sql_t list_sql = {
    "user_list", LIST, { LIST }, .repeats = 1
};

oa2_err_t *oa2_user_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                         const char *after, int n)
{
    apr_array_header_t *rows;
    int i;

    OA2_TRY(oa2_realm_rows(&rows, ctx, &list_sql, after, n));
    *out = apr_array_make(ctx->pool, rows->nelts, sizeof(oa2_user_t *));
    for (i = 0; i < rows->nelts; i++)
        APR_ARRAY_PUSH(*out, oa2_user_t *) =
            user_read(ctx, APR_ARRAY_IDX(rows, i, oa2_row_t));
    return NULL;
}

/* ------------------------------------------------------------ put, enter */

/* One and the same put again is told that it was done: by the sub. */
#define PUT "INSERT INTO oauth2_user (" COLUMNS ")" \
    " VALUES ($1, $2, $3, $4, $5)" \
    " ON CONFLICT (name) DO UPDATE SET name = excluded.name" \
    " WHERE oauth2_user.sub = excluded.sub RETURNING name"
static const oa2_sql_t put_sql = {
    "user_put", PUT, { PUT }, .repeats = 1
};

oa2_err_t *oa2_user_put(int *put, oa2_ctx_t *ctx, const oa2_user_t *user)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &put_sql, oa2_realm_key(ctx, user->name),
                    user->sub, user->password, user->disabled ? "1" : "0",
                    oa2_sql_number(ctx->pool, user->created)));
    *put = rows->nelts > 0;
    return NULL;
}

/* The UPDATE changes nothing: it makes RETURNING answer a row that is there. */
#define ENTER "INSERT INTO oauth2_user (" COLUMNS ")" \
    " VALUES ($1, $2, NULL, 0, $3)" \
    " ON CONFLICT (name) DO UPDATE SET name = excluded.name" \
    " RETURNING " COLUMNS
static const oa2_sql_t enter_sql = {
    "user_enter", ENTER, { ENTER }, .repeats = 1
};

oa2_err_t *oa2_user_enter(oa2_user_t **out, oa2_ctx_t *ctx, const char *name,
                          const char *new_sub)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &enter_sql, oa2_realm_key(ctx, name), new_sub,
                    oa2_sql_number(ctx->pool, ctx->now)));
    *out = user_read(ctx, APR_ARRAY_IDX(rows, 0, oa2_row_t));
    return NULL;
}

/* ------------------------------------------------------------ changes */

static const oa2_sql_t password_sql = {
    "user_set_password",
    "WITH u AS (UPDATE oauth2_user SET password = $2 WHERE name = $1"
    " RETURNING name),"
    " s AS (DELETE FROM oauth2_session USING u WHERE user_name = u.name)"
    " SELECT name, " OA2_TELL(OA2_OF_USER, "name") " FROM u",
    { "?DELETE FROM oauth2_session WHERE user_name = $1",
      "UPDATE oauth2_user SET password = $2 WHERE name = $1 RETURNING name" },
    .repeats = 1
};

static const oa2_sql_t disabled_sql = {
    "user_set_disabled",
    "WITH u AS (UPDATE oauth2_user SET disabled = $2 WHERE name = $1"
    " RETURNING name, disabled),"
    " s AS (DELETE FROM oauth2_session USING u WHERE user_name = u.name"
    " AND u.disabled <> 0)"
    " SELECT name, " OA2_TELL(OA2_OF_USER, "name") " FROM u",
    { "UPDATE oauth2_user SET disabled = $2 WHERE name = $1 RETURNING name",
      "?DELETE FROM oauth2_session WHERE user_name IN"
      " (SELECT name FROM oauth2_user WHERE name = $1 AND disabled <> 0)",
      "SELECT name FROM oauth2_user WHERE name = $1" },
    .repeats = 1
};

/* Sessions and consents follow by their foreign keys. */
static const oa2_sql_t remove_sql = {
    "user_remove",
    "WITH u AS (DELETE FROM oauth2_user WHERE name = $1 RETURNING name, sub)"
    " SELECT sub, " OA2_TELL(OA2_OF_USER, "name") " FROM u",
    { "DELETE FROM oauth2_user WHERE name = $1 RETURNING sub" },
    .repeats = 0                        /* what is gone has no sub */
};

/* Bumped after a failure too: the change may have been committed and only
   its answer lost. */
static oa2_err_t *user_change(apr_array_header_t **rows, oa2_ctx_t *ctx,
                              const oa2_sql_t *sql, const char *name,
                              const char *value)
{
    const char *key = oa2_realm_key(ctx, name);
    oa2_err_t *err = OA2_SQL(rows, ctx, sql, key, value);

    oa2_tell_caches(ctx->store, OA2_OF_USER, key);
    return err;
}

oa2_err_t *oa2_user_set_password(int *done, oa2_ctx_t *ctx, const char *name,
                                 const char *hash)
{
    apr_array_header_t *rows;

    OA2_TRY(user_change(&rows, ctx, &password_sql, name, hash));
    *done = rows->nelts > 0;
    return NULL;
}

oa2_err_t *oa2_user_set_disabled(int *done, oa2_ctx_t *ctx, const char *name,
                                 int disabled)
{
    apr_array_header_t *rows;

    OA2_TRY(user_change(&rows, ctx, &disabled_sql, name,
                        disabled ? "1" : "0"));
    *done = rows->nelts > 0;
    return NULL;
}

oa2_err_t *oa2_user_remove(int *done, oa2_ctx_t *ctx, const char *name)
{
    apr_array_header_t *rows;

    OA2_TRY(user_change(&rows, ctx, &remove_sql, name, NULL));
    *done = rows->nelts > 0;
    if (!*done)
        return NULL;
    return oa2_grant_remove_all(
        ctx, oa2_realm_key(ctx, name), NULL,
        oa2_row_text(APR_ARRAY_IDX(rows, 0, oa2_row_t), 0));
}

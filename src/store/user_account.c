/* SPDX-License-Identifier: Apache-2.0 */
/*
 * user_account.c - what a user is found by, and how the rows of version 1 got
 * theirs.
 *
 * Version 1 knew users by the letters of their names, so that one person may
 * have several rows ("carol", "CAROL").  One of them becomes the account's:
 * one with a password of its own before others, then the oldest.  It is
 * disabled when any of them is.  The others stay, for an administrator to look
 * at, with what was granted to them, but nobody signs in by them.
 *
 * Each step leaves what the next one, or the next start, goes on from.
 */
#include "store/user_account.h"

#include <string.h>

#include <apr_strings.h>

#include "base/crypto.h"
#include "base/text/fold.h"
#include "store/realm_key.h"

#define BATCH "2000"
#define BATCH_ROWS 2000
#define CREDENTIAL_BYTES 16

/* ------------------------------------------------------------ keys */

const char *oa2_user_account(const oa2_ctx_t *ctx, const char *name)
{
    return oa2_realm_key(ctx, oa2_fold(name, ctx->pool));
}

const char *oa2_user_alike(const oa2_ctx_t *ctx, const char *name)
{
    return oa2_realm_key(ctx, oa2_fold_alike(name, ctx->pool));
}

const char *oa2_user_new_credential(const oa2_ctx_t *ctx)
{
    return oa2_random_text(ctx->pool, CREDENTIAL_BYTES);
}

const char *oa2_user_replaced(const char *account, apr_pool_t *pool)
{
    return account ? apr_pstrcat(pool, ":", account, ":", NULL) : NULL;
}

const char *oa2_user_replaced_end(const char *replaced, apr_pool_t *pool)
{
    return replaced ? apr_pstrcat(pool, replaced, "\xf4\x8f\xbf\xbf", NULL)
                    : NULL;
}

/* ------------------------------------------------------------ rows */

/* A row, as far as it is decided upon. */
typedef struct row_t {
    const char *name;                   /* key */
    int has_password;
    int disabled;
    apr_int64_t created;
} row_t;

/* ------------------------------------------------------------ many */

/* What is folded already needs no look: most names. */
#define PLAIN(is_plain) "UPDATE oauth2_user SET account = name," \
    " alike = name," \
    " provider = COALESCE(provider," \
    " CASE WHEN password IS NOT NULL THEN 'oauth2' END)" \
    " WHERE name IN (SELECT name FROM oauth2_user u WHERE account IS NULL" \
    " AND " is_plain " AND NOT EXISTS (SELECT 1 FROM oauth2_user o" \
    " WHERE o.account = u.name) LIMIT " BATCH ") RETURNING 1"
static const oa2_sql_t plain_sql = {
    "accounts: plain", PLAIN("name ~ '^[a-z0-9@._-]+$'"),
    { PLAIN("name NOT GLOB '*[^a-z0-9@._-]*'") }, .repeats = 1
};

/* ------------------------------------------------------------ one by one */

#define ROW "name, password IS NOT NULL, disabled, created"
#define NEXT "SELECT " ROW " FROM oauth2_user WHERE account IS NULL LIMIT " \
    BATCH
static const oa2_sql_t next_sql = {
    "accounts: next", NEXT, { NEXT }, .repeats = 1
};

#define HOLDER "SELECT " ROW " FROM oauth2_user WHERE account = $1"
static const oa2_sql_t holder_sql = {
    "accounts: holder", HOLDER, { HOLDER }, .repeats = 1
};

#define SET "UPDATE oauth2_user SET account = $2, alike = $3," \
    " provider = COALESCE(" \
    "provider, CASE WHEN password IS NOT NULL THEN 'oauth2' END)" \
    " WHERE name = $1 AND account IS NULL AND NOT EXISTS" \
    " (SELECT 1 FROM oauth2_user WHERE account = $2) RETURNING 1"
static const oa2_sql_t set_sql = {
    "accounts: set", SET, { SET }, .repeats = 1
};

#define DISABLE "UPDATE oauth2_user SET disabled = 1" \
    " WHERE name IN ($1, $2) RETURNING 1"
static const oa2_sql_t disable_sql = {
    "accounts: disable", DISABLE, { DISABLE }, .repeats = 1
};

#define REPLACE "UPDATE oauth2_user SET account = $2, credential = $3" \
    " WHERE name = $1 RETURNING 1"
static const oa2_sql_t replace_sql = {
    "accounts: replace", REPLACE, { REPLACE }, .repeats = 1
};

static row_t row_read(oa2_row_t from)
{
    row_t row;

    row.name = from[0];
    /* a boolean is "t" on PostgreSQL */
    row.has_password = from[1] && strchr("1t", *from[1]) != NULL;
    row.disabled = oa2_row_number(from, 2) != 0;
    row.created = oa2_row_number(from, 3);
    return row;
}

static int is_better(const row_t *a, const row_t *b)
{
    if (a->has_password != b->has_password)
        return a->has_password;
    if (a->created != b->created)
        return a->created < b->created;
    return strcmp(a->name, b->name) < 0;
}

static oa2_err_t *replace(oa2_ctx_t *ctx, const char *name,
                          const char *account)
{
    apr_array_header_t *rows;

    return OA2_SQL(&rows, ctx, &replace_sql, name,
                   apr_pstrcat(ctx->pool,
                               oa2_user_replaced(account, ctx->pool), name,
                               NULL), oa2_user_new_credential(ctx));
}

/* Disabled first: then none of these steps enables anybody. */
static oa2_err_t *merge(oa2_ctx_t *ctx, const row_t *row, const row_t *holder,
                        const char *account)
{
    apr_array_header_t *rows;

    if (row->disabled != holder->disabled)
        OA2_TRY(OA2_SQL(&rows, ctx, &disable_sql, row->name, holder->name));
    if (!is_better(row, holder))
        return replace(ctx, row->name, account);
    OA2_TRY(replace(ctx, holder->name, account));
    return OA2_SQL(&rows, ctx, &set_sql, row->name, account,
                   oa2_user_alike(ctx, account));
}

static oa2_err_t *settle(oa2_ctx_t *ctx, const row_t *row)
{
    const char *name = oa2_realm_name(ctx, row->name);
    const char *account = name ? oa2_user_account(ctx, name) : NULL;
    apr_array_header_t *rows;
    row_t holder;

    /* What can be no name now: nobody can type it. */
    if (!account)
        return replace(ctx, row->name, "");
    OA2_TRY(OA2_SQL(&rows, ctx, &holder_sql, account));
    if (!rows->nelts)
        return OA2_SQL(&rows, ctx, &set_sql, row->name, account,
                       oa2_user_alike(ctx, account));
    holder = row_read(APR_ARRAY_IDX(rows, 0, oa2_row_t));
    return merge(ctx, row, &holder, account);
}

oa2_err_t *oa2_user_accounts_settle(oa2_ctx_t *ctx)
{
    apr_array_header_t *rows;
    oa2_ctx_t first = *ctx;
    oa2_err_t *err = NULL;
    apr_pool_t *pool;
    int i;

    /* Version 1 made rows of the first realm only. */
    first.realm = 0;
    apr_pool_create(&pool, ctx->pool);
    first.pool = pool;
    do {
        apr_pool_clear(pool);
        err = oa2_sql_run(&rows, &first, &plain_sql, 0, NULL);
    } while (!err && rows->nelts == BATCH_ROWS);
    do {
        if (err)
            break;
        apr_pool_clear(pool);
        err = oa2_sql_run(&rows, &first, &next_sql, 0, NULL);
        for (i = 0; !err && i < rows->nelts; i++) {
            row_t row = row_read(APR_ARRAY_IDX(rows, i, oa2_row_t));

            err = settle(&first, &row);
        }
    } while (!err && rows->nelts);
    return err;
}

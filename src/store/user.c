/* SPDX-License-Identifier: Apache-2.0 */
/*
 * user.c - the people who log in: our own table, and the rows that stand for
 * those whom another httpd provider knows.
 *
 * The name is what is shown; the account, made of it by base/text/fold, is what
 * a user is found by; the sub is what clients see, and never used again: a
 * second user of the same name is another person.
 *
 * An account that begins with ':' is none: the row's user would have that of
 * another row, which is the account's user (user_account.c).
 */
#include "store/user.h"

#include <string.h>

#include <apr_strings.h>

#include "base/text/fold.h"
#include "store/administrator.h"
#include "store/user_account.h"
#include "store/db/sql.h"
#include "store/grant.h"
#include "store/member.h"
#include "store/realm_key.h"
#include "store/tell.h"

#define MOST_ALIKE "4"          /* each is a password to be looked at */
/* In "disabled", where statements look for 0 only; a program that knows no
   more takes it for disabled. */
#define PENDING 2
#define OWN "oauth2"            /* vouches for who has a password here */

#define COLUMNS "name, sub, password, disabled, created, provider," \
    " credential, account"
#define READ COLUMNS ", roles, language"

static oa2_user_t *user_read(const oa2_ctx_t *ctx, oa2_row_t row)
{
    oa2_user_t *user = apr_pcalloc(ctx->pool, sizeof(*user));

    user->name = oa2_realm_name(ctx, row[0]);
    user->sub = row[1];
    user->password = row[2];
    user->disabled = oa2_row_number(row, 3) != 0;
    user->is_pending = oa2_row_number(row, 3) == PENDING;
    user->created = oa2_row_number(row, 4);
    user->provider = row[5] || !user->password ? row[5] : OWN;
    user->credential = oa2_row_text(row, 6);
    user->is_replaced = row[7] && *row[7] == OA2_REPLACED;
    user->roles = oa2_row_text(row, 8);
    user->language = oa2_row_text(row, 9);
    return user;
}

/* ------------------------------------------------------------ find, list */

/* $1 account, $2 name, $3 the account as a name: rows that version 1 of the
   schema made have no account, and are found by how they are written.  Two
   questions, because no index answers an OR (store/db/conninfo.c). */
#define FIND "SELECT * FROM (SELECT " READ " FROM oauth2_user" \
    " WHERE account = $1 UNION ALL SELECT " READ " FROM oauth2_user" \
    " WHERE account IS NULL AND name IN ($2, $3)) u" \
    " ORDER BY account IS NULL, name <> $2 LIMIT 1"
static const oa2_sql_t find_sql = {
    "user_find", FIND, { FIND }, .repeats = 1
};

oa2_err_t *oa2_user_find(oa2_user_t **out, oa2_ctx_t *ctx, const char *name)
{
    const char *account = oa2_user_account(ctx, name);
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &find_sql, account, oa2_realm_key(ctx, name),
                    account));
    *out = rows->nelts ? user_read(ctx, APR_ARRAY_IDX(rows, 0, oa2_row_t))
                       : NULL;
    return NULL;
}

#define LIST "SELECT " READ " FROM oauth2_user" \
    " WHERE name >= $1 AND name < $2 ORDER BY name" \
    " LIMIT CAST($3 AS BIGINT)"
static const oa2_sql_t list_sql = {
    "user_list", LIST, { LIST }, .repeats = 1
};

/* skip: columns in front of a user's. */
static apr_array_header_t *users_of(const oa2_ctx_t *ctx,
                                    const apr_array_header_t *rows, int skip)
{
    apr_array_header_t *users = apr_array_make(ctx->pool, rows->nelts,
                                               sizeof(oa2_user_t *));
    int i;

    for (i = 0; i < rows->nelts; i++)
        APR_ARRAY_PUSH(users, oa2_user_t *) =
            user_read(ctx, APR_ARRAY_IDX(rows, i, oa2_row_t) + skip);
    return users;
}

oa2_err_t *oa2_user_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                         const char *after, int n)
{
    apr_array_header_t *rows;

    OA2_TRY(oa2_realm_rows(&rows, ctx, &list_sql, after, n));
    *out = users_of(ctx, rows, 0);
    return NULL;
}

#define ADMINISTRATORS(position) "SELECT " READ " FROM oauth2_user" \
    " WHERE name >= $1 AND name < $2 AND " OA2_IS_ADMINISTRATOR(position) \
    " ORDER BY name LIMIT CAST($3 AS BIGINT)"
static const oa2_sql_t administrators_sql = {
    "user_list_administrators", ADMINISTRATORS("strpos"),
    { ADMINISTRATORS("instr") }, .repeats = 1
};

oa2_err_t *oa2_user_list_administrators(apr_array_header_t **out,
                                        oa2_ctx_t *ctx, const char *after,
                                        int n)
{
    apr_array_header_t *rows;

    OA2_TRY(oa2_realm_rows(&rows, ctx, &administrators_sql, after, n));
    *out = users_of(ctx, rows, 0);
    return NULL;
}

#define SEARCH "SELECT account, " READ " FROM oauth2_user" \
    " WHERE account >= $1 AND account < $2 ORDER BY account" \
    " LIMIT CAST($3 AS BIGINT)"
static const oa2_sql_t search_sql = {
    "user_search", SEARCH, { SEARCH }, .repeats = 1
};

oa2_err_t *oa2_user_search(apr_array_header_t **out, oa2_ctx_t *ctx,
                           const char *beginning, const char *after, int n)
{
    const char *begun = oa2_fold(beginning, ctx->pool);
    apr_array_header_t *rows;

    *out = apr_array_make(ctx->pool, 1, sizeof(oa2_user_t *));
    if (!begun || strchr(begun, ':'))
        return NULL;
    OA2_TRY(oa2_realm_rows_of(&rows, ctx, &search_sql, begun,
                              after ? oa2_fold(after, ctx->pool) : NULL, n));
    *out = users_of(ctx, rows, 1);
    return NULL;
}

#define REPLACED_LIST "SELECT " READ " FROM oauth2_user" \
    " WHERE account >= ':' AND account < ';' ORDER BY account" \
    " LIMIT CAST($1 AS BIGINT)"
static const oa2_sql_t replaced_list_sql = {
    "user_list_replaced", REPLACED_LIST, { REPLACED_LIST }, .repeats = 1
};

oa2_err_t *oa2_user_list_replaced(apr_array_header_t **out, oa2_ctx_t *ctx,
                                  int n)
{
    apr_array_header_t *rows;
    int i;

    OA2_TRY(OA2_SQL(&rows, ctx, &replaced_list_sql,
                    oa2_sql_number(ctx->pool, n)));
    *out = apr_array_make(ctx->pool, rows->nelts, sizeof(oa2_user_t *));
    for (i = 0; i < rows->nelts; i++) {
        oa2_user_t *user = user_read(ctx, APR_ARRAY_IDX(rows, i, oa2_row_t));

        if (user->name)
            APR_ARRAY_PUSH(*out, oa2_user_t *) = user;
    }
    return NULL;
}

#define ALIKE "SELECT " READ " FROM oauth2_user WHERE alike = $1" \
    " AND account <> $2 AND (account < ':' OR account >= ';')" \
    " ORDER BY disabled DESC, created, name LIMIT " MOST_ALIKE
static const oa2_sql_t alike_sql = {
    "user_list_alike", ALIKE, { ALIKE }, .repeats = 1
};

oa2_err_t *oa2_user_list_alike(apr_array_header_t **out, oa2_ctx_t *ctx,
                               const char *name)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &alike_sql, oa2_user_alike(ctx, name),
                    oa2_user_account(ctx, name)));
    *out = users_of(ctx, rows, 0);
    return NULL;
}

/* ------------------------------------------------------------ put, enter */

/* Taken is the name or the account.  One and the same put again is told that
   it was done: by the sub. */
#define PUT "INSERT INTO oauth2_user (" COLUMNS ", alike, expires)" \
    " SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT)," \
    " CAST($4 AS SMALLINT), CAST($5 AS BIGINT), CAST($6 AS TEXT)," \
    " CAST($7 AS TEXT), CAST($8 AS TEXT), CAST($9 AS TEXT)," \
    " CAST($10 AS BIGINT) WHERE NOT EXISTS" \
    " (SELECT 1 FROM oauth2_user WHERE account = $8 AND sub <> $2)" \
    " ON CONFLICT (name) DO UPDATE SET name = excluded.name" \
    " WHERE oauth2_user.sub = excluded.sub RETURNING name"
static const oa2_sql_t put_sql = {
    "user_put", PUT, { PUT }, .repeats = 1
};

static oa2_err_t *put(int *done, oa2_ctx_t *ctx, const oa2_user_t *user,
                      const char *account)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &put_sql, oa2_realm_key(ctx, user->name),
                    user->sub, user->password, user->is_pending
                    ? APR_STRINGIFY(PENDING) : user->disabled ? "1" : "0",
                    oa2_sql_number(ctx->pool, user->created), user->provider,
                    oa2_user_new_credential(ctx), account,
                    oa2_user_alike(ctx, user->name), user->expires
                    ? oa2_sql_number(ctx->pool, user->expires) : NULL));
    *done = rows->nelts > 0;
    return NULL;
}

oa2_err_t *oa2_user_put(int *done, oa2_ctx_t *ctx, const oa2_user_t *user)
{
    return put(done, ctx, user, oa2_user_account(ctx, user->name));
}

/* What version 1 did not know of its rows, once it is known. */
#define ADOPT "UPDATE oauth2_user SET account = COALESCE(account, $2)," \
    " alike = COALESCE(alike, CAST($4 AS TEXT))," \
    " expires = NULL," \
    " provider = COALESCE(provider, CASE WHEN password IS NULL" \
    " THEN CAST($3 AS TEXT) ELSE '" OWN "' END)" \
    " WHERE name = $1 AND (account IS NULL OR provider IS NULL)" \
    " AND NOT EXISTS (SELECT 1 FROM oauth2_user o WHERE o.account = $2" \
    " AND o.name <> $1) RETURNING 1"
static const oa2_sql_t adopt_sql = {
    "user_enter: adopt", ADOPT, { ADOPT }, .repeats = 1
};

static oa2_err_t *adopt(oa2_user_t **user, oa2_ctx_t *ctx,
                        const char *provider)
{
    const char *name = (*user)->name;
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &adopt_sql, oa2_realm_key(ctx, name),
                    oa2_user_account(ctx, name), provider,
                    oa2_user_alike(ctx, name)));
    return oa2_user_find(user, ctx, name);
}

/* The name may be that of a replaced row, and then the account is shown. */
static oa2_err_t *enter_new(oa2_user_t **out, oa2_ctx_t *ctx,
                            const oa2_user_t *user)
{
    const char *account = oa2_user_account(ctx, user->name);
    oa2_user_t written = *user;
    int done;

    OA2_TRY(put(&done, ctx, user, account));
    OA2_TRY(oa2_user_find(out, ctx, user->name));
    if (*out)
        return NULL;
    written.name = oa2_realm_name(ctx, account);
    OA2_TRY(put(&done, ctx, &written, account));
    OA2_TRY(oa2_user_find(out, ctx, user->name));
    if (*out)
        return NULL;
    return oa2_err_make(ctx->pool, &oa2_server_error, OA2_ID(2201), NULL,
                        "the user \"%s\" cannot sign in: users without an "
                        "account have all its names: see \"oauth2ctl user "
                        "list\", and remove them", user->name);
}

oa2_err_t *oa2_user_enter(oa2_user_t **out, oa2_ctx_t *ctx, const char *name,
                          const char *provider, const char *new_sub)
{
    const oa2_user_t fresh = {
        .name = name, .sub = new_sub, .created = ctx->now,
        .provider = provider
    };
    oa2_user_t *user;

    OA2_TRY(oa2_user_find(&user, ctx, name));
    if (!user)
        OA2_TRY(enter_new(&user, ctx, &fresh));
    if (!user->provider)
        OA2_TRY(adopt(&user, ctx, provider));
    if (!user || !user->provider)
        return oa2_err_make(ctx->pool, &oa2_temporarily_unavailable,
                            OA2_ID(2202), NULL, "the user \"%s\" was removed "
                            "while signing in", name);
    *out = user;
    return NULL;
}

/* ------------------------------------------------------------ changes */

/*
 * A session is good while its credential is its user's: what ends sessions
 * changes that, and a sign-in that read the one before is too late.  Sessions
 * are deleted as well, for the room, and for a program of version 1 beside us,
 * which looks at nothing else.  $1 name, $2 value, $3 a new credential.
 */
#define ENDING(set) "UPDATE oauth2_user SET " set " credential = $3" \
    " WHERE name = $1 RETURNING name"
#define ENDING_SQL(verb, set) { \
    verb, \
    "WITH u AS (" ENDING(set) ")," \
    " s AS (DELETE FROM oauth2_session USING u WHERE user_name = u.name)" \
    " SELECT name, " OA2_TELL(OA2_OF_USER, "name") " FROM u", \
    { "?DELETE FROM oauth2_session WHERE user_name = $1", ENDING(set) }, \
    .repeats = 1 }

static const oa2_sql_t password_sql =
    ENDING_SQL("user_set_password", "password = $2, provider = '" OWN "',"
               " expires = NULL,");
static const oa2_sql_t provider_sql =
    ENDING_SQL("user_set_provider", "provider = $2, expires = NULL,");
static const oa2_sql_t end_sql = ENDING_SQL("user_end_sessions", "");

/* Of replaced rows too, $4 to $5: what they hold is the same person's. */
#define THEIRS "SELECT name FROM oauth2_user WHERE name = $1 UNION ALL" \
    " SELECT name FROM oauth2_user WHERE account >= $4 AND account < $5"
#define DISABLE "UPDATE oauth2_user SET disabled = $2, expires = NULL," \
    " credential =" \
    " CASE WHEN CAST($2 AS BIGINT) <> 0 THEN $3 ELSE credential END" \
    " WHERE name IN (" THEIRS ") RETURNING name"

static const oa2_sql_t disabled_sql = {
    "user_set_disabled",
    "WITH u AS (" DISABLE "),"
    " s AS (DELETE FROM oauth2_session USING u WHERE user_name = u.name"
    " AND CAST($2 AS BIGINT) <> 0)"
    " SELECT name, " OA2_TELL(OA2_OF_USER, "name") " FROM u",
    { DISABLE,
      "?DELETE FROM oauth2_session WHERE CAST($2 AS BIGINT) <> 0"
      " AND user_name IN (" THEIRS ")",
      THEIRS },
    .repeats = 1
};

/* Sessions, consents and teams follow by their foreign keys. */
#define REMOVE "DELETE FROM oauth2_user WHERE name = $1 RETURNING "
static const oa2_sql_t remove_sql = {
    "user_remove",
    "WITH t AS (" OA2_TEAMS_CHANGE("$1") "), u AS (" REMOVE "name, sub)"
    " SELECT sub, " OA2_TELL(OA2_OF_USER, "name") " FROM u",
    { "?" OA2_TEAMS_CHANGE("$1"), REMOVE "sub" },
    .repeats = 0                        /* what is gone has no sub */
};

/* Bumped after a failure too: the change may have been committed and only
   its answer lost. */
static oa2_err_t *user_change(apr_array_header_t **rows, oa2_ctx_t *ctx,
                              const oa2_sql_t *sql, const char *name,
                              const char *value)
{
    const char *key = oa2_realm_key(ctx, name);
    oa2_err_t *err = OA2_SQL(rows, ctx, sql, key, value,
                             oa2_user_new_credential(ctx));

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

oa2_err_t *oa2_user_end_sessions(int *done, oa2_ctx_t *ctx, const char *name)
{
    apr_array_header_t *rows;

    OA2_TRY(user_change(&rows, ctx, &end_sql, name, NULL));
    *done = rows->nelts > 0;
    return NULL;
}

/* Sessions go on, but whoever has remembered one has to ask again. */
#define ROLES "UPDATE oauth2_user SET roles = $2 WHERE name = $1" \
    " AND roles IN ($3, $2) RETURNING name"
static const oa2_sql_t roles_sql = {
    "user_set_roles",
    "WITH u AS (" ROLES ") SELECT name, " OA2_TELL(OA2_OF_USER, "name")
    " FROM u", { ROLES }, .repeats = 1
};

oa2_err_t *oa2_user_set_roles(int *done, oa2_ctx_t *ctx, const char *name,
                              const char *from, const char *to)
{
    const char *key = oa2_realm_key(ctx, name);
    apr_array_header_t *rows;
    oa2_err_t *err = OA2_SQL(&rows, ctx, &roles_sql, key, to, from);

    oa2_tell_caches(ctx->store, OA2_OF_USER, key);
    OA2_TRY(err);
    *done = rows->nelts > 0;
    return NULL;
}

/* Nothing that is cached says it. */
#define LANGUAGE "UPDATE oauth2_user SET language = $2 WHERE name = $1" \
    " RETURNING 1"
static const oa2_sql_t language_sql = {
    "user_set_language", LANGUAGE, { LANGUAGE }, .repeats = 1
};

oa2_err_t *oa2_user_set_language(int *done, oa2_ctx_t *ctx, const char *name,
                                 const char *language)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &language_sql, oa2_realm_key(ctx, name),
                    language));
    *done = rows->nelts > 0;
    return NULL;
}

oa2_err_t *oa2_user_set_provider(int *done, oa2_ctx_t *ctx, const char *name,
                                 const char *provider)
{
    apr_array_header_t *rows;

    OA2_TRY(user_change(&rows, ctx, &provider_sql, name, provider));
    *done = rows->nelts > 0;
    return NULL;
}

#define REHASH "UPDATE oauth2_user SET password = $3 WHERE name = $1" \
    " AND password IN ($2, $3) RETURNING 1"
static const oa2_sql_t rehash_sql = {
    "user_rehash", REHASH, { REHASH }, .repeats = 1
};

oa2_err_t *oa2_user_rehash(int *done, oa2_ctx_t *ctx, const oa2_user_t *user,
                           const char *hash)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &rehash_sql, oa2_realm_key(ctx, user->name),
                    user->password, hash));
    *done = rows->nelts > 0;
    return NULL;
}

oa2_err_t *oa2_user_set_disabled(int *done, oa2_ctx_t *ctx, const char *name,
                                 int disabled)
{
    const char *account = oa2_user_account(ctx, name);
    const char *replaced = oa2_user_replaced(account, ctx->pool);
    apr_array_header_t *rows;
    oa2_err_t *err = OA2_SQL(&rows, ctx, &disabled_sql,
                             oa2_realm_key(ctx, name), disabled ? "1" : "0",
                             oa2_user_new_credential(ctx), replaced,
                             oa2_user_replaced_end(replaced, ctx->pool));
    int i;

    oa2_tell_caches(ctx->store, err ? OA2_OF_ALL : OA2_OF_USER,
                    oa2_realm_key(ctx, name));
    OA2_TRY(err);
    for (i = 0; i < rows->nelts; i++)
        oa2_tell_caches(ctx->store, OA2_OF_USER, oa2_row_text(
            APR_ARRAY_IDX(rows, i, oa2_row_t), 0));
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

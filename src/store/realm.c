/* SPDX-License-Identifier: Apache-2.0 */
/*
 * realm.c - which issuer's rows are whose: the number of a realm, by name, and
 * in the keys.
 */
#include "store/realm.h"

#include <string.h>

#include <apr_strings.h>

#define TRIES 100       /* to be the one that gives a name its number */
/* Behind every key: no name begins with a character that is none. */
#define LAST "\xf4\x8f\xbf\xbf"

/* ------------------------------------------------------------ keys */

const char *oa2_realm_key(const oa2_ctx_t *ctx, const char *name)
{
    if (!name || (!ctx->realm && !strchr(name, ':')))
        return name;
    return apr_psprintf(ctx->pool, "%" APR_INT64_T_FMT ":%s", ctx->realm,
                        name);
}

const char *oa2_realm_name(const oa2_ctx_t *ctx, const char *key)
{
    const char *colon = key ? strchr(key, ':') : NULL;
    char *end;

    if (!colon)
        return ctx->realm ? NULL : key;
    if (!ctx->realm || apr_strtoi64(key, &end, 10) != ctx->realm
        || end != colon)
        return NULL;
    return colon + 1;
}

const char *oa2_realm_prefix(const oa2_ctx_t *ctx)
{
    return ctx->realm ? oa2_realm_key(ctx, "") : "";
}

/* ------------------------------------------------------------ lists */

/* The first key that could come behind this one: no name holds a control
   character. */
static const char *behind(const char *key, apr_pool_t *pool)
{
    return apr_pstrcat(pool, key, "\001", NULL);
}

/* Behind all keys that begin as this one does, up to its colon. */
static const char *behind_realm_of(const char *key, apr_pool_t *pool)
{
    char *next = apr_pstrndup(pool, key,
                              (apr_size_t)(strchr(key, ':') - key) + 1);

    next[strlen(next) - 1] = ':' + 1;
    return next;
}

const char *oa2_realm_end(const oa2_ctx_t *ctx)
{
    return ctx->realm ? behind_realm_of(oa2_realm_prefix(ctx), ctx->pool)
                      : LAST;
}

/*
 * The keys of realm N are one range.  Those of realm 0 are what is between
 * the others' ranges: each of these is met once, and stepped over.
 */
oa2_err_t *oa2_realm_rows(apr_array_header_t **rows, oa2_ctx_t *ctx,
                          const oa2_sql_t *sql, const char *after, int n)
{
    apr_pool_t *pool = ctx->pool;
    const char *from = after ? behind(oa2_realm_key(ctx, after), pool)
                             : oa2_realm_prefix(ctx);
    const char *to = oa2_realm_end(ctx);
    apr_array_header_t *found;
    int i;

    *rows = apr_array_make(pool, n, sizeof(oa2_row_t));
    do {
        int wanted = n - (*rows)->nelts;

        OA2_TRY(OA2_SQL(&found, ctx, sql, from, to,
                        oa2_sql_number(pool, wanted)));
        for (i = 0; i < found->nelts; i++) {
            oa2_row_t row = APR_ARRAY_IDX(found, i, oa2_row_t);

            if (!oa2_realm_name(ctx, row[0])) {
                from = behind_realm_of(row[0], pool);
                break;
            }
            APR_ARRAY_PUSH(*rows, oa2_row_t) = row;
        }
    } while (i < found->nelts);
    return NULL;
}

/* ------------------------------------------------------------ realms */

#define FIND "SELECT id FROM oauth2_realm WHERE name = $1"
static const oa2_sql_t find_sql = {
    "realm_find", FIND, { FIND }, .repeats = 1
};

/* Nothing is answered to one who lost, be it the name or the number. */
#define MAKE "INSERT INTO oauth2_realm (id, name, created, secret," \
    " secret_seen) SELECT COALESCE(MAX(id) + 1, 0), CAST($1 AS TEXT)," \
    " CAST($2 AS BIGINT), NULL, 0 FROM oauth2_realm WHERE 1 = 1" \
    " ON CONFLICT DO NOTHING RETURNING id"
static const oa2_sql_t make_sql = {
    "realm_enter", MAKE, { MAKE }, .repeats = 1
};

#define LIST "SELECT id, name, created FROM oauth2_realm ORDER BY id"
static const oa2_sql_t list_sql = {
    "realm_list", LIST, { LIST }, .repeats = 1
};

oa2_err_t *oa2_realm_find(int *found, apr_int64_t *id, oa2_ctx_t *ctx,
                          const char *name)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &find_sql, name));
    *found = rows->nelts > 0;
    if (*found)
        *id = oa2_row_number(APR_ARRAY_IDX(rows, 0, oa2_row_t), 0);
    return NULL;
}

oa2_err_t *oa2_realm_enter(apr_int64_t *id, oa2_ctx_t *ctx, const char *name)
{
    apr_array_header_t *rows;
    int found;
    int tries;

    for (tries = 0; tries < TRIES; tries++) {
        OA2_TRY(oa2_realm_find(&found, id, ctx, name));
        if (found)
            return NULL;
        OA2_TRY(OA2_SQL(&rows, ctx, &make_sql, name,
                        oa2_sql_number(ctx->pool, ctx->now)));
        if (rows->nelts) {
            *id = oa2_row_number(APR_ARRAY_IDX(rows, 0, oa2_row_t), 0);
            return NULL;
        }
    }
    return oa2_err_make(ctx->pool, &oa2_temporarily_unavailable, OA2_ID(2200),
                        NULL, "realm_enter: others were faster %d times",
                        TRIES);
}

#define SECRET "SELECT secret, secret_seen FROM oauth2_realm WHERE id = $1"
static const oa2_sql_t secret_sql = {
    "realm_note_secret: find", SECRET, { SECRET }, .repeats = 1
};

#define NOTE "UPDATE oauth2_realm SET secret = $2, secret_seen = $3" \
    " WHERE id = $1 RETURNING 1"
static const oa2_sql_t note_sql = {
    "realm_note_secret", NOTE, { NOTE }, .repeats = 1
};

oa2_err_t *oa2_realm_note_secret(const char **before, apr_int64_t *when,
                                 oa2_ctx_t *ctx, const char *mark)
{
    const char *id = oa2_sql_number(ctx->pool, ctx->realm);
    apr_array_header_t *rows;
    apr_array_header_t *noted;

    OA2_TRY(OA2_SQL(&rows, ctx, &secret_sql, id));
    OA2_TRY(OA2_SQL(&noted, ctx, &note_sql, id, mark,
                    oa2_sql_number(ctx->pool, ctx->now)));
    *before = rows->nelts
        ? oa2_row_text(APR_ARRAY_IDX(rows, 0, oa2_row_t), 0) : "";
    *when = rows->nelts
        ? oa2_row_number(APR_ARRAY_IDX(rows, 0, oa2_row_t), 1) : 0;
    return NULL;
}

oa2_err_t *oa2_realm_list(apr_array_header_t **out, oa2_ctx_t *ctx)
{
    apr_array_header_t *rows;
    int i;

    OA2_TRY(oa2_sql_run(&rows, ctx, &list_sql, 0, NULL));
    *out = apr_array_make(ctx->pool, rows->nelts, sizeof(oa2_realm_t));
    for (i = 0; i < rows->nelts; i++) {
        oa2_row_t row = APR_ARRAY_IDX(rows, i, oa2_row_t);
        oa2_realm_t *realm = apr_array_push(*out);

        realm->id = oa2_row_number(row, 0);
        realm->name = row[1];
        realm->created = oa2_row_number(row, 2);
    }
    return NULL;
}

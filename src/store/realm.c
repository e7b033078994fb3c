/* SPDX-License-Identifier: Apache-2.0 */
/* realm.c - which issuer's rows are whose: the number of a realm, by name. */
#include "store/realm.h"

#include "store/db/sql.h"

#define TRIES 100       /* to be the one that gives a name its number */

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

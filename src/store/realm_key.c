/* SPDX-License-Identifier: Apache-2.0 */
/* realm_key.c - the realm's number in the keys. */
#include "store/realm_key.h"

#include <string.h>

#include <apr_strings.h>

/* Behind every key: no name begins with a character that is none. */
#define LAST "\xf4\x8f\xbf\xbf"

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
static oa2_err_t *rows_between(apr_array_header_t **rows, oa2_ctx_t *ctx,
                               const oa2_sql_t *sql, const char *from,
                               const char *to, int n)
{
    apr_pool_t *pool = ctx->pool;
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

oa2_err_t *oa2_realm_rows(apr_array_header_t **rows, oa2_ctx_t *ctx,
                          const oa2_sql_t *sql, const char *after, int n)
{
    return rows_between(rows, ctx, sql,
                        after ? behind(oa2_realm_key(ctx, after), ctx->pool)
                              : oa2_realm_prefix(ctx),
                        oa2_realm_end(ctx), n);
}

oa2_err_t *oa2_realm_rows_of(apr_array_header_t **rows, oa2_ctx_t *ctx,
                             const oa2_sql_t *sql, const char *beginning,
                             const char *after, int n)
{
    const char *first = oa2_realm_key(ctx, beginning);

    return rows_between(rows, ctx, sql,
                        after ? behind(oa2_realm_key(ctx, after), ctx->pool)
                              : first,
                        apr_pstrcat(ctx->pool, first, LAST, NULL), n);
}

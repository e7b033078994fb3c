/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_row.c - how a client's row is read, and is written together with its
 * origins and revisions.
 */
#include "store/client_row.h"

#include <string.h>

#include <apr_strings.h>

#include "base/crypto.h"
#include "base/text/uri.h"
#include "store/db/sql.h"
#include "store/realm_key.h"
#include "store/tell.h"

oa2_client_t *oa2_client_read(const oa2_ctx_t *ctx, oa2_row_t row)
{
    oa2_client_t *client = apr_pcalloc(ctx->pool, sizeof(*client));

    client->id = oa2_realm_name(ctx, row[0]);
    client->name = oa2_row_text(row, 1);
    client->secret = row[2];
    client->old_secret = row[3];
    client->old_secret_until = oa2_row_number(row, 4);
    client->redirect_uris = oa2_row_text(row, 5);
    client->scope = oa2_row_text(row, 6);
    client->grants = oa2_row_text(row, 7);
    client->introspect = oa2_row_text(row, 8);
    client->resources = oa2_row_text(row, 9);
    client->access_lifetime = oa2_row_number(row, 10);
    client->refresh_lifetime = oa2_row_number(row, 11);
    client->trusted = oa2_row_number(row, 12) != 0;
    client->disabled = (int)oa2_row_number(row, 13);
    client->created = oa2_row_number(row, 14);
    client->updated = oa2_row_number(row, 15);
    client->no_pkce = oa2_row_number(row, 16) != 0;
    client->any_scheme = oa2_row_number(row, 17) != 0;
    client->origins = oa2_row_text(row, 18);
    client->version = oa2_row_number(row, 19);
    client->serial = oa2_row_number(row, 20);
    client->meta = oa2_row_text(row, 21);
    client->state = oa2_row_text(row, 22);
    client->logo = row[23];
    return client;
}

#define PG_WORDS(n) "unnest(string_to_array(" n ", ' ')) AS word" \
    " WHERE word <> ''"
#define LITE_WORDS(n) "json_each('[\"' || replace(" n ", ' ', '\",\"')" \
    " || '\"]') WHERE value <> ''"

/* $1 to $20 are the columns; $21 all origins, as words; $22 a serial, or a new
   credential; $23 meta.  One and the same put again is told that it was done:
   by the serial. */
#define PUT "INSERT INTO oauth2_client (" OA2_CLIENT_OWN ", serial, meta," \
    " state, about, waiting)" \
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14," \
    " $15, $16, $17, $18, $19, CAST($20 AS BIGINT), $22, $23, $25," \
    " COALESCE(CAST($24 AS TEXT), '')," \
    " COALESCE(CAST($27 AS SMALLINT), 0))" \
    " ON CONFLICT (id) DO UPDATE SET id = excluded.id" \
    " WHERE oauth2_client.serial = excluded.serial RETURNING id"
/* Of racing ones that read the same version, one finds it again. */
#define UPDATE "UPDATE oauth2_client SET name = $2, secret = $3," \
    " old_secret = $4, old_secret_until = $5, redirect_uris = $6," \
    " scope = $7, grants = $8, introspect = $9, resources = $10," \
    " access_lifetime = $11, refresh_lifetime = $12, trusted = $13," \
    " disabled = $14, updated = $16, no_pkce = $17, any_scheme = $18," \
    " origins = $19, meta = $23, version = version + 1," \
    " about = COALESCE(CAST($24 AS TEXT), about), state = $25," \
    " state_reason = COALESCE(CAST($26 AS TEXT), state_reason)," \
    " waiting = COALESCE(CAST($27 AS SMALLINT), waiting)," \
    " credential = CASE WHEN CAST($3 AS TEXT) IS NULL" \
    " AND secret IS NOT NULL THEN CAST($22 AS TEXT) ELSE credential END" \
    " WHERE id = $1 AND version = $20" \
    " AND (CAST($35 AS BIGINT) IS NULL OR team = CAST($35 AS BIGINT))" \
    " RETURNING id"
#define CLOSE(from) "UPDATE oauth2_app_revision SET state = $29," \
    " reason = COALESCE(CAST($26 AS TEXT), '')," \
    " decided = CAST($16 AS BIGINT), decided_by = $30" from \
    " AND number = CAST($28 AS BIGINT)"
#define OPEN "INSERT INTO oauth2_app_revision (client_id, number, asked," \
    " by_name, created, state, decided, decided_by)"
#define OPENED "CAST($31 AS BIGINT), CAST($32 AS TEXT), CAST($30 AS TEXT)," \
    " CAST($16 AS BIGINT), CAST($33 AS TEXT)," \
    " CASE WHEN CAST($33 AS TEXT) = 'pending' THEN 0" \
    " ELSE CAST($16 AS BIGINT) END," \
    " CASE WHEN CAST($33 AS TEXT) = 'pending' THEN ''" \
    " ELSE CAST($30 AS TEXT) END"
#define ASKED "CAST($32 AS TEXT) IS NOT NULL"
#define MEMBER "INSERT INTO oauth2_app_member (client_id, user_name, role," \
    " created)"
#define OWNER "CAST($15 AS BIGINT) FROM oauth2_user u WHERE u.name = $34"

static const oa2_sql_t put_sql = {
    "client_put",
    "WITH c AS (" PUT "),"
    " o AS (INSERT INTO oauth2_origin (origin, client_id)"
    " SELECT DISTINCT word, c.id FROM c, " PG_WORDS("$21")
    " ON CONFLICT DO NOTHING),"
    " m AS (" MEMBER " SELECT c.id, u.name, 'owner', CAST($15 AS BIGINT)"
    " FROM c, oauth2_user u WHERE u.name = $34 ON CONFLICT DO NOTHING),"
    " opened AS (" OPEN " SELECT c.id, " OPENED " FROM c WHERE " ASKED
    " ON CONFLICT DO NOTHING)"
    " SELECT id FROM c",
    { PUT,
      "?INSERT INTO oauth2_origin (origin, client_id)"
      " SELECT DISTINCT value, $1 FROM " LITE_WORDS("$21")
      " ON CONFLICT DO NOTHING",
      "?" MEMBER " SELECT $1, u.name, 'owner', " OWNER
      " ON CONFLICT DO NOTHING",
      "?" OPEN " SELECT $1, " OPENED " WHERE " ASKED
      " ON CONFLICT DO NOTHING",
      "SELECT id FROM oauth2_client WHERE id = $1" },
    .repeats = 1
};

static const oa2_sql_t update_sql = {
    "client_update",
    "WITH c AS (" UPDATE "),"
    " gone AS (DELETE FROM oauth2_origin USING c WHERE client_id = c.id"
    " AND origin <> ALL (string_to_array($21, ' '))),"
    " o AS (INSERT INTO oauth2_origin (origin, client_id)"
    " SELECT DISTINCT word, c.id FROM c, " PG_WORDS("$21")
    " ON CONFLICT DO NOTHING),"
    " closed AS (" CLOSE(" FROM c WHERE client_id = c.id") "),"
    " opened AS (" OPEN " SELECT c.id, " OPENED " FROM c WHERE " ASKED ")"
    " SELECT id, " OA2_TELL(OA2_OF_CLIENT, "id") ", "
    OA2_TELL(OA2_OF_ORIGINS, "''")
    " FROM c",
    { UPDATE,
      "?DELETE FROM oauth2_origin WHERE client_id = $1",
      "?INSERT INTO oauth2_origin (origin, client_id)"
      " SELECT DISTINCT value, $1 FROM " LITE_WORDS("$21"),
      "?" CLOSE(" WHERE client_id = $1"),
      "?" OPEN " SELECT $1, " OPENED " WHERE " ASKED,
      "SELECT id FROM oauth2_client WHERE id = $1" },
    .repeats = 0                        /* the version has moved then */
};

/* Those of the redirect URIs, and the client's own. */
static const char *origins_of(const oa2_client_t *client, apr_pool_t *pool)
{
    char *rest = apr_pstrdup(pool, client->redirect_uris);
    const char *origins = client->origins;
    const char *word;
    char *end;

    for (word = rest; word; word = end) {
        oa2_uri_t *uri;
        const char *origin;

        end = strchr(word, ' ');
        if (end)
            *end++ = '\0';
        uri = oa2_uri_parse(word, pool);
        origin = uri ? oa2_uri_origin(uri, pool) : NULL;
        if (origin)
            origins = apr_pstrcat(pool, origins, *origins ? " " : "", origin,
                                  NULL);
    }
    return origins;
}

static oa2_err_t *client_write(int *done, oa2_ctx_t *ctx,
                               const oa2_sql_t *sql,
                               const oa2_client_t *client,
                               const oa2_app_change_t *change,
                               const char *owner)
{
    static const oa2_app_change_t none = { .waiting = -1 };
    apr_pool_t *pool = ctx->pool;
    apr_array_header_t *rows;

    if (!change)
        change = &none;
    OA2_TRY(OA2_SQL(&rows, ctx, sql,
                    oa2_realm_key(ctx, client->id), client->name,
                    client->secret,
                    client->old_secret,
                    oa2_sql_number(pool, client->old_secret_until),
                    client->redirect_uris, client->scope, client->grants,
                    client->introspect, client->resources,
                    oa2_sql_number(pool, client->access_lifetime),
                    oa2_sql_number(pool, client->refresh_lifetime),
                    client->trusted ? "1" : "0",
                    oa2_sql_number(pool, client->disabled),
                    oa2_sql_number(pool, client->created),
                    oa2_sql_number(pool, client->updated),
                    client->no_pkce ? "1" : "0",
                    client->any_scheme ? "1" : "0",
                    client->origins,
                    oa2_sql_number(pool, client->version),
                    origins_of(client, pool),
                    oa2_sql_number(pool, oa2_random_id()),
                    client->meta ? client->meta : "{}",
                    change->about,
                    client->state ? client->state : "approved",
                    change->reason,
                    change->waiting < 0 ? NULL
                        : oa2_sql_number(pool, change->waiting),
                    oa2_sql_number(pool, change->closes),
                    change->closes_as ? change->closes_as : "",
                    change->by ? change->by : "",
                    oa2_sql_number(pool, change->number), change->asked,
                    change->number_state ? change->number_state : "",
                    oa2_realm_key(ctx, owner), change->team));
    *done = rows->nelts > 0;
    return NULL;
}

/* Bumped after a failure too: the change may have been committed and only
   its answer lost. */
void oa2_client_bump(oa2_ctx_t *ctx, const char *id)
{
    oa2_tell_caches(ctx->store, OA2_OF_CLIENT, oa2_realm_key(ctx, id));
    oa2_tell_caches(ctx->store, OA2_OF_ORIGINS, "");
}

oa2_err_t *oa2_client_write_new(int *put, oa2_ctx_t *ctx,
                                const oa2_client_t *client,
                                const oa2_app_change_t *change,
                                const char *owner)
{
    return client_write(put, ctx, &put_sql, client, change, owner);
}

oa2_err_t *oa2_client_write(int *done, oa2_ctx_t *ctx,
                            const oa2_client_t *client,
                            const oa2_app_change_t *change)
{
    return client_write(done, ctx, &update_sql, client, change, NULL);
}

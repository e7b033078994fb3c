/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client.c - the clients of RFC 6749 section 2, and the origins of their
 * redirect URIs.
 *
 * Each has a serial, never used twice: what was issued to a client stays dead
 * when another one gets the same id later.
 */
#include "store/client.h"

#include <string.h>

#include <apr_strings.h>

#include "base/crypto.h"
#include "base/shm/pack.h"
#include "base/shm/counter.h"
#include "store/db/pool.h"
#include "store/db/sql.h"
#include "store/client_row.h"
#include "store/grant.h"
#include "store/realm_key.h"
#include "store/tell.h"

#define CACHED_FOR 3600                 /* seconds, if nothing changes it */
#define BATCH "1000"                    /* rows that one statement removes */
#define BATCH_ROWS 1000

#define ALL OA2_CLIENT_COLUMNS

/* ------------------------------------------------------------ find */

static const oa2_sql_t find_sql = {
    "client_find",
    "SELECT " ALL " FROM oauth2_client WHERE id = $1",
    { "SELECT " ALL " FROM oauth2_client WHERE id = $1" },
    .repeats = 1
};

static void client_pack(oa2_pack_t *pack, const oa2_client_t *client)
{
    oa2_pack_text(pack, client->id);
    oa2_pack_text(pack, client->name);
    oa2_pack_text(pack, client->secret);
    oa2_pack_text(pack, client->old_secret);
    oa2_pack_number(pack, client->old_secret_until);
    oa2_pack_text(pack, client->redirect_uris);
    oa2_pack_text(pack, client->scope);
    oa2_pack_text(pack, client->grants);
    oa2_pack_text(pack, client->introspect);
    oa2_pack_text(pack, client->resources);
    oa2_pack_number(pack, client->access_lifetime);
    oa2_pack_number(pack, client->refresh_lifetime);
    oa2_pack_number(pack, client->trusted);
    oa2_pack_number(pack, client->disabled);
    oa2_pack_number(pack, client->created);
    oa2_pack_number(pack, client->updated);
    oa2_pack_number(pack, client->no_pkce);
    oa2_pack_number(pack, client->any_scheme);
    oa2_pack_text(pack, client->origins);
    oa2_pack_number(pack, client->version);
    oa2_pack_number(pack, client->serial);
    oa2_pack_text(pack, client->meta);
    oa2_pack_text(pack, client->state);
    oa2_pack_text(pack, client->logo);
}

static oa2_client_t *client_unpack(oa2_pack_t *pack, apr_pool_t *pool)
{
    oa2_client_t *client = apr_pcalloc(pool, sizeof(*client));

    client->id = oa2_unpack_text(pack, pool);
    client->name = oa2_unpack_text(pack, pool);
    client->secret = oa2_unpack_text(pack, pool);
    client->old_secret = oa2_unpack_text(pack, pool);
    client->old_secret_until = oa2_unpack_number(pack);
    client->redirect_uris = oa2_unpack_text(pack, pool);
    client->scope = oa2_unpack_text(pack, pool);
    client->grants = oa2_unpack_text(pack, pool);
    client->introspect = oa2_unpack_text(pack, pool);
    client->resources = oa2_unpack_text(pack, pool);
    client->access_lifetime = oa2_unpack_number(pack);
    client->refresh_lifetime = oa2_unpack_number(pack);
    client->trusted = (int)oa2_unpack_number(pack);
    client->disabled = (int)oa2_unpack_number(pack);
    client->created = oa2_unpack_number(pack);
    client->updated = oa2_unpack_number(pack);
    client->no_pkce = (int)oa2_unpack_number(pack);
    client->any_scheme = (int)oa2_unpack_number(pack);
    client->origins = oa2_unpack_text(pack, pool);
    client->version = oa2_unpack_number(pack);
    client->serial = oa2_unpack_number(pack);
    client->meta = oa2_unpack_text(pack, pool);
    client->state = oa2_unpack_text(pack, pool);
    client->logo = oa2_unpack_text(pack, pool);
    return pack->ok ? client : NULL;
}

/* The kind keeps a client and an origin of the same name apart. */
static void cache_key(unsigned char key[OA2_KEY_LEN], const char *kind,
                      const char *name, apr_pool_t *pool)
{
    const char *text = apr_pstrcat(pool, kind, " ", name, NULL);

    oa2_sha256(key, text, strlen(text));
}

static void cache_put(oa2_ctx_t *ctx, oa2_cache_entry_t *entry,
                      const unsigned char key[OA2_KEY_LEN],
                      oa2_cache_mark_t mark)
{
    memcpy(entry->key, key, OA2_KEY_LEN);
    entry->expires = ctx->now + CACHED_FOR;
    if (oa2_cache_put(ctx->store->clients, entry, mark, ctx->now))
        OA2_COUNT(ctx->counter, cache_evictions, OA2_CACHE_CLIENTS);
}

oa2_err_t *oa2_client_find(oa2_client_t **out, oa2_ctx_t *ctx,
                           const char *id)
{
    oa2_cache_t *cache = ctx->store->clients;
    const char *name = oa2_realm_key(ctx, id);
    unsigned char key[OA2_KEY_LEN];
    apr_size_t room = cache ? oa2_cache_room(cache) : 0;
    apr_size_t len = room;
    void *buf = cache ? apr_palloc(ctx->pool, room) : NULL;
    apr_array_header_t *rows;
    oa2_cache_mark_t mark = { 0, 0 };
    oa2_pack_t pack;

    if (cache) {
        cache_key(key, "client", name, ctx->pool);
        if (oa2_cache_find(buf, &len, cache, key, ctx->now)) {
            oa2_pack_begin(&pack, buf, len);
            *out = client_unpack(&pack, ctx->pool);
            if (*out) {
                OA2_COUNT(ctx->counter, cache_hits, OA2_CACHE_CLIENTS);
                return NULL;
            }
        }
        OA2_COUNT(ctx->counter, cache_misses, OA2_CACHE_CLIENTS);
        mark = oa2_cache_mark(cache);
    }
    OA2_TRY(OA2_SQL(&rows, ctx, &find_sql, name));
    *out = rows->nelts ? oa2_client_read(ctx, APR_ARRAY_IDX(rows, 0, oa2_row_t))
                       : NULL;
    if (cache && *out) {
        oa2_cache_entry_t entry = {
            { 0 }, { oa2_tell_tag(OA2_OF_CLIENT, name) }, 0, buf, 0
        };

        oa2_pack_begin(&pack, buf, room);
        client_pack(&pack, *out);
        entry.len = (apr_size_t)(pack.at - (unsigned char *)buf);
        if (pack.ok)
            cache_put(ctx, &entry, key, mark);
    }
    return NULL;
}

/* ------------------------------------------------------------ list */

#define LIST "SELECT " ALL " FROM oauth2_client" \
    " WHERE id >= $1 AND id < $2 ORDER BY id LIMIT CAST($3 AS BIGINT)"
static const oa2_sql_t list_sql = {
    "client_list", LIST, { LIST }, .repeats = 1
};

oa2_err_t *oa2_client_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                           const char *after, int n)
{
    apr_array_header_t *rows;
    int i;

    OA2_TRY(oa2_realm_rows(&rows, ctx, &list_sql, after, n));
    *out = apr_array_make(ctx->pool, rows->nelts, sizeof(oa2_client_t *));
    for (i = 0; i < rows->nelts; i++)
        APR_ARRAY_PUSH(*out, oa2_client_t *) =
            oa2_client_read(ctx, APR_ARRAY_IDX(rows, i, oa2_row_t));
    return NULL;
}

/* ------------------------------------------------------------ put, update */

/* Nothing that is cached becomes untrue: absence is never cached. */
oa2_err_t *oa2_client_put(int *put, oa2_ctx_t *ctx,
                          const oa2_client_t *client)
{
    return oa2_client_write_new(put, ctx, client, NULL, NULL);
}

oa2_err_t *oa2_client_update(int *done, oa2_ctx_t *ctx, oa2_client_t *client)
{
    oa2_err_t *err = oa2_client_write(done, ctx, client, NULL);

    oa2_client_bump(ctx, client->id);
    OA2_TRY(err);
    client->version += *done;
    return NULL;
}

/* Changes that somebody may be waiting for: they lose to nobody, and whoever
   writes a whole client that was read before them is told to read again. */
#define CHANGE(set) "UPDATE oauth2_client SET " set "," \
    " updated = CAST($2 AS BIGINT), version = version + 1 WHERE id = $1"
#define CHANGE_SQL(name, change, again) { \
    name, \
    "WITH c AS (" change " RETURNING id)" \
    " SELECT id, " OA2_TELL(OA2_OF_CLIENT, "id") ", " \
    OA2_TELL(OA2_OF_ORIGINS, "''") " FROM c", \
    { change " RETURNING id" }, .repeats = (again) }

static const oa2_sql_t disabled_sql =
    CHANGE_SQL("client_set_disabled", CHANGE("disabled = (disabled & 2)"
                                                 " | CAST($3 AS SMALLINT)"),
               1);
static const oa2_sql_t secret_sql =
    CHANGE_SQL("client_set_secret",
               CHANGE("old_secret = CASE WHEN CAST($4 AS BIGINT)"
                      " > CAST($2 AS BIGINT) THEN secret END,"
                      " old_secret_until = CAST($4 AS BIGINT), secret = $3,"
                      " credential = CASE WHEN CAST($4 AS BIGINT)"
                      " > CAST($2 AS BIGINT) THEN credential"
                      " ELSE CAST($5 AS TEXT) END")
               " AND secret IS NOT NULL", 0);

/* While $4 is still what is kept of it. */
static const oa2_sql_t rehash_sql =
    CHANGE_SQL("client_rehash", CHANGE("secret = $3")
               " AND secret IN ($3, $4)", 1);

static oa2_err_t *client_change(int *done, oa2_ctx_t *ctx,
                                const oa2_sql_t *sql, const char *id,
                                const char *value, const char *more)
{
    apr_array_header_t *rows;
    oa2_err_t *err = OA2_SQL(&rows, ctx, sql, oa2_realm_key(ctx, id),
                             oa2_sql_number(ctx->pool, ctx->now), value, more,
                             oa2_sql_number(ctx->pool, oa2_random_id()));

    oa2_client_bump(ctx, id);
    OA2_TRY(err);
    *done = rows->nelts > 0;
    return NULL;
}

oa2_err_t *oa2_client_set_disabled(int *done, oa2_ctx_t *ctx, const char *id,
                                   int disabled)
{
    return client_change(done, ctx, &disabled_sql, id, disabled ? "1" : "0",
                         NULL);
}

oa2_err_t *oa2_client_set_secret(int *done, oa2_ctx_t *ctx, const char *id,
                                 const char *secret, apr_int64_t old_until)
{
    return client_change(done, ctx, &secret_sql, id, secret,
                         oa2_sql_number(ctx->pool, old_until));
}

oa2_err_t *oa2_client_rehash(int *done, oa2_ctx_t *ctx,
                             const oa2_client_t *client, const char *secret)
{
    return client_change(done, ctx, &rehash_sql, client->id, secret,
                         client->secret);
}

/* ------------------------------------------------------------ remove */

static const oa2_sql_t remove_sql = {
    "client_remove",
    "WITH c AS (DELETE FROM oauth2_client WHERE id = $1"
    " RETURNING id, serial)"
    " SELECT serial, " OA2_TELL(OA2_OF_CLIENT, "id") ", "
    OA2_TELL(OA2_OF_ORIGINS, "''") " FROM c",
    { "DELETE FROM oauth2_client WHERE id = $1 RETURNING serial" },
    .repeats = 0                        /* what is gone has no serial */
};

static const oa2_sql_t remove_consents_sql = {
    "client_remove: consents",
    "WITH gone AS (DELETE FROM oauth2_consent WHERE ctid = ANY (ARRAY("
    "SELECT ctid FROM oauth2_consent WHERE client_id = $1 AND serial = $2"
    " LIMIT " BATCH ")) RETURNING 1) SELECT count(*) FROM gone",
    { "?DELETE FROM oauth2_consent WHERE client_id = $1 AND serial = $2",
      "SELECT 0" },
    .repeats = 1
};

/*
 * The client's row goes first: with its serial gone, everything that was
 * issued to it is dead at once.  What is left is taken away in batches, so
 * that no statement takes long however much there is.
 */
oa2_err_t *oa2_client_remove(int *done, oa2_ctx_t *ctx, const char *id)
{
    const char *key = oa2_realm_key(ctx, id);
    apr_array_header_t *rows;
    const char *serial;
    oa2_err_t *err = OA2_SQL(&rows, ctx, &remove_sql, key);

    oa2_client_bump(ctx, id);
    OA2_TRY(err);
    *done = rows->nelts > 0;
    if (!*done)
        return NULL;
    serial = oa2_row_text(APR_ARRAY_IDX(rows, 0, oa2_row_t), 0);
    do {
        OA2_TRY(OA2_SQL(&rows, ctx, &remove_consents_sql, key, serial));
    } while (oa2_row_number(APR_ARRAY_IDX(rows, 0, oa2_row_t), 0)
             == BATCH_ROWS);
    return oa2_grant_remove_all(ctx, NULL, key, serial);
}

/* ------------------------------------------------------------ origins */

#define ORIGIN(in_realm) "SELECT 1 FROM oauth2_origin o" \
    " JOIN oauth2_client c ON c.id = o.client_id" \
    " WHERE o.origin = $1 AND c.disabled = 0 AND " in_realm " LIMIT 1"
static const oa2_sql_t origin_sql = {
    "origin_is_known", ORIGIN(OA2_REALM_PGSQL("o.client_id", "$2")),
    { ORIGIN(OA2_REALM_SQLITE("o.client_id", "$2")) },
    .repeats = 1
};

oa2_err_t *oa2_origin_is_known(int *known, oa2_ctx_t *ctx,
                               const char *origin)
{
    oa2_cache_t *cache = ctx->store->clients;
    unsigned char key[OA2_KEY_LEN];
    apr_array_header_t *rows;
    oa2_cache_mark_t mark = { 0, 0 };
    char buf[1];
    apr_size_t len = sizeof(buf);

    if (cache) {
        cache_key(key, "origin",
                  apr_pstrcat(ctx->pool, oa2_realm_prefix(ctx), " ", origin,
                              NULL), ctx->pool);
        if (oa2_cache_find(buf, &len, cache, key, ctx->now)) {
            *known = 1;
            return NULL;
        }
        mark = oa2_cache_mark(cache);
    }
    OA2_TRY(OA2_SQL(&rows, ctx, &origin_sql, origin,
                    oa2_realm_prefix(ctx)));
    *known = rows->nelts > 0;
    /* Unknown ones are not kept: anyone can make those up without end. */
    if (cache && *known) {
        oa2_cache_entry_t entry = {
            { 0 }, { oa2_tell_tag(OA2_OF_ORIGINS, "") }, 0, "1", 1
        };

        cache_put(ctx, &entry, key, mark);
    }
    return NULL;
}

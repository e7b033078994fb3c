/* SPDX-License-Identifier: Apache-2.0 */
/* db.c - see db.h */
#include "httpd/start/db.h"

#include <apr_allocator.h>
#include <apr_atomic.h>
#include <apr_strings.h>
#include <apr_time.h>
#include <http_config.h>
#include <unixd.h>

#include "base/text/encode.h"
#include "base/shm/counter.h"
#include "base/shm/history.h"
#include "base/text/units.h"
#include "httpd/module.h"
#include "httpd/run/log.h"
#include "httpd/start/shared.h"
#include "oa2_config.h"
#include "store/client.h"
#include "store/migrate.h"
#include "store/realm.h"
#include "store/store.h"

/* A client's row with its redirect URIs; the few clients that are larger are
   read from the database each time. */
#define CLIENT_ENTRY 2048
#define CLIENT_SHARE 8                  /* 1/8 as much memory as for tokens */
#define CLIENT_MIN (256 * 1024)
#define TRY_EVERY apr_time_from_sec(1)  /* to find tables that were missing */

static oa2_db_t *find(oa2_db_t *dbs, const oa2_settings_t *settings)
{
    while (dbs && (strcmp(dbs->conf.driver, settings->database_driver) != 0
                   || strcmp(dbs->conf.params, settings->database_params))) {
        dbs = dbs->next;
    }
    return dbs;
}

static void enlarge(oa2_db_t *db, const oa2_settings_t *settings)
{
    int connections = (int)settings->database_connections;
    int wait_ms = (int)settings->database_wait * 1000;
    apr_size_t size = (apr_size_t)settings->cache_size;
    apr_size_t entry = (apr_size_t)settings->cache_entry_size;

    if (db->conf.connections < connections)
        db->conf.connections = connections;
    if (db->conf.wait_ms < wait_ms)
        db->conf.wait_ms = wait_ms;
    if (db->token_size < size)
        db->token_size = size;
    if (db->token_entry < entry)
        db->token_entry = entry;
}

static oa2_db_realm_t *realm_of(oa2_db_t *db, const oa2_settings_t *settings,
                                server_rec *s, apr_pool_t *pool)
{
    oa2_db_realm_t **at = &db->realms;

    while (*at && strcmp((*at)->name, settings->realm) != 0) {
        at = &(*at)->next;
    }
    if (!*at) {
        *at = apr_pcalloc(pool, sizeof(**at));
        (*at)->name = settings->realm;
        (*at)->settings = settings;
        (*at)->server = s;
    }
    return *at;
}

oa2_db_t *oa2_db_collect(server_rec *main_server, apr_pool_t *pool)
{
    apr_array_header_t *servers = oa2_conf_servers(main_server, pool);
    oa2_db_t *dbs = NULL;
    int i;

    for (i = 0; i < servers->nelts; i++) {
        server_rec *s = APR_ARRAY_IDX(servers, i, server_rec *);
        oa2_server_t *conf = ap_get_module_config(s->module_config,
                                                  &oauth2_api_module);
        oa2_db_t *db;

        if (!conf || !oa2_conf_is_active(conf)) continue;
        db = find(dbs, &conf->settings);
        if (!db) {
            db = apr_pcalloc(pool, sizeof(*db));
            db->conf.driver = conf->settings.database_driver;
            db->conf.params = conf->settings.database_params;
            db->settings = &conf->settings;
            db->server = s;
            db->number = dbs ? dbs->number + 1 : 1;
            db->next = dbs;
            dbs = db;
        }
        enlarge(db, &conf->settings);
        conf->db = db;
        conf->realm = realm_of(db, &conf->settings, s, pool);
    }
    return dbs;
}

/* ------------------------------------------------------------ sharing */

/*
 * The counters depend on the database only: whatever else changes, children of
 * both configurations tell each other what they revoke.  Entries come and go
 * with their sizes.  The version is in the name because another build may have
 * another layout; of the parameters, which can hold a password, only a digest.
 */
static const char *name_of(const oa2_db_t *db, const char *what,
                           apr_pool_t *pool)
{
    const char *id = apr_pstrcat(pool, db->conf.driver, " ", db->conf.params,
                                 NULL);

    return apr_psprintf(pool, "mod_oauth2_api.%s.%s.%s", OA2_VERSION, what,
                        oa2_digest_text(pool, id));
}

static oa2_err_t *share_cache(oa2_cache_t **out, const oa2_shared_t *shared,
                              const char *name, apr_size_t size,
                              apr_size_t entry)
{
    oa2_counters_t *counters;
    oa2_cache_t *cache;
    void *memory;
    int is_new;

    OA2_TRY(oa2_shared_get(&memory, &is_new, shared, name,
                           oa2_counters_size()));
    counters = is_new ? oa2_counters_init(memory)
                      : oa2_counters_at(memory);
    name = apr_psprintf(shared->pool, "%s.%" APR_SIZE_T_FMT ".%"
                        APR_SIZE_T_FMT, name, size, entry);
    OA2_TRY(oa2_shared_get(&memory, &is_new, shared, name, size));
    /* The same bytes again for a block that is there: it is only found. */
    cache = oa2_cache_init(memory, size, entry, counters);
    if (!cache) {
        return oa2_err_make(shared->pool, &oa2_server_error, OA2_ID(7011),
                            NULL, "OAuth2CacheSize is too small for entries "
                            "of %" APR_SIZE_T_FMT " bytes: raise it", entry);
    }
    oa2_cache_flush(cache);
    *out = cache;
    return NULL;
}

static oa2_err_t *share(oa2_db_t *db, const oa2_shared_t *shared)
{
    apr_size_t size = db->token_size / CLIENT_SHARE;

    if (size < CLIENT_MIN)
        size = CLIENT_MIN;
    OA2_TRY(share_cache(&db->tokens, shared,
                        name_of(db, "tokens", shared->pool), db->token_size,
                        db->token_entry));
    return share_cache(&db->clients, shared,
                       name_of(db, "clients", shared->pool), size,
                       CLIENT_ENTRY);
}

static void tell_away(void *baton, const oa2_err_t *why)
{
    const oa2_db_t *db = baton;

    oa2_log_server(db->server, APLOG_ERR, OA2_ID(7300),
                   "OAuth2Database %s refuses requests (503), this one first: "
                   "OA2-%04d: %s; the others are told at level info",
                   db->conf.driver, why->id, why->meant);
}

static void tell_back(void *baton, apr_uint32_t refused)
{
    const oa2_db_t *db = baton;

    oa2_log_server(db->server, APLOG_NOTICE, OA2_ID(7301),
                   "OAuth2Database %s answers again; %u statements were "
                   "refused meanwhile", db->conf.driver, (unsigned)refused);
}

/* Without shared memory each process tells it for itself. */
static void share_health(oa2_db_t *db, const oa2_shared_t *shared,
                         apr_pool_t *pool)
{
    /* Of another size it is another build's. */
    const char *what = apr_psprintf(shared->pool, "health.%" APR_SIZE_T_FMT,
                                    sizeof(*db->watch.health));
    void *memory;
    int is_new;

    if (oa2_shared_get(&memory, &is_new, shared,
                       name_of(db, what, shared->pool),
                       sizeof(*db->watch.health))) {
        memory = apr_pcalloc(pool, sizeof(*db->watch.health));
    }
    db->watch.health = memory;
    db->watch.away = tell_away;
    db->watch.back = tell_back;
    db->watch.baton = db;
}

/* One for all, whatever is configured: its numbers go on over restarts.
   NULL: there is no room. */
static void *share_one(int *is_new, const oa2_shared_t *shared, server_rec *s,
                       const char *what, apr_size_t size)
{
    void *memory;
    oa2_err_t *err = oa2_shared_get(
        &memory, is_new, shared, apr_psprintf(
            shared->pool, "mod_oauth2_api." OA2_VERSION ".%s.%"
            APR_SIZE_T_FMT, what, size), size);

    if (!err) return memory;
    oa2_log_server(s, APLOG_ERR, err->id, "%s; until the next restart "
                   "nothing is counted", err->meant);
    return NULL;
}

static struct oa2_counter_t *share_counter(const oa2_shared_t *shared,
                                           server_rec *s)
{
    int is_new = 0;
    void *memory = share_one(&is_new, shared, s, "counter",
                             oa2_counter_size(0));

    if (!memory) return NULL;
    return is_new ? oa2_counter_init(memory, 0) : oa2_counter_at(memory);
}

static struct oa2_history_t *share_history(const oa2_shared_t *shared,
                                           server_rec *s)
{
    int is_new = 0;
    void *memory = share_one(&is_new, shared, s, "history",
                             oa2_history_size());

    return memory ? oa2_history_at(memory) : NULL;
}

void oa2_db_share(oa2_db_t *dbs, apr_pool_t *process_pool, apr_pool_t *pool)
{
    oa2_shared_t shared = { process_pool, pool, apr_time_now() };
    struct oa2_counter_t *counter = share_counter(&shared, dbs->server);
    struct oa2_history_t *history = share_history(&shared, dbs->server);
    oa2_err_t *err;
    oa2_db_t *db;

    for (db = dbs; db; db = db->next) {
        db->counter = counter;
        db->history = counter ? history : NULL;
        share_health(db, &shared, pool);
        err = share(db, &shared);
        if (!err) continue;
        /* Truth is in the database: without a cache it is only slower. */
        db->tokens = NULL;
        db->clients = NULL;
        oa2_log_server(db->server, APLOG_ERR, err->id, "%s; until the next "
                       "restart each request asks the database", err->meant);
    }
    oa2_shared_drop_unused(&shared);
}

/* ------------------------------------------------------------ using */

/* What makes tables of ours; peer authentication knows httpd's user. */
static const char *remedy(const oa2_db_t *db, const char *verb,
                          apr_pool_t *pool)
{
    return apr_psprintf(pool, "run \"sudo -u %s %s\", or the same as another "
                        "user who may make tables there",
                        ap_unixd_config.user_name,
                        oa2_store_conf_command(&db->conf, verb, pool));
}

static oa2_err_t *check_pgsql(const oa2_db_t *db, oa2_ctx_t *ctx)
{
    oa2_schema_t schema;

    OA2_TRY(oa2_schema_find(&schema, ctx));
    if (schema.current && schema.current >= schema.oldest) return NULL;
    if (!schema.current) {
        return oa2_err_make(ctx->pool, &oa2_server_error, OA2_ID(7040), NULL,
                            "OAuth2Database pgsql: the tables are missing: "
                            "%s", remedy(db, "db create", ctx->pool));
    }
    return oa2_err_make(ctx->pool, &oa2_server_error, OA2_ID(7042), NULL,
                        "OAuth2Database pgsql: the tables are of version %d; "
                        "this module needs %d or later: %s", schema.current,
                        schema.oldest, remedy(db, "db migrate", ctx->pool));
}

/*
 * Servers with different secrets refuse each other's tokens without a word, so
 * each notes a fingerprint of its own (first) one.  While a secret is being
 * changed, step by step, each server knows the one that was noted last.
 */
static oa2_err_t *compare_secrets(const oa2_db_realm_t *realm, oa2_ctx_t *ctx)
{
    const oa2_keys_t *keys = &realm->settings->keys;
    const char *before;
    apr_int64_t when;
    int i;

    /* One that could not be read is told elsewhere. */
    if (!keys->count) return NULL;
    OA2_TRY(oa2_realm_note_secret(
        &before, &when, ctx,
        oa2_b64url_encode(ctx->pool, keys->mark[0], OA2_KEY_LEN)));
    for (i = 0; i < keys->count; i++) {
        if (strcmp(before, oa2_b64url_encode(ctx->pool, keys->mark[i],
                                             OA2_KEY_LEN)) == 0) {
            return NULL;
        }
    }
    if (!*before) return NULL;
    oa2_log_server(realm->server, APLOG_WARNING, OA2_ID(7533),
                   "the secret in \"%s\" is not that of the server that "
                   "started on this database at %s: they refuse each other's "
                   "tokens, codes and forms.  Give all servers of a realm "
                   "the same secret file (OAuth2SecretFile).  If it was "
                   "replaced on purpose, this is not said again",
                   realm->settings->secret_file,
                   oa2_units_say_time(when, ctx->pool));
    return NULL;
}

/*
 * Rows of version 1 know no realm: whoever asks first has them.  Where others
 * ask as well, nobody but the administrator knows whose they are.
 */
static oa2_err_t *tell_first(const oa2_db_t *db, oa2_ctx_t *ctx)
{
    const oa2_db_realm_t *first = db->realms;
    apr_array_header_t *realms;
    apr_array_header_t *clients;

    if (!first || !first->next) return NULL;
    OA2_TRY(oa2_realm_list(&realms, ctx));
    ctx->realm = 0;
    OA2_TRY(oa2_client_list(&clients, ctx, NULL, 1));
    if (realms->nelts || !clients->nelts) return NULL;
    oa2_log_server(first->server, APLOG_WARNING, OA2_ID(7503),
                   "the clients and users that were in the database before are "
                   "those of the realm \"%s\" from now on, since its server is "
                   "written first; the other issuers on this database have "
                   "none. If they are to share them, write \"OAuth2Realm %s\" "
                   "in their servers, too", first->name, first->name);
    return NULL;
}

/* See oa2_db_prepare_once(). */
static oa2_err_t *prepare(oa2_db_t *db, oa2_ctx_t *ctx)
{
    oa2_db_realm_t *realm;
    int applied;

    OA2_TRY(oa2_store_is_server(ctx->store)
            ? check_pgsql(db, ctx) : oa2_schema_migrate(&applied, ctx));
    OA2_TRY(tell_first(db, ctx));
    for (realm = db->realms; realm; realm = realm->next) {
        OA2_TRY(oa2_realm_enter(&realm->id, ctx, realm->name));
        ctx->realm = realm->id;
        OA2_TRY(compare_secrets(realm, ctx));
    }
    apr_atomic_set32(&db->is_ready, 1);
    return NULL;
}

/* A store for this only. */
static oa2_err_t *open_once(oa2_ctx_t *ctx, const oa2_db_t *db,
                            apr_pool_t *pool)
{
    oa2_store_conf_t conf = db->conf;

    conf.connections = 1;
    *ctx = oa2_db_ctx(db, pool);
    return oa2_store_open(&ctx->store, &conf, NULL, NULL, pool);
}

oa2_err_t *oa2_db_prepare_once(oa2_db_t *db, apr_pool_t *pool)
{
    oa2_ctx_t ctx;

    OA2_TRY(open_once(&ctx, db, pool));
    return prepare(db, &ctx);
}

oa2_err_t *oa2_db_load(const oa2_db_t *db, apr_pool_t *pool)
{
    oa2_ctx_t ctx;

    return open_once(&ctx, db, pool);
}

oa2_err_t *oa2_db_look_once(const oa2_db_t *db, apr_pool_t *pool)
{
    oa2_ctx_t ctx;

    OA2_TRY(open_once(&ctx, db, pool));
    return check_pgsql(db, &ctx);
}

static oa2_err_t *open_store(oa2_db_t *db, apr_pool_t *pool)
{
    OA2_TRY(oa2_store_open(&db->store, &db->conf, db->tokens, db->clients,
                           pool));
    oa2_store_watch(db->store, &db->watch);
    return NULL;
}

/* A pool with an allocator of its own: httpd's threads use pchild's. */
oa2_err_t *oa2_db_open(oa2_db_t *db, apr_pool_t *pchild)
{
    apr_allocator_t *allocator;

    apr_allocator_create(&allocator);
    apr_pool_create_ex(&db->pool, pchild, NULL, allocator);
    apr_allocator_owner_set(allocator, db->pool);
    apr_pool_tag(db->pool, "mod_oauth2_api database");
    apr_thread_mutex_create(&db->gate, APR_THREAD_MUTEX_DEFAULT, db->pool);
    return open_store(db, pchild);
}

/* Under the gate. */
static oa2_err_t *try_again(oa2_db_t *db, apr_pool_t *pool)
{
    oa2_ctx_t ctx;

    if (!db->store)
        OA2_TRY(open_store(db, db->pool));
    ctx = oa2_db_ctx(db, pool);
    OA2_TRY(prepare(db, &ctx));
    oa2_log_server(db->server, APLOG_NOTICE, OA2_ID(7530),
                   "OAuth2Database %s: can be used now", db->conf.driver);
    return NULL;
}

oa2_err_t *oa2_db_ready(oa2_db_t *db, apr_pool_t *pool)
{
    apr_time_t now = apr_time_now();
    const char *why = "looked at by another request";
    oa2_err_t *err = NULL;

    if (apr_atomic_read32(&db->is_ready)) return NULL;
    if (apr_thread_mutex_trylock(db->gate) == APR_SUCCESS) {
        int wait = db->next_try > now && db->next_try - now <= TRY_EVERY;

        if (!wait && !apr_atomic_read32(&db->is_ready)) {
            err = try_again(db, pool);
            db->next_try = apr_time_now() + TRY_EVERY;
        }
        apr_thread_mutex_unlock(db->gate);
        if (!wait && !err) return NULL;
        if (err)
            why = err->meant;
    }
    err = oa2_err_make(pool, &oa2_temporarily_unavailable, OA2_ID(7531), NULL,
                       "the database cannot be used yet: %s", why);
    /* It was told at the start, once. */
    err->severity = OA2_LOG_INFO;
    err->retry_after = 2;
    return err;
}

oa2_ctx_t oa2_db_ctx(const oa2_db_t *db, apr_pool_t *pool)
{
    oa2_ctx_t ctx = { 0 };

    ctx.pool = pool;
    ctx.store = db->store;
    ctx.now = apr_time_sec(apr_time_now());
    ctx.settings = db->settings;
    ctx.counter = db->counter;
    ctx.history = db->history;
    return ctx;
}

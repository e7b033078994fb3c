/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db.h - one database: its shared memory, and each child's store on it.
 *
 * Servers that name the same driver and parameters share one of these.  Where
 * they differ in sizes, the largest counts.
 */
#ifndef OA2_HTTPD_START_DB_H
#define OA2_HTTPD_START_DB_H

#include <apr_thread_mutex.h>
#include <httpd.h>

#include "base/shm/cache.h"
#include "base/pace.h"
#include "httpd/conf/conf.h"
#include "store/conf.h"
#include "store/health.h"

/* A realm that a server of this database has, and others may have too. */
typedef struct oa2_db_realm_t {
    struct oa2_db_realm_t *next;        /* as configured */
    const char *name;
    const oa2_settings_t *settings;     /* of the first server that has it */
    server_rec *server;                 /* that one */
    apr_int64_t id;                     /* once the db is_ready */
} oa2_db_realm_t;

typedef struct oa2_db_t {
    struct oa2_db_t *next;
    oa2_store_conf_t conf;
    const oa2_settings_t *settings;     /* of the first server that uses it */
    server_rec *server;                 /* that one: whose log it is */
    apr_size_t token_size;              /* shared memory, in bytes */
    apr_size_t token_entry;
    oa2_cache_t *tokens;                /* in shared memory */
    oa2_cache_t *clients;
    oa2_watch_t watch;                  /* tells when it goes and comes */
    struct oa2_counter_t *counter;      /* the same for all; in shared memory;
                                           NULL: there was none left */
    struct oa2_history_t *history;      /* of that one; likewise */
    int number;                         /* from 1, as the servers come */
    oa2_store_t *store;                 /* a child's; NULL before child_init */
    oa2_pace_t pages;                   /* a child's: error pages told at the
                                           log's default level */
    oa2_pace_t strangers;               /* a child's: users that cannot be
                                           taken, told at level error */
    oa2_pace_t providers;               /* a child's: of login, which cannot
                                           tell, told at level warn */
    oa2_pace_t audits;                  /* a child's: rows of the audit trail
                                           that strangers can cause */
    oa2_pace_t audit_faults;            /* a child's: that it could not be
                                           written, told at level warn */
    /* Whether the tables can be used: found out before there are children,
       else by the first request that needs them.  See oa2_db_ready(). */
    volatile apr_uint32_t is_ready;
    int is_refused;                     /* its place is not to be used: all of
                                           its servers are at fault */
    apr_thread_mutex_t *gate;           /* a child's; for what is below */
    apr_pool_t *pool;
    apr_time_t next_try;
    oa2_db_realm_t *realms;             /* in the order in which servers are
                                           written */
} oa2_db_t;

/* One for each database that some active server names; sets their conf->db.
   NULL: no server is active. */
oa2_db_t *oa2_db_collect(server_rec *main_server, apr_pool_t *pool);
/*
 * Shared memory for the caches, emptied; none, which is told, when there is
 * too little.  It is kept over restarts while the
 * sizes stay, so that children of the old configuration, which finish their
 * requests, and new ones see each other's revocations.
 */
void oa2_db_share(oa2_db_t *dbs, apr_pool_t *process_pool, apr_pool_t *pool);
/*
 * Brings SQLite's tables up to date, or looks at PostgreSQL's, which are an
 * administrator's to make.  Then numbers the realms, in the order of the
 * servers, so that the first one has what there was before there were realms;
 * db->is_ready is 1 afterwards.  As httpd's user, from a process that is no
 * child, on a connection of its own, which ends with the pool.
 */
oa2_err_t *oa2_db_prepare_once(oa2_db_t *db, apr_pool_t *pool);
/* APR's driver, for all processes that begin from this one; opens no
   database. */
oa2_err_t *oa2_db_load(const oa2_db_t *db, apr_pool_t *pool);
/* PostgreSQL: whether it could be prepared.  Changes nothing: no realm gets a
   number because somebody tries out a configuration. */
oa2_err_t *oa2_db_look_once(const oa2_db_t *db, apr_pool_t *pool);
/* In a child, before it has threads. */
oa2_err_t *oa2_db_open(oa2_db_t *db, apr_pool_t *pchild);
/*
 * In a child, from any thread: NULL once the database could be used.  Until
 * then one caller a second looks whether it can be now, and all others hear
 * oa2_temporarily_unavailable at once.  So what was missing at the start is
 * found without a restart.
 */
oa2_err_t *oa2_db_ready(oa2_db_t *db, apr_pool_t *pool);
/* What a job or a check works with. */
oa2_ctx_t oa2_db_ctx(const oa2_db_t *db, apr_pool_t *pool);

#endif

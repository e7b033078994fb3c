/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db.h - one database: its shared memory, and each child's store on it.
 *
 * Servers that name the same driver and parameters share one of these.  Where
 * they differ in sizes, the largest counts.
 */
#ifndef OA2_HTTPD_DB_H
#define OA2_HTTPD_DB_H

#include <httpd.h>
#include "base/pace.h"
#include "httpd/conf.h"
#include "store/store.h"

typedef struct oa2_db_t {
    struct oa2_db_t *next;
    oa2_store_conf_t conf;
    const oa2_settings_t *settings;     /* of the first server that uses it */
    server_rec *server;                 /* that one: whose log it is */
    apr_size_t token_size;              /* shared memory, in bytes */
    apr_size_t token_entry;
    oa2_cache_t *tokens;                /* in shared memory */
    oa2_cache_t *clients;
    oa2_store_t *store;                 /* a child's; NULL before child_init */
    oa2_pace_t pages;                   /* a child's: error pages told at the
                                           log's default level */
} oa2_db_t;

/* One for each database that some active server names; sets their conf->db.
   NULL: no server is active. */
oa2_db_t *oa2_db_collect(server_rec *main_server, apr_pool_t *pool);
/*
 * Shared memory for the caches, emptied.  It is kept over restarts while the
 * sizes stay, so that children of the old configuration, which finish their
 * requests, and new ones see each other's revocations.
 */
oa2_err_t *oa2_db_share(oa2_db_t *dbs, apr_pool_t *process_pool,
                        apr_pool_t *pool);
/* In a child, before it has threads. */
oa2_err_t *oa2_db_open(oa2_db_t *db, apr_pool_t *pchild);
/* What a job or a check works with. */
oa2_ctx_t oa2_db_ctx(const oa2_db_t *db, apr_pool_t *pool);

#endif

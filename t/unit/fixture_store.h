/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fixture_store.h - a store of one's own for a test.
 *
 * SQLite's ":memory:", with caches in plain memory; or, when OA2_TEST_PGSQL
 * holds a libpq connection string, a new schema in that database, dropped at
 * the end.  A failure on the way fails the test.
 */
#ifndef OA2_TEST_FIXTURE_STORE_H
#define OA2_TEST_FIXTURE_STORE_H

#include "store/client.h"
#include "store/code.h"
#include "store/conf.h"
#include "store/user.h"
#include "unit/unit.h"


#define FIXTURE_NOW APR_INT64_C(1800000000)

typedef struct fixture_t {
    apr_pool_t *pool;                   /* ctx's too; ends with the fixture */
    oa2_ctx_t *ctx;                     /* settings and client: NULL */
    oa2_store_conf_t conf;              /* for others who open it as well */
    apr_pool_t *store_pool;
    const char *schema;                 /* PostgreSQL's; NULL: none */
    const char *server;                 /* conf.params without that schema */
    const char *folder;                 /* SQLite's; NULL: none */
} fixture_t;

/* A migrated, empty store, and a context for it with now = FIXTURE_NOW. */
fixture_t *fixture_open(void);
/* The same on an SQLite file in a folder of its own (or on PostgreSQL), with
   n connections, without caches when bare. */
fixture_t *fixture_open_file(int n, int bare);
void fixture_close(fixture_t *fixture);
/* A context with a pool of its own, for another thread; destroy its pool. */
oa2_ctx_t *fixture_another(const fixture_t *fixture);
/* Fails the test, with the error's text, when err is not NULL. */
void fixture_good(oa2_err_t *err);
/* A statement of the test's own, past the store; PostgreSQL only. */
/* Closes the store of the fixture and takes its tables away. */
void fixture_drop(const fixture_t *fixture);
void fixture_psql(const fixture_t *fixture, const char *statement);

/* 43 characters that no other call has given. */
const char *fixture_digest(oa2_ctx_t *ctx);
/* Put into the store: a confidential client and a user with these names. */
oa2_client_t *fixture_store_client(oa2_ctx_t *ctx, const char *id);
oa2_user_t *fixture_store_user(oa2_ctx_t *ctx, const char *name);
/* The scope that the user has allowed the client. */
const char *fixture_consent(oa2_ctx_t *ctx, const char *user,
                            const char *client_id);
/* Ann has allowed the client exactly this. */
/* As the user has it now; "" when there is none. */
const char *fixture_credential(oa2_ctx_t *ctx, const char *user);
void fixture_store_consent(oa2_ctx_t *ctx, const char *client_id,
                           const char *scope);
/* Issued for them: a code, good for a minute, of a new grant. */
oa2_code_t *fixture_store_code(oa2_ctx_t *ctx, const char *client_id,
                         const char *user);
/* Not put into the store: for code and token verbs. */
oa2_token_t *fixture_store_token(oa2_ctx_t *ctx, const oa2_code_t *code,
                           int refresh, apr_int64_t lifetime);
/* Into the store, as the client's own, by the secret that it has now. */
oa2_err_t *fixture_token_put(oa2_ctx_t *ctx, const oa2_token_t *token);

#endif

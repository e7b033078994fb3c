/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fixture_fault.h - a store on PostgreSQL behind a door (fixture_proxy.h),
 * with the client "app" and the user "ann".
 */
#ifndef OA2_TEST_FIXTURE_FAULT_H
#define OA2_TEST_FIXTURE_FAULT_H

#include "unit/fixture_proxy.h"
#include "unit/fixture_store.h"

typedef struct {
    fixture_t *fixture;
    fixture_proxy_t *proxy;
    oa2_ctx_t *ctx;                     /* its store: through the proxy */
    apr_pool_t *pool;                   /* the store's */
} fault_t;

/* For cmocka: *state is a fault_t. */
int fault_setup(void **state);
int fault_teardown(void **state);
/* How long it took to be told that the database is not there. */
apr_time_t fault_away(oa2_ctx_t *ctx);
/* Without anybody's help, within the given time. */
void fault_comes_back(oa2_ctx_t *ctx, apr_time_t within);

#endif

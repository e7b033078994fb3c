/* SPDX-License-Identifier: Apache-2.0 */
/* fixture_fault.c - see fixture_fault.h */
#include "store/store.h"
#include "unit/fixture_fault.h"

int fault_setup(void **state)
{
    fixture_t *fixture = fixture_open();
    fault_t *fault = apr_pcalloc(fixture->pool, sizeof(*fault));
    oa2_store_conf_t conf = fixture->conf;

    fault->fixture = fixture;
    fault->proxy = fixture_proxy_open(fixture->server, fixture->pool);
    fault->ctx = fixture_another(fixture);
    apr_pool_create(&fault->pool, fixture->pool);
    conf.params = apr_psprintf(fixture->pool,
                               "%s options='-csearch_path=\"%s\"'",
                               fixture_proxy_params(fault->proxy),
                               fixture->schema);
    fixture_good(oa2_store_open(&fault->ctx->store, &conf, NULL, NULL,
                                fault->pool));
    fixture_store_client(fixture->ctx, "app");
    fixture_store_user(fixture->ctx, "ann");
    *state = fault;
    return 0;
}

int fault_teardown(void **state)
{
    fault_t *fault = *state;
    fixture_t *fixture = fault->fixture;

    apr_pool_destroy(fault->pool);
    apr_pool_destroy(fault->ctx->pool);
    fixture_proxy_close(fault->proxy);
    fixture_close(fixture);
    return 0;
}

apr_time_t fault_away(oa2_ctx_t *ctx)
{
    apr_time_t start = apr_time_now();
    oa2_client_t *client;
    oa2_err_t *err = oa2_client_find(&client, ctx, "app");

    assert_non_null(err);
    assert_ptr_equal(err->kind, &oa2_temporarily_unavailable);
    assert_true(err->retry_after > 0);
    return apr_time_now() - start;
}

void fault_comes_back(oa2_ctx_t *ctx, apr_time_t within)
{
    apr_time_t until = apr_time_now() + within;

    while (oa2_store_ping(ctx)) {
        assert_true(apr_time_now() < until);
        apr_sleep(apr_time_from_msec(20));
    }
}

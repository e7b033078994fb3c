/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_endpoint_imported.c - clients that came with what Django keeps of their
 * secrets, at the token endpoint; RFC 6749 sections 2.3.1 and 4.4.
 */
#include "unit/fixture_world.h"

#include <string.h>

/* The fixture's, of "correct horse battery". */
static const char hashed[] = "pbkdf2_sha256$1000$seasalt12345$"
    "YtOyTd8OUYnXnZ26vcksSMHyE7L/PId9xDjpPKK6Sb0=";

static void bring(world_t *w)
{
    oa2_client_t *client = fixture_client(w->pool);
    int put;

    client->id = "mover";
    client->secret = hashed;
    client->grants = "client_credentials";
    fixture_good(oa2_client_put(&put, w->store->ctx, client));
    assert_true(put);
}

static int ask_token(world_t *w, const char *secret)
{
    oa2_reply_t *reply = run(w, &oa2_endpoint_token, OA2_POST, apr_pstrcat(
        w->pool, "grant_type=client_credentials&client_id=mover"
        "&client_secret=", secret, NULL), NULL);

    return reply->err ? reply->err->kind->status : reply->status;
}

static oa2_client_t *mover(world_t *w)
{
    oa2_client_t *client;

    fixture_good(oa2_client_find(&client, w->store->ctx, "mover"));
    return client;
}

static void proven_once(void **state)
{
    world_t *w = *state;

    bring(w);
    assert_int_equal(ask_token(w, "wrong+horse+battery"), 401);
    assert_string_equal(mover(w)->secret, hashed);
    assert_int_equal(ask_token(w, "correct+horse+battery"), 200);
    assert_string_equal(mover(w)->secret, oa2_digest_text(
        w->pool, "correct horse battery"));
    assert_int_equal(ask_token(w, "correct+horse+battery"), 200);
    assert_int_equal(ask_token(w, "wrong+horse+battery"), 401);
}

/* Whoever guesses is not looked at for ever; and when the secret was changed
   meanwhile, the new one is the secret. */
static void slowed_down(void **state)
{
    world_t *w = *state;
    int i, status = 401, done;

    bring(w);
    for (i = 0; i < 100 && status == 401; i++)
        status = ask_token(w, "wrong+horse+battery");
    assert_int_equal(status, 429);
    assert_true(i < 30);
    fixture_good(oa2_client_set_secret(&done, w->store->ctx, "mover",
                                       oa2_digest_text(w->pool, SECRET), 0));
    assert_true(done);
    assert_int_equal(ask_token(w, "a+secret+of+the+shop"), 200);
}

/* The overlap of a rotation holds for it as for any. */
static void old_one_for_a_while(void **state)
{
    world_t *w = *state;
    int done;

    bring(w);
    fixture_good(oa2_client_set_secret(&done, w->store->ctx, "mover",
                                       oa2_digest_text(w->pool, SECRET),
                                       w->now + 60));
    assert_int_equal(ask_token(w, "correct+horse+battery"), 200);
    assert_int_equal(ask_token(w, "a+secret+of+the+shop"), 200);
    w->now += 61;
    assert_int_equal(ask_token(w, "correct+horse+battery"), 401);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(proven_once, begin, end),
        cmocka_unit_test_setup_teardown(slowed_down, begin, end),
        cmocka_unit_test_setup_teardown(old_one_for_a_while, begin, end),
    };

    return cmocka_run_group_tests_name("endpoint/imported", tests, NULL,
                                       NULL);
}

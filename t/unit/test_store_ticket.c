/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_ticket.c - what sets a password: good once, for one user of one
 * realm, until anything else ends the user's sessions.
 */
#include <pthread.h>

#include "store/purge.h"
#include "store/session.h"
#include "store/store.h"
#include "store/ticket.h"
#include "store/user.h"
#include "unit/fixture_store.h"

#define THREADS 8

static int setup(void **state)
{
    fixture_t *fixture = fixture_open_file(THREADS, 0);

    fixture_store_user(fixture->ctx, "ann");
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    return 0;
}

static oa2_user_t *ann(oa2_ctx_t *ctx)
{
    oa2_user_t *user;

    fixture_good(oa2_user_find(&user, ctx, "ann"));
    assert_non_null(user);
    return user;
}

static const char *put(oa2_ctx_t *ctx, const char *kind, int lifetime)
{
    const oa2_ticket_t ticket = {
        fixture_digest(ctx), kind, "ann", ann(ctx)->credential,
        ctx->now + lifetime
    };

    fixture_good(oa2_ticket_put(ctx, &ticket));
    return ticket.digest;
}

static oa2_ticket_t *find(oa2_ctx_t *ctx, const char *digest)
{
    oa2_ticket_t *ticket;

    fixture_good(oa2_ticket_find(&ticket, ctx, digest));
    return ticket;
}

static int spend(oa2_ctx_t *ctx, const oa2_ticket_t *ticket,
                 const char *hash)
{
    const oa2_kept_t answer = { fixture_digest(ctx), "sealed",
                                ctx->now + 10 };
    const char *kept;
    int done;

    fixture_good(oa2_ticket_spend(&done, ctx, ticket, hash, &answer));
    fixture_good(oa2_answer_find(&kept, ctx, answer.digest));
    assert_int_equal(kept != NULL, done);
    return done;
}

static void it_is_good_once(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    const char *digest = put(ctx, "reset", 60);
    const char *other = put(ctx, "invitation", 60);
    oa2_session_t session = {
        .digest = fixture_digest(ctx), .user = "ann",
        .authenticated = ctx->now, .expires = ctx->now + 600,
        .credential = ann(ctx)->credential
    };
    oa2_session_t *left;
    oa2_ticket_t *ticket = find(ctx, digest);
    int done;

    fixture_good(oa2_session_put(&done, ctx, &session));
    assert_string_equal(ticket->kind, "reset");
    assert_string_equal(ticket->user, "ann");
    assert_null(find(ctx, fixture_digest(ctx)));
    assert_int_equal(spend(ctx, ticket, "hash one"), 1);
    assert_string_equal(ann(ctx)->password, "hash one");
    assert_string_equal(ann(ctx)->provider, "oauth2");
    assert_int_equal(spend(ctx, ticket, "hash two"), 0);
    assert_string_equal(ann(ctx)->password, "hash one");
    assert_null(find(ctx, digest));
    assert_null(find(ctx, other));
    fixture_good(oa2_session_find(&left, ctx, session.digest));
    assert_null(left);
}

static void it_expires(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_ticket_t *ticket = find(ctx, put(ctx, "reset", 60));
    apr_int64_t removed;

    ctx->now += 60;
    assert_null(find(ctx, ticket->digest));
    assert_int_equal(spend(ctx, ticket, "hash"), 0);
    fixture_good(oa2_purge(&removed, ctx, 10));
    assert_true(removed == 1);
}

/* Whatever ends sessions; and who is known elsewhere has no password here. */
static void it_ends_with_the_sessions(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_ticket_t *ticket;
    int done;

    ticket = find(ctx, put(ctx, "reset", 60));
    fixture_good(oa2_user_set_password(&done, ctx, "ann", "by hand"));
    assert_null(find(ctx, ticket->digest));
    assert_int_equal(spend(ctx, ticket, "hash"), 0);
    ticket = find(ctx, put(ctx, "reset", 60));
    fixture_good(oa2_user_end_sessions(&done, ctx, "ann"));
    assert_int_equal(spend(ctx, ticket, "hash"), 0);
    ticket = find(ctx, put(ctx, "reset", 60));
    fixture_good(oa2_user_set_disabled(&done, ctx, "ann", 1));
    fixture_good(oa2_user_set_disabled(&done, ctx, "ann", 0));
    assert_int_equal(spend(ctx, ticket, "hash"), 0);
    ticket = find(ctx, put(ctx, "reset", 60));
    fixture_good(oa2_user_set_provider(&done, ctx, "ann", "ldap"));
    assert_null(find(ctx, ticket->digest));
    assert_int_equal(spend(ctx, ticket, "hash"), 0);
    assert_string_equal(ann(ctx)->password, "by hand");
    fixture_good(oa2_user_remove(&done, ctx, "ann"));
    assert_null(find(ctx, ticket->digest));
}

static void the_newest_are_kept(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    const char *digests[OA2_TICKETS_MOST + 2];
    const char *other = put(ctx, "invitation", 10);
    size_t i;

    for (i = 0; i < UNIT_COUNT(digests); i++)
        digests[i] = put(ctx, "reset", 60 + (int)i);
    for (i = 0; i < UNIT_COUNT(digests); i++)
        assert_int_equal(find(ctx, digests[i]) != NULL, i >= 2);
    assert_non_null(find(ctx, other));
}

static void another_realm_does_not_know_it(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_ticket_t *ticket = find(ctx, put(ctx, "reset", 60));

    ctx->realm = 2;
    fixture_store_user(ctx, "ann");
    assert_null(find(ctx, ticket->digest));
    assert_int_equal(spend(ctx, ticket, "hash"), 0);
    assert_null(ann(ctx)->password);
}

/* ------------------------------------------------------------ races */

typedef struct {
    oa2_ctx_t *ctx;
    pthread_barrier_t *barrier;
    const oa2_ticket_t *ticket;
    int done;
} racer_t;

static void *race(void *baton)
{
    racer_t *racer = baton;
    const oa2_kept_t answer = { fixture_digest(racer->ctx), "sealed",
                                racer->ctx->now + 10 };

    pthread_barrier_wait(racer->barrier);
    fixture_good(oa2_ticket_spend(
        &racer->done, racer->ctx, racer->ticket,
        apr_psprintf(racer->ctx->pool, "%p", baton), &answer));
    return NULL;
}

/* Of one ticket, and of two of one user. */
static void one_of_many_wins(void **state)
{
    fixture_t *fixture = *state;
    oa2_ctx_t *ctx = fixture->ctx;
    const oa2_ticket_t *tickets[2];
    pthread_barrier_t barrier;
    pthread_t threads[THREADS];
    racer_t racers[THREADS];
    const racer_t *winner = NULL;
    int count = 0;
    int i;

    tickets[0] = find(ctx, put(ctx, "reset", 60));
    tickets[1] = find(ctx, put(ctx, "reset", 60));
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (i = 0; i < THREADS; i++) {
        racers[i] = (racer_t){ fixture_another(fixture), &barrier,
                               tickets[i % 2], 0 };
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]),
                         0);
    }
    for (i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        count += racers[i].done;
        if (racers[i].done)
            winner = &racers[i];
        apr_pool_destroy(racers[i].ctx->pool);
    }
    assert_int_equal(count, 1);
    assert_string_equal(ann(ctx)->password,
                        apr_psprintf(ctx->pool, "%p", (const void *)winner));
    pthread_barrier_destroy(&barrier);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(it_is_good_once),
        T(it_expires),
        T(it_ends_with_the_sessions),
        T(the_newest_are_kept),
        T(another_realm_does_not_know_it),
        T(one_of_many_wins),
#undef T
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

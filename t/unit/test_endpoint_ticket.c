/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_endpoint_ticket.c - a link that sets a password, from the mail to the
 * end: looked at, obeyed once, and shown nowhere.
 */
#include "domain/person/ticket.h"
#include "domain/site/mail.h"
#include "job/job.h"
#include "store/job.h"
#include "unit/fixture_world.h"

#define GOOD "&password=correct+horse+battery&again=correct+horse+battery"

/* The ticket in a link for alice. */
static const char *give(world_t *w)
{
    oa2_ticket_link_t link;
    oa2_user_t *alice;

    w->store->ctx->now = w->now;
    fixture_good(oa2_user_find(&alice, w->store->ctx, "alice"));
    fixture_good(oa2_ticket_make(&link, w->store->ctx, &oa2_ticket_reset,
                                 alice));
    assert_int_equal(strncmp(link.url, "https://api.example.com/oauth2/"
                             "set-password?ticket=oa2t_", 56), 0);
    assert_int_equal(link.expires, w->now + 86400);
    return strchr(link.url, '=') + 1;
}

/* What the entrance makes of the link. */
static oa2_reply_t *look(world_t *w, const char *ticket)
{
    w->ticket = ticket;
    return run(w, &oa2_endpoint_set_password, OA2_GET, "ticket=oa2t_....",
               NULL);
}

static oa2_reply_t *post(world_t *w, const oa2_reply_t *page,
                         const char *more)
{
    w->ticket = NULL;
    return submit(w, &oa2_endpoint_set_password, page, more);
}

static int signs_in(world_t *w, const char *password)
{
    oa2_reply_t *reply = submit(
        w, &oa2_endpoint_login, authorize(w, "shop", "&scope=read"),
        apr_pstrcat(w->pool, "&username=alice&password=", password, NULL));

    return reply->status == 303;
}

static void a_password_is_set_once(void **state)
{
    world_t *w = *state;
    const char *ticket = give(w);
    oa2_reply_t *page = look(w, ticket);
    oa2_reply_t *reply;

    assert_int_equal(page->status, 200);
    assert_true(has(page, "value=\"alice\""));
    assert_null(strstr(page->body, ticket));
    assert_null(page->form_action);
    /* looking spends nothing */
    assert_int_equal(look(w, ticket)->status, 200);
    reply = post(w, page, GOOD);
    assert_int_equal(reply->status, 200);
    assert_true(has(reply, "Your password is set"));
    assert_true(has(reply, "href=\"/oauth2/login\""));
    assert_false(signs_in(w, "wonderland"));
    assert_true(signs_in(w, "correct+horse+battery"));
    /* a double click hears the same, another form does not */
    assert_true(has(post(w, page, GOOD), "Your password is set"));
    reply = post(w, page, "&password=another+good+one+x"
                 "&again=another+good+one+x");
    assert_int_equal(reply->status, 404);
    assert_int_equal(reply->err->id, 5510);
    assert_int_equal(look(w, ticket)->status, 404);
    w->now += 11;
    assert_int_equal(post(w, page, GOOD)->status, 404);
    assert_true(signs_in(w, "correct+horse+battery"));
}

static void what_is_no_password_is_told(void **state)
{
    static const struct {
        const char *typed, *told;
    } cases[] = {
        { "", "choose a password" },
        { "&password=&again=", "choose a password" },
        { "&password=correct+horse+battery", "not the same" },
        { "&password=correct+horse+battery&again=Correct+horse+battery",
          "not the same" },
        { "&password=short&again=short", "12 characters" },
        { "&password=alice-alice-alice&again=alice-alice-alice", "name" },
        { "&password=aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffff"
          "ffffffggggggggggxyz&again=aaaaaaaaaabbbbbbbbbbccccccccccdddddddd"
          "ddeeeeeeeeeeffffffffffggggggggggxyz", "too long" },
    };
    world_t *w = *state;
    oa2_reply_t *page = look(w, give(w));
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        oa2_reply_t *reply = post(w, page, cases[i].typed);

        assert_int_equal(reply->status, 400);
        assert_int_equal(reply->err->id, 5511);
        if (!has(reply, cases[i].told))
            fail_msg("%s", reply->body);
        assert_false(has(reply, "horse") || has(reply, "value=\"short"));
        page = reply;
    }
    assert_true(signs_in(w, "wonderland"));
    w->session = NULL;
    assert_int_equal(post(w, page, GOOD)->status, 200);
}

static void stale_forms_come_back(void **state)
{
    world_t *w = *state;
    oa2_reply_t *page = look(w, give(w));
    const char *mine = w->browser;
    oa2_reply_t *reply;

    w->browser = "somebody-else";
    reply = post(w, page, GOOD);
    assert_int_equal(reply->err->id, 3600);
    w->browser = mine;
    w->now += w->settings->flow_lifetime;
    reply = post(w, page, GOOD);
    assert_int_equal(reply->err->id, 3601);
    assert_true(signs_in(w, "wonderland"));
    assert_true(has(post(w, reply, GOOD), "Your password is set"));
}

static void what_is_no_link(void **state)
{
    world_t *w = *state;
    const char *ticket = give(w);
    oa2_reply_t *reply;

    assert_int_equal(look(w, NULL)->status, 404);
    assert_int_equal(look(w, "oa2t_x")->status, 404);
    assert_int_equal(look(w, apr_pstrcat(w->pool, ticket, "x", NULL))
                     ->status, 404);
    /* no form, and another page's */
    assert_int_equal(run(w, &oa2_endpoint_set_password, OA2_POST,
                         apr_pstrcat(w->pool, "ticket=", ticket, GOOD, NULL),
                         NULL)->status, 404);
    reply = post(w, authorize(w, "shop", "&scope=read"), GOOD);
    assert_int_equal(reply->status, 404);
    w->is_foreign = 1;
    w->browser = NULL;
    reply = run(w, &oa2_endpoint_set_password, OA2_POST, "form=x", NULL);
    assert_int_equal(reply->err->id, 5500);
    w->is_foreign = 0;
    w->now += 86400;
    assert_int_equal(look(w, ticket)->status, 404);
    assert_true(signs_in(w, "wonderland"));
}

/* Removed, and somebody else's name, before the mail was sent. */
static void a_mail_is_for_whom_it_was_meant(void **state)
{
    world_t *w = *state;
    oa2_ctx_t *ctx = w->store->ctx;
    oa2_mail_t mail = {
        .kind = &oa2_ticket_reset, .user = "alice", .to = "alice@example.com"
    };
    int i;

    w->settings->mail_command = "/bin/false";
    w->settings->mail_from = "oauth2@example.com";
    for (i = 0; i < 2; i++) {
        oa2_job_call_t call = { .ctx = *ctx, .pages = w->pages, .stop = -1 };
        oa2_queued_t *job;
        oa2_user_t *user;

        fixture_good(oa2_user_find(&user, ctx, "alice"));
        mail.sub = i ? "another" : user->sub;
        fixture_good(oa2_mail_put(ctx, &mail));
        fixture_good(oa2_job_claim(&job, ctx, OA2_MAIL_JOB, 60));
        call.queued = job;
        if (i)
            assert_null(oa2_job_mail.run(&call));
        else
            assert_non_null(oa2_job_mail.run(&call));
        fixture_good(oa2_job_done(ctx, job));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WORLD_TEST(a_password_is_set_once),
        WORLD_TEST(what_is_no_password_is_told),
        WORLD_TEST(stale_forms_come_back),
        WORLD_TEST(what_is_no_link),
        WORLD_TEST(a_mail_is_for_whom_it_was_meant),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

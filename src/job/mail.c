/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mail.c - mails that wait: OAuth2MailCommand is run with each.
 *
 * What waits holds no secret: which mail, for which user, to which address.
 * The link in it is made when it is sent (domain/person/ticket.h), by each
 * attempt anew, and is nowhere but in the message.  So what a run that was
 * killed owes is easy: whoever gets two mails has two good links, and using
 * one ends both.
 */
#include "job/job.h"

#include <string.h>

#include <apr_strings.h>

#include "base/process.h"
#include "base/text/message.h"
#include "base/text/units.h"
#include "domain/person/ticket.h"
#include "domain/site/mail.h"
#include "page/mail.h"
#include "store/user.h"

#define MOST apr_time_from_sec(30)      /* of one run of the command */
#define LEAVE apr_time_from_sec(2)      /* when httpd ends */

static int is_able(const oa2_settings_t *settings)
{
    return settings->mail_command != NULL;
}

static oa2_err_t *send_message(const oa2_job_call_t *call, const char *text)
{
    apr_pool_t *pool = call->ctx.pool;
    oa2_process_t process = {
        .input = text, .input_len = strlen(text), .most = MOST,
        .stop = call->stop, .leave = LEAVE
    };
    oa2_process_end_t end;
    char **argv;
    oa2_err_t *err;

    /* In words, as a shell would take quotes; but no shell runs. */
    if (apr_tokenize_to_argv(call->ctx.settings->mail_command, &argv, pool)
        != APR_SUCCESS || !argv[0])
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(8500), NULL,
                            "OAuth2MailCommand names no program");
    process.argv = (const char *const *)argv;
    err = oa2_process_run(&end, &process, pool);
    /* What quotes the mail is told to nobody. */
    if (!err || !*end.said || strstr(end.said, OA2_TICKET_PREFIX)) return err;
    return oa2_err_make(pool, &oa2_server_error, OA2_ID(8501), NULL,
                        "%s, and said: %s", err->meant, end.said);
}

static const char *make_text(const oa2_job_call_t *call,
                             const oa2_mail_t *mail, const char *name,
                             const oa2_ticket_link_t *link)
{
    const oa2_settings_t *settings = call->ctx.settings;
    apr_pool_t *pool = call->ctx.pool;
    oa2_page_mail_t page = {
        .site = settings->site_name,
        .user = name,
        .link = link->url,
        .until = oa2_units_say_time(link->expires, pool),
    };
    oa2_message_t message = {
        .from = settings->mail_from, .from_name = settings->site_name,
        .to = mail->to, .date = apr_time_now(),
    };

    oa2_page_mail(&message.subject, &message.body, call->pages, mail->kind,
                  &page, pool);
    return oa2_message_text(&message, pool);
}

static oa2_err_t *run(oa2_job_call_t *call)
{
    apr_pool_t *pool = call->ctx.pool;
    oa2_ticket_link_t link;
    oa2_user_t *user;
    oa2_mail_t mail;

    if (!oa2_mail_read(&mail, call->queued->text, pool))
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(8502), NULL,
                            "the row is none that this program knows");
    OA2_TRY(oa2_user_find(&user, &call->ctx, mail.user));
    /* Removed, disabled, or somebody else's meanwhile: nothing to send. */
    if (!user || !oa2_ticket_is_for(user)
        || strcmp(user->sub, mail.sub) != 0)    /* public: told to clients */
        return NULL;
    OA2_TRY(oa2_ticket_make(&link, &call->ctx, mail.kind, user));
    return send_message(call, make_text(call, &mail, user->name, &link));
}

const oa2_job_t oa2_job_mail = {
    .name = "mail",
    .where = OA2_JOB_QUEUED,
    .every = 5,
    .attempts = 12,                     /* seven hours */
    .lease = 120,
    .is_able = is_able,
    .run = run,
};

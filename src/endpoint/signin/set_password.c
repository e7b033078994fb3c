/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set_password.c - where the link of an invitation or a reset leads: a person
 * sets a password without having one.
 *
 * The page's form carries the ticket, sealed, so that nothing but the link
 * shows it; httpd/serve/entry has taken it out of the request before anything
 * is logged.  Looking at the page spends nothing: programs that read mail
 * follow links.  Nobody is signed in by it: who has set a password types it
 * once more, in a browser that is bound to that.
 */
#include "endpoint/signin/interaction.h"

#include <string.h>
#include <apr_strings.h>

#include "domain/person/password.h"
#include "domain/person/ticket.h"
#include "domain/site/settings.h"
#include "domain/site/audit.h"

#define SHOWN "set-password"
#define DONE "done"

static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    /* What the entrance has left of it. */
    { OA2_TICKET_PARAM, OA2_OPTIONAL, OA2_ONCE, 255, oa2_is_text },
    { "username", OA2_OPTIONAL, OA2_ONCE, 255, oa2_is_text },
    { "password", OA2_OPTIONAL, OA2_SECRET, 1024, oa2_is_text },
    { "again", OA2_OPTIONAL, OA2_SECRET, 1024, oa2_is_text },
    OA2_PARAMS_END
};

/* ------------------------------------------------------------ pages */

static oa2_reply_t *render(oa2_call_t *call, int status,
                           oa2_page_set_password_t *page)
{
    oa2_ctx_t *ctx = &call->ctx;

    page->common = oa2_reply_common(call);
    page->login = oa2_settings_path(ctx->settings, "login", ctx->pool);
    page->least = apr_itoa(ctx->pool, OA2_PASSWORD_MIN);
    return oa2_reply_page(ctx->pool, status,
                          oa2_page_set_password(call->pages, page, ctx->pool),
                          page->common.nonce, NULL);
}

/* message NULL: none.  text: the ticket, for which the page is. */
static oa2_reply_t *ask(oa2_call_t *call, const oa2_ticket_t *ticket,
                        const char *text, const oa2_err_t *why)
{
    apr_pool_t *pool = call->ctx.pool;
    oa2_page_set_password_t page = {
        .action = oa2_settings_path(call->ctx.settings, OA2_TICKET_PLACE,
                                    pool),
        .form = oa2_interaction_carry(
            call, apr_pstrcat(pool, OA2_TICKET_PARAM "=", text, NULL), "",
            SHOWN),
        .user = ticket->user,
        .message = why ? oa2_say(&call->ctx, why->said, NULL) : NULL,
    };
    oa2_reply_t *reply = render(call, why ? why->kind->status : 200, &page);

    reply->err = why;
    return reply;
}

static oa2_reply_t *say_gone(oa2_call_t *call)
{
    oa2_page_set_password_t page = { .gone = 1 };
    oa2_reply_t *reply = render(call, 404, &page);

    reply->err = oa2_err_make(
        call->ctx.pool, &oa2_not_found, OA2_ID(5510), NULL,
        "a link to set a password was used that is not good: expired, spent, "
        "replaced, or made up");
    return reply;
}

static oa2_reply_t *say_done(oa2_call_t *call)
{
    oa2_page_set_password_t page = { .done = 1 };

    return render(call, 200, &page);
}

/* ------------------------------------------------------------ setting */

static oa2_err_t *refuse(oa2_call_t *call, const char *problem)
{
    return oa2_err_make(call->ctx.pool, &oa2_invalid_request, OA2_ID(5511),
                        problem, "a new password was refused: %s", problem);
}

/* Who sends the same form once more, a double click, hears the same. */
static oa2_err_t *say_gone_or_done(oa2_reply_t **out, oa2_call_t *call,
                                   const oa2_twin_t *twin)
{
    const char *answer;

    OA2_TRY(oa2_twin_find(&answer, &call->ctx, twin));
    *out = answer ? say_done(call) : say_gone(call);
    return NULL;
}

static oa2_err_t *set(oa2_reply_t **out, oa2_call_t *call,
                      const oa2_ticket_t *ticket, const char *password,
                      const oa2_twin_t *twin)
{
    oa2_ctx_t *ctx = &call->ctx;
    oa2_kept_t answer = oa2_twin_seal(twin, ctx, DONE);
    const char *hash = oa2_password_hash(ctx->pool, password);
    int done;

    if (!hash)
        return oa2_err_make(ctx->pool, &oa2_server_error, OA2_ID(5512), NULL,
                            "could not hash a password");
    OA2_TRY(oa2_ticket_spend(&done, ctx, ticket, hash, &answer));
    if (!done) return say_gone_or_done(out, call, twin);
    oa2_audit(ctx, &oa2_event_password_set, "user", ticket->user, NULL);
    *out = say_done(call);
    return NULL;
}

static oa2_err_t *submit(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *password = oa2_params_get(ctx->params, "password");
    const char *again = oa2_params_get(ctx->params, "again");
    oa2_ticket_t *ticket;
    const char *problem;
    const char *text;
    oa2_twin_t twin;
    oa2_form_t form;
    oa2_err_t *why;

    OA2_TRY(oa2_interaction_open(&form, &why, call));
    text = oa2_params_get(ctx->params, OA2_TICKET_PARAM);
    OA2_TRY(oa2_ticket_check(&ticket, ctx, text));
    if (!ticket && (why || !text || strcmp(form.shown, SHOWN) != 0)) {
        *out = say_gone(call);
        return NULL;
    }
    if (!why)
        oa2_twin_of(&twin, ctx, &form, apr_pstrcat(ctx->pool, SHOWN "\n",
                                                   password, NULL));
    if (!ticket) return say_gone_or_done(out, call, &twin);
    problem = why ? NULL : oa2_password_refusal(ctx, password, again,
                                                ticket->user);
    if (problem)
        why = refuse(call, problem);
    if (!why) return set(out, call, ticket, password, &twin);
    *out = ask(call, ticket, text, why);
    return NULL;
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_ticket_t *ticket;

    if (call->method == OA2_POST) return submit(out, call);
    OA2_TRY(oa2_ticket_check(&ticket, &call->ctx, call->ticket));
    *out = ticket ? ask(call, ticket, call->ticket, NULL) : say_gone(call);
    return NULL;
}

const oa2_endpoint_t oa2_endpoint_set_password = {
    .name = OA2_TICKET_PLACE,
    .metadata = NULL,
    .methods = OA2_GET | OA2_POST,
    .client = OA2_CLIENT_NONE,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

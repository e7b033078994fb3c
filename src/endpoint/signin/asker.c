/* SPDX-License-Identifier: Apache-2.0 */
/* asker.c - see asker.h */
#include "endpoint/signin/asker.h"

#include <string.h>
#include <apr_strings.h>

#include "base/text/words.h"
#include "domain/request/way.h"
#include "endpoint/signin/interaction.h"

/* httpd's LimitRequestLine is 8190 bytes, unless it was changed; method,
   protocol and what OA2_KEPT_PARAM adds are in that. */
#define URL_MAX 8120

/* ------------------------------------------------------------ the way back */

/* The query without what was kept the last time. */
static const char *without_kept(const char *url, apr_pool_t *pool)
{
    static const char name[] = OA2_KEPT_PARAM "=";
    const char *query = strchr(url, '?');
    const char *kept = "";
    const char *at = query;

    if (!query)
        return url;
    while (*at) {
        const char *word = at + 1;
        apr_size_t len = strcspn(word, "&");

        if (len && strncmp(word, name, sizeof(name) - 1) != 0)
            kept = apr_pstrcat(pool, kept, *kept ? "&" : "?",
                               apr_pstrmemdup(pool, word, len), NULL);
        at = word + len;
    }
    return apr_pstrcat(pool, apr_pstrmemdup(pool, url,
                                            (apr_size_t)(query - url)),
                       kept, NULL);
}

static const char *way_back(const oa2_call_t *call)
{
    const char *url = call->url;

    if (!(call->endpoint->methods & OA2_GET) || !oa2_way_is_here(url)
        || strlen(url) > URL_MAX)
        return "";
    return without_kept(url, call->ctx.pool);
}

/* What was typed into a form of ours, and for whom that was made.  From
   anywhere else nothing is taken: it would be put into a user's form. */
static void take_typed(oa2_form_t *back, const oa2_call_t *call)
{
    const oa2_ctx_t *ctx = &call->ctx;
    const char *text;
    oa2_form_t form;

    if (!call->endpoint->params)
        return;
    /* One that has been open for too long is of this browser all the same. */
    (void)oa2_form_open(&form, ctx, &call->browser,
                        oa2_params_get(ctx->params, "form"));
    if (!form.browser || !*form.user)
        return;
    text = oa2_params_text(ctx->params, call->endpoint->params, "form",
                           ctx->pool);
    if (strlen(text) > OA2_TYPED_MAX)
        return;
    back->request = text;
    back->user = form.user;
}

/* A form was sent: nothing is done. */
static oa2_reply_t *ask_anew(oa2_call_t *call, const oa2_form_t *back)
{
    const oa2_err_t *why = oa2_err_make(
        call->ctx.pool, &oa2_forbidden, OA2_ID(5522), *back->request
        ? "Your sign-in has ended meanwhile, so nothing was done. What you "
          "typed is kept: please sign in once more, look at it, and send it "
          "again."
        : "Your sign-in has ended meanwhile, so nothing was done. Please "
          "sign in once more.",
        "a form came to %s from somebody who is not signed in",
        call->endpoint->name);
    oa2_reply_t *reply = oa2_login_page(call, NULL, why->kind->status,
                                        *back->user ? back->user : NULL,
                                        oa2_say(&call->ctx, why->said, NULL));

    reply->err = why;
    return reply;
}

static oa2_reply_t *ask(oa2_call_t *call)
{
    oa2_form_t *back = apr_pcalloc(call->ctx.pool, sizeof(*back));

    back->request = back->user = back->shown = "";
    back->back = way_back(call);
    if (*back->back)
        call->back = back;
    if (call->method == OA2_GET)
        return oa2_login_page(call, NULL, 200, NULL, NULL);
    if (call->back)
        take_typed(back, call);
    return ask_anew(call, back);
}

/* ------------------------------------------------------------ signed in */

static oa2_err_t *check_role(const oa2_call_t *call)
{
    const char *role = call->endpoint->role;
    const oa2_session_t *session = call->session;

    if (!role || call->is_admitted || oa2_words_has(session->roles, role))
        return NULL;
    return oa2_err_make(
        call->ctx.pool, &oa2_access_denied, OA2_ID(5521),
        oa2_say(&call->ctx, "This page is for users with the role {{role}}, "
                "and you are signed in without it. Who has it, or runs this "
                "server, can give it to you.", "role", role, NULL),
        "%s needs the role \"%s\", which the user \"%s\" has not: \"oauth2ctl "
        "user set\" with \"--role %s\" gives it", call->endpoint->name, role,
        session->user, role);
}

static oa2_err_t *take_kept(oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *id = oa2_params_get(ctx->params, OA2_KEPT_PARAM);
    oa2_params_t *kept = oa2_params_make(ctx->pool);
    const char *text;

    if (call->method != OA2_GET || !id)
        return NULL;
    OA2_TRY(oa2_typed_find(&text, ctx, id, call->session->user));
    if (!text)
        return NULL;
    OA2_TRY(oa2_params_parse(kept, text, strlen(text), ctx->pool));
    call->kept = kept;
    return NULL;
}

oa2_err_t *oa2_asker_session(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_session_t *session;

    *out = NULL;
    /* SameSite keeps the cookie from most of these, but not from those of a
       neighbour below the same domain. */
    if (call->method == OA2_POST && call->is_foreign)
        return oa2_err_make(call->ctx.pool, &oa2_forbidden, OA2_ID(5520),
                            "Another site has sent you here, and nothing was "
                            "done.", "another site's page sent a form to %s",
                            call->endpoint->name);
    OA2_TRY(oa2_interaction_session(&session, call));
    if (!session) {
        *out = ask(call);
        return NULL;
    }
    call->session = session;
    OA2_TRY(check_role(call));
    return take_kept(call);
}

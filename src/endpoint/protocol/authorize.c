/* SPDX-License-Identifier: Apache-2.0 */
/*
 * authorize.c - the authorization endpoint: RFC 6749 sections 3.1 and 4.1.1,
 * RFC 7636 section 4.3, RFC 9207, RFC 8707 section 2.1, and of OpenID Connect
 * Core section 3.1.2.1 prompt and login_hint.
 *
 * Only the response type "code" is offered (RFC 9700 section 2.1.2), only to
 * the query (section 4.3.1 asks for no more: codes are bound by PKCE).
 *
 * Client and redirect URI are proven first.  Until then an error is a page
 * (section 4.1.2.1: "MUST NOT automatically redirect the user-agent to the
 * invalid redirection URI"); afterwards it goes to the client.
 */
#include "base/text/words.h"
#include "endpoint/signin/interaction.h"

#include <string.h>

#include "domain/client/app.h"
#include "domain/client/client.h"
#include "domain/client/compat.h"
#include "domain/request/pkce.h"
#include "domain/request/redirect.h"
#include "domain/request/resource.h"
#include "domain/request/scope.h"
#include "domain/site/settings.h"

const oa2_param_t oa2_authorize_params[] = {
    { "response_type", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_words },
    { "client_id", OA2_REQUIRED, OA2_ONCE, 255, oa2_is_vschar },
    { "redirect_uri", OA2_OPTIONAL, OA2_ONCE, 2000, oa2_is_uri },
    { "scope", OA2_OPTIONAL, OA2_ONCE, 2000, oa2_is_nqschar },
    { "state", OA2_OPTIONAL, OA2_ONCE, 4096, oa2_is_vschar },
    { "response_mode", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_vschar },
    { "code_challenge", OA2_OPTIONAL, OA2_ONCE, 128, oa2_is_unreserved },
    { "code_challenge_method", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_vschar },
    { "resource", OA2_OPTIONAL, OA2_MANY, 2000, oa2_is_uri },
    { "prompt", OA2_OPTIONAL, OA2_ONCE, 128, oa2_is_words },
    { "login_hint", OA2_OPTIONAL, OA2_ONCE, 255, oa2_is_text },
    { "ui_locales", OA2_OPTIONAL, OA2_ONCE, 255, oa2_is_text },
    OA2_PARAMS_END
};

/* httpd's LimitRequestLine is 8190 bytes, unless it was changed; method and
   protocol are in that. */
#define URL_MAX 8170

/* A page for the app's developer: what was sent, what is registered. */
static oa2_reply_t *mismatch(oa2_call_t *call, const char *sent)
{
    oa2_ctx_t *ctx = &call->ctx;
    const oa2_client_t *client = ctx->client;
    const apr_array_header_t *all =
        oa2_words_split(client->redirect_uris, ctx->pool);
    oa2_page_detail_t *rows =
        apr_pcalloc(ctx->pool, sizeof(*rows) * (apr_size_t)(all->nelts + 1));
    oa2_err_t *err = oa2_err_make(
        ctx->pool, &oa2_invalid_request, OA2_ID(5011),
        "redirect_uri is not registered", "client \"%s\" sent redirect_uri "
        "\"%s\" (its query is not shown); registered are \"%s\"",
        client->id, oa2_redirect_bare(sent ? sent : "", ctx->pool),
        client->redirect_uris);
    oa2_page_error_t page = {
        .common = oa2_reply_common(call),
        .title = oa2_say(ctx, "This app sent you with a wrong address", NULL),
        .message = oa2_say(ctx, "The address to come back to is not one that "
                           "the app has registered, so you were not signed "
                           "in.", NULL),
        .hint = oa2_say(ctx, "If you use this app, please tell its "
                        "developer.", NULL),
        .code = oa2_invalid_request.code,
        .reference = oa2_reply_reference(call, err),
        .details = rows,
        .n_details = all->nelts + 1,
    };
    oa2_reply_t *reply;
    int i;

    rows[0].label = "Sent redirect_uri";
    rows[0].value = sent ? sent : "(none)";
    for (i = 0; i < all->nelts; i++) {
        rows[i + 1].label = "Registered";
        rows[i + 1].value = APR_ARRAY_IDX(all, i, const char *);
    }
    reply = oa2_reply_page(ctx->pool, 400,
                           oa2_page_error(call->pages, &page, ctx->pool),
                           page.common.nonce, NULL);
    reply->err = err;
    reply->reference = page.reference;
    return reply;
}

/* Section 3.1: "MUST NOT be included more than once" */
static oa2_err_t *once(oa2_call_t *call, const char *name)
{
    if (oa2_params_count(call->ctx.params, name) <= 1)
        return NULL;
    return oa2_err_make(call->ctx.pool, &oa2_invalid_request, OA2_ID(5010),
                        "The app sent a parameter more than once.",
                        "%s came more than once", name);
}

/* Nobody but its own team, which is signed in by then, tests an app that waits
   for approval. */
static oa2_err_t *check_off(oa2_call_t *call, const oa2_client_t *client)
{
    oa2_ctx_t *ctx = &call->ctx;
    oa2_session_t *session;
    int is_tester;

    if (client->disabled != OA2_OFF_BY_STATE)
        return oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(5013),
                            "This app is not known here (client_id is "
                            "unknown).", "client \"%s\" is disabled",
                            client->id);
    OA2_TRY(oa2_interaction_session(&session, call));
    OA2_TRY(oa2_app_is_tester(&is_tester, ctx, client,
                              session ? session->user : NULL));
    if (is_tester)
        return NULL;
    ctx->client = client;
    return oa2_err_make(ctx->pool, &oa2_unauthorized_client, OA2_ID(5610),
                        "This app may not be used yet, or not any more: it "
                        "has to be approved by the administrator of this "
                        "site.", "client \"%s\" is not approved but %s",
                        client->id, client->state);
}

static oa2_err_t *find_client(oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *id = oa2_params_get(ctx->params, "client_id");
    oa2_client_t *client = NULL;

    if (!id)
        return oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(5012),
                            "The app did not say who it is (client_id is "
                            "missing).", NULL);
    if (!oa2_client_id_problem(id))
        OA2_TRY(oa2_client_find(&client, ctx, id));
    /* An ID that nobody has is not logged: mixed-up fields hold secrets. */
    if (!client)
        return oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(5611),
                            "This app is not known here (client_id is "
                            "unknown).", "client_id is unknown");
    if (client->disabled)
        OA2_TRY(check_off(call, client));
    ctx->client = client;
    return NULL;
}

/* *page is set when the redirect URI cannot be trusted. */
static oa2_err_t *prove(oa2_reply_t **page, oa2_call_t *call,
                        oa2_flow_t *flow)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *sent = oa2_params_get(ctx->params, "redirect_uri");

    OA2_TRY(once(call, "client_id"));
    OA2_TRY(once(call, "redirect_uri"));
    OA2_TRY(find_client(call));
    flow->client_id = ctx->client->id;
    /* Section 3.1.2.3: left out only when exactly one is registered */
    flow->redirect_uri = sent ? sent : oa2_redirect_default(ctx->client);
    flow->redirect_sent = sent != NULL;
    if (!flow->redirect_uri
        || !oa2_redirect_is_registered(ctx->client, flow->redirect_uri,
                                       ctx->pool)) {
        *page = mismatch(call, sent);
        return NULL;
    }
    /* Section 4.1.2.1: state is answered whatever else is wrong. */
    if (oa2_params_count(ctx->params, "state") == 1) {
        flow->state = oa2_params_get(ctx->params, "state");
        if (flow->state && !oa2_is_vschar(flow->state))
            flow->state = NULL;
    }
    return NULL;
}

/* OpenID Connect Core section 3.1.2.1: "If this parameter contains none with
   any other value, an error is returned." */
static oa2_err_t *read_prompt(oa2_call_t *call, oa2_flow_t *flow)
{
    const char *prompt = oa2_params_get(call->ctx.params, "prompt");

    flow->prompt = oa2_words_common(prompt ? prompt : "",
                                    "none login consent", call->ctx.pool);
    if (oa2_words_has(flow->prompt, "none")
        && strcmp(oa2_words_union(prompt, "", call->ctx.pool), "none") != 0)
        return oa2_err_make(call->ctx.pool, &oa2_invalid_request,
                            OA2_ID(5014),
                            "prompt=none cannot stand beside another value",
                            NULL);
    /* What httpd authenticates cannot be asked for again. */
    if (oa2_words_has(flow->prompt, "login") && call->browser.remote_user)
        return oa2_err_make(call->ctx.pool, &oa2_login_required,
                            OA2_ID(5015),
                            "this server cannot ask for the password again",
                            NULL);
    return NULL;
}

/* Section 3.1.1: "The client informs the authorization server of the desired
   grant type", by a list of words. */
static oa2_err_t *read_type(oa2_call_t *call, oa2_flow_t *flow)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *type = oa2_params_get(ctx->params, "response_type");

    if (!type) {
        flow->type_left_out = oa2_compat_may(
            ctx, ctx->client, &oa2_compat_default_response_type);
        return flow->type_left_out ? NULL : oa2_err_make(
            ctx->pool, &oa2_invalid_request, OA2_ID(5612),
            "response_type is missing: it is code", NULL);
    }
    if (strcmp(oa2_words_union(type, "", ctx->pool), "code") != 0)
        return oa2_err_make(ctx->pool, &oa2_unsupported_response_type,
                            OA2_ID(5016), "response_type must be code", NULL);
    return NULL;
}

static oa2_err_t *read_request(oa2_call_t *call, oa2_flow_t *flow)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *mode = oa2_params_get(ctx->params, "response_mode");

    OA2_TRY(oa2_params_check(ctx->params, oa2_authorize_params, ctx->pool));
    OA2_TRY(read_type(call, flow));
    if (mode && strcmp(mode, "query") != 0)
        return oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(5017),
                            "response_mode must be query", NULL);
    OA2_TRY(oa2_client_may_use(ctx, "authorization_code"));
    OA2_TRY(oa2_pkce_challenge(&flow->challenge, ctx));
    OA2_TRY(oa2_scope_resolve(&flow->scope, ctx,
                              oa2_params_get(ctx->params, "scope")));
    OA2_TRY(oa2_resource_resolve(&flow->audience, ctx, NULL));
    OA2_TRY(read_prompt(call, flow));
    flow->login_hint = oa2_params_get(ctx->params, "login_hint");
    return NULL;
}

/*
 * After the login the browser comes back here with the request in the URL
 * (endpoint/signin/interaction.c).  What came by GET fits; what came by POST
 * may not.
 */
static oa2_err_t *check_length(oa2_call_t *call, const oa2_flow_t *flow)
{
    if (strlen(oa2_interaction_url(call, flow)) <= URL_MAX)
        return NULL;
    return oa2_err_make(call->ctx.pool, &oa2_invalid_request, OA2_ID(5600),
                        "the request is too long: it has to fit into a URL",
                        NULL);
}

oa2_err_t *oa2_authorize_read(oa2_reply_t **out, oa2_flow_t *flow,
                              oa2_call_t *call)
{
    const char *locales = oa2_params_get(call->ctx.params, "ui_locales");
    oa2_err_t *err;

    memset(flow, 0, sizeof(*flow));
    *out = NULL;
    /* OpenID Connect Core section 3.1.2.1: no error when there is none. */
    if (locales && call->pages)
        call->ctx.language = oa2_pages_language(call->pages, locales,
                                                call->ctx.language,
                                                call->ctx.pool);
    OA2_TRY(prove(out, call, flow));
    if (*out)
        return NULL;
    err = read_request(call, flow);
    if (!err)
        err = check_length(call, flow);
    return err ? oa2_interaction_fail(out, call, flow, err) : NULL;
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_flow_t flow;
    oa2_err_t *err;

    OA2_TRY(oa2_authorize_read(out, &flow, call));
    if (*out)
        return NULL;
    /* Once more by GET, which brings the cookies: who is signed in is not
       asked again. */
    if (oa2_interaction_is_foreign(call)) {
        *out = oa2_reply_redirect(call->ctx.pool,
                                  oa2_interaction_url(call, &flow));
        return NULL;
    }
    err = oa2_interaction_advance(out, call, &flow);
    return err ? oa2_interaction_fail(out, call, &flow, err) : NULL;
}

const oa2_endpoint_t oa2_endpoint_authorize = {
    .name = "authorize",
    .metadata = "authorization_endpoint",
    /* Section 3.1: "MUST support the use of the HTTP GET method … and MAY
       support the use of the POST method" */
    .methods = OA2_GET | OA2_POST,
    .client = OA2_CLIENT_NONE,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = NULL,
    .handle = handle,
};

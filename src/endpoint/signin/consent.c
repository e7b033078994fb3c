/* SPDX-License-Identifier: Apache-2.0 */
/*
 * consent.c - the consent page: RFC 6749 section 4.1.1, "authenticates the
 * resource owner and obtains an authorization decision".
 */
#include "base/text/words.h"
#include "endpoint/signin/interaction.h"

#include <string.h>
#include <apr_strings.h>

#include "domain/client/brand.h"
#include "domain/client/compat.h"
#include "domain/person/claims.h"
#include "domain/request/redirect.h"
#include "domain/site/settings.h"
#include "domain/site/audit.h"
#include "store/consent.h"

static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    { "decision", OA2_OPTIONAL, OA2_ONCE, 16, oa2_is_word },
    OA2_PARAMS_END
};

/* What people call the claims that go with a scope. */
static const apr_array_header_t *labels_of(const oa2_ctx_t *ctx,
                                           const char *scope)
{
    const apr_array_header_t *claims = ctx->settings->claims;
    apr_array_header_t *out = apr_array_make(ctx->pool, 4, sizeof(char *));
    int i;

    for (i = 0; claims && i < claims->nelts; i++) {
        const oa2_claim_row_t *row =
            &APR_ARRAY_IDX(claims, i, oa2_claim_row_t);

        if (strcmp(row->scope, scope) == 0)
            APR_ARRAY_PUSH(out, const char *) =
                oa2_claims_label(row->name, ctx->pool);
    }
    return out;
}

static oa2_page_scope_t describe_scope(const oa2_ctx_t *ctx, const char *name,
                                       const oa2_allowed_t *allowed)
{
    const oa2_scope_row_t *known = oa2_settings_scope(ctx->settings, name);
    oa2_page_scope_t scope = { .name = name };

    if (known) {
        scope.description = known->description;
        scope.category = known->category;
        scope.sensitive = known->is_sensitive;
    }
    scope.claims = labels_of(ctx, name);
    scope.already = oa2_words_has(allowed->scope, name)
        && oa2_words_is_subset(oa2_claims_of(ctx->settings, name, ctx->pool),
                               allowed->claims);
    return scope;
}

static int is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Behind the last of its category, or of all.  Who has none is first: it would
   seem to be of the category before. */
static int place_of(const oa2_page_scope_t *rows, int n,
                    const oa2_page_scope_t *scope)
{
    int at = n;

    while (at && !is_same(rows[at - 1].category, scope->category))
        at--;
    return at || !scope->category ? at : n;
}

/* Those of one category stand together, where its first one was asked for. */
static int list_scopes(oa2_page_scope_t **out, const oa2_ctx_t *ctx,
                       const oa2_flow_t *flow, const oa2_allowed_t *allowed)
{
    const apr_array_header_t *words =
        oa2_words_split(flow->scope, ctx->pool);
    oa2_page_scope_t *rows =
        apr_pcalloc(ctx->pool, sizeof(*rows) * (apr_size_t)words->nelts);
    int i;

    for (i = 0; i < words->nelts; i++) {
        oa2_page_scope_t scope = describe_scope(
            ctx, APR_ARRAY_IDX(words, i, const char *), allowed);
        int at = place_of(rows, i, &scope);

        memmove(rows + at + 1, rows + at,
                sizeof(*rows) * (apr_size_t)(i - at));
        rows[at] = scope;
    }
    *out = rows;
    return words->nelts;
}

/* Who asks for what, and where the answer goes. */
static void describe(oa2_page_consent_t *page, const oa2_ctx_t *ctx,
                     const oa2_flow_t *flow, const oa2_allowed_t *allowed)
{
    const oa2_client_t *client = ctx->client;
    oa2_page_scope_t *scopes;

    page->client_name = *client->name ? client->name : client->id;
    page->client_host = oa2_redirect_place(flow->redirect_uri, ctx->pool);
    page->loopback_only = oa2_redirect_is_local_only(client, ctx->pool);
    page->n_scopes = list_scopes(&scopes, ctx, flow, allowed);
    page->scopes = scopes;
}

static const char *question_of(const oa2_page_scope_t *scope,
                               apr_pool_t *pool)
{
    return apr_pstrcat(pool, "\n", scope->name, " ",
                       scope->description ? scope->description : "", "\n",
                       scope->sensitive ? "!" : "", "\n",
                       scope->category ? scope->category : "", "\n",
                       apr_array_pstrcat(pool, scope->claims, '\t'), NULL);
}

/*
 * All that an answer to the page is for: its words, and what they stand for.
 * Not what was allowed before, which another tab may add to.
 */
static const char *question(const oa2_ctx_t *ctx, const oa2_flow_t *flow)
{
    static const oa2_allowed_t nothing = { "", "" };
    apr_pool_t *pool = ctx->pool;
    oa2_page_consent_t page = { .n_scopes = 0 };
    const char *text;
    int i;

    describe(&page, ctx, flow, &nothing);
    text = apr_psprintf(pool, "%" APR_INT64_T_FMT "\n%s\n%s\n%s\n%d",
                        ctx->client->serial, flow->redirect_uri,
                        flow->audience, page.client_name,
                        page.loopback_only);
    for (i = 0; i < page.n_scopes; i++)
        text = apr_pstrcat(pool, text, question_of(&page.scopes[i], pool),
                           NULL);
    return oa2_digest_text(pool, text);
}

oa2_err_t *oa2_consent_page(oa2_reply_t **out, oa2_call_t *call,
                            const oa2_flow_t *flow,
                            const oa2_session_t *session,
                            const oa2_err_t *why)
{
    oa2_ctx_t *ctx = &call->ctx;
    oa2_allowed_t allowed;
    oa2_page_consent_t page = {
        .common = oa2_reply_common(call),
        .action = oa2_settings_path(ctx->settings, "consent", ctx->pool),
        .form = oa2_interaction_form(call, flow, session->user,
                                     question(ctx, flow)),
        .user = session->user,
        .client_logo = oa2_brand_path(ctx, ctx->client->id,
                                      ctx->client->logo),
        .message = why ? oa2_say(ctx, why->said, NULL) : NULL,
    };

    /* Who httpd has authenticated cannot sign out here. */
    if (!call->browser.remote_user)
        page.logout_action =
            oa2_settings_path(ctx->settings, "logout", ctx->pool);
    OA2_TRY(oa2_consent_find(&allowed, ctx, session->user, ctx->client->id));
    describe(&page, ctx, flow, &allowed);
    *out = oa2_reply_page(ctx->pool, why ? why->kind->status : 200,
                          oa2_page_consent(call->pages, &page, ctx->pool),
                          page.common.nonce,
                          oa2_redirect_source(flow->redirect_uri, ctx->pool));
    (*out)->err = why;
    return NULL;
}

/* Meanwhile an administrator may have changed the client, or the scopes. */
static oa2_err_t *check_question(const oa2_ctx_t *ctx, const oa2_flow_t *flow,
                                 const oa2_form_t *form)
{
    if (oa2_text_equal(form->shown, question(ctx, flow)))
        return NULL;
    return oa2_err_make(ctx->pool, &oa2_forbidden, OA2_ID(5603),
                        "What is asked here was changed after this page was "
                        "shown to you. Please read it again, then decide.",
                        "a decision came for what is not asked any more: the "
                        "client or a scope was changed since the page was "
                        "shown");
}

static void refuse(oa2_reply_t **out, oa2_call_t *call,
                   const oa2_flow_t *flow, const oa2_session_t *session)
{
    oa2_ctx_t *ctx = &call->ctx;
    oa2_err_t *err = oa2_err_make(ctx->pool, &oa2_access_denied, OA2_ID(5031),
                                  "the user refused", NULL);

    oa2_audit(ctx, &oa2_event_consent_denied, "user", session->user,
              "scope", flow->scope, NULL);
    if (!oa2_compat_may(ctx, ctx->client, &oa2_compat_deny_home)) {
        *out = oa2_interaction_refuse(call, flow, err);
        return;
    }
    oa2_compat_used(ctx, ctx->client, oa2_compat_deny_home.name);
    *out = oa2_reply_redirect(
        ctx->pool, oa2_settings_path(ctx->settings, "home", ctx->pool));
    (*out)->err = err;
}

/* The user has pressed one of the two buttons. */
static oa2_err_t *decide(oa2_reply_t **out, oa2_call_t *call,
                         const oa2_flow_t *flow,
                         const oa2_session_t *session, const char *decision,
                         const oa2_form_t *form)
{
    oa2_ctx_t *ctx = &call->ctx;
    oa2_twin_t twin;
    const char *before;

    if (decision && strcmp(decision, "deny") == 0) {
        refuse(out, call, flow, session);
        return NULL;
    }
    if (!decision || strcmp(decision, "allow") != 0)
        return oa2_consent_page(
            out, call, flow, session,
            oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(5032),
                         "Please choose one of the two buttons.",
                         "the consent form came without a decision"));
    oa2_twin_of(&twin, ctx, form, decision);
    OA2_TRY(oa2_twin_find(&before, ctx, &twin));
    if (before) {
        *out = oa2_reply_redirect(ctx->pool, before);
        return NULL;
    }
    OA2_TRY(oa2_authorization_allow(ctx, flow, session));
    return oa2_interaction_finish(out, call, flow, session, &twin);
}

static oa2_err_t *submit(oa2_reply_t **out, oa2_call_t *call)
{
    const char *decision = oa2_params_get(call->ctx.params, "decision");
    oa2_session_t *session;
    oa2_form_t form;
    oa2_flow_t flow;
    oa2_err_t *why;
    oa2_err_t *err;

    OA2_TRY(oa2_interaction_open(&form, &why, call));
    /* Nobody knows what it was about. */
    if (!*form.request)
        return why ? why : oa2_err_make(
            call->ctx.pool, &oa2_invalid_request, OA2_ID(5001),
            "There is nothing to decide here. Please go back to the app.",
            "a consent form came without a request");
    OA2_TRY(oa2_authorize_read(out, &flow, call));
    if (*out)
        return NULL;
    OA2_TRY(oa2_interaction_session(&session, call));
    why = oa2_interaction_check(call, &form, why, session);
    if (!why)
        why = check_question(&call->ctx, &flow, &form);
    if (why)
        return oa2_interaction_again(out, call, &flow, session, why);
    err = decide(out, call, &flow, session, decision, &form);
    return err ? oa2_interaction_fail(out, call, &flow, err) : NULL;
}

/* The page is shown at the authorization endpoint; who comes here by hand is
   told who is signed in. */
static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    const oa2_ctx_t *ctx = &call->ctx;

    if (call->method == OA2_POST)
        return submit(out, call);
    *out = oa2_reply_redirect(
        ctx->pool, oa2_settings_path(ctx->settings, "login", ctx->pool));
    return NULL;
}

const oa2_endpoint_t oa2_endpoint_consent = {
    .name = "consent",
    .metadata = NULL,
    .methods = OA2_GET | OA2_POST,
    .client = OA2_CLIENT_NONE,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

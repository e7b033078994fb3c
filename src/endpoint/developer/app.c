/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app.c - developer/app/ID: what there is to know of an app, and what to try
 * it with; POST submits it for approval.
 */
#include <string.h>

#include <apr_strings.h>

#include "base/crypto.h"
#include "base/text/encode.h"
#include "base/text/words.h"
#include "domain/client/client.h"
#include "domain/client/property.h"
#include "domain/client/refused.h"
#include "domain/client/revision.h"
#include "domain/site/settings.h"
#include "endpoint/developer/app_fields.h"
#include "store/compat_use.h"

#define VERIFIER_BYTES 32               /* RFC 7636 section 4.1 */
#define LINE " \\\n  "                 /* a shell reads on */

static const oa2_field_t rows[] = {
    OA2_FIELDS_END
};

static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    OA2_PARAMS_END
};

/* ------------------------------------------------------------ what it is */

static void put_scopes(cJSON *model, const oa2_ctx_t *ctx, const char *words)
{
    const apr_array_header_t *names = oa2_words_split(words, ctx->pool);
    cJSON *list = oa2_json_put_array(model, "scopes");
    int i;

    for (i = 0; i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);
        const oa2_scope_row_t *row = oa2_settings_scope(ctx->settings, name);
        cJSON *item = oa2_json_push_object(list);

        oa2_json_put_text(item, "name", name);
        oa2_json_put_text(item, "description", row ? row->description : NULL);
        oa2_json_put_bool(item, "sensitive", row && row->is_sensitive);
    }
    oa2_json_put_bool(model, "has_scopes", names->nelts > 0);
}

static const char *number_text(int n, const oa2_ctx_t *ctx)
{
    return n < OA2_APP_COUNT_MOST ? apr_itoa(ctx->pool, n)
        : oa2_say(ctx, "at least {{n}}", "n", apr_itoa(ctx->pool, n), NULL);
}

static oa2_err_t *put_numbers(cJSON *model, oa2_ctx_t *ctx, const char *id)
{
    oa2_app_numbers_t numbers;

    OA2_TRY(oa2_app_count(&numbers, ctx, id));
    oa2_json_put_text(model, "grants", number_text(numbers.grants, ctx));
    oa2_json_put_text(model, "tokens", number_text(numbers.tokens, ctx));
    return NULL;
}

/* What a revision that waits would change. */
static oa2_err_t *put_waiting(cJSON *model, oa2_ctx_t *ctx,
                              const oa2_app_t *app)
{
    apr_array_header_t *diff;
    oa2_revision_t *revision;
    cJSON *list;
    int i;

    OA2_TRY(oa2_app_waiting(&revision, &diff, ctx, app));
    if (!revision || strcmp(app->client->state, OA2_APP_PENDING) == 0)
        return NULL;
    list = oa2_json_put_array(model, "revision");
    for (i = 0; i < diff->nelts; i++) {
        const oa2_app_diff_t *one = &APR_ARRAY_IDX(diff, i, oa2_app_diff_t);
        cJSON *item = oa2_json_push_object(list);

        oa2_json_put_text(item, "label",
                          oa2_app_fields_label(ctx, one->field));
        oa2_json_put_text(item, "before", oa2_app_fields_value(
            ctx, one->field, one->before));
        oa2_json_put_text(item, "after", oa2_app_fields_value(
            ctx, one->field, one->after));
    }
    oa2_json_put_bool(model, "has_revision", 1);
    return NULL;
}

static oa2_err_t *put_refused(cJSON *model, oa2_call_t *call, const char *id)
{
    cJSON *list = oa2_json_put_array(model, "refused");
    apr_array_header_t *all;
    int i;

    OA2_TRY(oa2_refused_list(&all, &call->ctx, id));
    for (i = 0; i < all->nelts; i++) {
        const oa2_refused_t *one = &APR_ARRAY_IDX(all, i, oa2_refused_t);
        cJSON *item = oa2_json_push_object(list);

        oa2_sheet_time(item, "at", one->at);
        oa2_json_put_text(item, "endpoint", one->endpoint);
        oa2_json_put_text(item, "error", one->error);
        oa2_json_put_text(item, "said",
                          one->said ? oa2_sheet_said(call, one->said) : NULL);
    }
    oa2_json_put_bool(model, "has_refused", all->nelts > 0);
    return NULL;
}

/* ------------------------------------------------------------ try it */

/* RFC 7636 section 4.2, of a verifier made for this page. */
static const char *challenge_of(const char *verifier, apr_pool_t *pool)
{
    return oa2_digest_text(pool, verifier);
}

/* Nothing that a shell or curl reads otherwise is left in an encoded value. */
static void put_lines(cJSON *model, const oa2_ctx_t *ctx,
                      const oa2_client_t *client, const char *redirect)
{
    apr_pool_t *pool = ctx->pool;
    const char *verifier = oa2_random_text(pool, VERIFIER_BYTES);
    const char *id = oa2_url_encode(pool, client->id);
    const char *back = oa2_url_encode(pool, redirect);
    const char *who = oa2_client_is_public(client)
        ? apr_pstrcat(pool, LINE "-d client_id=", id, NULL)
        : apr_pstrcat(pool, LINE "-u ", id, ":\"$SECRET\"", NULL);
    const char *token = oa2_settings_url(ctx->settings, "token", pool);
    const char *query = apr_pstrcat(
        pool, "?response_type=code&client_id=", id, "&redirect_uri=", back,
        "&scope=", oa2_url_encode(pool, client->scope),
        "&state=test&code_challenge_method=S256&code_challenge=",
        challenge_of(verifier, pool), NULL);

    oa2_json_put_text(model, "try_url", apr_pstrcat(
        pool, oa2_settings_path(ctx->settings, "authorize", pool), query,
        NULL));
    oa2_json_put_text(model, "try_authorize", apr_pstrcat(
        pool, oa2_settings_url(ctx->settings, "authorize", pool), query,
        NULL));
    oa2_json_put_text(model, "try_token", apr_pstrcat(
        pool, "curl", who, LINE "-d grant_type=authorization_code"
        LINE "-d redirect_uri=", back, LINE "-d code_verifier=", verifier,
        LINE "-d code=\"$CODE\"" LINE, token, NULL));
    oa2_json_put_text(model, "try_refresh", apr_pstrcat(
        pool, "curl", who, LINE "-d grant_type=refresh_token"
        LINE "-d refresh_token=\"$REFRESH_TOKEN\"" LINE, token, NULL));
    oa2_json_put_text(model, "try_revoke", apr_pstrcat(
        pool, "curl", who, LINE "-d token=\"$REFRESH_TOKEN\"" LINE,
        oa2_settings_url(ctx->settings, "revoke", pool), NULL));
}

static void put_try(cJSON *model, const oa2_ctx_t *ctx,
                    const oa2_client_t *client)
{
    const apr_array_header_t *uris = oa2_words_split(client->redirect_uris,
                                                     ctx->pool);
    cJSON *list = oa2_json_put_array(model, "redirect_uris");
    int i;

    for (i = 0; i < uris->nelts; i++)
        oa2_json_push_text(list, APR_ARRAY_IDX(uris, i, const char *));
    if (uris->nelts && strcmp(client->state, OA2_APP_REJECTED) != 0
        && strcmp(client->state, OA2_APP_SUSPENDED) != 0)
        put_lines(model, ctx, client, APR_ARRAY_IDX(uris, 0, const char *));
}

/* What it may do otherwise than the RFCs say, and how often it has. */
static oa2_err_t *put_compat(cJSON *model, oa2_ctx_t *ctx,
                             const oa2_client_t *client)
{
    const apr_array_header_t *words =
        oa2_words_split(oa2_client_compat(client, ctx->pool), ctx->pool);
    cJSON *list = oa2_json_put_array(model, "compat");
    apr_array_header_t *uses;
    int i, k;

    oa2_json_put_bool(model, "has_compat", words->nelts > 0);
    if (!words->nelts)
        return NULL;
    OA2_TRY(oa2_compat_use_list(&uses, ctx, client->id));
    for (i = 0; i < words->nelts; i++) {
        cJSON *item = oa2_json_push_object(list);
        const char *name = APR_ARRAY_IDX(words, i, const char *);

        oa2_json_put_text(item, "name", name);
        for (k = 0; k < uses->nelts; k++) {
            const oa2_compat_use_t *use = &APR_ARRAY_IDX(uses, k,
                                                         oa2_compat_use_t);

            if (strcmp(use->name, name) == 0)
                oa2_json_put_text(item, "uses", apr_psprintf(
                    ctx->pool, "%" APR_INT64_T_FMT, use->uses));
        }
    }
    return NULL;
}

/* ------------------------------------------------------------ the page */

static void put_problems(cJSON *model, const oa2_call_t *call,
                         const apr_array_header_t *problems)
{
    cJSON *list = oa2_json_put_array(model, "problems");
    int i;

    for (i = 0; problems && i < problems->nelts; i++)
        oa2_json_push_text(list, oa2_sheet_said(
            call, APR_ARRAY_IDX(problems, i, oa2_app_problem_t).said));
    oa2_json_put_bool(model, "has_problems", problems != NULL);
}

static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       const oa2_sheet_t *sheet,
                       const apr_array_header_t *problems)
{
    oa2_fields_t *fields = oa2_fields_make(rows, &call->ctx);
    oa2_ctx_t *ctx = &call->ctx;
    const oa2_client_t *client;
    oa2_own_t own;
    cJSON *model;

    OA2_TRY(oa2_own_open(&own, call, OA2_APP_MEMBER));
    client = own.app->client;
    model = oa2_own_model(call, &own);
    oa2_json_put_text(model, "about", own.app->about);
    oa2_app_fields_terms(model, call);
    oa2_json_put_bool(model, "has_new_terms",
                      !oa2_property_agrees(client, ctx));
    put_scopes(model, ctx, client->scope);
    put_try(model, ctx, client);
    OA2_TRY(put_compat(model, ctx, client));
    OA2_TRY(put_numbers(model, ctx, client->id));
    if (own.app->waiting)
        OA2_TRY(put_waiting(model, ctx, own.app));
    OA2_TRY(put_refused(model, call, client->id));
    oa2_json_put_bool(model, "may_submit",
                      strcmp(client->state, OA2_APP_DRAFT) == 0
                      || strcmp(client->state, OA2_APP_REJECTED) == 0);
    put_problems(model, call, problems);
    oa2_sheet_form(model, call, fields, "", sheet);
    return oa2_sheet_answer(out, call, problems ? 422 : 0,
                            OA2_PAGE_DEVELOPER_APP, model, sheet);
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_fields_t *fields = oa2_fields_make(rows, &call->ctx);
    oa2_actor_t who = oa2_own_actor(call);
    const char *before = NULL;
    oa2_app_result_t result;
    oa2_sheet_t sheet;

    if (call->method == OA2_GET)
        return show(out, call, NULL, NULL);
    OA2_TRY(oa2_sheet_open(&sheet, call, fields));
    if (sheet.why)
        return show(out, call, &sheet, NULL);
    OA2_TRY(oa2_sheet_before(&before, call, &sheet));
    if (before) {
        *out = oa2_reply_redirect(call->ctx.pool, before);
        return NULL;
    }
    OA2_TRY(oa2_app_submit(&result, &call->ctx, &who, call->rest));
    OA2_TRY(oa2_own_check(&result, call));
    if (result.outcome != OA2_APP_DONE)
        return show(out, call, &sheet, result.problems);
    return oa2_sheet_done(out, call, &sheet,
                          oa2_own_path(call, "developer/app", call->rest),
                          "app_submitted");
}

const oa2_endpoint_t oa2_endpoint_developer_app = {
    .name = "developer/app",
    .below = 1,
    .metadata = NULL,
    .methods = OA2_GET | OA2_POST,
    .client = OA2_CLIENT_NONE,
    .asker = OA2_ASKER_SESSION,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

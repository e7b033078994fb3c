/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apps.c - account: the apps that a user has allowed something, and taking it
 * back.
 *
 * What is taken back is the consent and every grant of the app with all its
 * tokens, on all machines at once: what "oauth2ctl grant revoke" does.
 */
#include "base/text/words.h"
#include "domain/client/brand.h"
#include "domain/site/audit.h"
#include "domain/site/settings.h"
#include "endpoint/account/frame.h"
#include "store/consent.h"
#include "store/grant.h"

#define CLIENT_MAX 256

static const oa2_field_t rows[] = { OA2_FIELDS_END };

static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    { "client", OA2_OPTIONAL, OA2_ONCE, CLIENT_MAX, oa2_is_vschar },
    { "after", OA2_OPTIONAL, OA2_ONCE, CLIENT_MAX, oa2_is_vschar },
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    OA2_PARAMS_END
};

static void put_scopes(cJSON *item, const oa2_ctx_t *ctx, const char *scope)
{
    const apr_array_header_t *words = oa2_words_split(scope, ctx->pool);
    cJSON *list = oa2_json_put_array(item, "scopes");
    int i;

    for (i = 0; i < words->nelts; i++) {
        const char *name = APR_ARRAY_IDX(words, i, const char *);
        const oa2_scope_row_t *row = oa2_settings_scope(ctx->settings, name);
        cJSON *one = oa2_json_push_object(list);

        oa2_json_put_text(one, "name", name);
        oa2_json_put_text(one, "description", row ? row->description : NULL);
        oa2_json_put_bool(one, "sensitive", row && row->is_sensitive);
    }
    oa2_json_put_bool(item, "has_scopes", words->nelts > 0);
}

static oa2_err_t *put_apps(cJSON *model, oa2_call_t *call)
{
    static const char *const keep[] = { NULL };
    oa2_ctx_t *ctx = &call->ctx;
    cJSON *list = oa2_json_put_array(model, "apps");
    const oa2_consented_t *last = NULL;
    apr_array_header_t *apps;
    int i;

    OA2_TRY(oa2_consent_list(&apps, ctx, call->session->user,
                             oa2_params_get(ctx->params, "after"),
                             OA2_SHEET_ROWS + 1));
    for (i = 0; i < apps->nelts && i < OA2_SHEET_ROWS; i++) {
        const oa2_consented_t *app = APR_ARRAY_IDX(apps, i, oa2_consented_t *);
        cJSON *item = oa2_json_push_object(list);

        oa2_json_put_number(item, "number", i + 1);
        oa2_json_put_text(item, "client", app->client_id);
        oa2_json_put_text(item, "client_name", app->name);
        oa2_json_put_text(item, "logo", oa2_brand_path(ctx, app->client_id,
                                                       app->logo));
        oa2_sheet_time(item, "since", app->since);
        oa2_sheet_time(item, "used", app->used);
        put_scopes(item, ctx, app->scope);
        last = app;
    }
    oa2_json_put_bool(model, "has_apps", apps->nelts > 0);
    oa2_sheet_next(model, call, apps->nelts > OA2_SHEET_ROWS
                   ? last->client_id : NULL, keep);
    return NULL;
}

static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       const oa2_fields_t *fields, const oa2_sheet_t *sheet)
{
    cJSON *model = oa2_frame_model(call);

    OA2_TRY(put_apps(model, call));
    oa2_sheet_form(model, call, fields, "", sheet);
    return oa2_sheet_answer(out, call, 0, OA2_PAGE_ACCOUNT_APPS, model, sheet);
}

/* Taken back twice is taken back. */
static oa2_err_t *take_back(oa2_reply_t **out, oa2_call_t *call,
                            const oa2_sheet_t *sheet)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *user = call->session->user;
    const char *client_id = oa2_params_get(ctx->params, "client");
    oa2_allowed_t allowed;
    int count;

    /* NULL would be every app. */
    if (!client_id)
        client_id = "";
    OA2_TRY(oa2_consent_find(&allowed, ctx, user, client_id));
    OA2_TRY(oa2_grant_revoke_all(&count, ctx, user, client_id));
    if (count || *allowed.scope || *allowed.claims)
        oa2_audit(ctx, &oa2_event_grant_revoked, "user", user, "client",
                  client_id, "count", oa2_audit_number(ctx, count), NULL);
    return oa2_sheet_done(out, call, sheet,
                          oa2_settings_path(ctx->settings, "account",
                                            ctx->pool), "taken_back");
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_fields_t *fields = oa2_fields_make(rows, &call->ctx);
    oa2_sheet_t sheet;

    if (call->method == OA2_GET)
        return show(out, call, fields, NULL);
    OA2_TRY(oa2_sheet_open(&sheet, call, fields));
    return sheet.why ? show(out, call, fields, &sheet)
                     : take_back(out, call, &sheet);
}

const oa2_endpoint_t oa2_endpoint_account = {
    .name = "account",
    .metadata = NULL,
    .methods = OA2_GET | OA2_POST,
    .client = OA2_CLIENT_NONE,
    .asker = OA2_ASKER_SESSION,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

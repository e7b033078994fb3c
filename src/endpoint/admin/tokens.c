/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tokens.c - admin/grants/tokens: an app's living access tokens, as far as
 * they are known, and ending one.  What "oauth2ctl token list" shows.
 *
 * The tokens themselves are kept nowhere; what names a row here is the digest,
 * from which no token can be made.
 */
#include <string.h>

#include <apr_strings.h>

#include "base/text/encode.h"
#include "domain/person/role.h"
#include "domain/site/settings.h"
#include "domain/token/access.h"
#include "endpoint/admin/admin.h"

#define KEY "%" APR_INT64_T_FMT ".%s"

static const oa2_field_t filter_rows[] = {
    { "client", OA2_FIELD_LINE, 1, 256, "Client ID of the app", NULL, NULL,
      NULL },
    OA2_FIELDS_END
};

static const oa2_field_t rows[] = { OA2_FIELDS_END };

static const char *const kept[] = { "client", NULL };

static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    { "client", OA2_OPTIONAL, OA2_ONCE, 2048, oa2_is_text },
    { "after", OA2_OPTIONAL, OA2_ONCE, 128, oa2_is_unreserved },
    { "token", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_unreserved },
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    OA2_PARAMS_END
};

/* Where the page before ended: "expires.digest". */
static const oa2_token_t *read_after(oa2_token_t *before, const char *after)
{
    char *end;

    memset(before, 0, sizeof(*before));
    if (!after)
        return NULL;
    before->expires = apr_strtoi64(after, &end, 10);
    before->digest = *end == '.' ? end + 1 : "";
    return before;
}

static oa2_err_t *put_tokens(cJSON *model, oa2_call_t *call,
                             const char *client_id)
{
    cJSON *list = oa2_json_put_array(model, "tokens");
    oa2_ctx_t *ctx = &call->ctx;
    apr_array_header_t *tokens;
    const char *last = NULL;
    oa2_token_t before;
    int i;

    OA2_TRY(oa2_token_list(&tokens, ctx, client_id,
                           read_after(&before, oa2_params_get(ctx->params,
                                                              "after")),
                           OA2_SHEET_ROWS + 1));
    for (i = 0; i < tokens->nelts && i < OA2_SHEET_ROWS; i++) {
        const oa2_token_t *token = APR_ARRAY_IDX(tokens, i, oa2_token_t *);
        cJSON *item = oa2_json_push_object(list);

        oa2_json_put_text(item, "id", token->digest);
        oa2_json_put_text(item, "user", token->user);
        oa2_json_put_text(item, "scope", token->scope);
        oa2_json_put_text(item, "audience", token->audience);
        oa2_sheet_time(item, "since", token->issued);
        oa2_sheet_time(item, "until", token->expires);
        last = apr_psprintf(ctx->pool, KEY, token->expires, token->digest);
    }
    oa2_json_put_bool(model, "has_tokens", tokens->nelts > 0);
    oa2_sheet_next(model, call, tokens->nelts > OA2_SHEET_ROWS ? last : NULL,
                   kept);
    return NULL;
}

static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       const oa2_fields_t *filter, const oa2_fields_t *fields,
                       const oa2_sheet_t *sheet)
{
    cJSON *model = oa2_admin_model(call);
    const char *client_id = oa2_fields_get(filter, "client");
    int failed = oa2_fields_failed(filter);
    int status = sheet ? oa2_sheet_status(sheet) : failed ? 422 : 200;

    oa2_admin_filter(model, call, filter);
    oa2_json_put_text(model, "client", client_id);
    oa2_json_put_bool(model, "is_asked", !failed && client_id);
    if (!failed && client_id)
        OA2_TRY(put_tokens(model, call, client_id));
    oa2_sheet_form(model, call, fields, "", sheet);
    return oa2_sheet_answer(out, call, status, OA2_PAGE_ADMIN_TOKENS, model,
                            sheet);
}

/* What ended meanwhile has ended. */
static oa2_err_t *take_back(oa2_reply_t **out, oa2_call_t *call,
                            const oa2_sheet_t *sheet)
{
    oa2_ctx_t *ctx = &call->ctx;
    oa2_token_t *token;
    int done;

    OA2_TRY(oa2_token_find(&token, ctx, oa2_params_get(ctx->params,
                                                       "token")));
    if (token)
        OA2_TRY(oa2_access_end_token(&done, ctx, token, call->session->user));
    return oa2_sheet_done(out, call, sheet, apr_pstrcat(
        ctx->pool, oa2_settings_path(ctx->settings, "admin/grants/tokens",
                                     ctx->pool),
        oa2_admin_query(call, "done=token_revoked", kept), NULL), NULL);
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    const oa2_params_t *sent = call->ctx.params;
    oa2_fields_t *filter = oa2_fields_make(filter_rows, &call->ctx);
    oa2_fields_t *fields = oa2_fields_make(rows, &call->ctx);
    oa2_sheet_t sheet;

    /* Nothing was asked yet: nothing is wrong. */
    if (oa2_params_get(sent, "client"))
        oa2_fields_read(filter, sent);
    if (call->method == OA2_GET)
        return show(out, call, filter, fields, NULL);
    OA2_TRY(oa2_sheet_open(&sheet, call, fields));
    return !sheet.why && oa2_params_get(sent, "token")
        ? take_back(out, call, &sheet)
        : show(out, call, filter, fields, &sheet);
}

const oa2_endpoint_t oa2_endpoint_admin_tokens = {
    .name = "admin/grants/tokens",
    .metadata = NULL,
    .methods = OA2_GET | OA2_POST,
    .client = OA2_CLIENT_NONE,
    .asker = OA2_ASKER_SESSION,
    .role = OA2_ROLE_ADMINISTRATOR,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grants.c - admin/grants: what users have allowed apps, and taking it back:
 * one grant, or all of a user, an app, or the pair.  What "oauth2ctl grant
 * list" shows and "grant revoke" does.
 *
 * One form stands around the list, its buttons name the row: what is taken
 * back twice is taken back.  All of something wants the password once more.
 */
#include <string.h>

#include <apr_strings.h>

#include "base/text/encode.h"
#include "base/text/units.h"
#include "domain/person/role.h"
#include "domain/site/settings.h"
#include "domain/token/access.h"
#include "endpoint/admin/admin.h"
#include "store/client.h"
#include "store/user.h"

#define KEY "%" APR_INT64_T_FMT ".%" APR_INT64_T_FMT

static const oa2_field_t filter_rows[] = {
    { "user", OA2_FIELD_LINE, 0, 255, "User", NULL, NULL, NULL },
    { "client", OA2_FIELD_LINE, 0, 256, "Client ID of the app", NULL, NULL,
      NULL },
    OA2_FIELDS_END
};

static const oa2_field_t rows[] = {
    { "password", OA2_FIELD_SECRET, 0, 0, "Your own password", NULL, NULL,
      "current-password" },
    OA2_FIELDS_END
};

static const char *const kept[] = { "user", "client", NULL };

static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    { "user", OA2_OPTIONAL, OA2_ONCE, 2048, oa2_is_text },
    { "client", OA2_OPTIONAL, OA2_ONCE, 2048, oa2_is_text },
    { "after", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_unreserved },
    { "grant", OA2_OPTIONAL, OA2_ONCE, 32, oa2_is_unreserved },
    { "all", OA2_OPTIONAL, OA2_ONCE, 1, oa2_is_unreserved },
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    OA2_PARAMS_END
};

/* Whose grants are meant; NULL: anybody's.  is_none: nobody has them. */
typedef struct {
    const char *user;
    const char *client_id;
    int is_none;
} whose_t;

static oa2_err_t *find_whose(whose_t *whose, oa2_call_t *call,
                             const oa2_fields_t *filter)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *name = oa2_fields_get(filter, "user");
    oa2_client_t *client = NULL;
    oa2_user_t *user = NULL;

    memset(whose, 0, sizeof(*whose));
    whose->client_id = oa2_fields_get(filter, "client");
    if (name)
        OA2_TRY(oa2_user_find(&user, ctx, name));
    if (whose->client_id)
        OA2_TRY(oa2_client_find(&client, ctx, whose->client_id));
    whose->user = user ? user->name : NULL;
    whose->is_none = (name && !user) || (whose->client_id && !client);
    return NULL;
}

/* ------------------------------------------------------------ the page */

/* Where the page before ended: "created.id". */
static const oa2_grant_t *read_after(oa2_grant_t *before, const char *after)
{
    char *end;

    memset(before, 0, sizeof(*before));
    if (!after)
        return NULL;
    before->created = apr_strtoi64(after, &end, 10);
    if (*end == '.')
        before->id = apr_strtoi64(end + 1, &end, 10);
    return before;
}

static void put_grant(cJSON *item, oa2_call_t *call, const oa2_grant_t *grant)
{
    oa2_ctx_t *ctx = &call->ctx;

    oa2_json_put_text(item, "id", apr_psprintf(ctx->pool, "%" APR_INT64_T_FMT,
                                               grant->id));
    oa2_json_put_text(item, "user", grant->user);
    oa2_json_put_text(item, "client", grant->client_id);
    oa2_json_put_text(item, "scope", grant->scope);
    oa2_json_put_text(item, "tokens", apr_pstrcat(
        ctx->pool, oa2_settings_path(ctx->settings, "admin/grants/tokens",
                                     ctx->pool), "?client=",
        oa2_form_encode(ctx->pool, grant->client_id), NULL));
    oa2_sheet_time(item, "since", grant->created);
    oa2_sheet_time(item, "used", grant->used);
    oa2_sheet_time(item, "until", grant->expires);
}

static oa2_err_t *put_grants(cJSON *model, oa2_call_t *call,
                             const whose_t *whose)
{
    cJSON *list = oa2_json_put_array(model, "grants");
    oa2_ctx_t *ctx = &call->ctx;
    apr_array_header_t *grants;
    const char *last = NULL;
    oa2_grant_t before;
    int i;

    if (whose->is_none)
        return NULL;
    OA2_TRY(oa2_grant_list(&grants, ctx, whose->user, whose->client_id,
                           read_after(&before, oa2_params_get(ctx->params,
                                                              "after")),
                           OA2_SHEET_ROWS + 1));
    for (i = 0; i < grants->nelts && i < OA2_SHEET_ROWS; i++) {
        const oa2_grant_t *grant = APR_ARRAY_IDX(grants, i, oa2_grant_t *);

        put_grant(oa2_json_push_object(list), call, grant);
        last = apr_psprintf(ctx->pool, KEY, grant->created, grant->id);
    }
    oa2_json_put_bool(model, "has_grants", grants->nelts > 0);
    oa2_sheet_next(model, call, grants->nelts > OA2_SHEET_ROWS ? last : NULL,
                   kept);
    return NULL;
}

static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       const oa2_fields_t *filter, const oa2_fields_t *fields,
                       const oa2_sheet_t *sheet)
{
    cJSON *model = oa2_admin_model(call);
    int status = oa2_sheet_status(sheet);
    whose_t whose = { NULL, NULL, 1 };

    if (!oa2_fields_failed(filter))
        OA2_TRY(find_whose(&whose, call, filter));
    else if (status == 200)
        status = 422;
    oa2_admin_filter(model, call, filter);
    OA2_TRY(put_grants(model, call, &whose));
    oa2_json_put_text(model, "user", whose.user);
    oa2_json_put_text(model, "client", whose.client_id);
    oa2_json_put_bool(model, "has_all", !whose.is_none
                      && (whose.user || whose.client_id));
    oa2_sheet_form(model, call, fields, "", sheet);
    return oa2_sheet_answer(out, call, status, OA2_PAGE_ADMIN_GRANTS, model,
                            sheet);
}

/* ------------------------------------------------------------ taking back */

/* To the same list. */
static oa2_err_t *leave(oa2_reply_t **out, oa2_call_t *call,
                        const oa2_sheet_t *sheet)
{
    oa2_ctx_t *ctx = &call->ctx;

    return oa2_sheet_done(out, call, sheet, apr_pstrcat(
        ctx->pool, oa2_settings_path(ctx->settings, "admin/grants",
                                     ctx->pool),
        oa2_admin_query(call, "done=grant_revoked", kept), NULL), NULL);
}

/* What is no number names no grant. */
static oa2_err_t *take_back(oa2_call_t *call, const char *text)
{
    apr_int64_t id;
    int done;

    if (oa2_units_number(&id, text, 1, APR_INT64_MAX, call->ctx.pool))
        return NULL;
    return oa2_access_end(&done, &call->ctx, id, call->session->user);
}

/* 1 in *done unless a field says why not. */
static oa2_err_t *take_back_all(int *done, oa2_call_t *call,
                                const oa2_fields_t *filter,
                                oa2_fields_t *fields)
{
    const char *problem;
    whose_t whose;
    int count;

    *done = 0;
    OA2_TRY(find_whose(&whose, call, filter));
    /* Never all of everybody. */
    if (whose.is_none || (!whose.user && !whose.client_id))
        return NULL;
    OA2_TRY(oa2_sheet_prove(&problem, call, oa2_fields_get(fields,
                                                           "password")));
    if (problem) {
        oa2_fields_fail(fields, "password", problem);
        return NULL;
    }
    *done = 1;
    return oa2_access_end_all(&count, &call->ctx, whose.user, whose.client_id,
                              call->session->user);
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    const oa2_params_t *sent = call->ctx.params;
    oa2_fields_t *filter = oa2_fields_make(filter_rows, &call->ctx);
    oa2_fields_t *fields = oa2_fields_make(rows, &call->ctx);
    const char *id = oa2_params_get(sent, "grant");
    oa2_sheet_t sheet;
    int done = 0;

    oa2_fields_read(filter, sent);
    if (call->method == OA2_GET)
        return show(out, call, filter, fields, NULL);
    OA2_TRY(oa2_sheet_open(&sheet, call, fields));
    if (!sheet.why && id) {
        OA2_TRY(take_back(call, id));
        done = 1;
    }
    else if (!sheet.why && oa2_params_get(sent, "all")
             && !oa2_fields_failed(filter)) {
        OA2_TRY(take_back_all(&done, call, filter, fields));
    }
    return done ? leave(out, call, &sheet)
                : show(out, call, filter, fields, &sheet);
}

const oa2_endpoint_t oa2_endpoint_admin_grants = {
    .name = "admin/grants",
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

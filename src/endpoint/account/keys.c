/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys.c - account/keys: a user's API keys: making one, which is shown this
 * once, and taking one back.
 *
 * Nobody approves what a user gives to a key: it can be such scopes only of
 * which the administrator has said so (OAuth2Scope … apikey).  A key outlives
 * the session, so the password is asked for once more.  Who sends the form
 * twice gets the same key twice.
 */
#include <string.h>

#include <apr_strings.h>

#include "base/text/units.h"
#include "base/text/words.h"
#include "domain/site/settings.h"
#include "endpoint/account/frame.h"

#define DAY 86400
#define USUAL "90"

static const char *check_name(const char *value, const oa2_ctx_t *ctx)
{
    return strlen(value) > OA2_APIKEY_NAME_MAX
        ? oa2_say(ctx, "This is too long: {{max}} bytes are the most, and a "
                  "letter may take several.",
                  "max", apr_itoa(ctx->pool, OA2_APIKEY_NAME_MAX), NULL)
        : NULL;
}

static const oa2_field_t rows[] = {
    { "name", OA2_FIELD_LINE, 1, OA2_APIKEY_NAME_MAX, "Name",
      "What the key is for: the program that uses it.", check_name, NULL },
    { "scope", OA2_FIELD_SET, 1, 0, "Permissions",
      "Fewer are safer, should somebody else get hold of it.", NULL, NULL },
    { "days", OA2_FIELD_CHOICE, 1, 0, "How long it is good", NULL, NULL,
      NULL },
    { "password", OA2_FIELD_SECRET, 1, 0, "Your password", NULL, NULL,
      "current-password" },
    OA2_FIELDS_END
};

static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    { "delete", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_unreserved },
    { "name", OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    { "scope", OA2_OPTIONAL, OA2_MANY, OA2_PARAMS_BYTES, oa2_is_any },
    { "days", OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    { "password", OA2_OPTIONAL, OA2_SECRET, OA2_PARAMS_BYTES, oa2_is_any },
    OA2_PARAMS_END
};

/* ------------------------------------------------------------ the form */

/* 1: there is one at least. */
static int add_scopes(oa2_fields_t *fields, const oa2_ctx_t *ctx)
{
    const apr_array_header_t *scopes = ctx->settings->scopes;
    int n = 0;
    int i;

    for (i = 0; scopes && i < scopes->nelts; i++) {
        const oa2_scope_row_t *row = &APR_ARRAY_IDX(scopes, i,
                                                    oa2_scope_row_t);

        if (!row->is_for_keys)
            continue;
        oa2_fields_option(fields, "scope", row->name,
                          apr_psprintf(ctx->pool, "%s (%s)",
                                       row->description, row->name), NULL);
        n++;
    }
    return n > 0;
}

static oa2_fields_t *make(int *may_add, const oa2_call_t *call)
{
    const oa2_ctx_t *ctx = &call->ctx;
    oa2_fields_t *fields = oa2_fields_make(rows, ctx);

    *may_add = add_scopes(fields, ctx);
    oa2_fields_option(fields, "days", "30", oa2_say(ctx, "30 days", NULL),
                      NULL);
    oa2_fields_option(fields, "days", USUAL, oa2_say(ctx, "90 days", NULL),
                      NULL);
    oa2_fields_option(fields, "days", "365", oa2_say(ctx, "1 year", NULL),
                      NULL);
    oa2_fields_option(fields, "days", "0",
                      oa2_say(ctx, "Until you delete it", NULL), NULL);
    oa2_fields_set(fields, "days", USUAL);
    if (call->browser.remote_user)
        oa2_fields_drop(fields, "password");
    return fields;
}

/* ------------------------------------------------------------ the page */

static void put_key(cJSON *list, const oa2_call_t *call,
                    const oa2_apikey_t *key, int number)
{
    cJSON *item = oa2_json_push_object(list);

    oa2_json_put_number(item, "number", number);
    oa2_json_put_text(item, "key", key->id);
    oa2_json_put_text(item, "name", key->name);
    oa2_json_put_text(item, "scope", key->scope);
    oa2_json_put_bool(item, "is_over",
                      key->expires && key->expires <= call->ctx.now);
    oa2_sheet_time(item, "since", key->created);
    oa2_sheet_time(item, "until", key->expires);
    oa2_sheet_time(item, "used", key->used);
}

typedef struct {
    oa2_fields_t *fields;
    int may_add;
    const char *text;           /* the new key; NULL: none */
    const oa2_sheet_t *sheet;   /* NULL: it is a GET */
} page_t;

/* All there are: also what has come to more than one can add. */
static oa2_err_t *put_keys(cJSON *model, oa2_call_t *call)
{
    cJSON *list = oa2_json_put_array(model, "keys");
    const char *last = NULL;
    apr_array_header_t *keys;
    int n = 0;
    int i;

    do {
        OA2_TRY(oa2_apikey_list(&keys, &call->ctx, call->session->user, NULL,
                                last, OA2_APIKEYS_MOST));
        for (i = 0; i < keys->nelts; i++) {
            const oa2_apikey_t *key = &APR_ARRAY_IDX(keys, i, oa2_apikey_t);

            put_key(list, call, key, ++n);
            last = key->id;
        }
    } while (keys->nelts == OA2_APIKEYS_MOST);
    oa2_json_put_bool(model, "has_keys", n > 0);
    return NULL;
}

static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       const page_t *page)
{
    cJSON *model = oa2_frame_model(call);

    OA2_TRY(put_keys(model, call));
    oa2_json_put_bool(model, "may_add", page->may_add && !page->text);
    oa2_json_put_text(model, "text", page->text);
    oa2_sheet_form(model, call, page->fields, "", page->sheet);
    return oa2_sheet_answer(out, call, 0, OA2_PAGE_ACCOUNT_KEYS, model,
                            page->sheet);
}

/* ------------------------------------------------------------ add, delete */

static apr_int64_t expires(const oa2_ctx_t *ctx, const char *days)
{
    apr_int64_t n = 0;

    return !oa2_units_number(&n, days, 0, 3650, ctx->pool) && n
        ? ctx->now + n * DAY : 0;
}

static const char *problem_of(const oa2_ctx_t *ctx, oa2_apikey_put_t put)
{
    switch (put) {
    case OA2_APIKEY_PUT:
        return NULL;
    case OA2_APIKEY_NO_OWNER:
        return oa2_say(ctx, "Your account is not there any more.", NULL);
    default:
        return oa2_say(ctx, "You have {{max}} keys, and these are the most. "
                       "Please delete one that you do not need.", "max",
                       apr_itoa(ctx->pool, OA2_APIKEYS_MOST), NULL);
    }
}

/* *shown: text; or of the same form's first one, and then this one goes. */
static oa2_err_t *claim(const char **shown, oa2_call_t *call,
                        const oa2_sheet_t *sheet, const oa2_apikey_t *key,
                        const char *text)
{
    const char *before = NULL;
    int first;
    int done;

    OA2_TRY(oa2_sheet_claim(&first, call, sheet, text));
    if (!first)
        OA2_TRY(oa2_sheet_before(&before, call, sheet));
    if (before)
        OA2_TRY(oa2_apikey_take_back(&done, &call->ctx, key->id, key->user,
                                     NULL));
    *shown = before ? before : text;
    return NULL;
}

static oa2_err_t *add(oa2_reply_t **out, oa2_call_t *call, page_t *page)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *text = oa2_apikey_new(ctx->pool);
    oa2_apikey_t key = {
        .user = call->session->user,
        .name = oa2_fields_get(page->fields, "name"),
        .scope = oa2_fields_get(page->fields, "scope"),
        .expires = expires(ctx, oa2_fields_get(page->fields, "days")),
        .is_own = 1,
    };
    oa2_apikey_put_t put;
    const char *problem;

    OA2_TRY(oa2_sheet_prove(&problem, call, call->browser.remote_user ? NULL
                            : oa2_fields_get(page->fields, "password")));
    if (problem) {
        oa2_fields_fail(page->fields, "password", problem);
        return show(out, call, page);
    }
    OA2_TRY(oa2_apikey_add(&put, ctx, &key, text));
    problem = problem_of(ctx, put);
    if (problem)
        oa2_fields_fail(page->fields, "name", problem);
    else
        OA2_TRY(claim(&page->text, call, page->sheet, &key, text));
    return show(out, call, page);
}

/* What is gone already is gone. */
static oa2_err_t *take_back(oa2_reply_t **out, oa2_call_t *call,
                            const oa2_sheet_t *sheet, const char *id)
{
    oa2_ctx_t *ctx = &call->ctx;
    int done;

    OA2_TRY(oa2_apikey_take_back(&done, ctx, id, call->session->user, NULL));
    return oa2_sheet_done(out, call, sheet,
                          oa2_settings_path(ctx->settings, "account/keys",
                                            ctx->pool), "key_deleted");
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    const char *id = oa2_params_get(call->ctx.params, "delete");
    page_t page = { 0 };
    oa2_sheet_t sheet;

    page.fields = make(&page.may_add, call);
    if (call->method == OA2_GET) {
        oa2_sheet_begin(page.fields, call);
        return show(out, call, &page);
    }
    page.sheet = &sheet;
    /* The button to delete one comes without the form's fields. */
    OA2_TRY(oa2_sheet_open(&sheet, call, id ? make(&page.may_add, call)
                                            : page.fields));
    if (id && !sheet.why)
        return take_back(out, call, &sheet, id);
    if (sheet.why || !page.may_add || oa2_fields_failed(page.fields))
        return show(out, call, &page);
    return add(out, call, &page);
}

const oa2_endpoint_t oa2_endpoint_account_keys = {
    .name = "account/keys",
    .metadata = NULL,
    .methods = OA2_GET | OA2_POST,
    .client = OA2_CLIENT_NONE,
    .asker = OA2_ASKER_SESSION,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* app_fields.c - see app_fields.h */
#include "endpoint/developer/app_fields.h"

#include <string.h>

#include <apr_strings.h>

#include "domain/client/property.h"
#include "domain/site/settings.h"

#define METHOD "token_endpoint_auth_method"
#define TERMS "terms_version"

static const oa2_field_t rows[] = {
    { "client_name", OA2_FIELD_LINE, 1, 100, "Name",
      "What people see when they are asked whether they want to let it in.",
      NULL, NULL },
    { "redirect_uris", OA2_FIELD_LINES, 1, 0, "Redirect URLs",
      "Where people come back to after they have decided, one a line. They "
      "begin with https://; http:// only leads to the same computer, such as "
      "http://127.0.0.1/back.", NULL, NULL },
    { "description", OA2_FIELD_TEXT, 0, 0, "Description",
      NULL, NULL, NULL },
    { METHOD, OA2_FIELD_CHOICE, 1, 0, "Kind of app", NULL, NULL, NULL },
    { "scope", OA2_FIELD_SET, 1, 0, "Permissions",
      "What it may ask people for. Fewer are easier to approve.", NULL, NULL },
    { "client_uri", OA2_FIELD_LINE, 0, 2000, "Website", NULL, NULL, "url" },
    { "policy_uri", OA2_FIELD_LINE, 0, 2000, "Privacy policy",
      "The address of the page.", NULL, NULL },
    { "tos_uri", OA2_FIELD_LINE, 0, 2000, "Terms of service",
      "The address of the page.", NULL, NULL },
    { TERMS, OA2_FIELD_CHECK, 1, 0, "I agree to the terms for developers",
      NULL, NULL, NULL },
    OA2_FIELDS_END
};

/* What property.h's METHOD can be. */
static const struct {
    const char *method;
    const char *label;
    const char *help;
} kinds[] = {
    { "client_secret_basic", "It runs on a server", "It can keep a secret." },
    { "none", "It runs in a browser or on a device",
      "Everybody can read what is in it, so it gets no secret." },
};

const oa2_param_t oa2_app_params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    { "client_name", OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    { "redirect_uris", OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    { "description", OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    { METHOD, OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    { "scope", OA2_OPTIONAL, OA2_MANY, OA2_PARAMS_BYTES, oa2_is_any },
    { "client_uri", OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    { "policy_uri", OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    { "tos_uri", OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    { TERMS, OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    OA2_PARAMS_END
};

static void add_scopes(oa2_fields_t *fields, const oa2_ctx_t *ctx)
{
    const apr_array_header_t *scopes = ctx->settings->scopes;
    int i;

    for (i = 0; scopes && i < scopes->nelts; i++) {
        const oa2_scope_row_t *row = &APR_ARRAY_IDX(scopes, i,
                                                    oa2_scope_row_t);
        const char *help = row->is_sensitive
            ? oa2_say(ctx, "Sensitive: say in the description why it is "
                      "needed.", NULL) : NULL;

        oa2_fields_option(fields, "scope", row->name, row->description
                          ? apr_psprintf(ctx->pool, "%s (%s)",
                                         row->description, row->name)
                          : row->name, help);
    }
}

static void say_limits(oa2_fields_t *fields, const oa2_ctx_t *ctx)
{
    int min, max;

    oa2_property_word_limits(&min, &max, ctx->settings);
    oa2_fields_help(fields, "description", oa2_say(
        ctx, "What it does, for whom, and what it needs its permissions for, "
        "in {{min}} to {{max}} words. This is for who approves it.",
        "min", apr_itoa(ctx->pool, min), "max", apr_itoa(ctx->pool, max),
        NULL));
}

oa2_fields_t *oa2_app_fields(const oa2_call_t *call)
{
    const oa2_ctx_t *ctx = &call->ctx;
    oa2_fields_t *fields = oa2_fields_make(rows, ctx);
    apr_size_t i;

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        oa2_fields_option(fields, METHOD, kinds[i].method,
                          oa2_say(ctx, kinds[i].label, NULL),
                          oa2_say(ctx, kinds[i].help, NULL));
    add_scopes(fields, ctx);
    if (!ctx->settings->scopes || !ctx->settings->scopes->nelts)
        oa2_fields_drop(fields, "scope");
    say_limits(fields, ctx);
    if (!ctx->settings->app_terms_version)
        oa2_fields_drop(fields, TERMS);
    return fields;
}

/* Words are shown one a line where the field has lines. */
static const char *stored(const oa2_app_t *app, const oa2_property_t *row,
                          apr_pool_t *pool)
{
    char *text = apr_pstrdup(pool, oa2_property_get(app, row, pool));
    char *at;

    if (strcmp(row->name, "redirect_uris") == 0)
        for (at = text; *at; at++)
            if (*at == ' ')
                *at = '\n';
    return text;
}

void oa2_app_fields_fill(oa2_fields_t *fields, const oa2_call_t *call,
                         const oa2_app_t *app)
{
    const oa2_property_t *row;

    for (row = oa2_properties; row->name; row++) {
        const char *text = stored(app, row, call->ctx.pool);

        if (!oa2_fields_has(fields, row->name))
            continue;
        if (strcmp(row->name, TERMS) == 0)
            text = oa2_property_agrees(app->client, &call->ctx) ? "1" : NULL;
        oa2_fields_set(fields, row->name, text);
    }
}

apr_table_t *oa2_app_fields_texts(const oa2_fields_t *fields,
                                  const oa2_call_t *call)
{
    apr_table_t *texts = apr_table_make(call->ctx.pool, 16);
    const oa2_field_t *row;

    for (row = rows; row->name; row++) {
        const char *text;

        if (!oa2_fields_has(fields, row->name))
            continue;
        text = oa2_fields_get(fields, row->name);
        if (strcmp(row->name, TERMS) == 0)
            text = text ? call->ctx.settings->app_terms_version : NULL;
        apr_table_setn(texts, row->name, text ? text : "");
    }
    return texts;
}

const char *oa2_app_fields_label(const oa2_ctx_t *ctx, const char *name)
{
    const oa2_field_t *row;

    for (row = rows; row->name; row++)
        if (strcmp(row->name, name) == 0)
            return oa2_say(ctx, row->label, NULL);
    return name;
}

const char *oa2_app_fields_value(const oa2_ctx_t *ctx, const char *name,
                                 const char *value)
{
    apr_size_t i;

    for (i = 0; strcmp(name, METHOD) == 0 && i < sizeof(kinds)
         / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].method, value) == 0)
            return oa2_say(ctx, kinds[i].label, NULL);
    return value;
}

void oa2_app_fields_check(oa2_fields_t *fields, oa2_call_t *call,
                          const oa2_app_t *app)
{
    oa2_actor_t who = oa2_own_actor(call);
    oa2_app_result_t result;

    oa2_app_check(&result, &call->ctx, &who, app,
                  oa2_app_fields_texts(fields, call));
    oa2_own_fail(fields, call, &result);
}

void oa2_app_fields_terms(cJSON *model, const oa2_call_t *call)
{
    oa2_json_put_text(model, "terms", call->ctx.settings->app_terms);
}

void oa2_app_fields_theirs(cJSON *model, const oa2_fields_t *fields,
                           const oa2_call_t *call, const oa2_app_t *app)
{
    cJSON *list = oa2_json_put_array(model, "theirs");
    oa2_fields_t *theirs = oa2_app_fields(call);
    const oa2_field_t *row;

    oa2_app_fields_fill(theirs, call, app);
    for (row = rows; row->name; row++) {
        const char *mine, *other;
        cJSON *item;

        if (!oa2_fields_has(fields, row->name))
            continue;
        mine = oa2_fields_get(fields, row->name);
        other = oa2_fields_get(theirs, row->name);
        if (strcmp(mine ? mine : "", other ? other : "") == 0)
            continue;
        item = oa2_json_push_object(list);
        oa2_json_put_text(item, "label", oa2_say(&call->ctx, row->label,
                                                 NULL));
        oa2_json_put_text(item, "value", oa2_app_fields_value(
            &call->ctx, row->name, other ? other : ""));
    }
    oa2_json_put_bool(model, "has_theirs", cJSON_GetArraySize(list) > 0);
}

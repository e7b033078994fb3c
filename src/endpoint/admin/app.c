/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app.c - admin/apps/app: what is known of an app, what it asks for that it
 * does not have, and the decision.
 *
 * The form says what the page was made of: what was changed or asked for
 * meanwhile is not decided upon unseen.
 */
#include "domain/client/decide.h"

#include <string.h>

#include <apr_strings.h>

#include "base/text/words.h"
#include "domain/client/property.h"
#include "domain/client/revision.h"
#include "domain/person/role.h"
#include "domain/site/settings.h"
#include "endpoint/admin/admin.h"
#include "endpoint/developer/own.h"
#include "store/member.h"

#define REASON_MAX 2000
#define KIND 0                          /* in names[] */

static const oa2_field_t rows[] = {
    { "reason", OA2_FIELD_TEXT, 0, REASON_MAX, "Reason",
      "The developers read it. To reject and to suspend need one.", NULL,
      NULL },
    OA2_FIELDS_END
};

static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    { "id", OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    { "do", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    { "reason", OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    OA2_PARAMS_END
};

/* What people call the properties. */
static const struct name_t {
    const char *property;
    const char *label;                  /* a key of the catalogue */
} names[] = {
    [KIND] = { "token_endpoint_auth_method", "Kind of app" },
    { "redirect_uris", "Redirect URLs" },
    { "grant_types", "Ways to get tokens" },
    { "scope", "Permissions" },
    { "origins", "Origins of its pages" },
    { "trusted", "Trusted: users are not asked" },
    { "client_uri", "Website" },
    { "policy_uri", "Privacy policy" },
    { "tos_uri", "Terms of service" },
    { "terms_version", "Terms agreed to" },
    { "compat", "Compatibility" },
};

#define N_NAMES (sizeof(names) / sizeof(names[0]))

/* NULL: shown in its own place. */
static const char *label_of(const oa2_ctx_t *ctx, const char *property)
{
    apr_size_t i;

    for (i = 0; i < N_NAMES; i++)
        if (strcmp(names[i].property, property) == 0)
            return oa2_say(ctx, names[i].label, NULL);
    return NULL;
}

/* A value as people read it. */
static const char *value_of(const oa2_ctx_t *ctx, const char *property,
                            const char *value)
{
    if (!*value || strcmp(property, names[KIND].property) != 0)
        return value;
    return strcmp(value, "none") == 0
        ? oa2_say(ctx, "It runs in a browser or on a device", NULL)
        : oa2_say(ctx, "It runs on a server", NULL);
}

/* ------------------------------------------------------------ what it is */

static void put_properties(cJSON *model, const oa2_ctx_t *ctx,
                           const oa2_app_t *app)
{
    cJSON *list = oa2_json_put_array(model, "properties");
    const oa2_property_t *property;

    for (property = oa2_properties; property->name; property++) {
        const char *text = oa2_property_get(app, property, ctx->pool);
        const char *label = label_of(ctx, property->name);
        cJSON *item;

        if (!label || !*text)
            continue;
        item = oa2_json_push_object(list);
        oa2_json_put_text(item, "label", label);
        oa2_json_put_words(item, "values",
                           property->kind == OA2_PROPERTY_WORDS ? text : "");
        oa2_json_put_text(item, "text", property->kind == OA2_PROPERTY_WORDS
                          ? "" : value_of(ctx, property->name, text));
    }
}

/* Words that come or go: of scopes with what they mean. */
static void put_words(cJSON *item, const char *name, const oa2_ctx_t *ctx,
                      const char *words)
{
    const apr_array_header_t *all = oa2_words_split(words, ctx->pool);
    cJSON *list = oa2_json_put_array(item, name);
    int i;

    for (i = 0; i < all->nelts; i++) {
        const char *word = APR_ARRAY_IDX(all, i, const char *);
        const oa2_scope_row_t *scope = oa2_settings_scope(ctx->settings, word);
        cJSON *one = oa2_json_push_object(list);

        oa2_json_put_text(one, "word", word);
        oa2_json_put_text(one, "means", scope ? scope->description : NULL);
        oa2_json_put_bool(one, "sensitive", scope && scope->is_sensitive);
    }
}

static void put_diff(cJSON *model, const oa2_ctx_t *ctx,
                     const apr_array_header_t *diff)
{
    cJSON *list = oa2_json_put_array(model, "changes");
    int i;

    for (i = 0; i < diff->nelts; i++) {
        const oa2_app_diff_t *one = &APR_ARRAY_IDX(diff, i, oa2_app_diff_t);
        const char *label = label_of(ctx, one->field);
        int is_list = *one->added || *one->removed;
        cJSON *item = oa2_json_push_object(list);

        oa2_json_put_text(item, "label", label ? label : one->field);
        oa2_json_put_bool(item, "is_list", is_list);
        oa2_json_put_text(item, "before",
                          value_of(ctx, one->field, one->before));
        oa2_json_put_text(item, "after",
                          value_of(ctx, one->field, one->after));
        put_words(item, "added", ctx, one->added);
        put_words(item, "removed", ctx, one->removed);
        oa2_json_put_bool(item, "has_added", *one->added != '\0');
        oa2_json_put_bool(item, "has_removed", *one->removed != '\0');
    }
    oa2_json_put_bool(model, "has_changes", diff->nelts > 0);
}

/* *revision: the one that waits, or NULL. */
static oa2_err_t *put_waiting(cJSON *model, oa2_revision_t **revision,
                              oa2_ctx_t *ctx, const oa2_app_t *app)
{
    apr_array_header_t *diff;

    OA2_TRY(oa2_app_waiting(revision, &diff, ctx, app));
    if (!*revision)
        return NULL;
    oa2_json_put_bool(model, "is_waiting", 1);
    oa2_json_put_text(model, "asked_by", (*revision)->by);
    oa2_sheet_time(model, "asked", (*revision)->created);
    put_diff(model, ctx, diff);
    return NULL;
}

static oa2_err_t *put_team(cJSON *model, oa2_call_t *call, const char *id)
{
    cJSON *list = oa2_json_put_array(model, "team");
    apr_array_header_t *members;
    int i;

    OA2_TRY(oa2_member_list(&members, &call->ctx, id));
    for (i = 0; i < members->nelts; i++) {
        const oa2_member_t *member = &APR_ARRAY_IDX(members, i, oa2_member_t);
        cJSON *item = oa2_json_push_object(list);

        oa2_json_put_text(item, "user", member->user);
        oa2_json_put_text(item, "href",
                          oa2_admin_path(call, "admin/users/user", "name",
                                         member->user));
        oa2_json_put_bool(item, "owner",
                          strcmp(member->role, OA2_MEMBER_OWNER) == 0);
    }
    oa2_json_put_bool(model, "has_team", members->nelts > 0);
    return NULL;
}

static const char *number_text(const oa2_ctx_t *ctx, int n)
{
    return n < OA2_APP_COUNT_MOST ? apr_itoa(ctx->pool, n)
        : oa2_say(ctx, "at least {{n}}", "n", apr_itoa(ctx->pool, n), NULL);
}

static oa2_err_t *put_numbers(cJSON *model, oa2_ctx_t *ctx, const char *id)
{
    oa2_app_numbers_t numbers;

    OA2_TRY(oa2_app_count(&numbers, ctx, id));
    oa2_json_put_text(model, "grants", number_text(ctx, numbers.grants));
    oa2_json_put_text(model, "tokens", number_text(ctx, numbers.tokens));
    return NULL;
}

/* ------------------------------------------------------------ the page */

/* What can be decided, by state. */
static void put_ways(cJSON *model, const oa2_app_t *app)
{
    const char *state = app->client->state;

    oa2_json_put_bool(model, "may_suspend",
                      strcmp(state, OA2_APP_APPROVED) == 0);
    oa2_json_put_bool(model, "may_resume",
                      strcmp(state, OA2_APP_SUSPENDED) == 0);
    oa2_json_put_bool(model, "is_off",
                      app->client->disabled & OA2_OFF_BY_HAND);
}

static oa2_err_t *find(oa2_app_t **app, oa2_call_t *call)
{
    OA2_TRY(oa2_app_find(app, &call->ctx, oa2_admin_of(call, "id")));
    return *app ? NULL
        : oa2_err_make(call->ctx.pool, &oa2_not_found, OA2_ID(5652),
                       "There is no such app.", "user \"%s\" asked for the "
                       "page of an app that is not there",
                       call->session->user);
}

/* problem NULL: none. */
static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       oa2_fields_t *fields, const oa2_sheet_t *sheet,
                       const char *problem)
{
    oa2_ctx_t *ctx = &call->ctx;
    cJSON *model = oa2_admin_model(call);
    oa2_revision_t *waiting = NULL;
    oa2_app_t *app;

    OA2_TRY(find(&app, call));
    oa2_own_put(oa2_json_put_object(model, "app"), call, app);
    oa2_json_put_text(model, "about", app->about);
    put_properties(model, ctx, app);
    put_ways(model, app);
    oa2_json_put_text(model, "audit",
                      oa2_admin_path(call, "admin/audit", "client",
                                     app->client->id));
    OA2_TRY(put_waiting(model, &waiting, ctx, app));
    oa2_json_put_bool(model, "may_decide", waiting
                      || strcmp(app->client->state, OA2_APP_APPROVED) == 0
                      || strcmp(app->client->state, OA2_APP_SUSPENDED) == 0);
    OA2_TRY(put_team(model, call, app->client->id));
    OA2_TRY(put_numbers(model, ctx, app->client->id));
    oa2_json_put_text(model, "problem", problem);
    /* To let it go on needs none. */
    if (!waiting && strcmp(app->client->state, OA2_APP_SUSPENDED) == 0)
        oa2_fields_drop(fields, "reason");
    oa2_sheet_form(model, call, fields,
                   oa2_app_seen(app, waiting, ctx->pool), sheet);
    return oa2_sheet_answer(out, call, problem ? 409 : 0, OA2_PAGE_ADMIN_APP,
                            model, sheet);
}

/* ------------------------------------------------------------ decide */

/* *done: the word of what was done; NULL: no button of the page says that. */
static oa2_err_t *obey(oa2_app_result_t *result, const char **done,
                       oa2_call_t *call, const oa2_sheet_t *sheet)
{
    oa2_ctx_t *ctx = &call->ctx;
    const oa2_actor_t who = oa2_admin_actor(call);
    const char *what = oa2_params_get(ctx->params, "do");
    const char *id = oa2_admin_of(call, "id");
    const char *reason = oa2_fields_get(sheet->fields, "reason");

    *done = what ? what : "";
    if (strcmp(*done, "approve") == 0) {
        *done = "app_approved";
        return oa2_app_approve(result, ctx, &who, id, sheet->shown);
    }
    if (strcmp(*done, "reject") == 0) {
        *done = "app_rejected";
        return oa2_app_reject(result, ctx, &who, id, sheet->shown,
                              reason);
    }
    if (strcmp(*done, "suspend") == 0) {
        *done = "app_suspended";
        return oa2_app_suspend(result, ctx, &who, id, sheet->shown,
                               reason);
    }
    if (strcmp(*done, "resume") == 0) {
        *done = "app_resumed";
        return oa2_app_resume(result, ctx, &who, id, sheet->shown);
    }
    *done = NULL;
    return NULL;
}

static oa2_err_t *decide(oa2_reply_t **out, oa2_call_t *call,
                         const oa2_sheet_t *sheet)
{
    const char *before, *done;
    oa2_app_result_t result;

    OA2_TRY(oa2_sheet_before(&before, call, sheet));
    if (before) {
        *out = oa2_reply_redirect(call->ctx.pool, before);
        return NULL;
    }
    OA2_TRY(obey(&result, &done, call, sheet));
    if (!done)
        return show(out, call, sheet->fields, sheet, NULL);
    if (result.outcome == OA2_APP_DONE)
        return oa2_sheet_done(out, call, sheet,
                              oa2_admin_path(call, "admin/apps/app", "id",
                                             result.app->client->id), done);
    if (result.outcome == OA2_APP_INVALID
        && *APR_ARRAY_IDX(result.problems, 0, oa2_app_problem_t).field) {
        oa2_own_fail(sheet->fields, call, &result);
        return show(out, call, sheet->fields, sheet, NULL);
    }
    return show(out, call, sheet->fields, sheet,
                result.outcome == OA2_APP_INVALID
                ? oa2_sheet_said(call, APR_ARRAY_IDX(
                    result.problems, 0, oa2_app_problem_t).said)
                : oa2_say(&call->ctx, "This app was changed or decided upon "
                          "meanwhile, so nothing was done. The page shows it "
                          "as it is now.", NULL));
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_fields_t *fields = oa2_fields_make(rows, &call->ctx);
    oa2_sheet_t sheet;

    if (call->method == OA2_GET) {
        oa2_sheet_begin(fields, call);
        return show(out, call, fields, NULL, NULL);
    }
    OA2_TRY(oa2_sheet_open(&sheet, call, fields));
    return sheet.why || oa2_fields_failed(fields)
        ? show(out, call, fields, &sheet, NULL)
        : decide(out, call, &sheet);
}

const oa2_endpoint_t oa2_endpoint_admin_app = {
    .name = "admin/apps/app",
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

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_app.c - apps: what developers ask, and what is decided.  The pages call
 * the same functions of the domain.
 */
#include <string.h>

#include <apr_strings.h>

#include "base/text/units.h"
#include "base/text/words.h"
#include "ctl.h"
#include "domain/client/app.h"
#include "domain/client/decide.h"
#include "domain/client/property.h"
#include "domain/client/refused.h"
#include "domain/client/revision.h"
#include "domain/client/team.h"
#include "store/invitation.h"

static const oa2_actor_t administrator = { NULL, 1 };

/* ------------------------------------------------------------ outcomes */

static oa2_err_t *told(const ctl_t *ctl, const oa2_app_result_t *result)
{
    const oa2_app_problem_t *problem;

    switch (result->outcome) {
    case OA2_APP_DONE:
        return NULL;
    case OA2_APP_GONE:
        return ctl_fail(ctl, &ctl_not_found, "there is no app %s",
                        ctl_arg(ctl, 0));
    case OA2_APP_INVALID:
        problem = &APR_ARRAY_IDX(result->problems, 0, oa2_app_problem_t);
        return ctl_fail(ctl, &ctl_failed, "%s%s%s", problem->field,
                        *problem->field ? ": " : "", problem->said);
    default:
        return ctl_fail(ctl, &ctl_failed, "somebody else has changed the app "
                        "meanwhile; nothing was done: oauth2ctl app show %s",
                        ctl_arg(ctl, 0));
    }
}

/* ------------------------------------------------------------ printing */

static cJSON *app_json(const oa2_app_t *app, apr_pool_t *pool)
{
    cJSON *json = oa2_json_object(pool);
    const oa2_property_t *row;

    oa2_json_put_text(json, "client_id", app->client->id);
    oa2_json_put_text(json, "state", app->client->state);
    if (*app->reason)
        oa2_json_put_text(json, "reason", app->reason);
    oa2_json_put_bool(json, "waiting", app->waiting);
    oa2_json_put_bool(json, "disabled",
                      app->client->disabled & OA2_OFF_BY_HAND);
    for (row = oa2_properties; row->name; row++) {
        const char *text = oa2_property_get(app, row, pool);

        if (row->kind == OA2_PROPERTY_WORDS && strcmp(row->name, "scope"))
            oa2_json_put_words(json, row->name, text);
        else
            oa2_json_put_text(json, row->name, text);
    }
    return json;
}

static void app_print(const ctl_t *ctl, const oa2_app_t *app)
{
    const oa2_property_t *row;

    ctl_field(ctl, "Client ID", app->client->id);
    ctl_field(ctl, "State", app->client->state);
    if (*app->reason)
        ctl_field(ctl, "Reason", app->reason);
    if (app->client->disabled & OA2_OFF_BY_HAND)
        ctl_field(ctl, "Disabled", "yes");
    for (row = oa2_properties; row->name; row++)
        if (*oa2_property_get(app, row, ctl->pool))
            ctl_field(ctl, row->name, oa2_property_get(app, row, ctl->pool));
}

static void print_member(cJSON *list, ctl_t *ctl, const char *user,
                         const char *role, int is_invited)
{
    int is_first = !cJSON_GetArraySize(list);
    cJSON *item = oa2_json_push_object(list);

    oa2_json_put_text(item, "user", user);
    oa2_json_put_text(item, "role", role);
    oa2_json_put_bool(item, "invited", is_invited);
    ctl_field(ctl, is_first ? "Team" : "",
              apr_psprintf(ctl->pool, "%s (%s%s)", user, role,
                           is_invited ? ", invited" : ""));
}

static oa2_err_t *print_team(cJSON *json, ctl_t *ctl, const char *id)
{
    cJSON *list = oa2_json_put_array(json, "team");
    apr_array_header_t *all;
    int i;

    OA2_TRY(oa2_member_list(&all, &ctl->ctx, id));
    for (i = 0; i < all->nelts; i++) {
        const oa2_member_t *one = &APR_ARRAY_IDX(all, i, oa2_member_t);

        print_member(list, ctl, one->user, one->role, 0);
    }
    OA2_TRY(oa2_invitation_list(&all, &ctl->ctx, id));
    for (i = 0; i < all->nelts; i++) {
        const oa2_invitation_t *one = &APR_ARRAY_IDX(all, i,
                                                     oa2_invitation_t);

        print_member(list, ctl, one->user, one->role, 1);
    }
    return NULL;
}

static oa2_err_t *print_waiting(cJSON *json, ctl_t *ctl, const oa2_app_t *app)
{
    apr_array_header_t *diff;
    oa2_revision_t *waiting;
    cJSON *list;
    int i;

    OA2_TRY(oa2_app_waiting(&waiting, &diff, &ctl->ctx, app));
    if (!waiting)
        return NULL;
    oa2_json_put_number(json, "revision", waiting->number);
    list = oa2_json_put_array(json, "changes");
    ctl_field(ctl, "Waits", apr_psprintf(
        ctl->pool, "revision %" APR_INT64_T_FMT " of %s, %s", waiting->number,
        *waiting->by ? waiting->by : "an administrator",
        oa2_units_say_time(waiting->created, ctl->pool)));
    for (i = 0; i < diff->nelts; i++) {
        const oa2_app_diff_t *one = &APR_ARRAY_IDX(diff, i, oa2_app_diff_t);
        cJSON *item = oa2_json_push_object(list);

        oa2_json_put_text(item, "field", one->field);
        oa2_json_put_text(item, "before", one->before);
        oa2_json_put_text(item, "after", one->after);
        ctl_field(ctl, "", apr_psprintf(ctl->pool, "%s: \"%s\" becomes \"%s\"",
                                        one->field, one->before, one->after));
    }
    return NULL;
}

/* ------------------------------------------------------------ list, show */

static const ctl_option_t list_options[] = {
    { "state", "STATE", 0,
      "draft, pending, approved, rejected, suspended" },
    { "waiting", NULL, 0, "only those with something to decide upon" },
    { "search", "TEXT", 0, "only those whose name begins so" },
    { "user", "NAME", 0, "only those whose team this user is on" },
    { NULL, NULL, 0, NULL }
};

/* One of the four at most. */
typedef struct wanted_t {
    oa2_apps_t which;
    const char *text;
} wanted_t;

static oa2_err_t *read_wanted(wanted_t *out, const ctl_t *ctl)
{
    static const char states[] =
        "draft pending approved rejected suspended";
    int n = ctl_has(ctl, "state") + ctl_has(ctl, "waiting")
        + ctl_has(ctl, "search") + ctl_has(ctl, "user");

    if (n > 1)
        return ctl_fail(ctl, &ctl_usage, "--state, --waiting, --search and "
                        "--user exclude each other");
    out->which = OA2_APPS_ALL;
    out->text = NULL;
    if (ctl_has(ctl, "waiting"))
        out->which = OA2_APPS_WAITING;
    if (ctl_has(ctl, "state")) {
        out->which = OA2_APPS_STATE;
        out->text = ctl_option(ctl, "state");
        if (!oa2_words_has(states, out->text))
            return ctl_fail(ctl, &ctl_usage, "--state %s: a state is %s",
                            out->text, states);
    }
    if (ctl_has(ctl, "search")) {
        out->which = OA2_APPS_NAME;
        out->text = ctl_option(ctl, "search");
    }
    if (ctl_has(ctl, "user")) {
        out->which = OA2_APPS_USER;
        out->text = ctl_option(ctl, "user");
    }
    return NULL;
}

#define PAGE 200

static oa2_err_t *list(ctl_t *ctl)
{
    const char *after = NULL;
    apr_array_header_t *apps;
    wanted_t wanted;
    ctl_list_t out;
    int i;

    OA2_TRY(read_wanted(&wanted, ctl));
    OA2_TRY(ctl_open(ctl));
    ctl_list_begin(&out, ctl, "CLIENT ID                 STATE      WAITS  "
                   "NAME");
    do {
        OA2_TRY(oa2_app_list(&apps, &ctl->ctx, wanted.which, wanted.text,
                             after, PAGE));
        for (i = 0; i < apps->nelts; i++) {
            const oa2_app_t *app = APR_ARRAY_IDX(apps, i, oa2_app_t *);

            after = app->client->id;
            if (ctl_has(ctl, "json"))
                ctl_list_json(&out, app_json(app, ctl->pool), ctl->pool);
            ctl_say(ctl, "%s  %-9s  %-5s  %s",
                    ctl_cell(after, 24, ctl->pool), app->client->state,
                    app->waiting ? "yes" : "no", app->client->name);
        }
    } while (apps->nelts == PAGE);
    ctl_list_end(&out);
    return NULL;
}

static oa2_err_t *print_refused(cJSON *json, ctl_t *ctl, const char *id)
{
    cJSON *list = oa2_json_put_array(json, "refused");
    apr_array_header_t *all;
    int i;

    OA2_TRY(oa2_refused_list(&all, &ctl->ctx, id));
    for (i = 0; i < all->nelts; i++) {
        const oa2_refused_t *one = &APR_ARRAY_IDX(all, i, oa2_refused_t);
        cJSON *item = oa2_json_push_object(list);

        oa2_json_put_number(item, "time", one->at);
        oa2_json_put_text(item, "endpoint", one->endpoint);
        oa2_json_put_text(item, "error", one->error);
        oa2_json_put_text(item, "said", one->said);
        ctl_field(ctl, i ? "" : "Refused", apr_psprintf(
            ctl->pool, "%s %s: %s", oa2_units_say_time(one->at, ctl->pool),
            one->error, one->said ? one->said : ""));
    }
    return NULL;
}

static oa2_err_t *print_numbers(cJSON *json, ctl_t *ctl, const char *id)
{
    oa2_app_numbers_t numbers;

    OA2_TRY(oa2_app_count(&numbers, &ctl->ctx, id));
    oa2_json_put_number(json, "grants", numbers.grants);
    oa2_json_put_number(json, "tokens", numbers.tokens);
    ctl_field(ctl, "In use", apr_psprintf(
        ctl->pool, "%d grants, %d access tokens (%d: at least so many)",
        numbers.grants, numbers.tokens, OA2_APP_COUNT_MOST));
    return NULL;
}

static oa2_err_t *print_app(ctl_t *ctl, const oa2_app_t *app)
{
    cJSON *json = app_json(app, ctl->pool);

    app_print(ctl, app);
    OA2_TRY(print_team(json, ctl, app->client->id));
    OA2_TRY(print_waiting(json, ctl, app));
    OA2_TRY(print_numbers(json, ctl, app->client->id));
    OA2_TRY(print_refused(json, ctl, app->client->id));
    ctl_json(ctl, json);
    return NULL;
}

static oa2_err_t *show(ctl_t *ctl)
{
    oa2_app_t *app;

    OA2_TRY(ctl_open(ctl));
    OA2_TRY(oa2_app_find(&app, &ctl->ctx, ctl_arg(ctl, 0)));
    if (!app)
        return ctl_fail(ctl, &ctl_not_found, "there is no app %s",
                        ctl_arg(ctl, 0));
    return print_app(ctl, app);
}

/* ------------------------------------------------------------ decide */

static oa2_err_t *approve(ctl_t *ctl)
{
    oa2_app_result_t result;

    OA2_TRY(ctl_open(ctl));
    OA2_TRY(oa2_app_approve(&result, &ctl->ctx, &administrator,
                            ctl_arg(ctl, 0), NULL));
    OA2_TRY(told(ctl, &result));
    return print_app(ctl, result.app);
}

static oa2_err_t *reject(ctl_t *ctl)
{
    oa2_app_result_t result;

    OA2_TRY(ctl_open(ctl));
    OA2_TRY(oa2_app_reject(&result, &ctl->ctx, &administrator,
                           ctl_arg(ctl, 0), NULL, ctl_arg(ctl, 1)));
    OA2_TRY(told(ctl, &result));
    return print_app(ctl, result.app);
}

static oa2_err_t *suspend(ctl_t *ctl)
{
    oa2_app_result_t result;

    OA2_TRY(ctl_open(ctl));
    OA2_TRY(oa2_app_suspend(&result, &ctl->ctx, &administrator,
                            ctl_arg(ctl, 0), NULL, ctl_arg(ctl, 1)));
    OA2_TRY(told(ctl, &result));
    return print_app(ctl, result.app);
}

static oa2_err_t *resume(ctl_t *ctl)
{
    oa2_app_result_t result;

    OA2_TRY(ctl_open(ctl));
    OA2_TRY(oa2_app_resume(&result, &ctl->ctx, &administrator,
                           ctl_arg(ctl, 0), NULL));
    OA2_TRY(told(ctl, &result));
    return print_app(ctl, result.app);
}

/* ------------------------------------------------------------ team */

static const ctl_option_t team_options[] = {
    { "role", "ROLE", 0, "owner or member: sets it, and adds the user" },
    { "remove", NULL, 0, "takes the user off the team" },
    { NULL, NULL, 0, NULL }
};

static oa2_err_t *team(ctl_t *ctl)
{
    const char *id = ctl_arg(ctl, 0), *user = ctl_arg(ctl, 1);
    const char *role = ctl_option(ctl, "role");
    oa2_app_result_t result;

    if (user && !role && !ctl_has(ctl, "remove"))
        return ctl_fail(ctl, &ctl_usage, "say --role owner, --role member or "
                        "--remove");
    if ((role || ctl_has(ctl, "remove")) && !user)
        return ctl_fail(ctl, &ctl_usage, "name the user");
    if (role && ctl_has(ctl, "remove"))
        return ctl_fail(ctl, &ctl_usage, "--role and --remove exclude each "
                        "other");
    OA2_TRY(ctl_open(ctl));
    if (role)
        OA2_TRY(oa2_app_member_set(&result, &ctl->ctx, &administrator, id,
                                   user, role));
    else if (user)
        OA2_TRY(oa2_app_member_remove(&result, &ctl->ctx, &administrator, id,
                                      user));
    else
        OA2_TRY(oa2_app_begin(&result, &ctl->ctx, &administrator, id,
                              OA2_APP_ADMINISTRATOR));
    OA2_TRY(told(ctl, &result));
    return print_app(ctl, result.app);
}

const ctl_command_t ctl_app_commands[] = {
    { "app list", "", 0, 0,
     "Lists apps: clients with their states.\n"
     "--waiting is the queue of what is to be decided.", list_options, list },
    { "app show", "ID", 1, 1,
     "Shows an app, its team, and what it asks for.", NULL, show },
    { "app approve", "ID", 1, 1,
     "Approves what an app asks for; it is in force at once.", NULL,
     approve },
    { "app reject", "ID REASON", 2, 2,
     "Rejects what an app asks for.\n"
     "Its developers see the reason.  What was approved stays in force.",
     NULL, reject },
    { "app suspend", "ID REASON", 2, 2,
     "Stops an approved app.\n"
     "It gets nothing, and its tokens are refused.",
     NULL, suspend },
    { "app resume", "ID", 1, 1,
     "Lets a suspended app go on.\n"
     "Its tokens are good again.", NULL,
     resume },
    { "app team", "ID [USER]", 1, 2,
     "Shows who works on an app, or changes it.", team_options, team },
    { NULL, NULL, 0, 0, NULL, NULL, NULL }
};

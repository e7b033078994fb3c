/* SPDX-License-Identifier: Apache-2.0 */
/* app.c - see app.h */
#include "domain/client/app.h"

#include <string.h>

#include <apr_strings.h>

#include "base/crypto.h"
#include "base/text/words.h"
#include "domain/client/client.h"
#include "domain/client/property.h"
#include "domain/client/revision.h"
#include "domain/request/redirect.h"
#include "domain/site/audit.h"
#include "domain/site/settings.h"
#include "store/member.h"

#define DEFAULT_GRANTS "authorization_code refresh_token"

/* ------------------------------------------------------------ who */

oa2_err_t *oa2_app_role(oa2_app_role_t *out, oa2_ctx_t *ctx,
                        const oa2_actor_t *who, const char *id)
{
    const char *role = NULL;

    if (who->is_administrator) {
        *out = OA2_APP_ADMINISTRATOR;
        return NULL;
    }
    if (who->user)
        OA2_TRY(oa2_member_role(&role, ctx, id, who->user));
    if (!role)
        *out = OA2_APP_NOBODY;
    else
        *out = strcmp(role, OA2_MEMBER_OWNER) == 0 ? OA2_APP_OWNER
                                                   : OA2_APP_MEMBER;
    return NULL;
}

oa2_err_t *oa2_app_begin(oa2_app_result_t *out, oa2_ctx_t *ctx,
                         const oa2_actor_t *who, const char *id,
                         oa2_app_role_t least)
{
    memset(out, 0, sizeof(*out));
    /* First the app: who is taken off its team afterwards changes the count
       that what is written goes by. */
    OA2_TRY(oa2_app_find(&out->app, ctx, id));
    OA2_TRY(oa2_app_role(&out->role, ctx, who, id));
    if (out->role < least) {
        out->app = NULL;
        out->outcome = OA2_APP_FORBIDDEN;
        return NULL;
    }
    out->outcome = out->app ? OA2_APP_DONE : OA2_APP_GONE;
    return NULL;
}

oa2_err_t *oa2_app_is_tester(int *out, oa2_ctx_t *ctx,
                             const oa2_client_t *client, const char *user)
{
    const char *role = NULL;

    if (user && client->disabled == OA2_OFF_BY_STATE
        && (strcmp(client->state, OA2_APP_DRAFT) == 0
            || strcmp(client->state, OA2_APP_PENDING) == 0))
        OA2_TRY(oa2_member_role(&role, ctx, client->id, user));
    *out = role != NULL;
    return NULL;
}

void oa2_app_refuse(oa2_app_result_t *out, const oa2_ctx_t *ctx,
                    const char *field, const char *said)
{
    oa2_app_problem_t *problem;

    if (!out->problems)
        out->problems = apr_array_make(ctx->pool, 2,
                                       sizeof(oa2_app_problem_t));
    problem = apr_array_push(out->problems);
    problem->field = field;
    problem->said = said;
    out->outcome = OA2_APP_INVALID;
}

oa2_err_t *oa2_app_write(oa2_app_result_t *out, oa2_ctx_t *ctx,
                         oa2_app_change_t *change, const oa2_actor_t *who)
{
    const char *id = out->app->client->id;
    int done;

    change->by = who->user ? who->user : "";
    if (!who->is_administrator)
        change->team = apr_psprintf(ctx->pool, "%" APR_INT64_T_FMT,
                                    out->app->team);
    out->app->client->updated = ctx->now;
    OA2_TRY(oa2_app_update(&done, ctx, out->app->client, change));
    OA2_TRY(oa2_app_find(&out->app, ctx, id));
    if (!done)
        out->outcome = out->app ? OA2_APP_CHANGED : OA2_APP_GONE;
    return NULL;
}

void oa2_app_enter(oa2_client_t *client, const char *state)
{
    client->state = state;
    client->disabled &= ~OA2_OFF_BY_STATE;
    if (strcmp(state, OA2_APP_APPROVED) != 0)
        client->disabled |= OA2_OFF_BY_STATE;
}

/* ------------------------------------------------------------ fields */

static int may_set(const oa2_property_t *row, const oa2_actor_t *who)
{
    return row->by == OA2_SET_BY_DEVELOPER || who->is_administrator;
}

static void take_fields(oa2_app_t *app, const oa2_actor_t *who,
                        const apr_table_t *fields, apr_pool_t *pool)
{
    const oa2_property_t *row;

    for (row = oa2_properties; row->name; row++) {
        const char *text = apr_table_get(fields, row->name);

        if (text && may_set(row, who))
            oa2_property_set(app, row, text, pool);
    }
}

static oa2_app_t *blank(const oa2_ctx_t *ctx)
{
    oa2_app_t *app = apr_pcalloc(ctx->pool, sizeof(*app));
    oa2_client_t *client = apr_pcalloc(ctx->pool, sizeof(*client));

    client->id = oa2_client_new_id(ctx->pool);
    client->name = client->redirect_uris = client->scope = "";
    client->resources = client->origins = "";
    client->grants = DEFAULT_GRANTS;
    client->introspect = "none";
    client->secret = "";
    client->meta = "{}";
    client->created = client->updated = ctx->now;
    oa2_app_enter(client, OA2_APP_DRAFT);
    app->client = client;
    app->about = "";
    return app;
}

/* Those that were given; all of them where everything is to be right. */
static void check_each(oa2_app_result_t *out, oa2_ctx_t *ctx,
                       const oa2_app_t *app, const apr_table_t *fields)
{
    const oa2_property_t *row;
    const char *said;

    for (row = oa2_properties; row->name; row++) {
        if (fields && !apr_table_get(fields, row->name))
            continue;
        if (row->by == OA2_SET_BY_ADMINISTRATOR && !fields)
            continue;
        said = oa2_property_problem(app, row, ctx);
        if (said)
            oa2_app_refuse(out, ctx, row->name, said);
    }
}

static void check_fields(oa2_app_result_t *out, oa2_ctx_t *ctx,
                         const oa2_app_t *app, const apr_table_t *fields)
{
    const char *said;

    check_each(out, ctx, app, fields);
    said = out->problems ? NULL
                         : oa2_client_problem(app->client, ctx->pool);
    if (said)
        oa2_app_refuse(out, ctx, "", said);
}

void oa2_app_check(oa2_app_result_t *out, oa2_ctx_t *ctx,
                   const oa2_actor_t *who, const oa2_app_t *app,
                   const apr_table_t *fields)
{
    oa2_app_t *tried = blank(ctx);

    if (app) {
        *tried->client = *app->client;
        tried->about = app->about;
    }
    memset(out, 0, sizeof(*out));
    take_fields(tried, who, fields, ctx->pool);
    check_each(out, ctx, tried, fields);
}

/* ------------------------------------------------------------ create */

/* What one person makes is bounded: it is rows in tables that all share. */
oa2_err_t *oa2_app_check_count(oa2_app_result_t *out, oa2_ctx_t *ctx,
                               const char *user)
{
    apr_array_header_t *apps;

    OA2_TRY(oa2_app_list(&apps, ctx, OA2_APPS_USER, user, NULL,
                         OA2_APPS_MOST));
    if (apps->nelts >= OA2_APPS_MOST)
        oa2_app_refuse(out, ctx, "", "you are on the teams of 100 apps, and "
                       "that is the most: delete one that is not used");
    return NULL;
}

oa2_err_t *oa2_app_create(oa2_app_result_t *out, oa2_ctx_t *ctx,
                          const oa2_actor_t *who, const apr_table_t *fields)
{
    oa2_app_change_t change = { .waiting = -1 };
    oa2_app_t *app = blank(ctx);
    oa2_client_t *client = app->client;
    int put;

    memset(out, 0, sizeof(*out));
    if (!who->user) {
        out->outcome = OA2_APP_FORBIDDEN;
        return NULL;
    }
    take_fields(app, who, fields, ctx->pool);
    check_fields(out, ctx, app, fields);
    if (!who->is_administrator)
        OA2_TRY(oa2_app_check_count(out, ctx, who->user));
    if (out->problems)
        return NULL;
    if (client->secret) {
        out->secret = oa2_client_new_secret(ctx->pool);
        client->secret = oa2_digest_text(ctx->pool, out->secret);
    }
    change.about = app->about;
    OA2_TRY(oa2_app_put(&put, ctx, client, &change, who->user));
    OA2_TRY(oa2_app_find(&out->app, ctx, client->id));
    oa2_audit(ctx, &oa2_event_app_created, "client", client->id, "by",
              who->user, NULL);
    return NULL;
}

oa2_err_t *oa2_app_take_over(int *put, oa2_ctx_t *ctx, oa2_app_t *app,
                             const char *owner)
{
    oa2_app_change_t change = { .about = app->about, .waiting = -1 };
    const char *state = app->client->state;

    if (state && strcmp(state, OA2_APP_PENDING) == 0) {
        oa2_app_ask(&change, NULL, oa2_app_asked(app, 0, ctx->pool), 0);
        oa2_app_enter(app->client, OA2_APP_PENDING);
    }
    return oa2_app_put(put, ctx, app->client, &change, owner);
}

/* ------------------------------------------------------------ edit */

/* A change that somebody wants. */
typedef struct edit_t {
    oa2_client_t old;                   /* what is in force */
    const char *before;                 /* what that would ask */
    oa2_revision_t *last;               /* NULL: none, or it does not matter */
    int places;                         /* answers would go elsewhere */
} edit_t;

/* Names of the fields, for the audit trail. */
static const char *names_of(const apr_table_t *fields, apr_pool_t *pool)
{
    const oa2_property_t *row;
    const char *names = "";

    for (row = oa2_properties; row->name; row++)
        if (apr_table_get(fields, row->name))
            names = oa2_words_union(names, row->name, pool);
    return names;
}

static int is_state(const oa2_app_t *app, const char *state)
{
    return strcmp(app->client->state, state) == 0;
}

static int is_free_state(const oa2_app_t *app)
{
    return is_state(app, OA2_APP_DRAFT) || is_state(app, OA2_APP_REJECTED);
}

/* Whether answers would go where nobody has let them go yet. */
static int goes_elsewhere(const oa2_app_t *app, const oa2_client_t *old,
                          const oa2_actor_t *who, apr_pool_t *pool)
{
    const char *now = app->client->redirect_uris;

    if (who->is_administrator || is_state(app, OA2_APP_PENDING))
        return 0;
    return old->trusted ? *oa2_words_minus(now, old->redirect_uris, pool) != 0
        : oa2_redirect_leads_elsewhere(old->redirect_uris, now, pool);
}

/* What is reviewed of an app that is in force, or waits to be: a revision. */
static void ask_again(oa2_app_change_t *change, oa2_ctx_t *ctx,
                      oa2_app_t *app, const edit_t *edit,
                      const oa2_actor_t *who)
{
    int is_free = who->is_administrator || (ctx->settings->app_approval_off
        && !(edit->places && edit->old.trusted));
    const char *asked = oa2_app_asked(app, edit->places, ctx->pool);
    const oa2_revision_t *last = edit->last;

    if (last && oa2_app_is_waiting(last) && strcmp(last->asked, asked) == 0)
        return;
    if (!oa2_app_is_waiting(last) && strcmp(edit->before, asked) == 0)
        return;
    if (is_state(app, OA2_APP_PENDING))
        is_free = 0;
    oa2_app_ask(change, last, asked, is_free);
    /* Back to what is in force: nothing is asked any more. */
    if (strcmp(edit->before, asked) == 0 && is_state(app, OA2_APP_APPROVED)) {
        change->asked = NULL;
        change->waiting = 0;
    }
}

/* Whether it is of another kind than it is, or was asked to be. */
static int changes_kind(const oa2_app_t *app, const edit_t *edit,
                        apr_pool_t *pool)
{
    oa2_client_t asked = edit->old;
    oa2_app_t as_asked = { .client = &asked };
    int is_public = oa2_client_is_public(app->client);

    if (edit->last && oa2_app_is_waiting(edit->last))
        oa2_app_take(&as_asked, edit->last->asked, pool);
    return is_public != oa2_client_is_public(&edit->old)
        && is_public != oa2_client_is_public(&asked);
}

/* As much as the secret, which is theirs. */
static void check_owner(oa2_app_result_t *out, oa2_ctx_t *ctx,
                        const edit_t *edit)
{
    if (out->role >= OA2_APP_OWNER)
        return;
    if (changes_kind(out->app, edit, ctx->pool))
        oa2_app_refuse(out, ctx, "token_endpoint_auth_method",
                       "only owners of this app change what kind it is");
    if (edit->places && ctx->settings->app_approval_off)
        oa2_app_refuse(out, ctx, "redirect_uris", "only owners of this app "
                       "let people come back to another site");
}

/* What is in force stays until the revision is approved. */
static void keep_in_force(oa2_client_t *client, const edit_t *edit)
{
    client->scope = edit->old.scope;
    client->grants = edit->old.grants;
    client->secret = edit->old.secret;
    client->old_secret = edit->old.old_secret;
    client->old_secret_until = edit->old.old_secret_until;
    if (edit->places)
        client->redirect_uris = edit->old.redirect_uris;
}

/* A client that is public now has no secret yet, and gets one by rotation. */
static void settle_secret(oa2_client_t *client, apr_pool_t *pool)
{
    if (client->secret && !*client->secret)
        client->secret = oa2_digest_text(pool, oa2_client_new_secret(pool));
}

/* The app as it is asked to be, checked. */
static oa2_err_t *try_edit(edit_t *edit, oa2_app_result_t *out,
                           oa2_ctx_t *ctx, const oa2_actor_t *who,
                           const apr_table_t *fields)
{
    edit->old = *out->app->client;
    edit->before = oa2_app_asked(out->app, 0, ctx->pool);
    edit->last = NULL;
    edit->places = 0;
    take_fields(out->app, who, fields, ctx->pool);
    check_fields(out, ctx, out->app, fields);
    if (out->problems)
        return NULL;
    if (!is_free_state(out->app)) {
        OA2_TRY(oa2_app_last(&edit->last, ctx, edit->old.id));
        edit->places = goes_elsewhere(out->app, &edit->old, who, ctx->pool);
    }
    check_owner(out, ctx, edit);
    return NULL;
}

oa2_err_t *oa2_app_edit(oa2_app_result_t *out, oa2_ctx_t *ctx,
                        const oa2_actor_t *who, const char *id,
                        apr_int64_t version, const apr_table_t *fields)
{
    oa2_app_change_t change = { .waiting = -1 };
    edit_t edit;

    OA2_TRY(oa2_app_begin(out, ctx, who, id, OA2_APP_MEMBER));
    if (out->outcome != OA2_APP_DONE)
        return NULL;
    if (out->app->client->version != version) {
        out->outcome = OA2_APP_CHANGED;
        return NULL;
    }
    OA2_TRY(try_edit(&edit, out, ctx, who, fields));
    if (out->problems)
        return NULL;
    if (!is_free_state(out->app)) {
        ask_again(&change, ctx, out->app, &edit, who);
        if (is_state(out->app, OA2_APP_SUSPENDED) && change.asked) {
            oa2_app_refuse(out, ctx, "", "this app is suspended: what it may "
                           "ask for cannot be changed until it is resumed");
            return NULL;
        }
        if (!change.asked
            || strcmp(change.number_state, OA2_APP_PENDING) == 0)
            keep_in_force(out->app->client, &edit);
    }
    settle_secret(out->app->client, ctx->pool);
    change.about = out->app->about;
    OA2_TRY(oa2_app_write(out, ctx, &change, who));
    if (out->outcome == OA2_APP_DONE)
        oa2_audit(ctx, &oa2_event_app_changed, "client", id, "by", who->user,
                  "what", names_of(fields, ctx->pool), "revision",
                  change.asked ? oa2_audit_number(ctx, change.number) : NULL,
                  NULL);
    return NULL;
}

/* ------------------------------------------------------------ submit */

static void check_whole(oa2_app_result_t *out, oa2_ctx_t *ctx)
{
    check_fields(out, ctx, out->app, NULL);
    if (!*out->app->client->scope
        && *oa2_settings_scope_words(ctx->settings, 0, ctx->pool))
        oa2_app_refuse(out, ctx, "scope", "choose at least one scope");
    if (!oa2_property_agrees(out->app->client, ctx))
        oa2_app_refuse(out, ctx, "terms_version", "please read the terms and "
                       "agree to them");
}

oa2_err_t *oa2_app_submit(oa2_app_result_t *out, oa2_ctx_t *ctx,
                          const oa2_actor_t *who, const char *id)
{
    oa2_app_change_t change = { .reason = "", .waiting = -1 };
    int is_free = ctx->settings->app_approval_off;
    oa2_revision_t *last;

    OA2_TRY(oa2_app_begin(out, ctx, who, id, OA2_APP_MEMBER));
    if (out->outcome != OA2_APP_DONE)
        return NULL;
    if (!is_free_state(out->app)) {
        oa2_app_refuse(out, ctx, "", "this app has been submitted already");
        return NULL;
    }
    check_whole(out, ctx);
    if (out->problems)
        return NULL;
    OA2_TRY(oa2_app_last(&last, ctx, id));
    oa2_app_ask(&change, last, oa2_app_asked(out->app, 0, ctx->pool), is_free);
    oa2_app_enter(out->app->client, is_free ? OA2_APP_APPROVED
                                            : OA2_APP_PENDING);
    OA2_TRY(oa2_app_write(out, ctx, &change, who));
    if (out->outcome == OA2_APP_DONE)
        oa2_audit(ctx, &oa2_event_app_submitted, "client", id, "by",
                  who->user, "revision",
                  oa2_audit_number(ctx, change.number), NULL);
    return NULL;
}

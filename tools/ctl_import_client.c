/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_import_client.c - an application of django-oauth-toolkit, or Omniport's,
 * which has a few fields more.
 */
#include <string.h>

#include <apr_strings.h>

#include "base/crypto.h"
#include "base/foreign_hash.h"
#include "base/text/words.h"
#include "ctl_import.h"
#include "domain/client/app.h"
#include "domain/client/compat.h"
#include "domain/client/property.h"
#include "domain/request/redirect.h"
#include "store/member.h"

/* authorization_grant_type: what it is here, or why it is not. */
static const struct {
    const char *theirs, *grants, *problem;
} grants[] = {
    { "authorization-code", "authorization_code refresh_token", NULL },
    { "openid-hybrid", "authorization_code refresh_token", NULL },
    { "client-credentials", "client_credentials", NULL },
    { "implicit", NULL, "the implicit grant is not served (RFC 9700 section "
      "2.1.2): change it to authorization-code with PKCE" },
    { "password", NULL, "the password grant is not served (RFC 9700 section "
      "2.4): change it to authorization-code" },
    { NULL, NULL, "its grant type is not known here" }
};

static const char *take_grants(oa2_client_t *client, const char *theirs)
{
    int i;

    for (i = 0; grants[i].theirs && strcmp(grants[i].theirs, theirs) != 0;
         i++)
        continue;
    client->grants = grants[i].grants;
    return grants[i].problem;
}

static const char *take_secret(oa2_client_t *client, const char *secret,
                               apr_pool_t *pool)
{
    const char *problem;

    if (strchr(secret, '$')) {
        problem = oa2_foreign_hash_problem(secret, pool);
        if (!problem || oa2_foreign_hash_is(secret)) {
            client->secret = secret;
            return problem;
        }
    }
    client->secret = oa2_digest_text(pool, secret);
    problem = oa2_client_secret_problem(secret);
    return problem ? apr_pstrcat(pool, problem, ": give it a longer one in "
                                 "Django first", NULL) : NULL;
}

/* What is no redirect URI here is left out, and told. */
static void take_redirects(oa2_client_t *client, ctl_import_t *import,
                           const char *theirs, apr_pool_t *pool)
{
    char *text = apr_pstrdup(pool, theirs);
    char *last, *uri;

    client->redirect_uris = "";
    for (uri = apr_strtok(text, " \t\r\n", &last); uri;
         uri = apr_strtok(NULL, " \t\r\n", &last)) {
        const char *problem = oa2_redirect_problem(uri, 0, pool);

        if (problem && !oa2_redirect_problem(uri, 1, pool)) {
            client->any_scheme = 1;
            ctl_import_remark(import, "client", client->id, "redirect URI "
                              "\"%s\" %s; it is kept", uri, problem);
        }
        else if (problem) {
            ctl_import_remark(import, "client", client->id, "redirect URI "
                              "\"%s\" %s; it is left out", uri, problem);
            continue;
        }
        client->redirect_uris = oa2_words_union(client->redirect_uris, uri,
                                                pool);
    }
}

/* Omniport's data points are scopes here; and who is not approved waits. */
static void take_omniport(oa2_app_t *app, ctl_import_t *import,
                          const ctl_object_t *object, apr_pool_t *pool)
{
    const cJSON *points = cJSON_GetObjectItemCaseSensitive(object->fields,
                                                           "data_points");
    const cJSON *point;
    oa2_client_t *client = app->client;

    /* An ArrayField is dumped as a text that is JSON. */
    if (cJSON_IsString(points))
        points = oa2_json_parse(points->valuestring,
                                strlen(points->valuestring), pool);
    cJSON_ArrayForEach(point, points)
        if (cJSON_IsString(point))
            client->scope = oa2_words_union(client->scope,
                                            point->valuestring, pool);
    if (!ctl_dump_flag(object, "is_approved")) {
        client->state = OA2_APP_PENDING;
        ctl_import_remark(import, "client", client->id, "is not approved in "
                          "Omniport; it waits for that here: \"oauth2ctl app "
                          "approve\"");
    }
    app->about = ctl_dump_text(object, "description");
}

static void warn(ctl_import_t *import, const oa2_client_t *client,
                 const ctl_object_t *object)
{
    if (!oa2_words_has(client->grants, "authorization_code"))
        return;
    if (oa2_client_is_public(client))
        ctl_import_remark(import, "client", client->id, "is public, and has "
                          "to send PKCE (code_challenge) from now on");
    else if (client->no_pkce)
        ctl_import_remark(import, "client", client->id, "may leave out PKCE "
                          "(no_pkce): a code that is stolen in the browser "
                          "is then worth as much as the secret");
    if (*ctl_dump_text(object, "post_logout_redirect_uris"))
        ctl_import_remark(import, "client", client->id, "its URIs after "
                          "signing out are not taken over");
}

/* Only who can prove to be the client may come with such a token. */
static void expect_tokens(oa2_client_t *client, ctl_import_t *import,
                          const ctl_object_t *object, apr_pool_t *pool)
{
    if (!ctl_import_has_tokens(import, object)
        || !oa2_words_has(client->grants, "refresh_token"))
        return;
    if (oa2_client_is_public(client)) {
        ctl_import_remark(import, "client", client->id, "has no secret, so "
                          "its refresh tokens are not taken over: its users "
                          "sign in once more");
        return;
    }
    oa2_client_set_compat(client, oa2_words_union(
        oa2_client_compat(client, pool), oa2_compat_imported_refresh.name,
        pool), pool);
    ctl_import_remark(import, "client", client->id, "gets the switch %s for "
                      "its refresh tokens; the server needs it, too: "
                      "OAuth2Compat %s", oa2_compat_imported_refresh.name,
                      oa2_compat_imported_refresh.name);
}

/* What an administrator lets all have that have a secret. */
static void take_compat(oa2_client_t *client, const ctl_import_t *import,
                        apr_pool_t *pool)
{
    const char *words = ctl_option(import->ctl, "compat");

    if (!client->secret || !oa2_words_has(client->grants,
                                          "authorization_code"))
        return;
    if (words)
        oa2_client_set_compat(client, oa2_words_union(words, "", pool), pool);
    if (ctl_has(import->ctl, "no-pkce"))
        client->no_pkce = 1;
}

static const char *read_client(oa2_app_t *app, ctl_import_t *import,
                               const ctl_object_t *object, apr_pool_t *pool)
{
    oa2_client_t *client = app->client;
    const char *type = ctl_dump_text(object, "client_type");
    const char *problem = oa2_client_id_problem(client->id);

    if (problem) return problem;
    client->name = ctl_dump_text(object, "name");
    client->origins = oa2_words_union(ctl_dump_text(object,
                                                    "allowed_origins"), "",
                                      pool);
    client->trusted = ctl_dump_flag(object, "skip_authorization");
    problem = take_grants(client, ctl_dump_text(
        object, "authorization_grant_type"));
    if (!problem && strcmp(type, "public") != 0)
        problem = take_secret(client, ctl_dump_text(object, "client_secret"),
                              pool);
    if (problem) return problem;
    take_compat(client, import, pool);
    take_redirects(client, import, ctl_dump_text(object, "redirect_uris"),
                   pool);
    if (import->omniport)
        take_omniport(app, import, object, pool);
    expect_tokens(client, import, object, pool);
    problem = oa2_client_problem(client, pool);
    if (!problem)
        warn(import, client, object);
    return problem;
}

/* A secret that is ours by now was the one of the dump when it came. */
static int is_same(const oa2_client_t *a, const oa2_client_t *b)
{
    return !a->secret == !b->secret
        && (!a->secret || oa2_foreign_hash_is(b->secret)
            || oa2_text_equal(a->secret, b->secret))
        && strcmp(a->redirect_uris, b->redirect_uris) == 0
        && strcmp(a->grants, b->grants) == 0
        && strcmp(a->name, b->name) == 0;
}

/* NULL: nobody who is here. */
static const char *user_of(const ctl_import_t *import, const cJSON *value,
                           apr_pool_t *pool)
{
    const char *key = ctl_dump_key(value, pool);

    return key ? apr_hash_get(import->users, key, APR_HASH_KEY_STRING) : NULL;
}

/* Omniport's team_members; the owner is there. */
static oa2_err_t *add_team(const ctl_import_t *import, oa2_ctx_t *ctx,
                           const ctl_object_t *object, const char *id)
{
    const cJSON *each;

    cJSON_ArrayForEach(each, cJSON_GetObjectItemCaseSensitive(
                           object->fields, "team_members")) {
        const char *user = user_of(import, each, ctx->pool);
        const char *role = "";
        oa2_app_t *app;
        int done;

        if (user)
            OA2_TRY(oa2_member_role(&role, ctx, id, user));
        if (role)
            continue;
        OA2_TRY(oa2_app_find(&app, ctx, id));
        if (app)
            OA2_TRY(oa2_member_set(&done, ctx, id, app->team, user,
                                   OA2_MEMBER_MEMBER));
    }
    return NULL;
}

static oa2_err_t *put(ctl_result_t *result, ctl_import_t *import,
                      oa2_ctx_t *ctx, oa2_app_t *app,
                      const ctl_object_t *object)
{
    const char *owner = user_of(import, cJSON_GetObjectItemCaseSensitive(
                                    object->fields, "user"), ctx->pool);
    const oa2_client_t *client = app->client;
    oa2_client_t *there;
    int done = 1;

    OA2_TRY(oa2_client_find(&there, ctx, client->id));
    *result = !there ? CTL_MADE : is_same(there, client) ? CTL_SAME
                                                         : CTL_OTHER;
    if (*result == CTL_MADE && import->apply) {
        OA2_TRY(oa2_app_take_over(&done, ctx, app, owner));
        if (done)
            OA2_TRY(add_team(import, ctx, object, client->id));
    }
    if (!done)
        *result = CTL_OTHER;
    if (*result == CTL_OTHER)
        ctl_import_remark(import, "client", client->id, "there is one "
                          "already, which is not the same; it stays as it "
                          "is");
    return NULL;
}

oa2_err_t *ctl_import_client(ctl_import_t *import,
                             const ctl_object_t *object, oa2_ctx_t *ctx)
{
    oa2_client_t client = {
        .id = ctl_dump_text(object, "client_id"), .name = "",
        .redirect_uris = "", .scope = import->scope, .grants = "",
        .introspect = "none", .resources = "", .origins = "",
        .created = ctx->now, .updated = ctx->now
    };
    oa2_app_t app = { .client = &client, .about = "" };
    const char *problem = read_client(&app, import, object, ctx->pool);
    ctl_result_t result = CTL_SKIPPED;

    if (problem)
        ctl_import_remark(import, "client", *client.id ? client.id : "?",
                          "%s", problem);
    else
        OA2_TRY(put(&result, import, ctx, &app, object));
    if (client.secret && (result == CTL_MADE || result == CTL_SAME))
        ctl_import_called(import, import->clients, object, client.id,
                          client.id);
    ctl_import_count(import, 1, result);
    return NULL;
}

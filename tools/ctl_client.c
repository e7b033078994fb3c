/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_client.c - client commands, RFC 6749 section 2.
 *
 * Member names with --json are RFC 7591's where it has one.
 */
#include <string.h>

#include <apr_strings.h>

#include "base/text/units.h"
#include "ctl.h"
#include "domain/client/property.h"
#include "domain/client/team.h"
#include "base/text/words.h"
#include "store/compat_use.h"

#define OVERLAP_MAX (365 * 86400)
#define TRIES 100

/* ------------------------------------------------------------ printing */

static cJSON *client_json(const ctl_t *ctl, const oa2_client_t *client,
                          apr_pool_t *pool)
{
    cJSON *json = oa2_json_object(pool);

    oa2_json_put_text(json, "client_id", client->id);
    oa2_json_put_text(json, "client_name", client->name);
    oa2_json_put_bool(json, "public", oa2_client_is_public(client));
    oa2_json_put_bool(json, "disabled", client->disabled);
    oa2_json_put_bool(json, "trusted", client->trusted);
    oa2_json_put_bool(json, "require_pkce", !client->no_pkce);
    oa2_json_put_words(json, "compat", oa2_client_compat(client, pool));
    oa2_json_put_bool(json, "any_scheme", client->any_scheme);
    oa2_json_put_words(json, "redirect_uris", client->redirect_uris);
    oa2_json_put_words(json, "origins", client->origins);
    oa2_json_put_words(json, "grant_types", client->grants);
    oa2_json_put_text(json, "scope", client->scope);
    oa2_json_put_text(json, "introspect", client->introspect);
    oa2_json_put_words(json, "resources", client->resources);
    if (client->access_lifetime)
        oa2_json_put_number(json, "access_lifetime", client->access_lifetime);
    if (client->refresh_lifetime)
        oa2_json_put_number(json, "refresh_lifetime",
                            client->refresh_lifetime);
    if (client->old_secret && client->old_secret_until > ctl->ctx.now)
        oa2_json_put_number(json, "old_secret_until",
                            client->old_secret_until);
    oa2_json_put_number(json, "created", client->created);
    oa2_json_put_number(json, "updated", client->updated);
    return json;
}

/* Each word of a list in a line of its own. */
static void fields(const ctl_t *ctl, const char *label, const char *words)
{
    const apr_array_header_t *each = oa2_words_split(words, ctl->pool);
    int i;

    if (!each->nelts)
        ctl_field(ctl, label, NULL);
    for (i = 0; i < each->nelts; i++)
        ctl_field(ctl, i ? "" : label, APR_ARRAY_IDX(each, i, const char *));
}

static void lifetime(const ctl_t *ctl, const char *label, apr_int64_t seconds)
{
    ctl_field(ctl, label, seconds ? oa2_units_say_seconds(seconds, ctl->pool)
                                  : "the server's");
}

static void client_print(const ctl_t *ctl, const oa2_client_t *client)
{
    ctl_field(ctl, "Client ID", client->id);
    ctl_field(ctl, "Name", client->name);
    ctl_field(ctl, "Type", oa2_client_is_public(client) ? "public"
                                                        : "confidential");
    ctl_field(ctl, "State", client->disabled ? "disabled" : "enabled");
    ctl_field(ctl, "Trusted", client->trusted ? "yes: consent is not asked"
                                              : "no");
    fields(ctl, "Compatibility", oa2_client_compat(client, ctl->pool));
    ctl_field(ctl, "PKCE", client->no_pkce ? "not asked for: its secret alone "
              "protects its codes" : "required");
    fields(ctl, "Redirect URIs", client->redirect_uris);
    if (client->any_scheme)
        ctl_field(ctl, "", "of any scheme that browsers do not obey");
    if (*client->origins)
        fields(ctl, "Origins", client->origins);
    fields(ctl, "Grants", client->grants);
    ctl_field(ctl, "Scope", client->scope);
    ctl_field(ctl, "Introspects", client->introspect);
    fields(ctl, "Resources", client->resources);
    lifetime(ctl, "Access tokens", client->access_lifetime);
    lifetime(ctl, "Refresh tokens", client->refresh_lifetime);
    if (client->old_secret && client->old_secret_until > ctl->ctx.now)
        ctl_field(ctl, "Old secret until",
                  oa2_units_say_time(client->old_secret_until, ctl->pool));
    ctl_field(ctl, "Created", oa2_units_say_time(client->created, ctl->pool));
    ctl_field(ctl, "Updated", oa2_units_say_time(client->updated, ctl->pool));
}

/* ------------------------------------------------------------ parts */

static oa2_err_t *check(const ctl_t *ctl, const oa2_client_t *client)
{
    const char *problem = oa2_client_problem(client, ctl->pool);

    return problem ? ctl_fail(ctl, &ctl_usage, "%s", problem) : NULL;
}

/* The secret to store: given on standard input, or a fresh one.  *shown: the
   fresh one, NULL otherwise. */
static oa2_err_t *take_secret(const char **digest, const char **shown,
                              const ctl_t *ctl)
{
    const char *secret, *problem;

    if (ctl_has(ctl, "secret-stdin")) {
        OA2_TRY(ctl_read_secret(&secret, ctl, "Client secret"));
        problem = oa2_client_secret_problem(secret);
        if (problem) return ctl_fail(ctl, &ctl_usage, "%s", problem);
        *shown = NULL;
    }
    else {
        secret = oa2_client_new_secret(ctl->pool);
        *shown = secret;
    }
    *digest = oa2_digest_text(ctl->pool, secret);
    return NULL;
}

/* The client that the first argument names; it must exist. */
static oa2_err_t *client_get(oa2_client_t **out, ctl_t *ctl)
{
    const char *id = ctl_arg(ctl, 0);
    oa2_client_t *client;

    OA2_TRY(oa2_client_find(&client, &ctl->ctx, id));
    if (!client)
        return ctl_fail(ctl, &ctl_not_found, "there is no client %s", id);
    *out = client;
    return NULL;
}

/* Fields from the options.  Whoever changed the client meanwhile was first:
   what is set here is set in what he wrote. */
static oa2_err_t *client_change(oa2_client_t **out, ctl_t *ctl)
{
    int done = 0, tries;

    for (tries = 0; tries < TRIES && !done; tries++) {
        oa2_client_t *client;

        OA2_TRY(client_get(&client, ctl));
        OA2_TRY(ctl_fields_take(client, ctl));
        if (ctl_has(ctl, "public")) {
            client->secret = client->old_secret = NULL;
            client->old_secret_until = 0;
        }
        OA2_TRY(check(ctl, client));
        client->updated = ctl->ctx.now;
        OA2_TRY(oa2_client_update(&done, &ctl->ctx, client));
        *out = client;
    }
    if (done) return NULL;
    return ctl_fail(ctl, &ctl_failed, "others changed the client %d times "
                    "meanwhile; nothing was done", TRIES);
}

static oa2_err_t *no_client(const ctl_t *ctl)
{
    return ctl_fail(ctl, &ctl_not_found, "there is no client %s any more",
                    ctl_arg(ctl, 0));
}

/* ------------------------------------------------------------ options */

#define FIELDS                                                              \
    { "name", "TEXT", 0, "what people see at consent" },                    \
    { "redirect-uri", "URI", 1, "where answers may be sent to" },           \
    { "scope", "'WORDS'", 1, "what it may ask for" },                       \
    { "grant", "TYPE", 1, "a grant type it may use" },                      \
    { "trusted", NULL, 0, "users are not asked for consent" },              \
    { "compat", "'WORDS'", 1,                                               \
     "its switches of OAuth2Compat" },                                      \
    { "no-pkce", NULL, 0,                                                   \
     "one of them: do not ask it for PKCE" },                               \
    { "any-scheme", NULL, 0,                                                \
     "redirect URIs like app:/callback, without a dot" },                   \
    { "origin", "URL", 1, "of its pages, if not of a redirect URI" },       \
    { "introspect", "WHOSE", 0, "tokens it may ask about: none, own, all" },\
    { "resource", "URI", 1, "a resource it answers for" },                  \
    { "access-lifetime", "TIME", 0, "of access tokens: 10m; 0: the server's" },\
    { "refresh-lifetime", "TIME", 0,                                        \
     "of refresh tokens: 30d; 0: the server's" }

static const ctl_option_t add_options[] = {
    FIELDS,
    { "public", NULL, 0, "has no secret: an app in a browser or on a device" },
    { "secret-stdin", NULL, 0, "read its secret from standard input" },
    { NULL, NULL, 0, NULL }
};

static const ctl_option_t set_options[] = {
    FIELDS,
    { "no-trusted", NULL, 0, "users are asked for consent" },
    { "pkce", NULL, 0, "ask it for PKCE again" },
    { "no-any-scheme", NULL, 0, "only schemes with a dot again" },
    { "add-redirect-uri", "URI", 1, "one more" },
    { "remove-redirect-uri", "URI", 1, "one less" },
    { "public", NULL, 0, "drop its secrets" },
    { NULL, NULL, 0, NULL }
};

static const ctl_option_t rotate_options[] = {
    { "overlap", "TIME", 0, "how long the old secret stays good: 1d" },
    { "secret-stdin", NULL, 0, "read the new secret from standard input" },
    { NULL, NULL, 0, NULL }
};

static const ctl_option_t remove_options[] = {
    { "yes", NULL, 0, "do not ask" },
    { NULL, NULL, 0, NULL }
};

/* ------------------------------------------------------------ commands */

/* The client as the options describe it, but for its secret. */
static oa2_err_t *client_make(oa2_client_t *client, const ctl_t *ctl)
{
    static const oa2_client_t empty = {
        .name = "", .redirect_uris = "", .scope = "", .grants = "",
        .introspect = "none", .resources = "", .origins = ""
    };
    const char *problem;

    *client = empty;
    client->id = ctl_arg(ctl, 0) ? ctl_arg(ctl, 0)
                                 : oa2_client_new_id(ctl->pool);
    problem = oa2_client_id_problem(client->id);
    if (problem) return ctl_fail(ctl, &ctl_usage, "%s", problem);
    OA2_TRY(ctl_fields_take(client, ctl));
    if (ctl_has(ctl, "grant")) return NULL;
    if (*client->redirect_uris)
        client->grants = "authorization_code refresh_token";
    else if (!ctl_has(ctl, "public"))
        client->grants = "client_credentials";
    else
        return ctl_fail(ctl, &ctl_usage, "a public client needs a redirect "
                        "URI: --redirect-uri");
    return NULL;
}

static void print_new(ctl_t *ctl, const oa2_client_t *client,
                      const char *secret)
{
    cJSON *json = client_json(ctl, client, ctl->pool);

    oa2_json_put_text(json, "client_secret", secret);
    ctl_where_json(ctl, json);
    ctl_json(ctl, json);
    client_print(ctl, client);
    ctl_where_print(ctl);
    if (!secret) return;
    ctl_field(ctl, "Client secret", secret);
    ctl_say(ctl, "Keep the secret: it cannot be shown again.");
}

static oa2_err_t *add(ctl_t *ctl)
{
    oa2_client_t client;
    const char *digest = NULL, *shown = NULL;
    int put;

    if (ctl_has(ctl, "public") && ctl_has(ctl, "secret-stdin"))
        return ctl_fail(ctl, &ctl_usage, "a public client has no secret: "
                        "--public and --secret-stdin exclude each other");
    OA2_TRY(client_make(&client, ctl));
    if (!ctl_has(ctl, "public"))
        client.secret = "";
    OA2_TRY(check(ctl, &client));
    if (client.secret)
        OA2_TRY(take_secret(&digest, &shown, ctl));
    client.secret = digest;
    OA2_TRY(ctl_open_to_add(ctl));
    client.created = client.updated = ctl->ctx.now;
    OA2_TRY(oa2_client_put(&put, &ctl->ctx, &client));
    if (!put)
        return ctl_fail(ctl, &ctl_exists, "there is a client %s already",
                        client.id);
    oa2_audit(&ctl->ctx, &oa2_event_client_added, "client", client.id,
              "scope", client.scope, NULL);
    print_new(ctl, &client, shown);
    ctl_fields_warn(ctl, &client);
    return NULL;
}

static const char *list_row(ctl_list_t *out, const void *row,
                            apr_pool_t *pool)
{
    const oa2_client_t *client = row;

    if (ctl_has(out->ctl, "json"))
        ctl_list_json(out, client_json(out->ctl, client, pool), pool);
    else
        ctl_say(out->ctl, "%s  %-12s  %-8s  %s",
                ctl_cell(client->id, 24, pool),
                oa2_client_is_public(client) ? "public" : "confidential",
                client->disabled ? "disabled" : "enabled", client->name);
    return client->id;
}

static oa2_err_t *list(ctl_t *ctl)
{
    OA2_TRY(ctl_open(ctl));
    return ctl_list(ctl, "CLIENT ID                 TYPE          STATE     "
                    "NAME", oa2_client_list, list_row);
}

/* What it has used its switches for, those too that it has no more. */
static oa2_err_t *show_uses(cJSON *json, ctl_t *ctl, const char *id)
{
    cJSON *uses = oa2_json_put_object(json, "compat_used");
    apr_array_header_t *all;
    int i;

    OA2_TRY(oa2_compat_use_list(&all, &ctl->ctx, id));
    for (i = 0; i < all->nelts; i++) {
        const oa2_compat_use_t *use = &APR_ARRAY_IDX(all, i,
                                                     oa2_compat_use_t);
        cJSON *one = oa2_json_put_object(uses, use->name);

        oa2_json_put_number(one, "uses", use->uses);
        oa2_json_put_number(one, "last", use->last);
        ctl_field(ctl, i ? "" : "Has used",
                  apr_psprintf(ctl->pool, "%s %" APR_INT64_T_FMT
                               " times, last on %s", use->name, use->uses,
                               oa2_units_say_time(use->last, ctl->pool)));
    }
    return NULL;
}

static oa2_err_t *show(ctl_t *ctl)
{
    oa2_client_t *client;
    cJSON *json;

    OA2_TRY(ctl_open(ctl));
    OA2_TRY(client_get(&client, ctl));
    json = client_json(ctl, client, ctl->pool);
    client_print(ctl, client);
    OA2_TRY(show_uses(json, ctl, client->id));
    ctl_json(ctl, json);
    return NULL;
}

/* Which of them were given; not what with. */
static const char *options_of(const ctl_t *ctl, const ctl_option_t *options)
{
    const char *words = "";

    for (; options->name; options++)
        if (ctl_has(ctl, options->name))
            words = apr_pstrcat(ctl->pool, words, *words ? " " : "",
                                options->name, NULL);
    return words;
}

static oa2_err_t *set(ctl_t *ctl)
{
    oa2_client_t *client;

    int i = 0;

    while (set_options[i].name && !ctl_has(ctl, set_options[i].name))
        i++;
    if (!set_options[i].name)
        return ctl_fail(ctl, &ctl_usage, "nothing to set: oauth2ctl help "
                        "client set");
    OA2_TRY(ctl_open(ctl));
    OA2_TRY(client_change(&client, ctl));
    oa2_audit(&ctl->ctx, &oa2_event_client_changed, "client", client->id,
              "what", options_of(ctl, set_options), NULL);
    ctl_json(ctl, client_json(ctl, client, ctl->pool));
    client_print(ctl, client);
    ctl_fields_warn(ctl, client);
    return NULL;
}

static oa2_err_t *rotate_secret(ctl_t *ctl)
{
    const char *overlap = ctl_option(ctl, "overlap"), *problem;
    const char *digest, *shown;
    apr_int64_t seconds = 0;
    static const oa2_actor_t administrator = { NULL, 1 };
    oa2_app_result_t result;
    oa2_client_t *client;

    problem = overlap ? oa2_units_seconds(&seconds, overlap, 0, OVERLAP_MAX,
                                          ctl->pool) : NULL;
    if (problem)
        return ctl_fail(ctl, &ctl_usage, "--overlap %s: %s", overlap, problem);
    OA2_TRY(take_secret(&digest, &shown, ctl));
    OA2_TRY(ctl_open(ctl));
    OA2_TRY(client_get(&client, ctl));
    OA2_TRY(oa2_app_rotate_secret(&result, &ctl->ctx, &administrator,
                                  client->id, seconds, digest));
    if (result.outcome == OA2_APP_INVALID)
        return ctl_fail(ctl, &ctl_failed, "%s",
                        APR_ARRAY_IDX(result.problems, 0,
                                      oa2_app_problem_t).said);
    if (result.outcome != OA2_APP_DONE) return no_client(ctl);
    OA2_TRY(client_get(&client, ctl));
    print_new(ctl, client, shown);
    if (!shown)
        ctl_say(ctl, "It has the new secret.");
    return NULL;
}

static oa2_err_t *set_disabled(ctl_t *ctl, int disabled)
{
    const char *what = disabled ? "disabled" : "enabled";
    oa2_client_t *client;
    int done;

    OA2_TRY(ctl_open(ctl));
    OA2_TRY(client_get(&client, ctl));
    OA2_TRY(oa2_client_set_disabled(&done, &ctl->ctx, client->id, disabled));
    if (!done) return no_client(ctl);
    oa2_audit(&ctl->ctx, &oa2_event_client_changed, "client", client->id,
              "what", what, NULL);
    OA2_TRY(client_get(&client, ctl));
    ctl_json(ctl, client_json(ctl, client, ctl->pool));
    ctl_say(ctl, "Client %s is %s.", client->id, what);
    return NULL;
}

static oa2_err_t *disable(ctl_t *ctl)
{
    return set_disabled(ctl, 1);
}

static oa2_err_t *enable(ctl_t *ctl)
{
    return set_disabled(ctl, 0);
}

static oa2_err_t *take_away(ctl_t *ctl)
{
    const char *id = ctl_arg(ctl, 0);
    cJSON *json = oa2_json_object(ctl->pool);
    oa2_client_t *client;
    int done;

    OA2_TRY(ctl_open(ctl));
    OA2_TRY(client_get(&client, ctl));
    OA2_TRY(ctl_confirm(ctl, apr_psprintf(
        ctl->pool, "Remove client %s (%s) with all its grants and tokens?",
        id, client->name)));
    OA2_TRY(oa2_client_remove(&done, &ctl->ctx, id));
    if (!done) return no_client(ctl);
    oa2_audit(&ctl->ctx, &oa2_event_client_removed, "client", id, NULL);
    oa2_json_put_text(json, "client_id", id);
    oa2_json_put_bool(json, "removed", 1);
    ctl_json(ctl, json);
    ctl_say(ctl, "Client %s is removed.", id);
    return NULL;
}

const ctl_command_t ctl_client_commands[] = {
    { "client add", "[ID]", 0, 1,
     "Adds a client; prints its ID and its secret.\n"
     "Without ID one is made. The secret is shown this once. With\n"
     "--secret-stdin a client that exists elsewhere keeps its secret.\n"
     "The grant types are authorization_code and refresh_token, the default\n"
     "with a redirect URI, and client_credentials, the default without.",
     add_options, add },
    { "client list", "", 0, 0, "Lists all clients.", NULL, list },
    { "client show", "ID", 1, 1, "Shows a client.", NULL, show },
    { "client set", "ID", 1, 1,
     "Changes a client; what is not named stays.\n"
     "A repeatable option replaces the whole list; '' empties it.",
     set_options, set },
    { "client rotate-secret", "ID", 1, 1,
     "Gives a client a new secret.\n"
     "The old one is refused at once, and what it was issued for itself\n"
     "(client_credentials); or, with --overlap, the old one only, and later.",
     rotate_options, rotate_secret },
    { "client disable", "ID", 1, 1,
     "Refuses a client and all its tokens.", NULL, disable },
    { "client enable", "ID", 1, 1, "Lets a client in again.", NULL, enable },
    { "client remove", "ID", 1, 1,
     "Removes a client with all its grants and tokens.\n"
     "Asks first, unless --yes.", remove_options, take_away },
    { NULL, NULL, 0, 0, NULL, NULL, NULL }
};

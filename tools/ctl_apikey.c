/* SPDX-License-Identifier: Apache-2.0 */
/* ctl_apikey.c - API keys of users and clients */
#include "ctl.h"

#include <string.h>

#include <apr_strings.h>

#include "base/text/units.h"
#include "base/text/words.h"
#include "domain/token/apikey.h"

#define PAGE 500                        /* of a list */
#define LIFETIME_MAX (100 * APR_INT64_C(31557600))

static void put_owner(cJSON *json, const oa2_apikey_t *key)
{
    if (key->user)
        oa2_json_put_text(json, "username", key->user);
    if (key->client_id)
        oa2_json_put_text(json, "client_id", key->client_id);
}

static cJSON *key_json(const oa2_apikey_t *key, apr_pool_t *pool)
{
    cJSON *json = oa2_json_object(pool);

    oa2_json_put_text(json, "key_id", key->id);
    put_owner(json, key);
    oa2_json_put_text(json, "name", key->name);
    oa2_json_put_text(json, "scope", key->scope);
    oa2_json_put_number(json, "created", key->created);
    if (key->expires)
        oa2_json_put_number(json, "expires", key->expires);
    if (key->used)
        oa2_json_put_number(json, "last_used", key->used);
    return json;
}

/* ------------------------------------------------------------ add */

/* From now on; "never" and none at all: without an end. */
static oa2_err_t *take_expires(apr_int64_t *out, const ctl_t *ctl)
{
    const char *text = ctl_option(ctl, "expires");
    apr_int64_t seconds = 0;
    const char *problem;

    *out = 0;
    if (!text || strcmp(text, "never") == 0) return NULL;
    problem = oa2_units_seconds(&seconds, text, 1, LIFETIME_MAX, ctl->pool);
    if (problem)
        return ctl_fail(ctl, &ctl_usage, "--expires %s: %s; or \"never\"",
                        text, problem);
    *out = apr_time_sec(apr_time_now()) + seconds;
    return NULL;
}

static oa2_err_t *take_scope(const char **out, const ctl_t *ctl)
{
    const apr_array_header_t *values = ctl_values(ctl, "scope");
    int i;

    *out = "";
    for (i = 0; values && i < values->nelts; i++)
        *out = oa2_words_union(*out, APR_ARRAY_IDX(values, i, const char *),
                               ctl->pool);
    return NULL;
}

/* What the client may have itself; NULL: it is a user's key. */
static oa2_err_t *find_may(const char **may, ctl_t *ctl,
                           const oa2_apikey_t *key)
{
    oa2_client_t *client = NULL;

    *may = NULL;
    if (!key->client_id) return NULL;
    OA2_TRY(oa2_client_find(&client, &ctl->ctx, key->client_id));
    *may = client ? client->scope : "";
    return NULL;
}

static oa2_err_t *store(ctl_t *ctl, oa2_apikey_t *key, const char *text)
{
    const char *owner = key->user ? key->user : key->client_id;
    oa2_apikey_put_t put;

    OA2_TRY(oa2_apikey_add(&put, &ctl->ctx, key, text));
    if (put == OA2_APIKEY_NO_OWNER)
        return ctl_fail(ctl, &ctl_not_found, "%s was removed meanwhile",
                        owner);
    if (put == OA2_APIKEY_TOO_MANY)
        return ctl_fail(ctl, &ctl_failed, "%s has %d API keys already: "
                        "revoke one that is not used (\"apikey list\" says "
                        "when each was)", owner, OA2_APIKEYS_MOST);
    return NULL;
}

static oa2_err_t *add(ctl_t *ctl)
{
    oa2_apikey_t key = { .name = ctl_option(ctl, "name") };
    const char *problem, *text, *may;
    cJSON *json;

    if (!ctl_has(ctl, "user") == !ctl_has(ctl, "client"))
        return ctl_fail(ctl, &ctl_usage, "name whose key it is: --user or "
                        "--client");
    if (!key.name)
        key.name = "";
    OA2_TRY(take_scope(&key.scope, ctl));
    OA2_TRY(take_expires(&key.expires, ctl));
    OA2_TRY(ctl_open(ctl));
    OA2_TRY(ctl_grant_whose(&key.user, &key.client_id, ctl));
    OA2_TRY(find_may(&may, ctl, &key));
    problem = oa2_apikey_problem(&ctl->ctx, &key, may);
    if (problem)
        return ctl_fail(ctl, &ctl_usage, "%s (--name, --scope, --expires)",
                        problem);
    text = oa2_apikey_new(ctl->pool);
    OA2_TRY(store(ctl, &key, text));
    if (!*key.scope)
        ctl_warn(ctl, "the key has no scope, so it opens nothing that asks "
                 "for one: --scope 'read write'");
    json = key_json(&key, ctl->pool);
    oa2_json_put_text(json, "api_key", text);
    ctl_where_json(ctl, json);
    ctl_json(ctl, json);
    ctl_field(ctl, "API key", text);
    ctl_field(ctl, "Key ID", key.id);
    ctl_field(ctl, key.user ? "User" : "Client ID",
              key.user ? key.user : key.client_id);
    ctl_field(ctl, "Scope", key.scope);
    ctl_field(ctl, "Expires", key.expires
              ? oa2_units_say_time(key.expires, ctl->pool) : "never");
    ctl_where_print(ctl);
    ctl_say(ctl, "The key is shown this once only. It is good where "
            "OAuth2AllowApiKey is On.");
    return NULL;
}

/* ------------------------------------------------------------ list */

static void print_row(ctl_list_t *out, const oa2_apikey_t *key,
                      apr_pool_t *pool)
{
    const ctl_t *ctl = out->ctl;

    if (ctl_has(ctl, "json")) {
        ctl_list_json(out, key_json(key, pool), pool);
        return;
    }
    ctl_say(ctl, "%s  %s  %s  %s  %s  %s", ctl_cell(key->id, 19, pool),
            ctl_cell(key->user ? key->user
                     : apr_pstrcat(pool, "client:", key->client_id, NULL),
                     24, pool),
            ctl_cell(key->expires ? oa2_units_say_time(key->expires, pool)
                     : "never", 20, pool),
            ctl_cell(key->used ? oa2_units_say_time(key->used, pool) : "-",
                     20, pool),
            ctl_cell(key->name, 20, pool), key->scope);
}

static oa2_err_t *list(ctl_t *ctl)
{
    const char *user, *client, *before = NULL;
    apr_array_header_t *keys;
    apr_pool_t *page;
    ctl_list_t out;
    int i;

    OA2_TRY(ctl_open(ctl));
    OA2_TRY(ctl_grant_whose(&user, &client, ctl));
    if (user && client)
        return ctl_fail(ctl, &ctl_usage, "a key is a user's or a client's: "
                        "name one of them");
    ctl_list_begin(&out, ctl, "KEY                  OWNER                    "
                   " EXPIRES               LAST USED             NAME"
                   "                  SCOPE");
    apr_pool_create(&page, ctl->pool);
    do {
        oa2_ctx_t ctx = ctl->ctx;

        ctx.pool = page;
        OA2_TRY(oa2_apikey_list(&keys, &ctx, user, client, before, PAGE));
        for (i = 0; i < keys->nelts; i++) {
            const oa2_apikey_t *key = &APR_ARRAY_IDX(keys, i, oa2_apikey_t);

            print_row(&out, key, page);
            before = key->id;
        }
        before = before ? apr_pstrdup(ctl->pool, before) : NULL;
        i = keys->nelts;
        apr_pool_clear(page);
    } while (i == PAGE);
    ctl_list_end(&out);
    return NULL;
}

/* ------------------------------------------------------------ revoke */

static oa2_err_t *take_back(ctl_t *ctl)
{
    int is_all = ctl_has(ctl, "user") || ctl_has(ctl, "client");
    cJSON *json = oa2_json_object(ctl->pool);
    const char *user, *client;
    int count = 0;

    if (!ctl_arg(ctl, 0) == !is_all
        || (ctl_has(ctl, "user") && ctl_has(ctl, "client")))
        return ctl_fail(ctl, &ctl_usage, "name either a key's ID, or --user, "
                        "or --client");
    OA2_TRY(ctl_open(ctl));
    OA2_TRY(ctl_grant_whose(&user, &client, ctl));
    if (is_all)
        OA2_TRY(oa2_apikey_take_back_all(&count, &ctl->ctx, user, client));
    else
        OA2_TRY(oa2_apikey_take_back(&count, &ctl->ctx, ctl_arg(ctl, 0), NULL,
                                     NULL));
    if (!count)
        return ctl_fail(ctl, &ctl_not_found, "there is no such API key, or it "
                        "was revoked before");
    oa2_json_put_number(json, "revoked", count);
    ctl_json(ctl, json);
    ctl_say(ctl, "Revoked %d API key%s.", count, count == 1 ? "" : "s");
    return NULL;
}

static const ctl_option_t add_options[] = {
    { "user", "NAME", 0, "a user's key, which acts as the user" },
    { "client", "ID", 0, "a client's key, which acts as the client" },
    { "name", "TEXT", 0, "what it is for: \"backup of the server room\"" },
    { "scope", "WORDS", 1, "what it may do; of a client's at most" },
    { "expires", "TIME", 0, "from now on, as in 90d; default: never" },
    { NULL, NULL, 0, NULL }
};

static const ctl_option_t list_options[] = {
    { "user", "NAME", 0, "only this user's" },
    { "client", "ID", 0, "only this client's" },
    { NULL, NULL, 0, NULL }
};

static const ctl_option_t revoke_options[] = {
    { "user", "NAME", 0, "all of this user's" },
    { "client", "ID", 0, "all of this client's" },
    { NULL, NULL, 0, NULL }
};

const ctl_command_t ctl_apikey_commands[] = {
    { "apikey add", "", 0, 0,
     "Makes an API key, and prints it this once.\n"
     "It is for programs that know nothing of OAuth, where OAuth2AllowApiKey\n"
     "is On. A user or client has 50 of them at most.", add_options, add },
    { "apikey list", "", 0, 0,
     "Lists API keys, newest first.\n"
     "With when each was used last, to the hour.",
     list_options, list },
    { "apikey revoke", "[KEY-ID]", 0, 1,
     "Revokes API keys.\n"
     "One by its ID, or all of a user or a client.",
     revoke_options, take_back },
    { NULL, NULL, 0, 0, NULL, NULL, NULL }
};

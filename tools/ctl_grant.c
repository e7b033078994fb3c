/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_grant.c - grant commands: what users have allowed clients.
 *
 * A grant's ID is a random number of 63 bits, which JSON numbers do not hold
 * exactly: it is a string there.
 */
#include <apr_strings.h>

#include "base/text/units.h"
#include "ctl.h"
#include "domain/token/access.h"
#include "store/client.h"

#define LIMIT 1000
#define LIMIT_MAX 100000

static cJSON *grant_json(const oa2_grant_t *grant, apr_pool_t *pool)
{
    cJSON *json = oa2_json_object(pool);

    oa2_json_put_text(json, "grant_id",
                      apr_psprintf(pool, "%" APR_INT64_T_FMT, grant->id));
    oa2_json_put_text(json, "username", grant->user);
    oa2_json_put_text(json, "client_id", grant->client_id);
    oa2_json_put_text(json, "scope", grant->scope);
    oa2_json_put_words(json, "audience", grant->audience);
    oa2_json_put_number(json, "created", grant->created);
    oa2_json_put_number(json, "expires", grant->expires);
    return json;
}

oa2_err_t *ctl_grant_whose(const char **user, const char **client,
                           ctl_t *ctl)
{
    oa2_client_t *app;
    oa2_user_t *row;

    *user = ctl_option(ctl, "user");
    *client = ctl_option(ctl, "client");
    if (*user) {
        OA2_TRY(ctl_find_user(&row, ctl, *user));
        if (!row)
            return ctl_fail(ctl, &ctl_not_found, "there is no user %s", *user);
        *user = row->name;
    }
    if (*client) {
        OA2_TRY(oa2_client_find(&app, &ctl->ctx, *client));
        if (!app)
            return ctl_fail(ctl, &ctl_not_found, "there is no client %s",
                            *client);
    }
    return NULL;
}

static oa2_err_t *list(ctl_t *ctl)
{
    const char *text = ctl_option(ctl, "limit"), *problem, *user, *client;
    apr_array_header_t *grants;
    apr_int64_t limit = LIMIT;
    ctl_list_t out;
    int i;

    problem = text ? oa2_units_number(&limit, text, 1, LIMIT_MAX, ctl->pool)
                   : NULL;
    if (problem)
        return ctl_fail(ctl, &ctl_usage, "--limit %s: %s", text, problem);
    OA2_TRY(ctl_open(ctl));
    OA2_TRY(ctl_grant_whose(&user, &client, ctl));
    OA2_TRY(oa2_grant_list(&grants, &ctl->ctx, user, client, NULL,
                           (int)limit));
    ctl_list_begin(&out, ctl, "GRANT                USER              CLIENT"
                   "                    CREATED               SCOPE");
    for (i = 0; i < grants->nelts; i++) {
        const oa2_grant_t *grant =
            APR_ARRAY_IDX(grants, i, const oa2_grant_t *);
        if (ctl_has(ctl, "json"))
            ctl_list_json(&out, grant_json(grant, ctl->pool), ctl->pool);
        else
            ctl_say(ctl, "%-19" APR_INT64_T_FMT "  %s  %s  %s  %s", grant->id,
                    ctl_cell(grant->user, 16, ctl->pool),
                    ctl_cell(grant->client_id, 24, ctl->pool),
                    oa2_units_say_time(grant->created, ctl->pool),
                    grant->scope);
    }
    ctl_list_end(&out);
    return NULL;
}

/* One, by its ID. */
static oa2_err_t *revoke_one(int *count, ctl_t *ctl)
{
    apr_int64_t id = 0;
    const char *problem = oa2_units_number(&id, ctl_arg(ctl, 0), 1,
                                           APR_INT64_MAX, ctl->pool);

    if (problem)
        return ctl_fail(ctl, &ctl_usage, "a grant's ID is a number, as "
                        "\"grant list\" shows it");
    OA2_TRY(ctl_open(ctl));
    return oa2_access_end(count, &ctl->ctx, id, NULL);
}

static oa2_err_t *take_back(ctl_t *ctl)
{
    const char *user = ctl_option(ctl, "user");
    const char *client = ctl_option(ctl, "client");
    cJSON *json = oa2_json_object(ctl->pool);
    int own = client && !user;
    int count = 0;

    if (ctl_arg(ctl, 0) ? user || client : !user && !client)
        return ctl_fail(ctl, &ctl_usage, "name either a grant's ID, or "
                        "--user, --client or both");
    if (ctl_arg(ctl, 0)) {
        OA2_TRY(revoke_one(&count, ctl));
    }
    else {
        OA2_TRY(ctl_open(ctl));
        OA2_TRY(ctl_grant_whose(&user, &client, ctl));
        OA2_TRY(oa2_access_end_all(&count, &ctl->ctx, user, client, NULL));
    }
    if (!count && !own)
        return ctl_fail(ctl, &ctl_not_found, "there is no such grant, or it "
                        "was revoked before");
    oa2_json_put_number(json, "revoked", count);
    oa2_json_put_bool(json, "client_credentials", own);
    ctl_json(ctl, json);
    ctl_say(ctl, "Revoked %d grant%s%s.", count, count == 1 ? "" : "s",
            own ? ", and what the client was issued for itself" : "");
    return NULL;
}

static const ctl_option_t list_options[] = {
    { "user", "NAME", 0, "only this user's" },
    { "client", "ID", 0, "only this client's" },
    { "limit", "N", 0, "at most so many, the newest; default 1000" },
    { NULL, NULL, 0, NULL }
};

static const ctl_option_t revoke_options[] = {
    { "user", "NAME", 0, "all of this user's" },
    { "client", "ID", 0, "all of this client's; with --user: of the pair" },
    { NULL, NULL, 0, NULL }
};

const ctl_command_t ctl_grant_commands[] = {
    { "grant list", "", 0, 0, "Lists living grants, newest first.",
     list_options, list },
    { "grant revoke", "[ID]", 0, 1,
     "Revokes grants with all their tokens.\n"
     "One by its ID, or all of a user, a client, or the pair. Then the\n"
     "consents go too: users are asked again. Of a client alone: also what\n"
     "it was issued for itself (client_credentials).",
     revoke_options, take_back },
    { NULL, NULL, 0, 0, NULL, NULL, NULL }
};

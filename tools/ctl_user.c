/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_user.c - user commands: the module's own table, which httpd knows as
 * the authn provider "oauth2".
 *
 * long: each command is short, and all of them are of one noun.
 */
#include <string.h>

#include <apr_strings.h>

#include "base/text/units.h"
#include "base/text/words.h"
#include "ctl.h"
#include "domain/person/account.h"
#include "domain/person/manage.h"
#include "domain/person/password.h"
#include "domain/person/role.h"
#include "store/session.h"

#define REPLACED_MOST 10000
#define SUB_BYTES 16            /* 128 bits: never the same again */

/* Whose own acts oauth2ctl notes by itself, and who may leave nobody. */
static const oa2_manager_t caller = { NULL, 0 };

cJSON *ctl_user_json(const oa2_user_t *user, apr_pool_t *pool)
{
    cJSON *json = oa2_json_object(pool);

    oa2_json_put_text(json, "username", user->name);
    oa2_json_put_text(json, "sub", user->sub);
    oa2_json_put_bool(json, "has_password", user->password != NULL);
    oa2_json_put_text(json, "provider", user->provider && *user->provider
                                  ? user->provider
                                  : NULL);
    oa2_json_put_bool(json, "disabled", user->disabled);
    oa2_json_put_bool(json, "pending", user->is_pending);
    oa2_json_put_text(json, "roles", user->roles ? user->roles : "");
    oa2_json_put_number(json, "created", user->created);
    return json;
}

oa2_err_t *ctl_user_name(const char **name, const ctl_t *ctl)
{
    const char *problem = oa2_account_name(name, ctl_arg(ctl, 0), ctl->pool);

    return problem ? ctl_fail(ctl, &ctl_usage, "%s", problem) : NULL;
}

/* *provider: as --provider says it; NULL: it does not. */
static oa2_err_t *take_provider(const char **provider, const ctl_t *ctl)
{
    *provider = ctl_option(ctl, "provider");
    if (!*provider || (**provider && oa2_is_text(*provider))) return NULL;
    return ctl_fail(ctl, &ctl_usage, "a provider is a name as in "
                    "OAuth2LoginProvider, \"oauth2\" for users of the "
                    "module's own table, or \"httpd:\" and an AuthType");
}

static oa2_err_t *no_user(const ctl_t *ctl)
{
    return ctl_fail(ctl, &ctl_not_found, "there is no user %s",
                    ctl_arg(ctl, 0));
}

/* The hash of a password from standard input, or asked for twice. */
static oa2_err_t *take_password(const char **hash, const ctl_t *ctl)
{
    const char *password, *again, *problem;

    if (ctl_has(ctl, "password-stdin")) {
        OA2_TRY(ctl_read_secret(&password, ctl, "Password"));
    }
    else {
        OA2_TRY(ctl_read_hidden(&password, ctl, apr_psprintf(
            ctl->pool, "Password for %s: ", ctl_arg(ctl, 0))));
        OA2_TRY(ctl_read_hidden(&again, ctl, "Once more: "));
        if (!oa2_text_equal(password, again))
            return ctl_fail(ctl, &ctl_failed, "the two passwords differ");
    }
    if (strlen(password) > OA2_PASSWORD_MAX)
        return ctl_fail(ctl, &ctl_usage, "the password has %lu bytes; %d are "
                        "the most that are looked at",
                        (unsigned long)strlen(password), OA2_PASSWORD_MAX);
    problem = ctl_has(ctl, "weak") ? NULL
        : oa2_password_problem(password, ctl_arg(ctl, 0), ctl->pool);
    if (problem)
        return ctl_fail(ctl, &ctl_usage, "%s; --weak takes it all the same",
                        problem);
    *hash = oa2_password_hash(ctl->pool, password);
    if (!*hash)
        return ctl_fail(ctl, &ctl_failed, "could not hash the password");
    return NULL;
}

/* ------------------------------------------------------------ commands */

static oa2_err_t *add(ctl_t *ctl)
{
    oa2_user_t user = { .name = "" }, *there;
    cJSON *json;
    int put;

    OA2_TRY(ctl_user_name(&user.name, ctl));
    if (ctl_has(ctl, "external") && ctl_has(ctl, "password-stdin"))
        return ctl_fail(ctl, &ctl_usage, "--external and --password-stdin "
                        "exclude each other");
    OA2_TRY(take_provider(&user.provider, ctl));
    if (user.provider && !ctl_has(ctl, "external"))
        return ctl_fail(ctl, &ctl_usage, "--provider is for --external: the "
                        "module's own table vouches for its passwords");
    OA2_TRY(ctl_open_to_add(ctl));
    /* Before anybody types a password for nothing. */
    OA2_TRY(oa2_user_find(&there, &ctl->ctx, user.name));
    if (!there) {
        if (!ctl_has(ctl, "external"))
            OA2_TRY(take_password(&user.password, ctl));
        user.sub = oa2_random_text(ctl->pool, SUB_BYTES);
        user.created = ctl->ctx.now;
        OA2_TRY(oa2_user_put(&put, &ctl->ctx, &user));
    }
    if (there || !put)
        return ctl_fail(ctl, &ctl_exists, "there is a user %s already",
                        user.name);
    oa2_audit(&ctl->ctx, &oa2_event_user_added, "user", user.name, NULL);
    json = ctl_user_json(&user, ctl->pool);
    ctl_where_json(ctl, json);
    ctl_json(ctl, json);
    ctl_say(ctl, "User %s is added.", user.name);
    ctl_where_print(ctl);
    return NULL;
}

static const char *state_of(const oa2_user_t *user)
{
    return user->is_pending ? OA2_USER_PENDING
        : user->disabled ? "disabled" : "enabled";
}

static const char *list_row(ctl_list_t *out, const void *row,
                            apr_pool_t *pool)
{
    const oa2_user_t *user = row;

    if (ctl_has(out->ctl, "json"))
        ctl_list_json(out, ctl_user_json(user, pool), pool);
    else
        ctl_say(out->ctl, "%s  %-8s  %-8s  %s",
                ctl_cell(user->name, 24, pool),
                user->password ? "here" : "external",
                state_of(user),
                oa2_units_say_time(user->created, pool));
    return user->name;
}

/* They are few: what the first version made twice. */
static oa2_err_t *list_replaced(apr_array_header_t **out, oa2_ctx_t *ctx,
                                const char *after, int n)
{
    if (!after)
        return oa2_user_list_replaced(out, ctx, n);
    *out = apr_array_make(ctx->pool, 1, sizeof(oa2_user_t *));
    return NULL;
}

static oa2_err_t *list(ctl_t *ctl)
{
    if (ctl_has(ctl, "replaced") && ctl_has(ctl, "administrators"))
        return ctl_fail(ctl, &ctl_usage, "--replaced and --administrators "
                        "exclude each other");
    OA2_TRY(ctl_open(ctl));
    return ctl_list(ctl, "USER                      PASSWORD  STATE     "
                    "CREATED", ctl_has(ctl, "replaced") ? list_replaced
                    : ctl_has(ctl, "administrators")
                    ? oa2_user_list_administrators : oa2_user_list, list_row);
}

/* What scripts see of a change: the user as it is now. */
static void note(ctl_t *ctl, const oa2_user_t *user, const char *what)
{
    oa2_audit(&ctl->ctx, &oa2_event_user_changed, "user", user->name, "what",
              what, NULL);
}

static oa2_err_t *changed(ctl_t *ctl, const char *what)
{
    oa2_user_t *user;

    OA2_TRY(oa2_user_find(&user, &ctl->ctx, ctl_arg(ctl, 0)));
    if (!user) return no_user(ctl);
    ctl_json(ctl, ctl_user_json(user, ctl->pool));
    ctl_say(ctl, "User %s %s.", user->name, what);
    return NULL;
}

static oa2_err_t *set_provider(ctl_t *ctl, const oa2_user_t *user,
                               const char *provider)
{
    int done;

    OA2_TRY(oa2_user_set_provider(&done, &ctl->ctx, user->name, provider));
    return done ? NULL : no_user(ctl);
}

/* All that an option names, as words; "": it was not there. */
static oa2_err_t *take_roles(const char **out, const ctl_t *ctl,
                             const char *option)
{
    const apr_array_header_t *values = ctl_values(ctl, option);
    int i;

    *out = "";
    for (i = 0; values && i < values->nelts; i++) {
        const char *role = APR_ARRAY_IDX(values, i, const char *);
        const char *problem = oa2_role_problem(role);

        if (problem)
            return ctl_fail(ctl, &ctl_usage, "--%s \"%s\": %s", option, role,
                            problem);
        *out = oa2_words_union(*out, role, ctl->pool);
    }
    return NULL;
}

static oa2_err_t *set_roles(ctl_t *ctl, const oa2_user_t *user,
                            const char *give, const char *take)
{
    oa2_managed_t managed;

    if (!*give && !*take)
        return NULL;
    OA2_TRY(oa2_manage_roles(&managed, &ctl->ctx, &caller, user->name, give,
                             take));
    return managed.user ? NULL : no_user(ctl);
}

static oa2_err_t *set(ctl_t *ctl)
{
    apr_array_header_t *claims;
    const char *give, *take;
    const char *provider;
    oa2_user_t *user;

    OA2_TRY(take_provider(&provider, ctl));
    OA2_TRY(take_roles(&give, ctl, "role"));
    OA2_TRY(take_roles(&take, ctl, "no-role"));
    OA2_TRY(ctl_claims_take(&claims, ctl));
    if (!provider && !claims->nelts && !*give && !*take)
        return ctl_fail(ctl, &ctl_usage, "say what is to be set: --provider, "
                        "--role, --no-role, --claim or --claim-json");
    if (*oa2_words_common(give, take, ctl->pool))
        return ctl_fail(ctl, &ctl_usage, "--role and --no-role name the same "
                        "role");
    OA2_TRY(ctl_open(ctl));
    OA2_TRY(oa2_user_find(&user, &ctl->ctx, ctl_arg(ctl, 0)));
    if (!user) return no_user(ctl);
    if (provider) {
        OA2_TRY(set_provider(ctl, user, provider));
        note(ctl, user, "provider");
    }
    OA2_TRY(set_roles(ctl, user, give, take));
    OA2_TRY(ctl_claims_set(ctl, user, claims));
    if (claims->nelts)
        note(ctl, user, "claims");
    return changed(ctl, !provider ? "is changed" : apr_psprintf(
        ctl->pool, "signs in by %s from now on, and by nothing else; the "
        "sessions before have ended", provider));
}

static oa2_err_t *show(ctl_t *ctl)
{
    oa2_user_t *user;
    cJSON *json;

    OA2_TRY(ctl_open(ctl));
    OA2_TRY(ctl_find_user(&user, ctl, ctl_arg(ctl, 0)));
    if (!user) return no_user(ctl);
    json = ctl_user_json(user, ctl->pool);
    ctl_field(ctl, "User", user->name);
    ctl_field(ctl, "Subject", user->sub);
    ctl_field(ctl, "Password", user->password ? "here" : "external");
    ctl_field(ctl, "Provider", user->provider);
    ctl_field(ctl, "State", state_of(user));
    ctl_field(ctl, "Roles", *user->roles ? user->roles : NULL);
    ctl_field(ctl, "Created", oa2_units_say_time(user->created, ctl->pool));
    OA2_TRY(ctl_claims_show(json, ctl, user));
    ctl_json(ctl, json);
    return NULL;
}

static oa2_err_t *sign_out_all(ctl_t *ctl)
{
    cJSON *json = oa2_json_object(ctl->pool);
    apr_int64_t ended;

    OA2_TRY(ctl_open(ctl));
    OA2_TRY(oa2_session_end_all(&ended, &ctl->ctx));
    oa2_audit(&ctl->ctx, &oa2_event_user_signed_out, "count",
              oa2_audit_number(&ctl->ctx, ended), NULL);
    oa2_json_put_number(json, "sessions", ended);
    ctl_json(ctl, json);
    ctl_say(ctl, "Everybody is signed out: %" APR_INT64_T_FMT " session%s.",
            ended, ended == 1 ? "" : "s");
    return NULL;
}

static oa2_err_t *sign_out(ctl_t *ctl)
{
    oa2_managed_t managed;

    if (!ctl_arg(ctl, 0) == !ctl_has(ctl, "all"))
        return ctl_fail(ctl, &ctl_usage, "name either a user, or --all");
    if (ctl_has(ctl, "all")) return sign_out_all(ctl);
    OA2_TRY(ctl_open(ctl));
    OA2_TRY(oa2_manage_sign_out(&managed, &ctl->ctx, &caller,
                                ctl_arg(ctl, 0)));
    if (managed.outcome != OA2_MANAGE_DONE) return no_user(ctl);
    return changed(ctl, "is signed out everywhere");
}

static oa2_err_t *passwd(ctl_t *ctl)
{
    const char *hash;
    oa2_user_t *user;
    int done;

    OA2_TRY(ctl_open(ctl));
    OA2_TRY(oa2_user_find(&user, &ctl->ctx, ctl_arg(ctl, 0)));
    if (!user) return no_user(ctl);
    OA2_TRY(take_password(&hash, ctl));
    OA2_TRY(oa2_user_set_password(&done, &ctl->ctx, user->name, hash));
    if (!done) return no_user(ctl);
    note(ctl, user, "password");
    return changed(ctl, "has a new password");
}

/* A provider may have let in one person by several. */
static oa2_err_t *say_alike(ctl_t *ctl, const char *name)
{
    apr_array_header_t *users;
    int i;

    OA2_TRY(oa2_user_list_alike(&users, &ctl->ctx, name));
    for (i = 0; i < users->nelts; i++) {
        const oa2_user_t *user = APR_ARRAY_IDX(users, i, oa2_user_t *);

        if (!user->disabled)
            ctl_say(ctl, "User %s is not: another person, or the same one "
                    "with other accents?", user->name);
    }
    return NULL;
}

static oa2_err_t *set_disabled(ctl_t *ctl, int disabled)
{
    oa2_managed_t managed;

    OA2_TRY(ctl_open(ctl));
    OA2_TRY(oa2_manage_disable(&managed, &ctl->ctx, &caller, ctl_arg(ctl, 0),
                               disabled));
    if (managed.outcome != OA2_MANAGE_DONE) return no_user(ctl);
    OA2_TRY(changed(ctl, disabled ? "is disabled" : "is enabled"));
    return disabled ? say_alike(ctl, managed.user->name) : NULL;
}

static oa2_err_t *disable(ctl_t *ctl)
{
    return set_disabled(ctl, 1);
}

static oa2_err_t *approve(ctl_t *ctl)
{
    oa2_managed_t managed;
    oa2_user_t *user;

    OA2_TRY(ctl_open(ctl));
    OA2_TRY(oa2_user_find(&user, &ctl->ctx, ctl_arg(ctl, 0)));
    if (!user) return no_user(ctl);
    if (!user->is_pending)
        return ctl_fail(ctl, &ctl_failed, "user %s is not pending",
                        user->name);
    OA2_TRY(oa2_manage_disable(&managed, &ctl->ctx, &caller, user->name, 0));
    if (managed.outcome != OA2_MANAGE_DONE) return no_user(ctl);
    return changed(ctl, user->password ? "is approved"
                   : "is approved, and gets a mail with a link to choose a "
                     "password");
}

static oa2_err_t *enable(ctl_t *ctl)
{
    return set_disabled(ctl, 0);
}

oa2_err_t *ctl_find_user(oa2_user_t **out, ctl_t *ctl, const char *name)
{
    apr_array_header_t *rows;
    int i;

    OA2_TRY(oa2_user_list_replaced(&rows, &ctl->ctx, REPLACED_MOST));
    for (i = 0; i < rows->nelts; i++) {
        oa2_user_t *user = APR_ARRAY_IDX(rows, i, oa2_user_t *);

        if (strcmp(user->name, name) == 0) {
            *out = user;
            return NULL;
        }
    }
    return oa2_user_find(out, &ctl->ctx, name);
}

static oa2_err_t *take_away(ctl_t *ctl)
{
    const char *name = ctl_arg(ctl, 0);
    cJSON *json = oa2_json_object(ctl->pool);
    oa2_user_t *user;
    int done;

    OA2_TRY(ctl_open(ctl));
    OA2_TRY(ctl_find_user(&user, ctl, name));
    if (!user) return no_user(ctl);
    name = user->name;
    OA2_TRY(ctl_confirm(ctl, apr_psprintf(
        ctl->pool, "Remove user %s with all its sessions, grants and tokens?",
        name)));
    OA2_TRY(oa2_user_remove(&done, &ctl->ctx, name));
    if (!done) return no_user(ctl);
    oa2_audit(&ctl->ctx, &oa2_event_user_removed, "user", name, NULL);
    oa2_json_put_text(json, "username", name);
    oa2_json_put_bool(json, "removed", 1);
    ctl_json(ctl, json);
    ctl_say(ctl, "User %s is removed.", name);
    return NULL;
}

static const ctl_option_t add_options[] = {
    { "password-stdin", NULL, 0, "read the password from standard input" },
    { "weak", NULL, 0, "take a password that is easily guessed" },
    { "external", NULL, 0, "no password here: another provider knows it" },
    { "provider", "NAME", 0, "which one; without, whoever vouches first" },
    { NULL, NULL, 0, NULL }
};

static const ctl_option_t list_options[] = {
    { "administrators", NULL, 0, "those with the role administrator" },
    { "replaced", NULL, 0, "those whose account another spelling has" },
    { NULL, NULL, 0, NULL }
};

static const ctl_option_t set_options[] = {
    { "provider", "NAME", 0,
     "who vouches for the user: \"oauth2\", \"ldap\" …" },
    { "role", "ROLE", 1, "\"administrator\", or a role of yours" },
    { "no-role", "ROLE", 1, "takes it" },
    { "claim", "NAME=TEXT", 1, "tell clients; no TEXT: forget it" },
    { "claim-json", "NAME=JSON", 1, "the same, for what is no text" },
    { NULL, NULL, 0, NULL }
};

static const ctl_option_t passwd_options[] = {
    { "password-stdin", NULL, 0, "read the password from standard input" },
    { "weak", NULL, 0, "take a password that is easily guessed" },
    { NULL, NULL, 0, NULL }
};

static const ctl_option_t sign_out_options[] = {
    { "all", NULL, 0, "everybody's sessions" },
    { NULL, NULL, 0, NULL }
};

static const ctl_option_t remove_options[] = {
    { "yes", NULL, 0, "do not ask" },
    { NULL, NULL, 0, NULL }
};

const ctl_command_t ctl_user_commands[] = {
    { "user add", "NAME", 1, 1,
     "Adds a user; asks for the password twice.\n"
     "A password has 12 characters to 72 bytes and is never an argument.\n"
     "Common words, years, rows of keys and the user's name do not count;\n"
     "several words that have nothing to do with each other are good.",
     add_options, add },
    { "user list", "", 0, 0,
     "Lists all users.\n"
     "With --replaced those whose name is another spelling of one of them:\n"
     "the first version knew both. Nobody signs in by them any more.",
     list_options, list },
    { "user show", "NAME", 1, 1,
     "Shows a user, and what is known of it.\n"
     "A claim's source is \"profile\" (user set) or \"env:\" and a name: what\n"
     "the last login left behind. What a query tells is not kept.",
     NULL, show },
    { "user set", "NAME", 1, 1,
     "Says who vouches for a user, what it may do, and more.\n"
     "Who vouched first has the account: another provider's user of the same\n"
     "name is refused until an administrator says that both are one person.\n"
     "A role counts at once: \"administrator\" for our pages, and all of them\n"
     "for \"Require oauth2-role\".\n"
     "Claims are told to clients by an OAuth2Claim that is from profile;\n"
     "--claim email=a@example.org sets one, --claim email= forgets it.",
     set_options, set },
    { "user sign-out", "[NAME]", 0, 1,
     "Ends all of a user's sessions.\n"
     "With --all everybody's. What apps were allowed stays; grant revoke\n"
     "ends that.",
     sign_out_options, sign_out },
    { "user passwd", "NAME", 1, 1,
     "Gives a user a new password and ends its sessions.",
     passwd_options, passwd },
    { "user disable", "NAME", 1, 1,
     "Ends a user's sessions and refuses its tokens.", NULL, disable },
    { "user approve", "NAME", 1, 1,
     "Lets in a user who has signed up and is pending.", NULL, approve },
    { "user enable", "NAME", 1, 1, "Lets a user in again.", NULL, enable },
    { "user remove", "NAME", 1, 1,
     "Removes a user with all its grants and tokens.\n"
     "Asks first, unless --yes.", remove_options, take_away },
    { NULL, NULL, 0, 0, NULL, NULL, NULL }
};

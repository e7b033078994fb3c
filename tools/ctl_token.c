/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_token.c - token commands.
 *
 * Tokens are read from the terminal or from standard input, never from the
 * command line.  This command does not have the server's secret, so it cannot
 * tell a made-up token from an unknown one; it finds tokens by their digest,
 * and never prints one.
 */
#include <string.h>

#include <apr_strings.h>

#include "base/text/units.h"
#include "ctl.h"
#include "domain/token.h"
#include "domain/token/access.h"

#define LIMIT 1000
#define LIMIT_MAX 100000

/* The token that was typed; it must exist. */
static oa2_err_t *token_get(oa2_token_t **out, ctl_t *ctl)
{
    const char *text, *digest;
    oa2_token_t *token = NULL;

    OA2_TRY(ctl_read_secret(&text, ctl, "Token"));
    OA2_TRY(ctl_open(ctl));
    digest = oa2_digest_text(ctl->pool, text);
    if (strncmp(text, OA2_REFRESH_PREFIX, strlen(OA2_REFRESH_PREFIX)) == 0)
        OA2_TRY(oa2_refresh_find(&token, &ctl->ctx, digest));
    else if (strncmp(text, OA2_ACCESS_PREFIX, strlen(OA2_ACCESS_PREFIX)) == 0)
        OA2_TRY(oa2_token_find(&token, &ctl->ctx, digest));
    else
        return ctl_fail(ctl, &ctl_not_found, "this is no token of this "
                        "server: they begin with %s or %s",
                        OA2_ACCESS_PREFIX, OA2_REFRESH_PREFIX);
    if (!token)
        return ctl_fail(ctl, &ctl_not_found, "the token is unknown, expired "
                        "or revoked, or its client or user is disabled");
    *out = token;
    return NULL;
}

/* Found access tokens are live; refresh tokens may be anything. */
static const char *state_of(const oa2_token_t *token, apr_int64_t now)
{
    if (!token->refresh) return "active";
    if (token->revoked) return "revoked";
    if (token->expires <= now) return "expired";
    return token->spent ? "spent" : "active";
}

static void print_json(const ctl_t *ctl, const oa2_token_t *token)
{
    cJSON *json = oa2_json_object(ctl->pool);

    oa2_json_put_text(json, "type", token->refresh ? "refresh_token"
                                                   : "access_token");
    oa2_json_put_text(json, "state", state_of(token, ctl->ctx.now));
    oa2_json_put_text(json, "client_id", token->client_id);
    oa2_json_put_text(json, "username", token->user);
    oa2_json_put_text(json, "sub", token->sub);
    oa2_json_put_text(json, "scope", token->scope);
    oa2_json_put_words(json, "audience", token->audience);
    if (token->grant)
        oa2_json_put_text(json, "grant_id",
                          apr_psprintf(ctl->pool, "%" APR_INT64_T_FMT,
                                       token->grant));
    oa2_json_put_number(json, "issued", token->issued);
    oa2_json_put_number(json, "expires", token->expires);
    if (token->spent)
        oa2_json_put_number(json, "spent", token->spent);
    ctl_json(ctl, json);
}

static oa2_err_t *inspect(ctl_t *ctl)
{
    oa2_token_t *token;

    OA2_TRY(token_get(&token, ctl));
    print_json(ctl, token);
    ctl_field(ctl, "Type", token->refresh ? "refresh token" : "access token");
    ctl_field(ctl, "State", state_of(token, ctl->ctx.now));
    ctl_field(ctl, "Client ID", token->client_id);
    ctl_field(ctl, "User", token->user);
    ctl_field(ctl, "Subject", token->sub);
    ctl_field(ctl, "Scope", token->scope);
    ctl_field(ctl, "Audience", token->audience);
    ctl_field(ctl, "Grant", token->grant ?
              apr_psprintf(ctl->pool, "%" APR_INT64_T_FMT, token->grant)
              : NULL);
    ctl_field(ctl, "Issued", oa2_units_say_time(token->issued, ctl->pool));
    ctl_field(ctl, "Expires", oa2_units_say_time(token->expires, ctl->pool));
    if (token->spent)
        ctl_field(ctl, "Spent", oa2_units_say_time(token->spent, ctl->pool));
    return NULL;
}

/* ------------------------------------------------------------ list */

static cJSON *token_json(const oa2_token_t *token, apr_pool_t *pool)
{
    cJSON *json = oa2_json_object(pool);

    oa2_json_put_text(json, "username", token->user);
    oa2_json_put_text(json, "scope", token->scope);
    oa2_json_put_words(json, "audience", token->audience);
    if (token->grant)
        oa2_json_put_text(json, "grant_id",
                          apr_psprintf(pool, "%" APR_INT64_T_FMT,
                                       token->grant));
    oa2_json_put_number(json, "issued", token->issued);
    oa2_json_put_number(json, "expires", token->expires);
    return json;
}

static oa2_err_t *list(ctl_t *ctl)
{
    const char *text = ctl_option(ctl, "limit"), *problem, *user, *client;
    apr_int64_t limit = LIMIT;
    apr_array_header_t *tokens;
    ctl_list_t out;
    int i;

    problem = text ? oa2_units_number(&limit, text, 1, LIMIT_MAX, ctl->pool)
                   : NULL;
    if (problem)
        return ctl_fail(ctl, &ctl_usage, "--limit %s: %s", text, problem);
    if (!ctl_option(ctl, "client"))
        return ctl_fail(ctl, &ctl_usage, "name a client with --client");
    OA2_TRY(ctl_open(ctl));
    OA2_TRY(ctl_grant_whose(&user, &client, ctl));
    OA2_TRY(oa2_token_list(&tokens, &ctl->ctx, client, NULL, (int)limit));
    ctl_list_begin(&out, ctl, "USER              GRANT                ISSUED"
                   "                EXPIRES               SCOPE");
    for (i = 0; i < tokens->nelts; i++) {
        const oa2_token_t *token =
            APR_ARRAY_IDX(tokens, i, const oa2_token_t *);
        if (ctl_has(ctl, "json"))
            ctl_list_json(&out, token_json(token, ctl->pool), ctl->pool);
        else
            ctl_say(ctl, "%s  %-19" APR_INT64_T_FMT "  %s  %s  %s",
                    ctl_cell(token->user ? token->user : "-", 16, ctl->pool),
                    token->grant,
                    oa2_units_say_time(token->issued, ctl->pool),
                    oa2_units_say_time(token->expires, ctl->pool),
                    token->scope);
    }
    ctl_list_end(&out);
    return NULL;
}

static const ctl_option_t list_options[] = {
    { "client", "ID", 0, "whose; has to be named" },
    { "limit", "N", 0, "at most so many; default 1000" },
    { NULL, NULL, 0, NULL }
};

/* ------------------------------------------------------------ revoke */

/* As RFC 7009 section 2.1 has it: a refresh token takes its family down. */
static oa2_err_t *take_back(ctl_t *ctl)
{
    cJSON *json = oa2_json_object(ctl->pool);
    oa2_token_t *token;
    int done;

    OA2_TRY(token_get(&token, ctl));
    OA2_TRY(oa2_access_end_token(&done, &ctl->ctx, token, NULL));
    oa2_json_put_bool(json, "revoked", 1);
    oa2_json_put_bool(json, "family", token->refresh);
    ctl_json(ctl, json);
    if (!done)
        ctl_say(ctl, "It was revoked before.");
    else if (token->refresh)
        ctl_say(ctl, "The refresh token and all tokens of its grant are "
                "revoked.");
    else
        ctl_say(ctl, "The access token is revoked.");
    return NULL;
}

const ctl_command_t ctl_token_commands[] = {
    { "token list", "", 0, 0,
     "Lists a client's living access tokens.\n"
     "Those that live longest first, and what is known of them: the\n"
     "tokens themselves are kept nowhere. Refresh tokens hang on grants:\n"
     "see \"grant list\".", list_options, list },
    { "token inspect", "", 0, 0,
     "Says what a token is for, and whether it is good.\n"
     "The token is asked for, or read from standard input; it is never an\n"
     "argument.", NULL, inspect },
    { "token revoke", "", 0, 0,
     "Revokes a token.\n"
     "A refresh token takes all tokens of its grant with it. The token is\n"
     "asked for, or read from standard input; it is never an argument.",
     NULL, take_back },
    { NULL, NULL, 0, 0, NULL, NULL, NULL }
};

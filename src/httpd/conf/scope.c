/* SPDX-License-Identifier: Apache-2.0 */
/* scope.c - see scope.h */
#include "httpd/conf/scope.h"

#include <string.h>

#include <apr_lib.h>

#include "domain/person/claims.h"
#include "httpd/conf/conf.h"

#define CATEGORY "category="
#define ENV "env:"

/* ------------------------------------------------------------ OAuth2Scope */

static const char *check_scope(cmd_parms *cmd, const char *name,
                               const char *description)
{
    const oa2_server_t *conf = oa2_conf_server_mut(cmd->server);
    int i;

    /* RFC 6749 section 3.3 */
    if (!oa2_is_scope_token(name) || strlen(name) > 255)
        return oa2_conf_mistake(cmd, name, "write one word of at most 255 "
                                "printable ASCII characters without '\"' and "
                                "'\\'");
    if (!oa2_is_text(description) || strlen(description) > 500)
        return oa2_conf_mistake(cmd, name, "describe it in at most 500 bytes "
                                "of UTF-8 text: users read it on the consent "
                                "page");
    for (i = 0; i < conf->scopes->nelts; i++)
        if (strcmp(APR_ARRAY_IDX(conf->scopes, i, oa2_scope_row_t).name,
                   name) == 0)
            return oa2_conf_mistake(cmd, name, "is there already: remove one");
    return NULL;
}

/* httpd knows quotes at the start of a word only. */
static const char *take_category(oa2_scope_row_t *row, cmd_parms *cmd,
                                 const char **args)
{
    *args += sizeof(CATEGORY) - 1;
    row->category = apr_isspace(**args) ? ""
                                        : ap_getword_conf(cmd->pool, args);
    if (!*row->category || !oa2_is_text(row->category)
        || strlen(row->category) > 100)
        return oa2_conf_mistake(cmd, CATEGORY, "a word, or 1 to 100 bytes of "
                                "UTF-8 text in quotes, has to follow: "
                                CATEGORY "\"Your studies\"");
    return NULL;
}

static const char *take_scope_word(oa2_scope_row_t *row, cmd_parms *cmd,
                                   const char **args)
{
    const char *word;

    if (strncasecmp(*args, CATEGORY, sizeof(CATEGORY) - 1) == 0)
        return take_category(row, cmd, args);
    word = ap_getword_conf(cmd->pool, args);
    if (strcasecmp(word, "default") == 0)
        row->is_default = 1;
    else if (strcasecmp(word, "sensitive") == 0)
        row->is_sensitive = 1;
    else if (strcasecmp(word, "apikey") == 0)
        row->is_for_keys = 1;
    else
        return oa2_conf_mistake(cmd, word, "only the words \"default\", "
                                "\"sensitive\", \"apikey\" and \"" CATEGORY
                                "…\" can follow the description (which needs "
                                "quotes around it)");
    return NULL;
}

const char *oa2_conf_scope(cmd_parms *cmd, void *dir, const char *args)
{
    oa2_scope_row_t row = { .name = ap_getword_conf(cmd->pool, &args) };
    const char *problem;

    (void)dir;
    row.description = ap_getword_conf(cmd->pool, &args);
    if (!*row.description)
        return oa2_conf_mistake(cmd, row.name, "write the scope's name and, "
                                "in quotes, what it allows");
    problem = check_scope(cmd, row.name, row.description);
    while (!problem && *args)
        problem = take_scope_word(&row, cmd, &args);
    if (problem)
        return problem;
    APR_ARRAY_PUSH(oa2_conf_server_mut(cmd->server)->scopes,
                   oa2_scope_row_t) = row;
    return NULL;
}

/* ------------------------------------------------------------ OAuth2Claim */

static const char *check_claim(cmd_parms *cmd, const char *name)
{
    const oa2_server_t *conf = oa2_conf_server_mut(cmd->server);
    const char *problem = oa2_claims_name_problem(name, cmd->pool);
    int i;

    if (problem)
        return oa2_conf_mistake(cmd, name, problem);
    for (i = 0; i < conf->claims->nelts; i++)
        if (strcmp(APR_ARRAY_IDX(conf->claims, i, oa2_claim_row_t).name,
                   name) == 0)
            return oa2_conf_mistake(cmd, name, "is there already: a claim "
                                    "goes with one scope and has one source");
    return NULL;
}

static const char *take_source(oa2_claim_row_t *row, cmd_parms *cmd,
                               const char *source)
{
    const char *at;

    if (strcasecmp(source, "profile") == 0)
        row->source = OA2_CLAIM_PROFILE;
    else if (strcasecmp(source, "query") == 0)
        row->source = OA2_CLAIM_QUERY;
    else if (strcasecmp(source, "user") == 0)
        row->source = OA2_CLAIM_USER;
    else if (strncasecmp(source, ENV, sizeof(ENV) - 1) == 0) {
        row->source = OA2_CLAIM_ENV;
        row->variable = source + sizeof(ENV) - 1;
        for (at = row->variable; apr_isalnum(*at) || *at == '_'; at++)
            ;
        if (*at || at == row->variable || strlen(row->variable) > 100)
            return oa2_conf_mistake(cmd, source, "an environment variable's "
                                    "name has to follow, such as "
                                    "env:AUTHENTICATE_MAIL");
    }
    else
        return oa2_conf_mistake(cmd, source, "a claim comes from \"profile\", "
                                "\"env:NAME\", \"query\" or \"user\"");
    return NULL;
}

static const char *take_from(oa2_claim_row_t *row, cmd_parms *cmd,
                             const char *args)
{
    const char *word = ap_getword_conf(cmd->pool, &args);
    const char *problem = NULL;

    if (*word && strcasecmp(word, "from") != 0)
        return oa2_conf_mistake(cmd, word, "only \"from\" and a source can "
                                "follow name and scope (a name with blanks "
                                "needs quotes around it)");
    if (*word)
        problem = take_source(row, cmd, ap_getword_conf(cmd->pool, &args));
    if (problem || !*args)
        return problem;
    word = ap_getword_conf(cmd->pool, &args);
    if (strcasecmp(word, "editable") != 0
        || row->source != OA2_CLAIM_PROFILE || *args)
        return oa2_conf_mistake(cmd, word, "only \"editable\" can follow the "
                                "source, and only \"profile\"");
    row->is_editable = 1;
    return NULL;
}

const char *oa2_conf_claim(cmd_parms *cmd, void *dir, const char *args)
{
    oa2_claim_row_t row = { .name = ap_getword_conf(cmd->pool, &args) };
    const char *problem = check_claim(cmd, row.name);

    (void)dir;
    row.scope = ap_getword_conf(cmd->pool, &args);
    if (!problem && !*row.scope)
        problem = oa2_conf_mistake(cmd, row.name, "write the claim's name and "
                                   "the scope that it goes with");
    if (!problem)
        problem = take_from(&row, cmd, args);
    if (problem)
        return problem;
    APR_ARRAY_PUSH(oa2_conf_server_mut(cmd->server)->claims,
                   oa2_claim_row_t) = row;
    return NULL;
}

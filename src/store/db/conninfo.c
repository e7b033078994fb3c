/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conninfo.c - libpq's connection strings: what is wrong with one, what of it
 * may be shown, and what we add to it.
 */
#include "store/db/conninfo.h"

#include <string.h>

#include <apr_strings.h>
#include <libpq-fe.h>

/* ------------------------------------------------------------ check */

static int is_keyword(const char *word)
{
    PQconninfoOption *options = PQconndefaults();
    PQconninfoOption *option;
    int found = 0;

    for (option = options; option && option->keyword && !found; option++)
        found = strcmp(option->keyword, word) == 0;
    PQconninfoFree(options);
    return found;
}

/*
 * libpq's own sentence quotes what it stumbled over, which may be a piece of
 * a password with a space in it.  So of that sentence we only take a word
 * that looks like a keyword, and only if no password can have begun before.
 */
static const char *pgsql_problem(const char *params, const char *message,
                                 apr_pool_t *pool)
{
    const char *word = message ? strchr(message, '"') : NULL;
    apr_size_t len = word
        ? strspn(++word, "abcdefghijklmnopqrstuvwxyz_0123456789") : 0;
    const char *name = len ? apr_pstrmemdup(pool, word, len) : NULL;
    const char *from = strstr(params, "://") ? strchr(params, '?') : params;
    const char *at = name && from ? strstr(from, name) : NULL;
    const char *password = strstr(params, "password");

    if (at && word[len] == '"' && !is_keyword(name)
        && (!password || at <= password))
        return apr_psprintf(pool, "libpq knows no connection parameter "
                            "\"%s\": correct its name, or put a value with "
                            "spaces into single quotes.", name);
    return "libpq does not understand the connection parameters: write "
        "keyword=value pairs with spaces between them, a value with "
        "spaces in single quotes, or a postgresql:// URI.";
}

const char *oa2_conninfo_check(const char *params, apr_pool_t *pool)
{
    char *message = NULL;
    PQconninfoOption *options = PQconninfoParse(params, &message);
    const char *problem = options ? NULL
                                  : pgsql_problem(params, message, pool);

    PQconninfoFree(options);
    PQfreemem(message);
    return problem;
}

/* ------------------------------------------------------------ complete */

/*
 * A prepared statement's plan may have been made while a table was empty, when
 * reading all of it was best; every statement here has an index to go by, and
 * wants few rows of it, in its order.  None is worth compiling.
 */
#define SETTINGS "-c statement_timeout=2000 -c enable_seqscan=off" \
    " -c enable_bitmapscan=off -c jit=off"

static const struct {
    const char *name;
    const char *value;
} defaults[] = {
    { "connect_timeout", "2" },
    { "tcp_user_timeout", "3000" },
    { "keepalives_idle", "10" },
    { "keepalives_interval", "3" },
    { "keepalives_count", "3" },
    { "client_encoding", "UTF8" },
    { "fallback_application_name", "mod_oauth2_api" },
    { "options", SETTINGS }
};

static const char *default_for(const PQconninfoOption *option,
                               apr_pool_t *pool)
{
    apr_size_t i;

    /* the administrator's come last and so count more */
    if (option->val && *option->val
        && strcmp(option->keyword, "options") == 0)
        return apr_pstrcat(pool, SETTINGS " ", option->val, NULL);
    if (option->val)
        return option->val;
    for (i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
        if (strcmp(option->keyword, defaults[i].name) == 0)
            return defaults[i].value;
    return NULL;
}

static const char *pair_quoted(const char *keyword, const char *value,
                               apr_pool_t *pool)
{
    char *quoted = apr_palloc(pool, 2 * strlen(value) + 1);
    char *to = quoted;

    for (; *value; value++) {
        if (*value == '\'' || *value == '\\')
            *to++ = '\\';
        *to++ = *value;
    }
    *to = '\0';
    return apr_pstrcat(pool, keyword, "='", quoted, "'", NULL);
}

/* An empty options='' stays empty: pgbouncer refuses any other. */
const char *oa2_conninfo_complete(const char *params, apr_pool_t *pool)
{
    PQconninfoOption *options = PQconninfoParse(params, NULL);
    const char *text = "";
    PQconninfoOption *option;

    if (!options)
        return NULL;
    for (option = options; option->keyword; option++) {
        const char *value = default_for(option, pool);

        if (value)
            text = apr_pstrcat(pool, text, *text ? " " : "",
                               pair_quoted(option->keyword, value, pool),
                               NULL);
    }
    PQconninfoFree(options);
    return text;
}

/* ------------------------------------------------------------ show */

/* Without quotes where that says the same: people type it again. */
static const char *pair(const char *keyword, const char *value,
                        apr_pool_t *pool)
{
    return *value && !strpbrk(value, " \t\r\n'\\")
        ? apr_pstrcat(pool, keyword, "=", value, NULL)
        : pair_quoted(keyword, value, pool);
}

const char *oa2_conninfo_show(int *secret, const char *params,
                              apr_pool_t *pool)
{
    PQconninfoOption *options;
    PQconninfoOption *option;
    const char *text = "";

    *secret = 0;
    options = PQconninfoParse(params, NULL);
    for (option = options; option && option->keyword; option++) {
        if (!option->val)
            continue;
        /* libpq marks them itself: password, sslpassword, and later ones. */
        if (strchr(option->dispchar, '*')) {
            *secret = 1;
            continue;
        }
        text = apr_pstrcat(pool, text, *text ? " " : "",
                           pair(option->keyword, option->val, pool), NULL);
    }
    PQconninfoFree(options);
    return text;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* conf.c - what an administrator wrote to name a database: whether it can be
   used, and what of it may be shown. */
#include <string.h>

#include <apr_file_info.h>
#include <apr_strings.h>
#include <libpq-fe.h>

#include "store/pool.h"

static const char *sqlite_check(const char *path, apr_pool_t *pool)
{
    const char *folder = oa2_sqlite_folder(path, pool);
    apr_finfo_t info;

    if (strcmp(path, ":memory:") == 0)
        return NULL;
    if (!*path)
        return "sqlite3 needs the path of a file.";
    if (apr_stat(&info, path, APR_FINFO_TYPE, pool) == APR_SUCCESS
        && info.filetype != APR_REG)
        return apr_psprintf(pool, "\"%s\" is not a plain file: name the file "
                            "that is to hold the tables.", path);
    if (apr_stat(&info, folder, APR_FINFO_TYPE, pool) != APR_SUCCESS
        || info.filetype != APR_DIR)
        return apr_psprintf(pool, "the folder \"%s\" does not exist: make it, "
                            "writable for the server's user.", folder);
    return NULL;
}

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

static const char *pgsql_check(const char *params, apr_pool_t *pool)
{
    char *message = NULL;
    PQconninfoOption *options = PQconninfoParse(params, &message);
    const char *problem = options ? NULL
                                  : pgsql_problem(params, message, pool);

    PQconninfoFree(options);
    PQfreemem(message);
    return problem;
}

const char *oa2_store_conf_check(const oa2_store_conf_t *conf,
                                 apr_pool_t *pool)
{
    if (conf->connections < 1 || conf->connections > 1000)
        return "the number of connections must be between 1 and 1000.";
    if (conf->wait_ms < 1 || conf->wait_ms > 60000)
        return "the longest wait for a connection must be between 1 ms and "
            "60 s.";
    if (strcmp(conf->driver, "sqlite3") == 0)
        return sqlite_check(conf->params, pool);
    if (strcmp(conf->driver, "pgsql") != 0)
        return apr_psprintf(pool, "there is no database driver \"%s\": it is "
                            "pgsql or sqlite3.", conf->driver);
    return pgsql_check(conf->params, pool);
}

/* Without quotes where that says the same: people type it again. */
static const char *pair(const char *keyword, const char *value,
                        apr_pool_t *pool)
{
    return *value && !strpbrk(value, " \t\r\n'\\")
        ? apr_pstrcat(pool, keyword, "=", value, NULL)
        : oa2_pgsql_pair(keyword, value, pool);
}

const char *oa2_store_conf_public(int *secret, const oa2_store_conf_t *conf,
                                  apr_pool_t *pool)
{
    PQconninfoOption *options;
    PQconninfoOption *option;
    const char *text = "";

    *secret = 0;
    if (strcmp(conf->driver, "pgsql") != 0)
        return apr_pstrdup(pool, conf->params);
    options = PQconninfoParse(conf->params, NULL);
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

const char *oa2_store_conf_word(const char *text, apr_pool_t *pool)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";
    const char *quoted = "'";
    const char *quote;

    if (*text && !text[strspn(text, plain)])
        return apr_pstrdup(pool, text);
    /* Within single quotes a shell takes all but these as they are. */
    while ((quote = strchr(text, '\'')) != NULL) {
        quoted = apr_pstrcat(pool, quoted,
                             apr_pstrmemdup(pool, text,
                                            (apr_size_t)(quote - text)),
                             "'\\''", NULL);
        text = quote + 1;
    }
    return apr_pstrcat(pool, quoted, text, "'", NULL);
}

const char *oa2_store_conf_command(const oa2_store_conf_t *conf,
                                   const char *verb, apr_pool_t *pool)
{
    int secret;
    const char *text = apr_pstrcat(
        pool, conf->driver, " ", oa2_store_conf_public(&secret, conf, pool),
        NULL);

    return apr_pstrcat(pool, "oauth2ctl --database ",
                       oa2_store_conf_word(text, pool), " ", verb, NULL);
}

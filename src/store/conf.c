/* SPDX-License-Identifier: Apache-2.0 */
/* conf.c - what an administrator wrote to name a database: whether it can be
   used, and what of it may be shown. */
#include "store/conf.h"

#include <string.h>

#include <apr_strings.h>

#include "store/db/drivers.h"

const char *oa2_store_conf_check(const oa2_store_conf_t *conf,
                                 apr_pool_t *pool)
{
    const oa2_driver_t *driver = oa2_driver_find(conf->driver);

    if (conf->connections < 1 || conf->connections > 1000)
        return "the number of connections must be between 1 and 1000.";
    if (conf->wait_ms < 1 || conf->wait_ms > 60000)
        return "the longest wait for a connection must be between 1 ms and "
            "60 s.";
    if (!driver)
        return apr_psprintf(pool, "there is no database driver \"%s\": it is "
                            "%s.", conf->driver, oa2_driver_names(pool));
    return driver->check(conf->params, pool);
}

int oa2_store_is_file(const char *driver)
{
    const oa2_driver_t *found = oa2_driver_find(driver);

    return found && !found->is_server;
}

int oa2_store_is_file_of(const char *driver, int fd)
{
    const oa2_driver_t *found = oa2_driver_find(driver);

    return found && found->is_file && found->is_file(fd);
}

const char *oa2_store_conf_public(int *secret, const oa2_store_conf_t *conf,
                                  apr_pool_t *pool)
{
    return oa2_driver_find(conf->driver)->show(secret, conf->params, pool);
}

const char *oa2_store_conf_word(const char *text, apr_pool_t *pool)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";
    const char *quoted = "'";
    const char *quote;

    if (*text && !text[strspn(text, plain)])
        return apr_pstrdup(pool, text);
    /* Within single quotes a shell takes all but these as they are.  They go
       between double ones: httpd's log doubles a backslash. */
    while ((quote = strchr(text, '\'')) != NULL) {
        quoted = apr_pstrcat(pool, quoted,
                             apr_pstrmemdup(pool, text,
                                            (apr_size_t)(quote - text)),
                             "'\"'\"'", NULL);
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

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_choose.c - which database is meant, and whose clients and users in it.
 *
 * httpd writes down what it serves (domain/site/servers.h), so nobody has to
 * name its database again.  Whoever names one means that one.  Nothing is
 * guessed: where there are several, --issuer says which.
 */
#include <string.h>
#include <unistd.h>

#include <apr_env.h>
#include <apr_strings.h>

#include "ctl.h"
#include "store/realm.h"

#define WAIT_MS 5000

int ctl_is_sqlite(const ctl_t *ctl)
{
    return oa2_store_is_file(ctl->database.driver);
}

int ctl_is_file(const ctl_t *ctl)
{
    return ctl_is_sqlite(ctl) && strcmp(ctl->database.params, ":memory:");
}

const char *ctl_command_line(const ctl_t *ctl, const char *verb)
{
    return ctl->from == CTL_FROM_OPTION
        ? oa2_store_conf_command(&ctl->database, verb, ctl->pool)
        : apr_pstrcat(ctl->pool, "oauth2ctl ", verb, NULL);
}

/* ------------------------------------------------------------ named */

oa2_store_conf_t ctl_parse_database(const char *text, apr_pool_t *pool)
{
    oa2_store_conf_t conf = { NULL, NULL, 1, WAIT_MS };
    char *driver = apr_pstrdup(pool, text);
    char *params = driver + strcspn(driver, " ");
    apr_size_t len;

    if (*params)
        *params++ = '\0';
    params += strspn(params, " ");
    len = strlen(params);
    if (len > 1 && (*params == '"' || *params == '\'')
        && params[len - 1] == *params) {
        params[len - 1] = '\0';
        params++;
    }
    conf.driver = driver;
    conf.params = *params || !oa2_store_is_file(driver)
        ? params : OA2_STATE_DIR "/" OA2_DATABASE_FILE;
    return conf;
}

/* ------------------------------------------------------------ httpd's */

static const oa2_served_t *row(const ctl_t *ctl, int i)
{
    return &APR_ARRAY_IDX(ctl->servers->served, i, oa2_served_t);
}

static int same_database(const oa2_served_t *a, const oa2_served_t *b)
{
    return strcmp(a->driver, b->driver) == 0
           && strcmp(a->params, b->params) == 0;
}

/* What --issuer may be, each with its database. */
static const char *choices(const ctl_t *ctl)
{
    const char *text = "";
    int i;

    for (i = 0; i < ctl->servers->served->nelts; i++)
        text = apr_pstrcat(ctl->pool, text, i ? ", " : "", row(ctl, i)->issuer,
                           " (", row(ctl, i)->driver, " ", row(ctl, i)->params,
                           ")", NULL);
    return text;
}

/* An issuer of that name is meant before a realm of it: a site that moved may
   have its old address as its realm, and another one lives there now. */
static oa2_err_t *choose_named(const oa2_served_t **out, const ctl_t *ctl,
                               const char *name)
{
    const oa2_served_t *found = NULL;
    int i;

    for (i = 0; i < ctl->servers->served->nelts; i++) {
        if (strcmp(row(ctl, i)->issuer, name)) continue;
        *out = row(ctl, i);
        return NULL;
    }
    for (i = 0; i < ctl->servers->served->nelts; i++) {
        if (strcmp(row(ctl, i)->realm, name)) continue;
        if (found && !same_database(found, row(ctl, i)))
            return ctl_fail(ctl, &ctl_usage, "there are realms of that name "
                            "in several databases: give --issuer an "
                            "issuer's URL: %s", choices(ctl));
        if (!found)
            found = row(ctl, i);
    }
    if (!found)
        return ctl_fail(ctl, &ctl_usage, "httpd serves no issuer of that "
                        "name; as of its last start it serves %s",
                        choices(ctl));
    *out = found;
    return NULL;
}

static oa2_err_t *choose_served(const oa2_served_t **out, const ctl_t *ctl)
{
    const char *issuer = ctl_option(ctl, "issuer");
    int count = ctl->servers->served->nelts;
    int i;

    if (issuer) return choose_named(out, ctl, issuer);
    for (i = 1; i < count; i++)
        if (!same_database(row(ctl, 0), row(ctl, i)))
            return ctl_fail(ctl, &ctl_usage, "httpd works with several "
                            "databases: say which with --issuer: %s",
                            choices(ctl));
    *out = row(ctl, 0);
    return NULL;
}

static void take_served(ctl_t *ctl, const oa2_served_t *served)
{
    int i, alone = 1;

    ctl->from = CTL_FROM_HTTPD;
    ctl->database.driver = served->driver;
    ctl->database.params = served->params;
    ctl->httpd_password = served->password;
    /* Who has to give a password gives his own. */
    ctl->httpd_user = served->password ? NULL : ctl->servers->user;
    for (i = 0; i < ctl->servers->served->nelts; i++)
        alone &= strcmp(row(ctl, i)->realm, served->realm) == 0;
    if (!alone && !ctl_has(ctl, "issuer")) return;
    ctl->realm = served->realm;
}

oa2_err_t *ctl_choose(ctl_t *ctl)
{
    const char *text = ctl_option(ctl, "database");
    const oa2_served_t *served;
    char *env = NULL;
    oa2_err_t *err;

    if (!text && apr_env_get(&env, "OAUTH2_DATABASE", ctl->pool) ==
        APR_SUCCESS && *env)
        text = env;
    ctl->from = text ? CTL_FROM_OPTION : CTL_BUILT_IN;
    ctl->database = ctl_parse_database(text ? text : OA2_DRIVER_EMBEDDED,
                                       ctl->pool);
    if (text) return NULL;
    err = oa2_servers_read(&ctl->servers, oa2_servers_path(ctl->pool),
                           ctl->pool);
    if (err && geteuid() != 0)
        err->meant = apr_pstrcat(ctl->pool, err->meant, "; use sudo", NULL);
    OA2_TRY(err);
    if (!ctl->servers) return NULL;
    OA2_TRY(choose_served(&served, ctl));
    take_served(ctl, served);
    return NULL;
}

/* ------------------------------------------------------------ realm */

static const char *names_of(const apr_array_header_t *realms,
                            apr_pool_t *pool)
{
    const char *text = "";
    int i;

    for (i = 0; i < realms->nelts; i++)
        text = apr_pstrcat(pool, text, i ? ", " : "",
                           APR_ARRAY_IDX(realms, i, oa2_realm_t).name, NULL);
    return text;
}

/* As httpd does when it starts, in the order that is written: the first has
   what was there before there were realms. */
static oa2_err_t *give_numbers(ctl_t *ctl)
{
    apr_int64_t id;
    int i;

    for (i = 0; i < ctl->servers->served->nelts; i++)
        if (strcmp(row(ctl, i)->driver, ctl->database.driver) == 0
            && strcmp(row(ctl, i)->params, ctl->database.params) == 0)
            OA2_TRY(oa2_realm_enter(&id, &ctl->ctx, row(ctl, i)->realm));
    return NULL;
}

oa2_err_t *ctl_enter_realm(ctl_t *ctl)
{
    const char *issuer = ctl_option(ctl, "issuer");
    apr_array_header_t *realms;
    int i;

    if (!ctl->realm)
        ctl->realm = issuer;
    if (ctl->realm && ctl->servers)
        OA2_TRY(give_numbers(ctl));
    OA2_TRY(oa2_realm_list(&realms, &ctl->ctx));
    if (!ctl->realm && realms->nelts > 1)
        return ctl_fail(ctl, &ctl_usage, "the database is of several "
                        "issuers: say which with --issuer: %s",
                        names_of(realms, ctl->pool));
    for (i = 0; i < realms->nelts; i++) {
        const oa2_realm_t *realm = &APR_ARRAY_IDX(realms, i, oa2_realm_t);

        if (ctl->realm && strcmp(realm->name, ctl->realm)) continue;
        ctl->ctx.realm = realm->id;
        ctl->realm = realm->name;
        return NULL;
    }
    if (!ctl->realm) return NULL;
    return ctl_fail(ctl, &ctl_usage, "the database knows no issuer of that "
                    "name; %s%s", realms->nelts ? "it knows " : "httpd tells "
                    "it when it starts: leave out --issuer until then",
                    names_of(realms, ctl->pool));
}

/* ------------------------------------------------------------ telling */

void ctl_where_json(const ctl_t *ctl, cJSON *json)
{
    int secret;

    oa2_json_put_text(json, "database", apr_pstrcat(
        ctl->pool, ctl->database.driver, " ",
        oa2_store_conf_public(&secret, &ctl->database, ctl->pool), NULL));
    if (ctl->realm)
        oa2_json_put_text(json, "realm", ctl->realm);
}

void ctl_where_print(const ctl_t *ctl)
{
    static const char *const why[] = {
        [CTL_FROM_OPTION] = "",
        [CTL_FROM_HTTPD] = " (httpd's)",
        [CTL_BUILT_IN] = " (built in: httpd has not told yet what it uses)"
    };
    int secret;

    ctl_field(ctl, "Database", apr_pstrcat(
        ctl->pool, ctl->database.driver, " ",
        oa2_store_conf_public(&secret, &ctl->database, ctl->pool),
        why[ctl->from], NULL));
    if (ctl->realm)
        ctl_field(ctl, "Realm", ctl->realm);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_fields.c - a client's fields from the options of `client add` and
 * `client set`.
 */
#include <string.h>

#include <apr_strings.h>

#include "base/text/units.h"
#include "base/text/uri.h"
#include "ctl.h"
#include "base/text/words.h"
#include "domain/client/property.h"
#include "domain/request/redirect.h"

static oa2_err_t *redirect_check(const ctl_t *ctl, const char *uri)
{
    /* White space would make two of it.  Whether its scheme may be without a
       dot is said by the whole client. */
    const char *problem = oa2_redirect_problem(uri, 1, ctl->pool);

    return problem ? ctl_fail(ctl, &ctl_usage, "redirect URI \"%s\" %s", uri,
                              problem) : NULL;
}

/* RFC 8707 section 2: absolute, without a fragment */
static oa2_err_t *resource_check(const ctl_t *ctl, const char *text)
{
    const oa2_uri_t *uri = oa2_uri_parse(text, ctl->pool);

    if (uri && !uri->has_fragment) return NULL;
    return ctl_fail(ctl, &ctl_usage, "resource \"%s\" is not an absolute URI "
                    "without a fragment", text);
}

/* The values of a repeatable option, checked one by one, as words; an empty
   value gives the empty list. */
static oa2_err_t *take_words(const char **out, const ctl_t *ctl,
                             const char *option,
                             oa2_err_t *(*check)(const ctl_t *, const char *))
{
    const apr_array_header_t *values = ctl_values(ctl, option);
    const char *words = "";
    int i;

    for (i = 0; values && i < values->nelts; i++) {
        const char *value = APR_ARRAY_IDX(values, i, const char *);
        if (*value && check)
            OA2_TRY(check(ctl, value));
        words = oa2_words_union(words, value, ctl->pool);
    }
    if (values)
        *out = words;
    return NULL;
}

/* What the server-wide setting allows, a client may have; 0: the server's. */
static oa2_err_t *take_lifetime(apr_int64_t *out, const ctl_t *ctl,
                                const char *option, const char *setting)
{
    static const struct {
        const char *name;
        apr_int64_t min, max;
    } limits[] = {
#define X(kind, member, directive, preset, low, high, help)                 \
        { #member, (low), (high) },
        OA2_SETTINGS(X)
#undef X
    };
    const char *text = ctl_option(ctl, option), *problem;
    apr_size_t i = 0;

    if (!text) return NULL;
    if (strcmp(text, "0") == 0) {
        *out = 0;
        return NULL;
    }
    while (strcmp(limits[i].name, setting))
        i++;
    problem = oa2_units_seconds(out, text, limits[i].min, limits[i].max,
                                ctl->pool);
    return problem ? ctl_fail(ctl, &ctl_usage, "--%s %s: %s", option, text,
                              problem) : NULL;
}

static oa2_err_t *take_redirects(oa2_client_t *client, const ctl_t *ctl)
{
    const char *more = "", *less = "";

    OA2_TRY(take_words(&client->redirect_uris, ctl, "redirect-uri",
                       redirect_check));
    OA2_TRY(take_words(&more, ctl, "add-redirect-uri", redirect_check));
    OA2_TRY(take_words(&less, ctl, "remove-redirect-uri", NULL));
    if (!oa2_words_is_subset(less, client->redirect_uris))
        return ctl_fail(ctl, &ctl_not_found, "--remove-redirect-uri: the "
                        "client has no such redirect URI");
    client->redirect_uris = oa2_words_minus(client->redirect_uris, less,
                                            ctl->pool);
    client->redirect_uris = oa2_words_union(client->redirect_uris, more,
                                            ctl->pool);
    return NULL;
}

static oa2_err_t *take_switch(int *out, const ctl_t *ctl, const char *on,
                              const char *off)
{
    if (ctl_has(ctl, on) && ctl_has(ctl, off))
        return ctl_fail(ctl, &ctl_usage, "--%s and --%s exclude each other",
                        on, off);
    if (ctl_has(ctl, on))
        *out = 1;
    if (ctl_has(ctl, off))
        *out = 0;
    return NULL;
}

/* --compat is the whole list, --no-pkce and --pkce one word of it. */
static oa2_err_t *take_compat(oa2_client_t *client, const ctl_t *ctl)
{
    const char *words = oa2_client_compat(client, ctl->pool);

    OA2_TRY(take_words(&words, ctl, "compat", NULL));
    if (ctl_has(ctl, "compat"))
        oa2_client_set_compat(client, words, ctl->pool);
    return take_switch(&client->no_pkce, ctl, "no-pkce", "pkce");
}

oa2_err_t *ctl_fields_take(oa2_client_t *client, const ctl_t *ctl)
{
    const char *text;

    OA2_TRY(take_switch(&client->trusted, ctl, "trusted", "no-trusted"));
    OA2_TRY(take_compat(client, ctl));
    OA2_TRY(take_switch(&client->any_scheme, ctl, "any-scheme",
                        "no-any-scheme"));
    if ((text = ctl_option(ctl, "name")) != NULL)
        client->name = text;
    if ((text = ctl_option(ctl, "introspect")) != NULL)
        client->introspect = text;
    OA2_TRY(take_redirects(client, ctl));
    OA2_TRY(take_words(&client->origins, ctl, "origin", NULL));
    OA2_TRY(take_words(&client->scope, ctl, "scope", NULL));
    OA2_TRY(take_words(&client->grants, ctl, "grant", NULL));
    OA2_TRY(take_words(&client->resources, ctl, "resource", resource_check));
    OA2_TRY(take_lifetime(&client->access_lifetime, ctl, "access-lifetime",
                          "access_lifetime"));
    return take_lifetime(&client->refresh_lifetime, ctl, "refresh-lifetime",
                         "refresh_lifetime");
}

/* ------------------------------------------------------------ warnings */

static void warn_scopes(const ctl_t *ctl, const oa2_client_t *client)
{
    const apr_array_header_t *words = oa2_words_split(client->scope,
                                                      ctl->pool);
    int i;

    if (!words->nelts && strcmp(client->introspect, "none") == 0)
        ctl_warn(ctl, "the client has no scope, so its tokens open nothing "
                 "that asks for one: --scope 'read write'");
    for (i = 0; i < words->nelts; i++) {
        const char *word = APR_ARRAY_IDX(words, i, const char *);

        if (strchr(word, ','))
            ctl_warn(ctl, "\"%s\" is one scope: several are separated by "
                     "spaces", word);
    }
}

void ctl_fields_warn(const ctl_t *ctl, const oa2_client_t *client)
{
    const apr_array_header_t *uris = oa2_words_split(client->redirect_uris,
                                                     ctl->pool);
    int i;

    warn_scopes(ctl, client);
    /* RFC 9700 section 2.1.1 */
    if (*oa2_client_compat(client, ctl->pool))
        ctl_warn(ctl, "compatibility switches work where the server has them, "
                 "too: OAuth2Compat %s", oa2_client_compat(client, ctl->pool));
    if (client->no_pkce)
        ctl_warn(ctl, "the client need not use PKCE: a code that is stolen on "
                 "its way can be slipped to the client in somebody else's "
                 "name; --pkce once the client can do it");
    if (!uris->nelts && !ctl_has(ctl, "grant")
        && strcmp(client->introspect, "none") == 0)
        ctl_warn(ctl, "the client has no redirect URI, so it acts for itself "
                 "and nobody can sign in with it; if that is meant, say "
                 "--grant client_credentials");
    for (i = 0; i < uris->nelts; i++) {
        const char *uri = APR_ARRAY_IDX(uris, i, const char *);

        if (strchr(uri, '*'))
            ctl_warn(ctl, "redirect URI \"%s\": \"*\" stands for itself only; "
                     "each URI is named, character by character", uri);
    }
}

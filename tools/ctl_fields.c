/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_fields.c - a client's fields from the options of `client add` and
 * `client set`.
 */
#include <string.h>

#include <apr_strings.h>

#include "base/units.h"
#include "base/uri.h"
#include "ctl.h"
#include "domain/redirect.h"
#include "domain/scope.h"

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
        if (*value && check) OA2_TRY(check(ctl, value));
        words = oa2_scope_union(words, value, ctl->pool);
    }
    if (values) *out = words;
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
    if (!strcmp(text, "0")) {
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
    if (!oa2_scope_is_subset(less, client->redirect_uris))
        return ctl_fail(ctl, &ctl_not_found, "--remove-redirect-uri: the "
                        "client has no such redirect URI");
    client->redirect_uris = oa2_scope_minus(client->redirect_uris, less,
                                            ctl->pool);
    client->redirect_uris = oa2_scope_union(client->redirect_uris, more,
                                            ctl->pool);
    return NULL;
}

oa2_err_t *ctl_fields_take(oa2_client_t *client, const ctl_t *ctl)
{
    const char *text;

    if (ctl_has(ctl, "trusted") && ctl_has(ctl, "no-trusted"))
        return ctl_fail(ctl, &ctl_usage,
                        "--trusted and --no-trusted exclude each other");
    if ((text = ctl_option(ctl, "name")) != NULL) client->name = text;
    if ((text = ctl_option(ctl, "introspect")) != NULL)
        client->introspect = text;
    if (ctl_has(ctl, "trusted")) client->trusted = 1;
    if (ctl_has(ctl, "no-trusted")) client->trusted = 0;
    OA2_TRY(take_redirects(client, ctl));
    OA2_TRY(take_words(&client->scope, ctl, "scope", NULL));
    OA2_TRY(take_words(&client->grants, ctl, "grant", NULL));
    OA2_TRY(take_words(&client->resources, ctl, "resource", resource_check));
    OA2_TRY(take_lifetime(&client->access_lifetime, ctl, "access-lifetime",
                          "access_lifetime"));
    return take_lifetime(&client->refresh_lifetime, ctl, "refresh-lifetime",
                         "refresh_lifetime");
}

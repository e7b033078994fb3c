/* SPDX-License-Identifier: Apache-2.0 */
/* property.c - see property.h */
#include "domain/client/property.h"

#include <stddef.h>
#include <string.h>

#include <apr_lib.h>
#include <apr_strings.h>

#include "base/text/abnf.h"
#include "base/text/json.h"
#include "base/text/uri.h"
#include "base/text/words.h"
#include "domain/request/redirect.h"
#include "domain/site/language.h"

#define META (-1)
#define ABOUT (-2)
#define ABOUT_MAX 32768
#define NAME_MAX_BYTES 255
#define LIST_MAX 16384
#define YES "yes"
#define COMPAT "compat"
#define NO_PKCE "no_pkce"               /* the switch that is a column */
#define CONFIDENTIAL "client_secret_basic"

#define COLUMN(member) (int)offsetof(oa2_client_t, member)
#define DEV OA2_SET_BY_DEVELOPER
#define ADM OA2_SET_BY_ADMINISTRATOR

const oa2_property_t oa2_properties[] = {
    { "client_name", NULL, NULL, OA2_PROPERTY_TEXT, COLUMN(name),
      NAME_MAX_BYTES, DEV, 0, "what people see when they are asked" },
    { "description", NULL, NULL, OA2_PROPERTY_ABOUT, ABOUT, ABOUT_MAX, DEV, 0,
      "what it does, for whom, and what it needs its scopes for" },
    { "redirect_uris", NULL, NULL, OA2_PROPERTY_WORDS, COLUMN(redirect_uris),
      LIST_MAX, DEV, OA2_REVIEW_PLACES,
      "where answers may be sent to, one a line" },
    { "token_endpoint_auth_method", NULL, NULL, OA2_PROPERTY_METHOD,
      COLUMN(secret), 0, DEV, OA2_REVIEW_ALL,
      "none: an app in a browser or on a device, which can keep no secret" },
    { "grant_types", NULL, NULL, OA2_PROPERTY_WORDS, COLUMN(grants), LIST_MAX,
      DEV, OA2_REVIEW_ALL, "how it gets its tokens" },
    { "scope", NULL, NULL, OA2_PROPERTY_WORDS, COLUMN(scope), LIST_MAX, DEV,
      OA2_REVIEW_ALL, "what it may ask for; fewer is easier to approve" },
    { "origins", NULL, NULL, OA2_PROPERTY_WORDS, COLUMN(origins), LIST_MAX,
      DEV, 0, "of its pages, if not of a redirect URI" },
    { "trusted", NULL, NULL, OA2_PROPERTY_SWITCH, COLUMN(trusted), 0, ADM, 0,
      "users are not asked for consent" },
    { COMPAT, NULL, NULL, OA2_PROPERTY_COMPAT, META, 1000, ADM, 0,
      "what it may do otherwise than the RFCs say" },
#define X(name, option, value, kind, limit, by, help)                       \
    { #name, option, value, OA2_PROPERTY_##kind, META, limit,               \
      OA2_SET_BY_##by, 0, help },
    OA2_META_PROPERTIES(X)
#undef X
    { NULL, NULL, NULL, OA2_PROPERTY_TEXT, META, 0, ADM, 0, NULL }
};

/* ------------------------------------------------------------ meta */

static cJSON *meta_of(const oa2_client_t *client, apr_pool_t *pool)
{
    const char *text = client->meta ? client->meta : "{}";
    cJSON *json = oa2_json_parse(text, strlen(text), pool);

    return json && cJSON_IsObject(json) ? json : oa2_json_object(pool);
}

const char *oa2_client_meta(const oa2_client_t *client, const char *name,
                            apr_pool_t *pool)
{
    const char *text = NULL;

    if (client->meta && client->meta[0] && strcmp(client->meta, "{}") != 0)
        text = oa2_json_get_text(meta_of(client, pool), name);
    return text ? text : "";
}

/* What it does not know it keeps: a later version's. */
static void set_meta(oa2_client_t *client, const char *name, const char *text,
                     apr_pool_t *pool)
{
    cJSON *json = oa2_json_object(pool);
    const cJSON *member = meta_of(client, pool)->child;

    for (; member; member = member->next)
        if (strcmp(member->string, name) != 0 && cJSON_IsString(member))
            oa2_json_put_text(json, member->string, member->valuestring);
    if (*text)
        oa2_json_put_text(json, name, text);
    client->meta = oa2_json_text(json, pool);
}

const char *oa2_client_compat(const oa2_client_t *client, apr_pool_t *pool)
{
    const char *words = oa2_client_meta(client, COMPAT, pool);

    return client->no_pkce ? oa2_words_union(words, NO_PKCE, pool) : words;
}

void oa2_client_set_compat(oa2_client_t *client, const char *words,
                           apr_pool_t *pool)
{
    client->no_pkce = oa2_words_has(words, NO_PKCE);
    set_meta(client, COMPAT, oa2_words_minus(words, NO_PKCE, pool), pool);
}

/* ------------------------------------------------------------ get, set */

const char *oa2_property_get(const oa2_app_t *app, const oa2_property_t *row,
                             apr_pool_t *pool)
{
    const void *at = (const char *)app->client + row->column;
    const char *text;

    if (row->kind == OA2_PROPERTY_COMPAT)
        return oa2_client_compat(app->client, pool);
    if (row->column == META)
        return oa2_client_meta(app->client, row->name, pool);
    if (row->column == ABOUT)
        return app->about;
    if (row->kind == OA2_PROPERTY_SWITCH)
        return *(const int *)at ? YES : "";
    if (row->kind == OA2_PROPERTY_METHOD)
        return app->client->secret ? CONFIDENTIAL : "none";
    text = *(const char *const *)at;
    return text ? text : "";
}

/* Lines and blanks to words.  Repeats are looked for one by one, so what is
   too long is left alone. */
static const char *words_of(const oa2_property_t *row, const char *text,
                            apr_pool_t *pool)
{
    char *copy = apr_pstrdup(pool, text);
    char *c;

    if (row->limit && strlen(text) > (apr_size_t)row->limit)
        return text;
    for (c = copy; *c; c++)
        if (apr_isspace(*c))
            *c = ' ';
    return oa2_words_union(copy, "", pool);
}

static const char *trimmed(const char *text, apr_pool_t *pool)
{
    char *copy = apr_pstrdup(pool, text);

    while (*copy && apr_isspace(*copy))
        copy++;
    while (*copy && apr_isspace(copy[strlen(copy) - 1]))
        copy[strlen(copy) - 1] = '\0';
    return copy;
}

void oa2_property_set(oa2_app_t *app, const oa2_property_t *row,
                      const char *text, apr_pool_t *pool)
{
    oa2_client_t *client = app->client;
    void *at = (char *)client + row->column;

    text = row->kind == OA2_PROPERTY_WORDS
        || row->kind == OA2_PROPERTY_COMPAT ? words_of(row, text, pool)
                                            : trimmed(text, pool);
    if (row->kind == OA2_PROPERTY_COMPAT)
        oa2_client_set_compat(client, text, pool);
    else if (row->column == META)
        set_meta(client, row->name, text, pool);
    else if (row->column == ABOUT)
        app->about = text;
    else if (row->kind == OA2_PROPERTY_SWITCH)
        *(int *)at = strcmp(text, YES) == 0;
    else if (row->kind != OA2_PROPERTY_METHOD)
        *(const char **)at = text;
    else if (strcmp(text, "none") == 0) {
        client->secret = client->old_secret = NULL;
        client->old_secret_until = 0;
    }
    else if (!client->secret)
        client->secret = "";
}

/* ------------------------------------------------------------ checks */

/* What white space separates: the one rule. */
static int count_words(const char *text)
{
    int n = 0;

    while (*text) {
        while (*text && apr_isspace(*text))
            text++;
        n += *text != '\0';
        while (*text && !apr_isspace(*text))
            text++;
    }
    return n;
}

void oa2_property_word_limits(int *min, int *max,
                              const oa2_settings_t *settings)
{
    *min = settings->app_words_max ? (int)settings->app_words_min
                                   : OA2_APP_WORDS_MIN;
    *max = settings->app_words_max ? (int)settings->app_words_max
                                   : OA2_APP_WORDS_MAX;
}

int oa2_property_agrees(const oa2_client_t *client, const oa2_ctx_t *ctx)
{
    const char *version = ctx->settings->app_terms_version;

    return !version
        || strcmp(version, oa2_client_meta(client, "terms_version",
                                           ctx->pool)) == 0;
}

/* RFC 7591 section 2: "MUST point to a valid web page".  Shown as links, so
   nothing that a browser would run. */
static const char *url_problem(const char *url, const oa2_ctx_t *ctx)
{
    if (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
        return oa2_say(ctx, "write the whole address of a page, beginning "
                       "with https://", NULL);
    return oa2_redirect_problem(url, 0, ctx->pool)
        ? oa2_say(ctx, "write an address that begins with https:// and has no "
                  "\"#\", blank or user name", NULL) : NULL;
}

static const char *about_problem(const char *text, const oa2_ctx_t *ctx)
{
    int n = count_words(text);
    int min, max;

    oa2_property_word_limits(&min, &max, ctx->settings);
    if (n >= min && n <= max)
        return NULL;
    return oa2_say(ctx, "write {{min}} to {{max}} words; these are {{n}}",
                   "min", apr_itoa(ctx->pool, min),
                   "max", apr_itoa(ctx->pool, max),
                   "n", apr_itoa(ctx->pool, n), NULL);
}

static const char *redirects_problem(const oa2_client_t *client,
                                     const oa2_ctx_t *ctx)
{
    const apr_array_header_t *all = oa2_words_split(client->redirect_uris,
                                                    ctx->pool);
    int i;

    for (i = 0; i < all->nelts; i++) {
        const char *uri = APR_ARRAY_IDX(all, i, const char *);
        const char *why = oa2_redirect_problem(uri, client->any_scheme,
                                               ctx->pool);

        if (why)
            return oa2_say(ctx, "\"{{url}}\" {{problem}}", "url", uri,
                           "problem", oa2_say(ctx, why, NULL), NULL);
    }
    return NULL;
}

static const char *scope_problem(const char *scope, const oa2_ctx_t *ctx)
{
    const char *known = oa2_settings_scope_words(ctx->settings, 0, ctx->pool);
    const char *other = oa2_words_minus(scope, known, ctx->pool);

    return *other ? oa2_say(ctx, "this server has no scope \"{{scope}}\"",
                            "scope", other, NULL) : NULL;
}

const char *oa2_property_problem(const oa2_app_t *app,
                                 const oa2_property_t *row,
                                 const oa2_ctx_t *ctx)
{
    const char *text = oa2_property_get(app, row, ctx->pool);

    if (row->limit && strlen(text) > (apr_size_t)row->limit)
        return oa2_say(ctx, "write {{max}} bytes at most",
                       "max", apr_itoa(ctx->pool, row->limit), NULL);
    if (row->kind == OA2_PROPERTY_ABOUT)
        return about_problem(text, ctx);
    if (row->kind == OA2_PROPERTY_URL)
        return *text ? url_problem(text, ctx) : NULL;
    if (*text && !oa2_is_text(text))
        return oa2_say(ctx, "write text without control characters", NULL);
    if (strcmp(row->name, "client_name") == 0 && !*text)
        return oa2_say(ctx, "give it a name", NULL);
    if (strcmp(row->name, "redirect_uris") == 0)
        return redirects_problem(app->client, ctx);
    if (strcmp(row->name, "scope") == 0)
        return scope_problem(text, ctx);
    return NULL;
}

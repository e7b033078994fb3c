/* SPDX-License-Identifier: Apache-2.0 */
/*
 * places.c - what "httpd -t" can say of lines that only together make
 * sense: AuthType, AuthName and Require; providers and their files.
 */
#include "httpd/check/places.h"

#include <string.h>

#include <apr_strings.h>
#include <http_core.h>
#include <util_cfgtree.h>

#include "httpd/conf/conf.h"
#include "httpd/conf/handler.h"
#include "httpd/module.h"
#include "httpd/run/log.h"

/* ------------------------------------------------------------ collecting */

static int is_any(const char *word, const char *const *names)
{
    for (; *names; names++)
        if (strcasecmp(word, *names) == 0) return 1;
    return 0;
}

/* 0: a section that is no place of its own (Limit, RequireAll). */
static int kind_of(oa2_place_kind_t *kind, const char *directive)
{
    static const char *const locations[] = {
        "<Location", "<LocationMatch", NULL };
    static const char *const directories[] = {
        "<Directory", "<DirectoryMatch", NULL };
    static const char *const inner[] = {
        "<Files", "<FilesMatch", "<If", "<ElseIf", "<Else", "<Proxy",
        "<ProxyMatch", NULL };

    if (is_any(directive, locations))
        *kind = OA2_PLACE_LOCATION;
    else if (is_any(directive, directories))
        *kind = OA2_PLACE_DIRECTORY;
    else if (is_any(directive, inner))
        *kind = OA2_PLACE_INNER;
    else if (strcasecmp(directive, "<VirtualHost") != 0) return 0;
    else
        *kind = OA2_PLACE_SERVER;
    return 1;
}

/* "/path">: without the bracket, and without a slash at its end. */
static const char *path_of(const ap_directive_t *node, apr_pool_t *pool)
{
    const char *args = node->args;
    char *word = ap_getword_conf(pool, &args);
    apr_size_t len = strlen(word);

    if (ap_cstr_casecmpn(node->directive + strlen(node->directive) - 5,
                         "Match", 5) == 0 || strcmp(word, "~") == 0) {
        return NULL;
    }
    if (len && word[len - 1] == '>')
        word[--len] = '\0';
    while (len > 1 && word[len - 1] == '/')
        word[--len] = '\0';
    return strpbrk(word, "*?[") ? NULL : word;
}

static oa2_place_t *add(oa2_places_t *places, const oa2_place_t *outer,
                        const ap_directive_t *node, server_rec *s,
                        oa2_place_kind_t kind)
{
    apr_pool_t *pool = places->trial->pool;
    oa2_place_t *place = apr_pcalloc(pool, sizeof(*place));

    place->outer = kind == OA2_PLACE_SERVER ? NULL : outer;
    place->node = node;
    place->s = s;
    place->kind = kind;
    place->path = node && kind != OA2_PLACE_SERVER && kind != OA2_PLACE_INNER
        ? path_of(node, pool) : NULL;
    place->pool = pool;
    place->lines = apr_table_make(pool, 8);
    APR_ARRAY_PUSH(places->all, oa2_place_t *) = place;
    return place;
}

static void collect(oa2_places_t *places, oa2_place_t *place,
                    const ap_directive_t *node)
{
    for (; node; node = node->next) {
        oa2_place_kind_t kind;

        if (kind_of(&kind, node->directive)) {
            server_rec *s = oa2_trial_server(places->trial, place->s, node);

            collect(places, add(places, place, node, s, kind),
                    node->first_child);
            continue;
        }
        apr_table_addn(place->lines, node->directive, node->args);
        collect(places, place, node->first_child);
    }
}

const oa2_places_t *oa2_places_read(oa2_trial_t *trial)
{
    oa2_places_t *places = apr_palloc(trial->pool, sizeof(*places));

    places->trial = trial;
    places->all = apr_array_make(trial->pool, 32, sizeof(oa2_place_t *));
    collect(places, add(places, NULL, NULL, trial->main_server,
                        OA2_PLACE_SERVER), ap_conftree);
    return places;
}

/* ------------------------------------------------------------ covering */

const char *oa2_place_line(const oa2_place_t *place, const char *directive)
{
    return apr_table_get(place->lines, directive);
}

int oa2_place_is_under(const char *path, const char *above)
{
    apr_size_t len = strlen(above);

    return strcmp(above, "/") == 0
        || (strncmp(path, above, len) == 0
            && (!path[len] || path[len] == '/'));
}

/* The Location or Directory that an inner section is in. */
const oa2_place_t *oa2_place_frame(const oa2_place_t *place)
{
    while (place && place->kind == OA2_PLACE_INNER)
        place = place->outer;
    return place;
}

/* 1: what stands in a also counts in b.  2: it may. */
static int covers(const oa2_places_t *places, const oa2_place_t *a,
                  const oa2_place_t *b)
{
    const oa2_place_t *at;

    for (at = b; at; at = at->outer)
        if (at == a) return 1;
    if (a->s != b->s && a->s != places->trial->main_server) return 0;
    if (a->kind == OA2_PLACE_SERVER) return 1;
    a = oa2_place_frame(a);
    b = oa2_place_frame(b);
    if (!a || !b || a->kind == OA2_PLACE_SERVER || a->kind != b->kind
        || !a->path || !b->path) {
        return 2;
    }
    return oa2_place_is_under(b->path, a->path);
}

typedef int has_fn(const oa2_place_t *place, int surely);

/* Some place has it that counts in this one, or may. */
static int is_covered(const oa2_places_t *places, const oa2_place_t *place,
                      has_fn *has)
{
    int i;

    for (i = 0; i < places->all->nelts; i++) {
        const oa2_place_t *other = OA2_PLACE(places, i);
        int how = covers(places, other, place);

        if (how && has(other, how == 1)) return 1;
    }
    return 0;
}

/* Some place below has it. */
static int has_below(const oa2_places_t *places, const oa2_place_t *place,
                     has_fn *has)
{
    int i;

    for (i = 0; i < places->all->nelts; i++) {
        const oa2_place_t *other = OA2_PLACE(places, i);

        if (covers(places, place, other) == 1 && has(other, 1)) return 1;
    }
    return 0;
}

/* ------------------------------------------------------------ AuthType */

static int is_our_type(const oa2_place_t *place, int surely)
{
    const char *args = oa2_place_line(place, "AuthType");
    const char *type = args ? ap_getword_conf(place->pool, &args)
                            : NULL;

    (void)surely;
    return type && oa2_conf_is_our_type(oa2_conf_server(place->s), type);
}

static int has_type(const oa2_place_t *place, int surely)
{
    return surely && oa2_place_line(place, "AuthType") != NULL;
}

static int has_name(const oa2_place_t *place, int surely)
{
    (void)surely;
    return oa2_place_line(place, "AuthName") != NULL;
}

/* Each "Require" argument: 1 ends the loop. */
static int is_for_all(void *found, const char *name, const char *args)
{
    (void)name;
    if (strncasecmp(args, "all ", 4) != 0)
        *(int *)found |= 1;
    if (strncasecmp(args, "all denied", 10) == 0)
        *(int *)found |= 1;
    if (ap_strcasestr(args, "oauth2-") || ap_strcasestr(args, "user")
        || ap_strcasestr(args, "group")) {
        *(int *)found |= 2;
    }
    return 1;
}

/* What only may count here has to speak of users. */
static int has_require(const oa2_place_t *place, int surely)
{
    int found = 0;

    apr_table_do(is_for_all, &found, place->lines, "Require", NULL);
    return surely ? found != 0 : (found & 2) != 0;
}

static int find_ours(void *found, const char *name, const char *args)
{
    (void)name;
    if (strncasecmp(args, "not ", 4) == 0)
        args += 4;
    if (strncasecmp(args, "oauth2-", 7) == 0)
        *(const char **)found = args;
    return 1;
}

void oa2_place_warn(const oa2_place_t *place, int id, const char *text)
{
    oa2_log_server(place->s, APLOG_WARNING, id, "%s line %d: %s %s: %s",
                   place->node->filename, place->node->line_num,
                   place->node->directive, place->node->args, text);
}

static void check_auth(const oa2_places_t *places, const oa2_place_t *place)
{
    const char *ours = NULL;

    if (is_our_type(place, 1)) {
        if (!is_covered(places, place, has_require)
            && !has_below(places, place, has_require)) {
            oa2_place_warn(place, OA2_ID(7550), "AuthType OAuth2 without a "
                 "Require line lets everybody in: add \"Require oauth2-scope "
                 "...\" or \"Require valid-user\"");
        }
        if (!is_covered(places, place, has_name)
            && !has_below(places, place, has_name)) {
            oa2_place_warn(place, OA2_ID(7551), "AuthType OAuth2 without "
                 "AuthName: the challenge has no realm; add, for instance, "
                 "AuthName \"Orders API\"");
        }
    }
    apr_table_do(find_ours, &ours, place->lines, "Require", NULL);
    if (!ours || is_covered(places, place, is_our_type)) return;
    if (is_covered(places, place, has_type)) {
        oa2_place_warn(place, OA2_ID(7553), apr_psprintf(
            places->trial->pool, "Require %s beside another AuthType refuses "
            "everybody: write \"AuthType OAuth2\" (OAuth2BasicProvider takes "
            "names and passwords as well)", ours));
        return;
    }
    oa2_place_warn(place, OA2_ID(7552), apr_psprintf(
        places->trial->pool, "Require %s without an AuthType is an error 500 "
        "for everybody: add \"AuthType OAuth2\" and an AuthName", ours));
}

/* Nothing but "all granted", and nothing from mod_access_compat. */
static int is_closed(const oa2_place_t *place, int surely)
{
    return has_require(place, surely)
        || (surely && (oa2_place_line(place, "Deny")
                       || oa2_place_line(place, "Allow")));
}

static void check_metrics(const oa2_places_t *places,
                          const oa2_place_t *place)
{
    const char *args = oa2_place_line(place, "SetHandler");

    if (!args || is_covered(places, place, is_closed)
        || !oa2_handler_is_guarded(ap_getword_conf(place->pool, &args))) {
        return;
    }
    oa2_place_warn(place, OA2_ID(7850), "SetHandler " OA2_HANDLER_METRICS
                   " tells everybody how busy this server is: add who may "
                   "read it, for instance \"Require local\" or \"Require ip "
                   "192.0.2.7\"");
}

/* ------------------------------------------------------------ providers */

typedef struct {
    const char *provider;
    const char *needs;
    int is_file;
} provider_row_t;

static const provider_row_t provider_rows[] = {
    { "file", "AuthUserFile", 1 },
    { "dbm", "AuthDBMUserFile", 0 },
    { "dbd", "AuthDBDUserPWQuery", 0 },
    { "ldap", "AuthLDAPURL", 0 },
    { NULL, NULL, 0 }
};

static const char *find_line(const oa2_places_t *places,
                             const oa2_place_t *place, const char *directive)
{
    const char *found = oa2_place_line(place, directive);
    int i;

    for (i = 0; !found && i < places->all->nelts; i++) {
        const oa2_place_t *other = OA2_PLACE(places, i);

        if (covers(places, other, place)) {
            found = oa2_place_line(other, directive);
        }
    }
    return found;
}

static void check_provider(const oa2_places_t *places, const oa2_place_t *place,
                           const char *directive, const char *word)
{
    apr_pool_t *pool = places->trial->pool;
    const provider_row_t *row = provider_rows;
    const char *line;
    apr_finfo_t info;

    while (row->provider && strcmp(row->provider, word) != 0)
        row++;
    if (!row->provider) return;
    line = find_line(places, place, row->needs);
    if (!line) {
        oa2_place_warn(place, OA2_ID(7554), apr_psprintf(
            pool, "%s %s needs %s: add it to this section", directive, word,
            row->needs));
        return;
    }
    word = ap_getword_conf(pool, &line);
    if (row->is_file
        && apr_stat(&info, ap_server_root_relative(pool, word), APR_FINFO_TYPE,
                    pool) != APR_SUCCESS) {
        oa2_place_warn(place, OA2_ID(7555), apr_psprintf(
            pool, "%s \"%s\": there is no such file, or it cannot be looked "
            "at: make it (htpasswd -cB %s NAME), or correct its path",
            row->needs, word, word));
    }
}

static void check_providers(const oa2_places_t *places,
                            const oa2_place_t *place)
{
    static const char *const directives[] = {
        "OAuth2LoginProvider", "OAuth2BasicProvider", NULL };
    const char *word;
    int i;

    for (i = 0; directives[i]; i++) {
        const char *args = oa2_place_line(place, directives[i]);

        while (args && *(word = ap_getword_conf(places->trial->pool, &args))) {
            check_provider(places, place, directives[i], word);
        }
    }
}

/* ------------------------------------------------------------ all */

void oa2_check_places(const oa2_places_t *places)
{
    int i;

    for (i = 0; i < places->all->nelts; i++) {
        const oa2_place_t *place = OA2_PLACE(places, i);

        if (place->kind == OA2_PLACE_SERVER) continue;
        check_auth(places, place);
        check_metrics(places, place);
        check_providers(places, place);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * require.c - see require.h.  RFC 6750 sections 3 and 3.1.
 *
 * mod_authz_core keeps the tree of Require directives to itself, so what an
 * answer needs to know of it is found by asking it:
 *
 *   - Before anybody is authenticated, httpd evaluates the tree once without
 *     a user.  Our providers say "not without a user" then, which stops no
 *     evaluation early, so all of them are asked, and note what they need.
 *   - What would be enough is tried out: the tree is asked again as if a
 *     token with some scope were there (phase->probe).  This happens only on
 *     the way to a 401 or 403, and only where every Require line is known to
 *     do nothing but look (conf's require_other): one that writes into a
 *     database must not be run to find out.
 *   - mod_authz_core answers 401 to a user who may not.  RFC 6750 wants 403
 *     insufficient_scope, so the tree is evaluated inside a hook of ours.
 *   - It logs each refusal as an error, which a client could cause at will.
 *     During the evaluation mod_authz_core (and nobody else) is silent, and
 *     we log the refusal as information.
 */
#include "httpd/protect/require.h"

#include <apr_strings.h>
#include <ap_provider.h>
#include <http_core.h>
#include <http_log.h>
#include <http_request.h>
#include <mod_auth.h>

#include "base/text/words.h"
#include "domain/person/role.h"
#include "httpd/module.h"
#include "httpd/protect/challenge.h"
#include "httpd/request.h"
#include "httpd/run/count.h"
#include "httpd/run/log.h"

typedef struct oa2_need_t {
    const char *scope;                  /* words, all of them needed */
} need_t;

/* ------------------------------------------------------------ parsing */

static const char *parse_scope(cmd_parms *cmd, const char *line,
                               const void **parsed)
{
    need_t *need = apr_pcalloc(cmd->pool, sizeof(*need));
    const char *word;

    need->scope = "";
    while (*(word = ap_getword_conf(cmd->pool, &line))) {
        /* RFC 6749 section 3.3 */
        if (!oa2_is_scope_token(word)) {
            return apr_psprintf(cmd->pool, "Require oauth2-scope \"%s\": a "
                                "scope is a word of printable ASCII "
                                "characters without '\"' and '\\'", word);
        }
        need->scope = oa2_words_union(need->scope, word, cmd->pool);
    }
    if (!*need->scope) {
        return "Require oauth2-scope: name the scopes that a token needs, "
               "for instance \"Require oauth2-scope read\"; for any token, "
               "write \"Require valid-user\"";
    }
    *parsed = need;
    return NULL;
}

static const char *parse_client(cmd_parms *cmd, const char *line,
                                const void **parsed)
{
    const char *ids = "";
    const char *word;

    while (*(word = ap_getword_conf(cmd->pool, &line))) {
        if (!oa2_is_vschar(word) || strchr(word, ' ')) {
            return apr_psprintf(cmd->pool, "Require oauth2-client \"%s\": a "
                                "client's id is a word of printable ASCII "
                                "characters", word);
        }
        ids = oa2_words_union(ids, word, cmd->pool);
    }
    if (!*ids) {
        return "Require oauth2-client: name the ids of the clients that may, "
               "for instance \"Require oauth2-client mobile-app\"";
    }
    *parsed = ids;
    return NULL;
}

static const char *parse_role(cmd_parms *cmd, const char *line,
                              const void **parsed)
{
    const char *roles = "";
    const char *word;

    while (*(word = ap_getword_conf(cmd->pool, &line))) {
        const char *problem = oa2_role_problem(word);

        if (problem) {
            return apr_psprintf(cmd->pool, "Require oauth2-role \"%s\": %s",
                                word, problem);
        }
        roles = oa2_words_union(roles, word, cmd->pool);
    }
    if (!*roles) {
        return "Require oauth2-role: name the roles of which a user needs "
               "one, for instance \"Require oauth2-role administrator\"";
    }
    *parsed = roles;
    return NULL;
}

/* ------------------------------------------------------------ noting */

/* Without mod_authz_core there would be nobody to obey the line. */
static const char *note(cmd_parms *cmd, oa2_dir_t *conf, int is_not,
                        int is_other)
{
    if (!ap_find_linked_module("mod_authz_core.c")) {
        return apr_pstrcat(cmd->pool, cmd->cmd->name,
                           " needs mod_authz_core: load it", NULL);
    }
    conf->require_at = cmd->path;
    conf->require_not |= is_not != 0;
    conf->require_other |= is_other != 0;
    return NULL;
}

const char *oa2_require_note(cmd_parms *cmd, void *dir, const char *args)
{
    /* They change nothing and cost nothing, so may be asked again and again:
       no name server, file or expression is behind them. */
    static const char pure[] = "oauth2-scope oauth2-client "
        "oauth2-basic oauth2-session oauth2-role all env ip local method user "
        "valid-user";
    const char *word = ap_getword_conf(cmd->temp_pool, &args);
    int is_not = strcasecmp(word, "not") == 0;

    if (is_not)
        word = ap_getword_conf(cmd->temp_pool, &args);
    return note(cmd, dir, is_not, !oa2_words_has(pure, word));
}

const char *oa2_require_note_none(cmd_parms *cmd, void *dir,
                                  const char *args)
{
    (void)args;
    return note(cmd, dir, 1, 0);
}

/* ------------------------------------------------------------ providers */

static void note_need(oa2_phase_t *phase, const need_t *need)
{
    int i;

    for (i = 0; i < phase->n_needs; i++) {
        if (phase->needs[i] == need) return;
    }
    if (phase->n_needs < OA2_NEEDS_MAX)
        phase->needs[phase->n_needs++] = need;
}

/*
 * Nobody yet: a token or key may change that.  Somebody, but by neither
 * (AuthType Basic, say): no.
 */
static authz_status deny(const request_rec *r)
{
    return r->user ? AUTHZ_DENIED : AUTHZ_DENIED_NO_USER;
}

static authz_status check_scope(request_rec *r, const char *line,
                                const void *parsed)
{
    const need_t *need = parsed;
    oa2_phase_t *phase = oa2_phase_of(r);

    (void)line;
    if (phase->probe) {
        return oa2_words_is_subset(need->scope, phase->probe)
            ? AUTHZ_GRANTED : AUTHZ_DENIED;
    }
    note_need(phase, need);
    return oa2_subject_is_issued(&phase->subject)
        && oa2_words_is_subset(need->scope, phase->subject.scope)
        ? AUTHZ_GRANTED : deny(r);
}

static authz_status check_client(request_rec *r, const char *line,
                                 const void *parsed)
{
    oa2_phase_t *phase = oa2_phase_of(r);

    (void)line;
    return oa2_subject_is_issued(&phase->subject) && phase->subject.client_id
        && oa2_words_has(parsed, phase->subject.client_id)
        ? AUTHZ_GRANTED : deny(r);
}

/* A person has roles, and no app that acts for one: so a session counts, and a
   token does not. */
static authz_status check_role(request_rec *r, const char *line,
                               const void *parsed)
{
    const oa2_phase_t *phase = oa2_phase_of(r);

    (void)line;
    return phase->subject.by == OA2_BY_SESSION
        && *oa2_words_common(parsed, phase->subject.roles, r->pool)
        ? AUTHZ_GRANTED : deny(r);
}

static const char *parse_nothing(cmd_parms *cmd, const char *line,
                                 const void **parsed)
{
    if (*ap_getword_conf(cmd->temp_pool, &line)) {
        return "Require oauth2-basic and oauth2-session take no words: for "
               "some of the users only, write \"Require user\" beside it in "
               "<RequireAll>";
    }
    *parsed = NULL;
    return NULL;
}

static authz_status check_session(request_rec *r, const char *line,
                                  const void *parsed)
{
    (void)line;
    (void)parsed;
    return oa2_phase_of(r)->subject.by == OA2_BY_SESSION ? AUTHZ_GRANTED
                                                         : deny(r);
}

static authz_status check_basic(request_rec *r, const char *line,
                                const void *parsed)
{
    (void)line;
    (void)parsed;
    return oa2_phase_of(r)->subject.by == OA2_BY_PASSWORD ? AUTHZ_GRANTED
                                                          : deny(r);
}

static const authz_provider scope_provider = { check_scope, parse_scope };
static const authz_provider client_provider = { check_client, parse_client };
static const authz_provider basic_provider = { check_basic, parse_nothing };
static const authz_provider session_provider = { check_session,
                                                 parse_nothing };
static const authz_provider role_provider = { check_role, parse_role };

void oa2_require_register(apr_pool_t *pool)
{
    static const struct {
        const char *name;
        const authz_provider *provider;
    } all[] = {
        { "oauth2-scope", &scope_provider },
        { "oauth2-client", &client_provider },
        { "oauth2-basic", &basic_provider },
        { "oauth2-session", &session_provider },
        { "oauth2-role", &role_provider },
    };
    apr_size_t i;

    for (i = 0; i < sizeof(all) / sizeof(*all); i++) {
        ap_register_auth_provider(pool, AUTHZ_PROVIDER_GROUP, all[i].name,
                                  AUTHZ_PROVIDER_VERSION, all[i].provider,
                                  AP_AUTH_INTERNAL_PER_CONF);
    }
}

/* ------------------------------------------------------------ the log */

/* As before, but for mod_authz_core. */
static const struct ap_logconf *without_authz_core(request_rec *r)
{
    const struct ap_logconf *from = ap_get_request_logconf(r);
    int silent = oa2_conf_server(r->server)->authz_core_index;
    struct ap_logconf *log;
    const module *m;

    if (silent < 0) return r->log;
    log = apr_pcalloc(r->pool, sizeof(*log));
    log->level = from->level;
    for (m = from->module_levels ? ap_top_module : NULL; m; m = m->next) {
        ap_set_module_loglevel(r->pool, log, m->module_index,
                               ap_get_request_module_loglevel(
                                   r, m->module_index));
    }
    ap_set_module_loglevel(r->pool, log, silent, APLOG_CRIT);
    return log;
}

/* ------------------------------------------------------------ asking */

/*
 * What a token with this scope would be told: OK, 403, or, where a user or
 * client is wanted of whom nothing is known yet, DECLINED: httpd asks the tree
 * in the same way before it authenticates anybody.
 */
static int try_scope(request_rec *r, oa2_phase_t *phase, const char *scope)
{
    static const struct ap_logconf silence = { NULL, APLOG_CRIT };
    const struct ap_logconf *log = r->log;
    unsigned was_inside = phase->is_inside;
    int status;

    r->log = &silence;
    phase->is_inside = 1;
    phase->probe = scope;
    status = ap_run_access_checker_ex(r);
    phase->probe = NULL;
    phase->is_inside = was_inside;
    r->log = log;
    return status;
}

/* The scope of the needs whose bits are set. */
static const char *scope_of(const oa2_phase_t *phase, unsigned some,
                            apr_pool_t *pool)
{
    const char *scope = "";
    int i;

    for (i = 0; i < phase->n_needs; i++) {
        if (some & (1u << i)) {
            scope = oa2_words_union(scope, phase->needs[i]->scope, pool);
        }
    }
    return scope;
}

static int count_words(const char *words)
{
    int count = *words != '\0';

    for (; *words; words++)
        count += *words == ' ';
    return count;
}

/* Of all unions of needs to which the tree says so, the one with the fewest
   words; of several the one that is written first.  NULL: none. */
static const char *find_fewest(request_rec *r, oa2_phase_t *phase, int status)
{
    const char *found = NULL;
    unsigned some;

    for (some = 0; some < 1u << phase->n_needs; some++) {
        const char *scope = scope_of(phase, some, r->pool);

        if (found && count_words(scope) >= count_words(found)) continue;
        if (try_scope(r, phase, scope) == status)
            found = scope;
    }
    return found;
}

/*
 * RFC 6750 section 3: the scope that is "required for accessing", which is
 * the smallest that would do; more could be what a Require not forbids.  What
 * is enough for everybody comes before what is enough for the right user or
 * client.
 */
static const char *find_smallest(request_rec *r, oa2_phase_t *phase)
{
    const char *scope = find_fewest(r, phase, OK);

    if (!scope)
        scope = find_fewest(r, phase, DECLINED);
    return scope ? scope : "";
}

const char *oa2_require_scope(request_rec *r)
{
    const oa2_dir_t *dir = oa2_conf_dir(r);
    oa2_phase_t *phase = oa2_phase_find(r);
    const char *scope = "";

    if (!phase || !phase->n_needs) return NULL;
    if (!dir->require_other) {
        scope = find_smallest(r, phase);
    }
    /* Not to be tried out: all, unless some may be forbidden. */
    else if (!dir->require_not) {
        scope = scope_of(phase, (1u << phase->n_needs) - 1, r->pool);
    }
    return *scope ? scope : NULL;
}

/* ------------------------------------------------------------ hooks */

/*
 * Section 3.1: "insufficient_scope ... SHOULD respond with the HTTP 403
 * (Forbidden) status code".  Where more scope would not help (another user or
 * client is wanted, or it is no token that came), it is a plain 403: a
 * challenge would send the client round in circles.
 */
static int forbid(request_rec *r, const oa2_subject_t *subject)
{
    const char *scope = oa2_subject_is_issued(subject) ? oa2_require_scope(r)
                                                       : NULL;
    const char *has = subject->scope;
    oa2_err_t *err;

    if (scope && oa2_words_is_subset(scope, has))
        scope = NULL;
    err = scope
        ? oa2_err_make(r->pool, &oa2_insufficient_scope, OA2_ID(7100), NULL,
                       "%s needs the scope \"%s\"; the %s has \"%s\"",
                       r->uri, scope, subject->key_id ? "API key" : "token",
                       has)
        : oa2_err_make(r->pool, &oa2_forbidden, OA2_ID(7101), NULL,
                       "%s is not for this client or user", r->uri);
    oa2_log_err(r, err, subject->client_id);
    oa2_count_guarded(r, scope ? OA2_GUARDED_SCOPE : OA2_GUARDED_FORBIDDEN);
    if (scope) {
        oa2_challenge(r, err, scope);
    }
    else {
        apr_table_unset(r->err_headers_out, "WWW-Authenticate");
    }
    return HTTP_FORBIDDEN;
}

int oa2_require_check(request_rec *r)
{
    oa2_phase_t *phase = oa2_phase_find(r);
    const struct ap_logconf *log = r->log;
    int status;

    if (!phase || phase->is_inside) return DECLINED;
    if (phase->is_open) return OK;
    if (!phase->subject.by) return DECLINED;
    phase->is_inside = 1;
    r->log = without_authz_core(r);
    status = ap_run_auth_checker(r);
    r->log = log;
    phase->is_inside = 0;
    if (status == HTTP_UNAUTHORIZED || status == HTTP_FORBIDDEN) {
        return forbid(r, &phase->subject);
    }
    if (status == OK)
        oa2_count_guarded(r, OA2_GUARDED_OK);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* claims.c - see claims.h */
#include "httpd/check/claims.h"

#include <http_log.h>

#include "domain/person/claims.h"
#include "httpd/conf/conf.h"
#include "httpd/module.h"
#include "httpd/run/log.h"

static int asks(const oa2_settings_t *settings)
{
    int i;

    for (i = 0; i < settings->claims->nelts; i++)
        if (APR_ARRAY_IDX(settings->claims, i, oa2_claim_row_t).source
            == OA2_CLAIM_QUERY)
            return 1;
    return 0;
}

static void check_scopes(oa2_trial_t *trial, server_rec *s,
                         const oa2_settings_t *settings)
{
    int i;

    for (i = 0; i < settings->claims->nelts; i++) {
        const oa2_claim_row_t *row =
            &APR_ARRAY_IDX(settings->claims, i, oa2_claim_row_t);

        if (oa2_settings_scope(settings, row->scope))
            continue;
        trial->mistakes++;
        oa2_log_server(s, APLOG_EMERG, OA2_ID(7910),
                       "OAuth2Claim \"%s\" goes with the scope \"%s\", which "
                       "no OAuth2Scope of this server defines: add that line, "
                       "or name another scope", row->name, row->scope);
    }
}

static void check_query(oa2_trial_t *trial, server_rec *s,
                        const oa2_settings_t *settings)
{
    const char *query = settings->claim_query;
    const char *problem = query ? oa2_claims_query_problem(query) : NULL;

    if (problem) {
        trial->mistakes++;
        oa2_log_server(s, APLOG_EMERG, OA2_ID(7911),
                       "OAuth2ClaimQuery \"%s\": %s", query, problem);
    }
    if (!query && asks(settings)) {
        trial->mistakes++;
        oa2_log_server(s, APLOG_EMERG, OA2_ID(7912),
                       "an OAuth2Claim \"from query\" needs "
                       "OAuth2ClaimQuery: add it, for instance "
                       "OAuth2ClaimQuery \"SELECT mail AS email FROM "
                       "legacy_users WHERE login = $1\"");
    }
    if (query && !asks(settings))
        oa2_log_server(s, APLOG_WARNING, OA2_ID(7913),
                       "OAuth2ClaimQuery is never asked: no OAuth2Claim of "
                       "this server is \"from query\"");
}

static void check_server(oa2_trial_t *trial, server_rec *s,
                         const oa2_settings_t *settings)
{
    const char *clash = oa2_claims_clash(settings);

    check_scopes(trial, s, settings);
    check_query(trial, s, settings);
    if (!clash)
        return;
    trial->mistakes++;
    oa2_log_server(s, APLOG_EMERG, OA2_ID(7914),
                   "OAuth2Claim \"%s\" and \"%s/...\" cannot both be: one "
                   "makes it a value, the other an object of values; rename "
                   "one", clash, clash);
}

/* Virtual hosts share what they have from the main server: said once. */
static int is_shared(const server_rec *main_server, const server_rec *s)
{
    const oa2_server_t *conf = oa2_conf_server(s);

    for (; main_server != s; main_server = main_server->next) {
        const oa2_server_t *before = oa2_conf_server(main_server);

        if (before && oa2_conf_is_active(before)
            && before->claims == conf->claims
            && before->scopes == conf->scopes
            && before->settings.claim_query == conf->settings.claim_query)
            return 1;
    }
    return 0;
}

void oa2_check_claims(oa2_trial_t *trial)
{
    server_rec *s;

    for (s = trial->main_server; s; s = s->next) {
        const oa2_server_t *conf = oa2_conf_server(s);

        if (conf && oa2_conf_is_active(conf)
            && !is_shared(trial->main_server, s))
            check_server(trial, s, &conf->settings);
    }
}

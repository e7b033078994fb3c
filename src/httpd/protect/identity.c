/* SPDX-License-Identifier: Apache-2.0 */
/* identity.c - see identity.h */
#include "httpd/protect/identity.h"

#include <apr_strings.h>
#include <http_request.h>

#include "httpd/request.h"
#include "httpd/serve/entry.h"

void oa2_identity_set_env(request_rec *r, const oa2_subject_t *subject)
{
    apr_table_t *env = r->subprocess_env;

    if (subject->client_id)
        apr_table_setn(env, "OAUTH2_CLIENT_ID", subject->client_id);
    if (subject->key_id)
        apr_table_setn(env, "OAUTH2_KEY_ID", subject->key_id);
    if (oa2_subject_is_issued(subject))
        apr_table_setn(env, "OAUTH2_SCOPE", subject->scope);
    if (subject->expires) {
        apr_table_setn(env, "OAUTH2_EXPIRES",
                       apr_off_t_toa(r->pool, (apr_off_t)subject->expires));
    }
    if (subject->sub)
        apr_table_setn(env, "OAUTH2_SUB", subject->sub);
}

static void pass_headers(request_rec *r, const oa2_subject_t *subject)
{
    apr_table_t *in = r->headers_in;

    if (subject->client_id) {
        apr_table_setn(in, OA2_HEADER_PREFIX "-Client-Id",
                       subject->client_id);
    }
    if (subject->key_id) {
        apr_table_setn(in, OA2_HEADER_PREFIX "-Key-Id", subject->key_id);
    }
    if (oa2_subject_is_issued(subject)) {
        apr_table_setn(in, OA2_HEADER_PREFIX "-Scope", subject->scope);
    }
    if (subject->expires) {
        apr_table_setn(in, OA2_HEADER_PREFIX "-Expires",
                       apr_off_t_toa(r->pool, (apr_off_t)subject->expires));
    }
    if (subject->user) {
        apr_table_setn(in, OA2_HEADER_PREFIX "-User", subject->user);
    }
    if (subject->sub) {
        apr_table_setn(in, OA2_HEADER_PREFIX "-Sub", subject->sub);
    }
}

int oa2_identity_pass(request_rec *r)
{
    const oa2_phase_t *phase;
    const oa2_subject_t *subject;

    if (!oa2_request_is_protected(r)) return DECLINED;
    phase = oa2_phase_find(r);
    if (phase && phase->is_open) {
        r->user = NULL;
        r->ap_auth_type = NULL;
        return DECLINED;
    }
    /* httpd skips authentication in internal redirects and sub-requests of
       the same directory, and a redirect renames the environment. */
    if (!r->user || !r->ap_auth_type
        || strcmp(r->ap_auth_type, "OAuth2") != 0
        || !(subject = oa2_request_subject(r))
        || subject->by == OA2_BY_PASSWORD) {
        return DECLINED;
    }
    if (!phase || !phase->subject.by)
        oa2_identity_set_env(r, subject);
    if (oa2_conf_dir(r)->pass_headers == 1)
        pass_headers(r, subject);
    return DECLINED;
}

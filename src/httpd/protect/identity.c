/* SPDX-License-Identifier: Apache-2.0 */
/* identity.c - see identity.h */
#include "httpd/protect/identity.h"

#include <apr_strings.h>
#include <http_request.h>

#include "httpd/protect/bearer.h"
#include "httpd/request.h"
#include "httpd/serve/entry.h"

static void pass_headers(request_rec *r, const oa2_token_t *token)
{
    apr_table_t *in = r->headers_in;

    apr_table_setn(in, OA2_HEADER_PREFIX "-Client-Id", token->client_id);
    apr_table_setn(in, OA2_HEADER_PREFIX "-Scope", token->scope);
    apr_table_setn(in, OA2_HEADER_PREFIX "-Expires",
                   apr_off_t_toa(r->pool, (apr_off_t)token->expires));
    if (token->user) apr_table_setn(in, OA2_HEADER_PREFIX "-User", token->user);
    if (token->sub) apr_table_setn(in, OA2_HEADER_PREFIX "-Sub", token->sub);
}

int oa2_identity_pass(request_rec *r)
{
    const oa2_phase_t *phase;
    const oa2_token_t *token;

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
        || !(token = oa2_bearer_token(r))) {
        return DECLINED;
    }
    if (!phase || !phase->token) oa2_bearer_set_env(r, token);
    if (oa2_conf_dir(r)->pass_headers == 1) pass_headers(r, token);
    return DECLINED;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * basic.c - see basic.h.  RFC 7617 section 2.
 *
 * Not mod_auth_basic itself: it answers only where AuthType is Basic, and a
 * place has one AuthType.  The providers, and the files and directories that
 * they read, are the same, so callers are let in who were before.
 *
 * The header stays in the request: an application that was written for Basic
 * may look at it.  Nothing is counted or slowed down here, as in
 * mod_auth_basic: the caller sends the password with every request.
 */
#include "httpd/protect/basic.h"

#include <string.h>
#include <strings.h>

#include <apr_strings.h>

#include "base/text/encode.h"
#include "httpd/protect/challenge.h"
#include "httpd/protect/login.h"
#include "httpd/protect/require.h"
#include "httpd/request.h"
#include "httpd/run/count.h"
#include "httpd/run/log.h"

#define SCHEME "Basic"

/* What is behind the scheme; NULL: something else, or nothing. */
static const char *credentials(const request_rec *r)
{
    const char *header = apr_table_get(r->headers_in, "Authorization");
    apr_size_t len = sizeof(SCHEME) - 1;

    if (!header || strncasecmp(header, SCHEME, len) != 0
        || (header[len] && header[len] != ' ' && header[len] != '\t')) {
        return NULL;
    }
    header += len;
    return header + strspn(header, " \t");
}

int oa2_basic_is_sent(request_rec *r)
{
    return oa2_conf_dir(r)->basic_providers && credentials(r);
}

/*
 * "user-id:password": the first colon parts them.  A name is UTF-8, as that of
 * every account; a password is the provider's to judge, whatever bytes it has.
 * NULL, or what is wrong.
 */
static const char *read_pair(oa2_login_t *login, request_rec *r)
{
    apr_size_t len;
    char *pair = (char *)oa2_b64_decode(&len, credentials(r), r->pool);
    char *colon;

    if (!pair || strlen(pair) != len || !(colon = strchr(pair, ':'))) {
        return "the header is not well-formed Basic";
    }
    *colon = '\0';
    login->password = colon + 1;
    return oa2_account_name(&login->name, pair, r->pool);
}

/* The name is not logged: people type passwords there by mistake. */
static int refuse(request_rec *r, int id, const char *why)
{
    oa2_log_err(r, oa2_err_make(r->pool, &oa2_access_denied, id, NULL, "%s",
                                why), NULL);
    oa2_count_guarded(r, OA2_GUARDED_PASSWORD);
    oa2_challenge(r, NULL, oa2_require_scope(r));
    return HTTP_UNAUTHORIZED;
}

static int accept_user(request_rec *r, const char *name)
{
    oa2_subject_of_password(&oa2_phase_of(r)->subject, name);
    r->user = apr_pstrdup(r->pool, name);
    r->ap_auth_type = apr_pstrdup(r->pool, "Basic");
    return OK;
}

/*
 * A request that httpd makes inside, of one that was let in, is asked anew:
 * what a provider looks into stands in directives of its own, so nobody else
 * can tell whether this directory means the same people.  httpd itself leaves
 * it out where the whole configuration is the same.
 */
oa2_err_t *oa2_basic_check(int *status, request_rec *r)
{
    const apr_array_header_t *providers = oa2_conf_dir(r)->basic_providers;
    oa2_login_t login = { 0 };
    const char *problem = read_pair(&login, r);
    oa2_password_t answer;

    if (problem) {
        *status = refuse(r, OA2_ID(7900), apr_pstrcat(
            r->pool, "Basic cannot be a name and a password: ", problem,
            NULL));
        return NULL;
    }
    OA2_TRY(oa2_login_ask_all(&answer, r, providers, &login));
    *status = answer == OA2_PASSWORD_RIGHT
        ? accept_user(r, login.name)
        : refuse(r, OA2_ID(7901), "a name or password sent in Basic is wrong");
    return NULL;
}

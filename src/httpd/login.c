/* SPDX-License-Identifier: Apache-2.0 */
/* login.c - see login.h */
#include "httpd/login.h"

#include <ap_provider.h>
#include <http_request.h>
#include <mod_auth.h>

#include "base/crypto.h"
#include "domain/client.h"
#include "httpd/conf.h"
#include "httpd/db.h"
#include "httpd/log.h"
#include "httpd/request.h"
#include "httpd/setup.h"

/*
 * Aliases find out by the note which of them is meant.  Some providers put
 * their own spelling into r->user (AuthLDAPRemoteUserAttribute): then "Alice"
 * and "alice" are one user here as well.
 */
static authn_status ask_one(request_rec *r, const oa2_provider_t *row,
                            const char **name, const char *password)
{
    const authn_provider *provider = row->provider;
    char *user = r->user;
    authn_status status;

    r->user = NULL;
    apr_table_setn(r->notes, AUTHN_PROVIDER_NAME_NOTE, row->name);
    status = provider->check_password(r, *name, password);
    apr_table_unset(r->notes, AUTHN_PROVIDER_NAME_NOTE);
    if (status == AUTH_GRANTED && r->user && !oa2_user_name_problem(r->user)) {
        *name = r->user;
    }
    r->user = user;
    return status;
}

int oa2_login_ask_all(request_rec *r, const apr_array_header_t *rows,
                      const char **name, const char *password)
{
    authn_status worst = AUTH_USER_NOT_FOUND;
    authn_status status;
    int i;

    for (i = 0; i < rows->nelts; i++) {
        status = ask_one(r, &APR_ARRAY_IDX(rows, i, oa2_provider_t), name,
                         password);
        if (status == AUTH_GRANTED || status == AUTH_DENIED) return status;
        /* Another provider may still know the user. */
        if (status != AUTH_USER_NOT_FOUND) worst = AUTH_GENERAL_ERROR;
    }
    return worst;
}

oa2_err_t *oa2_login_ask(oa2_password_t *out, const char **name, void *baton,
                         const char *password)
{
    request_rec *r = baton;
    const oa2_server_t *conf = oa2_conf_server(r->server);
    const oa2_dir_t *dir = oa2_conf_dir(r);
    oa2_ctx_t ctx;

    if (!dir->providers) {
        ctx = oa2_request_ctx(r, conf);
        return oa2_login_own(out, &ctx, *name, password);
    }
    switch (oa2_login_ask_all(r, dir->providers, name, password)) {
    case AUTH_GRANTED:
        *out = OA2_PASSWORD_RIGHT;
        return NULL;
    case AUTH_DENIED:
        *out = OA2_PASSWORD_WRONG;
        return NULL;
    case AUTH_USER_NOT_FOUND:
        /* An unknown user takes as long as a known one. */
        oa2_password_matches(password, NULL);
        *out = OA2_PASSWORD_WRONG;
        return NULL;
    default:
        return oa2_err_make(r->pool, &oa2_temporarily_unavailable,
                            OA2_ID(7080),
                            "Passwords cannot be checked right now. Please "
                            "try again in a moment.",
                            "no provider of OAuth2LoginProvider could check "
                            "a password; the lines above say why");
    }
}

/* A user who is only known elsewhere is not ours to refuse, unless an
   administrator disabled the account here. */
static oa2_err_t *check_own(authn_status *out, oa2_ctx_t *ctx,
                            const char *name, const char *password)
{
    oa2_password_t answer;
    oa2_user_t *user = NULL;

    *out = AUTH_USER_NOT_FOUND;
    if (oa2_user_name_problem(name)) return NULL;
    OA2_TRY(oa2_user_find(&user, ctx, name));
    if (!user || (!user->password && !user->disabled)) return NULL;
    OA2_TRY(oa2_login_own(&answer, ctx, name, password));
    *out = answer == OA2_PASSWORD_RIGHT ? AUTH_GRANTED : AUTH_DENIED;
    return NULL;
}

static authn_status check_password(request_rec *r, const char *name,
                                   const char *password)
{
    const oa2_server_t *conf = oa2_conf_server(r->server);
    authn_status status = AUTH_GENERAL_ERROR;
    oa2_err_t *err;
    oa2_ctx_t ctx;

    if (!conf || !conf->db) {
        err = oa2_err_make(r->pool, &oa2_server_error, OA2_ID(7081), NULL,
                           "the login provider \"" OA2_LOGIN_PROVIDER "\" "
                           "works only in a server with OAuth2Issuer");
    }
    else {
        err = oa2_setup_ready(conf, r->pool);
    }
    if (!err) {
        ctx = oa2_request_ctx(r, conf);
        err = check_own(&status, &ctx, name, password);
    }
    if (err) {
        oa2_log_err(r, err, NULL);
        return AUTH_GENERAL_ERROR;
    }
    return status;
}

static const authn_provider provider = { check_password, NULL };

void oa2_login_register(apr_pool_t *pool)
{
    ap_register_auth_provider(pool, AUTHN_PROVIDER_GROUP, OA2_LOGIN_PROVIDER,
                              AUTHN_PROVIDER_VERSION, &provider,
                              AP_AUTH_INTERNAL_PER_CONF);
}

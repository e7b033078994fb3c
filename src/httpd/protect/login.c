/* SPDX-License-Identifier: Apache-2.0 */
/* login.c - see login.h */
#include "httpd/protect/login.h"

#include <ap_provider.h>
#include <apr_strings.h>
#include <http_request.h>
#include <mod_auth.h>

#include "domain/person/look.h"
#include "httpd/request.h"
#include "httpd/run/log.h"
#include "httpd/start/db.h"
#include "httpd/start/setup.h"

/* Each kind has one turn a minute in each child: anybody can ask for it. */
#define TOLD_SPAN 60
#define RETRY 5                         /* seconds for Retry-After */

/* For the administrator to see at httpd's default level, in turns. */
static oa2_err_t *to_be_seen(request_rec *r, oa2_err_t *err)
{
    apr_uint32_t held;

    err->severity = oa2_pace_take(&oa2_conf_server(r->server)->db->providers,
                                  &held, apr_itoa(r->pool, err->id),
                                  apr_time_sec(r->request_time), TOLD_SPAN, 1)
        ? OA2_LOG_WARNING : OA2_LOG_INFO;
    return err;
}

static oa2_err_t *cannot_tell(request_rec *r)
{
    oa2_err_t *err = oa2_err_make(
        r->pool, &oa2_temporarily_unavailable, OA2_ID(7080),
        "Passwords cannot be checked right now. Please try again in a "
        "moment.", "no provider of OAuth2LoginProvider or "
        "OAuth2BasicProvider could check a password for %s; what the "
        "providers say of it stands above (mod_authnz_ldap: only with "
        "\"LogLevel authnz_ldap:info\")", r->uri);

    err->retry_after = RETRY;
    return to_be_seen(r, err);
}

static oa2_err_t *take_spelling(request_rec *r, oa2_login_t *login,
                                const char *spelling)
{
    const char *problem = oa2_account_name(&login->name, spelling, r->pool);

    if (!problem) return NULL;
    return to_be_seen(r, oa2_err_make(
        r->pool, &oa2_access_denied, OA2_ID(7410),
        "Your name cannot be used here. The administrator of this site has "
        "to change how names are made.",
        "the provider \"%s\" vouched for \"%s\" and spells the name in a way "
        "that nobody's name can be here: %s; let it tell an attribute that "
        "has one value (AuthLDAPRemoteUserAttribute)", login->provider,
        login->name, problem));
}

/* The next claim "from env:" of this server at or behind *at; NULL: no more. */
static const char *next_variable(int *at, const oa2_server_t *conf)
{
    const apr_array_header_t *claims = conf ? conf->settings.claims : NULL;

    while (claims && *at < claims->nelts) {
        const oa2_claim_row_t *row =
            &APR_ARRAY_IDX(claims, (*at)++, oa2_claim_row_t);

        if (row->source == OA2_CLAIM_ENV) return row->variable;
    }
    return NULL;
}

const apr_table_t *oa2_login_left(request_rec *r)
{
    const oa2_server_t *conf = oa2_conf_server(r->server);
    apr_table_t *left = apr_table_make(r->pool, 4);
    const char *name;
    int at = 0;

    while ((name = next_variable(&at, conf)) != NULL) {
        const char *value = apr_table_get(r->subprocess_env, name);

        if (value)
            apr_table_set(left, name, value);
    }
    return left;
}

/* At the login page only what the one who vouches leaves behind counts, and not
   what another one did who knew the name but not the password. */
static void leave_nothing(request_rec *r)
{
    const oa2_phase_t *phase = oa2_phase_find(r);
    const char *name;
    int at = 0;

    if (!phase || !phase->is_login) return;
    while ((name = next_variable(&at, oa2_conf_server(r->server))) != NULL) {
        apr_table_unset(r->subprocess_env, name);
    }
}

/*
 * Aliases find out by the note which of them is meant.  Some providers put
 * their own spelling into r->user (AuthLDAPRemoteUserAttribute): then "Alice"
 * and "alice" are one user here as well.
 */
static oa2_err_t *ask_one(authn_status *out, request_rec *r,
                          const oa2_provider_t *row, oa2_login_t *login)
{
    const authn_provider *provider = row->provider;
    char *user = r->user;
    char *spelling;

    leave_nothing(r);
    r->user = NULL;
    apr_table_setn(r->notes, AUTHN_PROVIDER_NAME_NOTE, row->name);
    *out = provider->check_password(r, login->name, login->password);
    apr_table_unset(r->notes, AUTHN_PROVIDER_NAME_NOTE);
    spelling = r->user;
    r->user = user;
    if (*out != AUTH_GRANTED) return NULL;
    login->provider = row->name;
    return spelling ? take_spelling(r, login, spelling) : NULL;
}

oa2_err_t *oa2_login_ask_all(oa2_password_t *out, request_rec *r,
                             const apr_array_header_t *rows,
                             oa2_login_t *login)
{
    authn_status status;
    int can_tell = 1;
    int i;

    for (i = 0; i < rows->nelts; i++) {
        OA2_TRY(ask_one(&status, r, &APR_ARRAY_IDX(rows, i, oa2_provider_t),
                        login));
        if (status == AUTH_GRANTED || status == AUTH_DENIED) {
            *out = status == AUTH_GRANTED ? OA2_PASSWORD_RIGHT
                                          : OA2_PASSWORD_WRONG;
            return NULL;
        }
        /* Another provider may still know the user. */
        if (status != AUTH_USER_NOT_FOUND)
            can_tell = 0;
    }
    if (!can_tell) return cannot_tell(r);
    *out = OA2_PASSWORD_WRONG;
    return NULL;
}

static oa2_err_t *ask(oa2_password_t *out, oa2_login_t *login)
{
    request_rec *r = login->baton;
    const oa2_dir_t *dir = oa2_conf_dir(r);

    login->left = NULL;
    if (!dir->providers) return oa2_login_own(out, login);
    OA2_TRY(oa2_login_ask_all(out, r, dir->providers, login));
    login->left = oa2_login_left(r);
    return NULL;
}

const char *oa2_login_outside(request_rec *r)
{
    const apr_array_header_t *rows = oa2_conf_dir(r)->providers;
    const char *names = NULL;
    int i;

    for (i = 0; rows && i < rows->nelts; i++) {
        const char *name = APR_ARRAY_IDX(rows, i, oa2_provider_t).name;

        if (strcmp(name, OA2_LOGIN_PROVIDER) == 0) continue;
        names = apr_pstrcat(r->pool, names ? names : "", names ? " " : "",
                            name, NULL);
    }
    return names;
}

oa2_err_t *oa2_login_ask(oa2_password_t *out, oa2_login_t *login)
{
    apr_time_t begun = apr_time_now();
    request_rec *r = login->baton;
    oa2_phase_t *phase = oa2_phase_of(r);
    oa2_err_t *err;

    phase->is_login = 1;
    err = ask(out, login);
    phase->is_login = 0;
    if (!err && *out != OA2_PASSWORD_RIGHT) {
        oa2_ctx_t ctx = oa2_request_ctx(r, oa2_conf_server(r->server));

        apr_sleep(oa2_look_rest(&ctx, apr_time_now() - begun));
    }
    return err;
}

/* ------------------------------------------------------------ provider */

/*
 * Below the login page, which has counted the attempt: see oa2_login_ask().  A
 * user for whom somebody else vouches is not ours to refuse: if the account is
 * disabled here, he is told so once his password was right.
 */
static oa2_err_t *check_for_page(authn_status *out, oa2_ctx_t *ctx,
                                 oa2_login_t *login)
{
    oa2_password_t answer;
    oa2_user_t *user;

    *out = AUTH_USER_NOT_FOUND;
    if (oa2_account_name(&login->name, login->name, ctx->pool)) return NULL;
    OA2_TRY(oa2_user_find(&user, ctx, login->name));
    if (!user || !oa2_account_is_own(user)) return NULL;
    login->user = user;
    OA2_TRY(oa2_login_own(&answer, login));
    *out = answer == OA2_PASSWORD_RIGHT ? AUTH_GRANTED : AUTH_DENIED;
    return NULL;
}

static oa2_err_t *check_for_basic(authn_status *out, oa2_ctx_t *ctx,
                                  request_rec *r, oa2_login_t *login)
{
    apr_time_t begun = apr_time_now();
    oa2_basic_t answer;
    apr_int64_t wait;

    OA2_TRY(oa2_login_basic(&answer, &wait, ctx, login));
    if (login->warning)
        oa2_log_err(r, login->warning, NULL);
    if (wait) {
        oa2_log_err(r, oa2_err_attack(oa2_err_make(
            r->pool, &oa2_too_many_requests, OA2_ID(7600), NULL,
            "a password for user \"%s\" was refused unseen: too many "
            "attempts, %" APR_INT64_T_FMT " s to wait", login->name,
            wait)), NULL);
    }
    if (answer != OA2_BASIC_GRANTED) {
        apr_sleep(oa2_look_rest(ctx, apr_time_now() - begun));
    }
    switch (answer) {
    case OA2_BASIC_GRANTED:
        *out = AUTH_GRANTED;
        break;
    case OA2_BASIC_REFUSED:
        *out = AUTH_DENIED;
        break;
    default:
        *out = AUTH_USER_NOT_FOUND;
    }
    return NULL;
}

/* httpd goes by the name in r->user from then on: the row's spelling. */
static void take_name(request_rec *r, const oa2_user_t *user)
{
    r->user = apr_pstrdup(r->pool, user->name);
    oa2_phase_of(r)->is_own_user = 1;
}

static authn_status check_password(request_rec *r, const char *name,
                                   const char *password)
{
    const oa2_server_t *conf = oa2_conf_server(r->server);
    const oa2_phase_t *phase = oa2_phase_find(r);
    authn_status status = AUTH_GENERAL_ERROR;
    oa2_err_t *err;

    if (!conf || !conf->db) {
        err = oa2_err_make(r->pool, &oa2_server_error, OA2_ID(7081), NULL,
                           "the login provider \"" OA2_LOGIN_PROVIDER "\" "
                           "works only in a server with OAuth2Issuer");
    }
    else {
        err = oa2_setup_ready(conf, r->pool);
    }
    if (!err) {
        oa2_login_t login = {
            .name = name, .password = password, .address = r->useragent_ip,
            .ask = oa2_login_own,
        };
        oa2_ctx_t ctx = oa2_request_ctx(r, conf);

        err = phase && phase->is_login
            ? check_for_page(&status, &ctx, &login)
            : check_for_basic(&status, &ctx, r, &login);
        if (!err && status == AUTH_GRANTED)
            take_name(r, login.user);
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

/* SPDX-License-Identifier: Apache-2.0 */
/* call.c - see call.h */
#include "httpd/serve/call.h"

#include <string.h>

#include <apr_strings.h>
#include <http_core.h>
#include <http_request.h>

#include "httpd/protect/login.h"
#include "httpd/request.h"
#include "httpd/serve/cookie.h"
#include "httpd/serve/entry.h"
#include "httpd/start/db.h"

/*
 * Whom httpd authenticated where this endpoint is; NULL: nobody.  A bearer
 * token (AuthType OAuth2) is a client's, and says nothing of who sits at a
 * browser.
 */
static const char *authenticated(request_rec *r)
{
    const char *type = ap_auth_type(r);

    if (!r->ap_auth_type || !type || strcasecmp(type, "None") == 0
        || oa2_request_is_protected(r)) {
        return NULL;
    }
    return r->user;
}

static const char *remote_user(request_rec *r)
{
    const char *user = authenticated(r);
    const char *name;

    return user && !oa2_account_name(&name, user, r->pool) ? name : NULL;
}

oa2_err_t *oa2_call_check_user(request_rec *r, oa2_db_t *db)
{
    const char *user = authenticated(r);
    const char *name;
    const char *problem = user ? oa2_account_name(&name, user, r->pool) : NULL;
    apr_uint32_t held;
    oa2_err_t *err;

    if (!problem) return NULL;
    err = oa2_err_make(
        r->pool, &oa2_forbidden, OA2_ID(7903),
        "Your name cannot be used here. The administrator of this site has "
        "to change how names are made.",
        "AuthType %s has authenticated a user whose name cannot be taken: %s; "
        "let the module that sets it set another one (mod_auth_openidc: "
        "\"OIDCRemoteUserClaim sub\")", r->ap_auth_type, problem);
    if (oa2_pace_take(&db->strangers, &held, "", apr_time_sec(r->request_time),
                      1, 1)) {
        err->severity = OA2_LOG_ERROR;
    }
    return err;
}

/* Another AuthType may mean other people; but ours are ours by any. */
static const char *remote_provider(request_rec *r)
{
    const oa2_phase_t *phase = oa2_phase_find(r);

    return phase && phase->is_own_user
        ? OA2_ACCOUNT_OWN
        : apr_pstrcat(r->pool, OA2_ACCOUNT_HTTPD, r->ap_auth_type, NULL);
}

/*
 * The key that came; or what stands in its place and is none of ours, so that
 * who has sent it hears that it is no good, and not that there was none.  A
 * token is worth more: then the header may be meant for somebody in front.
 */
static const oa2_apikey_sent_t *sent_key(const request_rec *r)
{
    const oa2_apikey_sent_t *key = oa2_entry_key(r);
    const char *other = apr_table_get(r->headers_in, OA2_APIKEY_HEADER);
    oa2_apikey_sent_t *sent;

    if (key || !other || !*other || oa2_entry_authorization(r))
        return key;
    sent = apr_pcalloc(r->pool, sizeof(*sent));
    sent->text = other;
    return sent;
}

void oa2_call_make(oa2_call_t *call, request_rec *r, const oa2_server_t *conf)
{
    memset(call, 0, sizeof(*call));
    call->ctx = oa2_request_ctx(r, conf);
    call->authorization = oa2_entry_authorization(r);
    call->ticket = oa2_entry_ticket(r);
    call->url = oa2_request_url(r);
    call->key = sent_key(r);
    call->browser.ids = oa2_cookie_browsers(r, conf);
    call->browser.session_id = oa2_cookie_session(r, conf);
    call->browser.remote_user = remote_user(r);
    if (call->browser.remote_user) {
        call->browser.remote_provider = remote_provider(r);
        call->browser.remote_left = oa2_login_left(r);
    }
    call->browser.address = r->useragent_ip;
    call->browser.agent = apr_table_get(r->headers_in, "User-Agent");
    call->is_foreign = oa2_request_is_foreign(r);
    call->pages = conf->pages;
    call->ask_password = oa2_login_ask;
    call->ask_baton = r;
    call->ask_outside = oa2_login_outside(r);
    call->if_match = apr_table_get(r->headers_in, "If-Match");
    call->if_none_match = apr_table_get(r->headers_in, "If-None-Match");
    call->headers = apr_table_make(r->pool, 4);
}

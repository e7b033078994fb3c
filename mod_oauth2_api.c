/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mod_oauth2_api.c - the module's record, directives, hooks, endpoints, jobs.
 *
 * No logic here.  A new endpoint is its file and a line in oa2_endpoints, a
 * new job one in oa2_jobs; a new simple setting is a row of OA2_SETTINGS
 * (src/domain/site/settings.h).
 */
#include <httpd.h>
#include <http_config.h>
#include <http_protocol.h>
#include <http_request.h>
#include <mod_auth.h>

#include "endpoint/endpoint.h"
#include "httpd/check/check.h"
#include "httpd/conf/app.h"
#include "httpd/conf/compat.h"
#include "httpd/conf/conf.h"
#include "httpd/conf/dir.h"
#include "httpd/conf/handler.h"
#include "httpd/conf/scope.h"
#include "httpd/module.h"
#include "httpd/protect/bearer.h"
#include "httpd/protect/challenge.h"
#include "httpd/protect/identity.h"
#include "httpd/protect/login.h"
#include "httpd/protect/open.h"
#include "httpd/protect/require.h"
#include "httpd/run/audit.h"
#include "httpd/serve/claim.h"
#include "httpd/serve/cors.h"
#include "httpd/serve/dispatch.h"
#include "httpd/serve/entry.h"
#include "httpd/serve/last.h"
#include "httpd/serve/metrics.h"
#include "httpd/serve/wellknown.h"
#include "httpd/start/setup.h"
#include "job/job.h"

const oa2_endpoint_t *const oa2_endpoints[] = {
    &oa2_endpoint_authorize,
    &oa2_endpoint_login,
    &oa2_endpoint_consent,
    &oa2_endpoint_logout,
    &oa2_endpoint_home,
    &oa2_endpoint_account,
    &oa2_endpoint_account_sessions,
    &oa2_endpoint_account_profile,
    &oa2_endpoint_account_delete,
    &oa2_endpoint_account_data,
    &oa2_endpoint_account_export,
    &oa2_endpoint_account_keys,
    &oa2_endpoint_account_password,
    &oa2_endpoint_developer,
    &oa2_endpoint_developer_add,
    &oa2_endpoint_developer_app,
    &oa2_endpoint_developer_delete,
    &oa2_endpoint_developer_logo,
    &oa2_endpoint_logo,
    &oa2_endpoint_site_logo,
    &oa2_endpoint_developer_edit,
    &oa2_endpoint_developer_secret,
    &oa2_endpoint_developer_team,
    &oa2_endpoint_admin,
    &oa2_endpoint_admin_audit,
    &oa2_endpoint_admin_users,
    &oa2_endpoint_admin_user,
    &oa2_endpoint_admin_roles,
    &oa2_endpoint_admin_link,
    &oa2_endpoint_admin_invite,
    &oa2_endpoint_admin_apps,
    &oa2_endpoint_admin_app,
    &oa2_endpoint_admin_grants,
    &oa2_endpoint_admin_tokens,
    &oa2_endpoint_admin_scopes,
    &oa2_endpoint_admin_health,
    &oa2_endpoint_admin_traffic,
    &oa2_endpoint_set_password,
    &oa2_endpoint_sign_up,
    &oa2_endpoint_token,
    &oa2_endpoint_revoke,
    &oa2_endpoint_introspect,
    &oa2_endpoint_userinfo,
    &oa2_endpoint_get_user_data,
    &oa2_endpoint_userdata,
    NULL
};

const oa2_job_t *const oa2_jobs[] = {
    &oa2_job_purge,
    &oa2_job_mail,
    NULL
};

static const command_rec directives[] = {
#define X(kind, member, directive, preset, min, max, help)                  \
    AP_INIT_TAKE1(directive, oa2_conf_set, NULL, RSRC_CONF, help),
    OA2_SETTINGS(X)
#undef X
    AP_INIT_TAKE1("OAuth2Issuer", oa2_conf_issuer, NULL, RSRC_CONF,
                  "the URL that names this authorization server"),
    AP_INIT_TAKE2("OAuth2Database", oa2_conf_database, NULL, RSRC_CONF,
                  "\"sqlite3\" and a file, or \"pgsql\" and libpq's "
                  "parameters"),
    AP_INIT_TAKE12("OAuth2SiteColor", oa2_conf_site_color, NULL, RSRC_CONF,
                   "the colour of links and buttons, as \"#1d5c52\", and "
                   "perhaps another one for dark pages"),
    AP_INIT_TAKE1("OAuth2TLS", oa2_conf_tls, NULL, RSRC_CONF,
                  "where TLS ends for an https issuer: \"here\" or "
                  "\"proxy\""),
    AP_INIT_TAKE1("OAuth2StateDir", oa2_conf_state_dir, NULL, RSRC_CONF,
                  "where the secret and the embedded database are kept"),
    AP_INIT_RAW_ARGS("OAuth2Scope", oa2_conf_scope, NULL, RSRC_CONF,
                     "a scope's name, its description for users, and perhaps "
                     "\"default\", \"category=…\" and \"sensitive\""),
    AP_INIT_RAW_ARGS("OAuth2Claim", oa2_conf_claim, NULL, RSRC_CONF,
                     "a claim's name, its scope, and perhaps \"from\" and "
                     "where its value comes from"),
    AP_INIT_ITERATE("OAuth2Compat", oa2_conf_compat, NULL, RSRC_CONF,
                    "what clients that an administrator has named may do "
                    "otherwise than the RFCs say; or none"),
    AP_INIT_TAKE2("OAuth2AppWords", oa2_conf_app_words, NULL, RSRC_CONF,
                  "how many words the description of an app has: at least, "
                  "and at most"),
    AP_INIT_TAKE12("OAuth2AppTerms", oa2_conf_app_terms, NULL, RSRC_CONF,
                   "the page that developers agree to, and its version; or "
                   "\"Off\""),
    AP_INIT_FLAG("OAuth2AppApproval", oa2_conf_app_approval, NULL, RSRC_CONF,
                 "Off: what developers submit is approved at once"),
    AP_INIT_TAKE1("OAuth2Resource", oa2_conf_resource, NULL,
                  ACCESS_CONF | OR_AUTHCFG,
                  "the URL that names the API in this directory"),
    AP_INIT_FLAG("OAuth2PassHeaders", oa2_conf_pass_headers, NULL,
                 ACCESS_CONF | OR_AUTHCFG,
                 "On: tell proxied back ends who calls in OAuth2-* headers"),
    AP_INIT_FLAG("OAuth2PassPreflight", oa2_conf_pass_preflight, NULL,
                 ACCESS_CONF | OR_AUTHCFG,
                 "On: the application answers CORS preflights by itself"),
    AP_INIT_ITERATE("OAuth2BasicProvider", oa2_conf_basic_provider, NULL,
                    ACCESS_CONF | OR_AUTHCFG,
                    "which authentication providers check those who come "
                    "with a password instead of a token"),
    AP_INIT_FLAG("OAuth2AllowApiKey", oa2_conf_allow_api_key, NULL,
                 ACCESS_CONF | OR_AUTHCFG,
                 "On: API keys are taken here beside tokens"),
    AP_INIT_FLAG("OAuth2BrowserLogin", oa2_conf_browser_login, NULL,
                 ACCESS_CONF | OR_AUTHCFG,
                 "On: people may come, too, who are signed in at the login "
                 "page; browsers are sent there"),
    AP_INIT_FLAG("OAuth2PassToken", oa2_conf_pass_token, NULL, ACCESS_CONF,
                 "On: the application gets our bearer tokens, in the "
                 "Authorization header"),
    AP_INIT_FLAG("OAuth2PassCookies", oa2_conf_pass_cookies, NULL,
                 ACCESS_CONF,
                 "On: the application gets the cookies of the login pages"),
    AP_INIT_ITERATE("OAuth2CorsOrigin", oa2_conf_cors_origin, NULL,
                    RSRC_CONF | ACCESS_CONF | OR_AUTHCFG,
                    "origins whose pages may call what is here, beside those "
                    "of the clients"),
    AP_INIT_ITERATE("OAuth2LoginProvider", oa2_conf_login_provider, NULL,
                    ACCESS_CONF,
                    "which authentication providers check passwords at the "
                    "login page"),
    /* mod_authz_core's, seen by us too: httpd/protect/require.h */
    AP_INIT_RAW_ARGS("Require", oa2_require_note, NULL, OR_AUTHCFG,
                     "who may: see mod_authz_core"),
    AP_INIT_RAW_ARGS("<RequireNone", oa2_require_note_none, NULL, OR_AUTHCFG,
                     "who may not: see mod_authz_core"),
    { .name = NULL }
};

/* Other modules' "really first" is -10. */
#define FIRST_OF_ALL (APR_HOOK_REALLY_FIRST - 10)

static void register_hooks(apr_pool_t *pool)
{
    /* What mod_rewrite's directives can use has to be there before. */
    static const char *const before_rewrite[] = { "mod_rewrite.c", NULL };
    /* It would take our AuthType for its own. */
    static const char *const before_oauth2[] = { "mod_oauth2.c", NULL };

    oa2_login_register(pool);
    oa2_require_register(pool);
    oa2_last_register();
    oa2_metrics_register(pool);
    ap_hook_check_config(oa2_conf_check, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_config(oa2_setup_post_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_config(oa2_claim_requests, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_child_init(oa2_setup_child, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_read_request(oa2_entry_take, NULL, NULL, FIRST_OF_ALL);
    ap_hook_pre_translate_name(oa2_claim_early, NULL, NULL, FIRST_OF_ALL);
    ap_hook_translate_name(oa2_claim_name, NULL, NULL, FIRST_OF_ALL);
    ap_hook_map_to_storage(oa2_claim_storage, NULL, NULL, FIRST_OF_ALL);
    ap_hook_post_perdir_config(oa2_wellknown_stop, NULL, NULL, FIRST_OF_ALL);
    ap_hook_post_perdir_config(oa2_entry_give, NULL, NULL,
                               APR_HOOK_REALLY_FIRST);
    ap_hook_check_access_ex(oa2_open_check, NULL, NULL,
                            APR_HOOK_FIRST, AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_check_authn(oa2_bearer_check, NULL, before_oauth2,
                        APR_HOOK_MIDDLE, AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_check_authz(oa2_require_check, NULL, NULL, APR_HOOK_FIRST,
                        AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_note_auth_failure(oa2_bearer_note_failure, NULL, NULL,
                              APR_HOOK_MIDDLE);
    ap_hook_type_checker(oa2_claim_type, NULL, NULL, FIRST_OF_ALL);
    ap_hook_fixups(oa2_identity_pass, NULL, before_rewrite,
                   APR_HOOK_REALLY_FIRST);
    ap_hook_insert_filter(oa2_challenge_give, NULL, NULL, APR_HOOK_LAST);
    ap_hook_insert_error_filter(oa2_challenge_give, NULL, NULL,
                                APR_HOOK_LAST);
    ap_hook_insert_filter(oa2_cors_answer, NULL, NULL, APR_HOOK_LAST);
    ap_hook_insert_error_filter(oa2_cors_answer, NULL, NULL, APR_HOOK_LAST);
    ap_hook_log_transaction(oa2_audit_write, NULL, NULL,
                            APR_HOOK_REALLY_FIRST);
    ap_hook_handler(oa2_open_refuse, NULL, NULL, FIRST_OF_ALL);
    ap_hook_handler(oa2_wellknown_answer, NULL, NULL, FIRST_OF_ALL);
    ap_hook_handler(oa2_dispatch, NULL, NULL, FIRST_OF_ALL);
}

module AP_MODULE_DECLARE_DATA oauth2_api_module = {
    STANDARD20_MODULE_STUFF,
    oa2_conf_dir_create,
    oa2_conf_dir_merge,
    oa2_conf_server_create,
    oa2_conf_server_merge,
    directives,
    register_hooks,
    AP_MODULE_FLAG_NONE
};

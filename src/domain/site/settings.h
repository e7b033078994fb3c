/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings.h - what an administrator can set for a server, listed once.
 *
 * A row of OA2_SETTINGS is the whole of a simple setting: the member, the
 * directive (the roof's table and httpd/conf's setter and merge come from the
 * row), the default, the limits and the help line.  Below the httpd floor
 * nothing is ever unset: httpd/conf/conf fills in the defaults before it
 * starts.
 */
#ifndef OA2_DOMAIN_SITE_SETTINGS_H
#define OA2_DOMAIN_SITE_SETTINGS_H

#include <apr_tables.h>
#include "base/crypto.h"
#include "store/refresh.h"

/* How many words the description of an app has. */
#define OA2_APP_WORDS_MIN 127
#define OA2_APP_WORDS_MAX 511

/* The embedded database's file name, in the state directory. */
#define OA2_DATABASE_FILE "oauth2.sqlite3"

/* 90 days */
#define OA2_AUDIT_KEEP 7776000

/*
 * X(KIND, member, "Directive", default, min, max, "help")
 * KIND: TEXT (const char *; limits are bytes), and the apr_int64_t ones
 * SECONDS ("10m"), BYTES ("32m"), NUMBER, SWITCH (0 "Off", 1 "On", and, where
 * max is that, OA2_APPROVAL "Approval").
 */
#define OA2_SETTINGS(X)                                                     \
    X(TEXT, site_name, "OAuth2SiteName", NULL, 1, 100,                      \
      "the name of this site on the pages; default: the issuer's host")     \
    X(TEXT, realm, "OAuth2Realm", NULL, 1, 255,                             \
      "whose clients and users these are; issuers that name the same one "  \
      "share them; default: the issuer")                                    \
    X(TEXT, secret_file, "OAuth2SecretFile", NULL, 1, 4096,                 \
      "the file with this server's secret; made when missing; "             \
      "default: \"secret\" in the state directory")                         \
    X(TEXT, page_dir, "OAuth2PageDir", NULL, 1, 4096,                       \
      "a directory of pages that replace the built-in ones")                \
    X(TEXT, site_logo, "OAuth2SiteLogo", NULL, 1, 4096,                     \
      "a file with a square picture that the pages begin with")             \
    X(TEXT, logo_program, "OAuth2LogoProgram", OA2_LOGO_PROGRAM, 1, 4096,   \
      "the program that makes a logo of a picture; default: the installed " \
      "one")                                                                \
    X(TEXT, mail_command, "OAuth2MailCommand", NULL, 1, 4096,               \
      "the program that sends a mail, with its arguments; it reads the "    \
      "message, with its recipient, from standard input")                   \
    X(TEXT, mail_from, "OAuth2MailFrom", NULL, 3, 254,                      \
      "the address that mails come from")                                   \
    X(SECONDS, code_lifetime, "OAuth2CodeLifetime", 60, 10, 600,            \
      "how long an authorization code is good")                             \
    X(SECONDS, access_lifetime, "OAuth2AccessTokenLifetime",                \
      600, 10, 31536000,                                                    \
      "how long an access token is good")                                   \
    X(SECONDS, refresh_lifetime, "OAuth2RefreshTokenLifetime",              \
      2592000, 60, 315360000,                                               \
      "how long an unused refresh token is good")                           \
    X(SECONDS, grant_lifetime, "OAuth2GrantLifetime",                       \
      31536000, 0, 315360000,                                               \
      "how long after its user's consent an access can be refreshed; "      \
      "0: for ever")                                                        \
    X(SECONDS, refresh_grace, "OAuth2RefreshGrace",                         \
      10, 0, OA2_REFRESH_GRACE_MAX,                                         \
      "how long a spent refresh token gets the same answer again")          \
    X(SECONDS, session_lifetime, "OAuth2SessionLifetime",                   \
      43200, 60, 31536000,                                                  \
      "how long a browser stays signed in")                                 \
    X(SECONDS, flow_lifetime, "OAuth2FlowLifetime", 1800, 60, 86400,        \
      "how long an authorization request waits for its user")               \
    X(TEXT, audit_log, "OAuth2AuditLog", NULL, 1, 4096,                     \
      "a file, or \"|\" and a program, for security events; one JSON "      \
      "object a line")                                                      \
    X(SECONDS, audit_keep, "OAuth2AuditKeep",                               \
      OA2_AUDIT_KEEP, 0, 315360000,                                         \
      "how long security events stay in the database; 0: they are not put " \
      "there")                                                              \
    X(NUMBER, login_attempts, "OAuth2LoginAttempts", 5, 1, 1000,            \
      "wrong passwords for one account before each further one waits")      \
    X(SECONDS, login_wait, "OAuth2LoginWait", 900, 1, 86400,                \
      "the longest pause after wrong passwords")                            \
    X(SWITCH, sign_up, "OAuth2SignUp", 0, 0, OA2_APPROVAL,                  \
      "On: people may make accounts for themselves; Approval: an "          \
      "administrator has to approve them")                                  \
    X(SWITCH, account_delete, "OAuth2AccountDelete", 0, 0, 1,               \
      "On: people may delete their accounts")                               \
    X(TEXT, claim_query, "OAuth2ClaimQuery", NULL, 1, 8000,                 \
      "a SELECT over this database whose columns are claims of the user $1")\
    X(NUMBER, database_connections, "OAuth2DatabaseConnections", 8, 1, 1000,\
      "most database connections of one child process")                     \
    X(SECONDS, database_wait, "OAuth2DatabaseWait", 2, 1, 60,               \
      "the longest wait for a free database connection")                    \
    X(BYTES, cache_size, "OAuth2CacheSize", 33554432, 65536, 17179869184,   \
      "shared memory for cached tokens, in bytes")                          \
    X(BYTES, cache_entry_size, "OAuth2CacheEntrySize", 320, 192, 65536,     \
      "bytes of it that one token takes")

#define OA2_SETTING_TYPE_TEXT const char *
#define OA2_SETTING_TYPE_SECONDS apr_int64_t
#define OA2_SETTING_TYPE_BYTES apr_int64_t
#define OA2_SETTING_TYPE_NUMBER apr_int64_t
#define OA2_SETTING_TYPE_SWITCH apr_int64_t

#define OA2_APPROVAL 2          /* on, and an administrator has to approve */

/* OAuth2Scope name "description" [default] [category=text] [sensitive]
   [apikey] */
typedef struct oa2_scope_row_t {
    const char *name;
    const char *description;
    int is_default;             /* granted when a request names no scope */
    const char *category;       /* pages group by it; NULL: none */
    int is_sensitive;           /* pages say that it is */
    int is_for_keys;            /* people may give it to keys of their own */
} oa2_scope_row_t;

/* Where a claim's value comes from. */
typedef enum {
    OA2_CLAIM_PROFILE,          /* kept with the user */
    OA2_CLAIM_ENV,              /* what the last login left behind */
    OA2_CLAIM_QUERY,            /* OAuth2ClaimQuery, each time */
    OA2_CLAIM_USER              /* the name that the user signs in by */
} oa2_claim_source_t;

/* OAuth2Claim name scope [from source] */
typedef struct oa2_claim_row_t {
    const char *name;           /* "student/year" is a member of "student" */
    const char *scope;
    oa2_claim_source_t source;
    const char *variable;       /* ENV: its name */
    int is_editable;            /* PROFILE: by its user */
} oa2_claim_row_t;

/* Keys derived from the secret file; the first secret seals and signs, all
   of them open and verify. */
#define OA2_SECRETS_MAX 4
typedef struct oa2_keys_t {
    int count;
    unsigned char check[OA2_SECRETS_MAX][OA2_KEY_LEN];  /* tokens' check part */
    unsigned char form[OA2_SECRETS_MAX][OA2_KEY_LEN];
    unsigned char reply[OA2_SECRETS_MAX][OA2_KEY_LEN];  /* sealed answers */
    unsigned char salt[OA2_KEY_LEN];    /* of all secrets together: ctx->salt */
    unsigned char mark[OA2_SECRETS_MAX][OA2_KEY_LEN];   /* told to others */
} oa2_keys_t;

typedef struct oa2_settings_t {
#define X(kind, member, directive, preset, min, max, help)                  \
    OA2_SETTING_TYPE_##kind member;
    OA2_SETTINGS(X)
#undef X
    const char *issuer;         /* RFC 8414 section 2; no trailing slash */
    const char *issuer_origin;  /* "https://api.example.com" */
    const char *issuer_path;    /* "/oauth2", or "" */
    int secure;                 /* the issuer is https */
    const char *database_driver;
    const char *database_params;
    const apr_array_header_t *scopes;       /* oa2_scope_row_t */
    const apr_array_header_t *claims;       /* oa2_claim_row_t; may be NULL */
    const apr_array_header_t *resources;    /* const char *: OAuth2Resource */
    const char *compat;         /* OAuth2Compat: words; NULL: not written */
    apr_int64_t app_words_min;  /* of an app's description */
    apr_int64_t app_words_max;  /* 0: the defaults, of both */
    const char *app_terms;      /* URL or path of what developers agree to;
                                   NULL or "": nothing */
    const char *app_terms_version;  /* NULL: there are none */
    const struct oa2_logo_t *site_picture;  /* of OAuth2SiteLogo
                                               (store/logo.h); NULL: none */
    const struct oa2_color_t *color;        /* OAuth2SiteColor (site/color.h);
                                               NULL: the style sheet's own */
    int app_approval_off;       /* who makes an app needs nobody's approval */
    oa2_keys_t keys;
} oa2_settings_t;

/* Derives the keys from the secret file's text: 1 to OA2_SECRETS_MAX lines of
   base64url, each 32 bytes or more.  NULL, or a sentence that says what is
   wrong (never quoting it). */
const char *oa2_keys_derive(oa2_keys_t *keys, const char *text,
                            apr_pool_t *pool);
/* A fresh line for a new secret file. */
const char *oa2_keys_new_secret(apr_pool_t *pool);
/* NULL when unknown. */
const oa2_scope_row_t *oa2_settings_scope(const oa2_settings_t *settings,
                                          const char *name);
/* All names, as words. */
const char *oa2_settings_scope_words(const oa2_settings_t *settings,
                                     int defaults_only, apr_pool_t *pool);
/* RFC 8414 section 3.1: between host and path. */
#define OA2_WELL_KNOWN "/.well-known/"
#define OA2_OAUTH_SERVER OA2_WELL_KNOWN "oauth-authorization-server"
const char *oa2_settings_metadata_url(const oa2_settings_t *settings,
                                      apr_pool_t *pool);
/* issuer + "/" + name. */
const char *oa2_settings_url(const oa2_settings_t *settings,
                             const char *name, apr_pool_t *pool);
/*
 * Its path only: for links and redirects between our own pages, so that a
 * browser stays at the name of this host that it came by (RFC 9110 section
 * 10.2.2), where its cookies are.
 */
const char *oa2_settings_path(const oa2_settings_t *settings,
                              const char *name, apr_pool_t *pool);
/*
 * NULL, or what is wrong with an issuer: RFC 8414 section 2 (https, no query,
 * no fragment); plain http only for a loopback host.  Fills in issuer,
 * issuer_origin, issuer_path and secure.
 */
const char *oa2_settings_set_issuer(oa2_settings_t *settings,
                                    const char *issuer, apr_pool_t *pool);

#endif

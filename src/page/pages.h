/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages.h - which pages there are, and how one becomes HTML.
 *
 * Pages are Mustache files (docs/pages.md), read and compiled once.  A new page
 * is a file, its two functions, and one row of OA2_PAGE_LIST.
 */
#ifndef OA2_PAGE_PAGES_H
#define OA2_PAGE_PAGES_H

#include "base/err.h"
#include "base/text/json.h"
#include "domain/site/language.h"

/* A folder of its own: plain text, whose first line is the subject. */
#define OA2_PAGE_MAIL "mail/"
/* More folders. */
#define OA2_PAGE_ACCOUNT "account/"
#define OA2_PAGE_DEVELOPER "developer/"
#define OA2_PAGE_ADMIN "admin/"
#define OA2_PAGE_SUBJECT "Subject: "

/* The file is the name and ".mustache". */
#define OA2_PAGE_LIST(ROW) \
    ROW(LOGIN, "login") \
    ROW(CONSENT, "consent") \
    ROW(ERROR, "error") \
    ROW(SIGNED_OUT, "signed-out") \
    ROW(HOME, "home") \
    ROW(SET_PASSWORD, "set-password") \
    ROW(MAIL_INVITATION, OA2_PAGE_MAIL "invitation") \
    ROW(MAIL_RESET, OA2_PAGE_MAIL "reset") \
    ROW(SIGN_UP, "sign-up") \
    ROW(ACCOUNT_APPS, OA2_PAGE_ACCOUNT "apps") \
    ROW(ACCOUNT_SESSIONS, OA2_PAGE_ACCOUNT "sessions") \
    ROW(ACCOUNT_KEYS, OA2_PAGE_ACCOUNT "keys") \
    ROW(ACCOUNT_DATA, OA2_PAGE_ACCOUNT "data") \
    ROW(ACCOUNT_DELETE, OA2_PAGE_ACCOUNT "delete") \
    ROW(ACCOUNT_PROFILE, OA2_PAGE_ACCOUNT "profile") \
    ROW(ACCOUNT_PASSWORD, OA2_PAGE_ACCOUNT "password") \
    ROW(DEVELOPER_HOME, OA2_PAGE_DEVELOPER "home") \
    ROW(DEVELOPER_ADD, OA2_PAGE_DEVELOPER "add") \
    ROW(DEVELOPER_APP, OA2_PAGE_DEVELOPER "app") \
    ROW(DEVELOPER_DELETE, OA2_PAGE_DEVELOPER "delete") \
    ROW(DEVELOPER_LOGO, OA2_PAGE_DEVELOPER "logo") \
    ROW(DEVELOPER_EDIT, OA2_PAGE_DEVELOPER "edit") \
    ROW(DEVELOPER_SECRET, OA2_PAGE_DEVELOPER "secret") \
    ROW(DEVELOPER_TEAM, OA2_PAGE_DEVELOPER "team") \
    ROW(ADMIN_OVERVIEW, OA2_PAGE_ADMIN "overview") \
    ROW(ADMIN_AUDIT, OA2_PAGE_ADMIN "audit") \
    ROW(ADMIN_USERS, OA2_PAGE_ADMIN "users") \
    ROW(ADMIN_USER, OA2_PAGE_ADMIN "user") \
    ROW(ADMIN_ROLES, OA2_PAGE_ADMIN "roles") \
    ROW(ADMIN_LINK, OA2_PAGE_ADMIN "link") \
    ROW(ADMIN_GIVEN, OA2_PAGE_ADMIN "given") \
    ROW(ADMIN_INVITE, OA2_PAGE_ADMIN "invite") \
    ROW(ADMIN_APPS, OA2_PAGE_ADMIN "apps") \
    ROW(ADMIN_APP, OA2_PAGE_ADMIN "app") \
    ROW(ADMIN_GRANTS, OA2_PAGE_ADMIN "grants") \
    ROW(ADMIN_TOKENS, OA2_PAGE_ADMIN "tokens") \
    ROW(ADMIN_SCOPES, OA2_PAGE_ADMIN "scopes") \
    ROW(ADMIN_HEALTH, OA2_PAGE_ADMIN "health") \
    ROW(ADMIN_TRAFFIC, OA2_PAGE_ADMIN "traffic")

#define OA2_PAGE_ID(id, name) OA2_PAGE_##id,
typedef enum {
    OA2_PAGE_LIST(OA2_PAGE_ID)
    OA2_PAGE_COUNT
} oa2_page_id_t;
#undef OA2_PAGE_ID

/* Never changes after it was loaded: any number of threads may render. */
typedef struct oa2_pages_t oa2_pages_t;

/*
 * Each file, page or partial, is taken from override_dir when it is there and
 * from data_dir otherwise; override_dir NULL: there is none.  Languages are the
 * files lang/CODE.json of both: what one of override_dir lacks is taken from
 * the file of data_dir of the same name, and what that lacks is in English.
 * server_error, naming file and line, for a missing, unreadable or broken file,
 * and for an *.mustache file in override_dir that no page uses: a misspelt
 * name.
 */
oa2_err_t *oa2_pages_load(oa2_pages_t **out, const char *override_dir,
                          const char *data_dir, apr_pool_t *pool);

/* const oa2_language_t *, all that there are, OA2_LANGUAGE_FIRST first. */
const apr_array_header_t *oa2_pages_languages(const oa2_pages_t *pages);
/* As oa2_language_choose(); none: other, or OA2_LANGUAGE_FIRST where that is
   NULL.  Never NULL. */
const oa2_language_t *oa2_pages_language(const oa2_pages_t *pages,
                                         const char *wanted,
                                         const oa2_language_t *other,
                                         apr_pool_t *pool);

typedef struct oa2_page_common_t {
    const char *site;           /* what the user knows it as: "Orders API" */
    const char *logo;           /* the site's, a path on this host; NULL: it
                                   has none */
    const struct oa2_color_t *color;    /* domain/site/color.h; NULL: the style
                                           sheet's */
    const char *nonce;          /* of the Content-Security-Policy */
    const oa2_language_t *language;     /* NULL: OA2_LANGUAGE_FIRST */
} oa2_page_common_t;

/* A model with the common part in it; it lives as long as pool. */
cJSON *oa2_page_model(const oa2_page_common_t *common, apr_pool_t *pool);
/* language: one of the pages', or NULL. */
const char *oa2_page_render(const oa2_pages_t *pages,
                            const oa2_language_t *language, oa2_page_id_t id,
                            const cJSON *model, apr_pool_t *pool);
/* Of a mail. */
const char *oa2_page_render_text(const oa2_pages_t *pages,
                                 const oa2_language_t *language,
                                 oa2_page_id_t id, const cJSON *model,
                                 apr_pool_t *pool);

#endif

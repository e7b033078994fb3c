/* SPDX-License-Identifier: Apache-2.0 */
/*
 * property.h - what is known of a client, as rows: RFC 7591 section 2.
 *
 * A property that no statement compares is a row here and nothing else: it is
 * kept in the JSON text `meta` of its client.  Forms, oauth2ctl's options and
 * what it prints come from the rows.
 */
#ifndef OA2_DOMAIN_CLIENT_PROPERTY_H
#define OA2_DOMAIN_CLIENT_PROPERTY_H

#include "domain/site/settings.h"
#include "store/app.h"

/*
 * X(name, "option", "VALUE", KIND, limit, by, "help")
 * name: RFC 7591's, where it has one.  option: of oauth2ctl client add and set.
 * KIND: TEXT; URL (https, or http to a loopback host); WORDS.
 * limit: bytes, 0: none of its own.  by: DEVELOPER or ADMINISTRATOR, who may
 * set it.  These are the ones in meta.
 */
#define OA2_META_PROPERTIES(X)                                              \
    X(client_uri, "website", "URL", URL, 2000, DEVELOPER,                   \
      "its home page, for people")                                          \
    X(policy_uri, "privacy-policy", "URL", URL, 2000, DEVELOPER,            \
      "what it does with what it learns of people")                         \
    X(tos_uri, "terms", "URL", URL, 2000, DEVELOPER,                        \
      "its terms of service")                                               \
    X(terms_version, "terms-version", "TEXT", TEXT, 64, DEVELOPER,          \
      "of this site's terms, that its developer has agreed to")

typedef enum {
    OA2_PROPERTY_TEXT,
    OA2_PROPERTY_ABOUT,                 /* text of many lines */
    OA2_PROPERTY_URL,
    OA2_PROPERTY_WORDS,
    OA2_PROPERTY_SWITCH,                /* "yes", else "" */
    OA2_PROPERTY_METHOD,                /* "none": a public client */
    OA2_PROPERTY_COMPAT                 /* words: domain/client/compat.h */
} oa2_property_kind_t;

typedef enum {
    OA2_SET_BY_DEVELOPER,               /* and by administrators */
    OA2_SET_BY_ADMINISTRATOR
} oa2_property_by_t;

typedef enum {
    OA2_REVIEW_NONE,
    OA2_REVIEW_ALL,                     /* each change needs approval */
    OA2_REVIEW_PLACES                   /* what leads to another origin */
} oa2_property_review_t;

typedef struct oa2_property_t {
    const char *name;
    const char *option;                 /* NULL: not by these rows */
    const char *value;
    oa2_property_kind_t kind;
    int column;                         /* offset in oa2_client_t; -1: meta;
                                           -2: about */
    int limit;
    oa2_property_by_t by;
    oa2_property_review_t reviewed;
    const char *help;
} oa2_property_t;

extern const oa2_property_t oa2_properties[];   /* ended by a NULL name */
/* A member of meta; "" : none.  Parses meta.  Exported for tests. */
const char *oa2_client_meta(const oa2_client_t *client, const char *name,
                            apr_pool_t *pool);
/* Its compatibility switches, as words (domain/client/compat.h): one of them
   has a column, which versions before know. */
const char *oa2_client_compat(const oa2_client_t *client, apr_pool_t *pool);
void oa2_client_set_compat(oa2_client_t *client, const char *words,
                           apr_pool_t *pool);
/* As text; lists as words. */
const char *oa2_property_get(const oa2_app_t *app, const oa2_property_t *row,
                             apr_pool_t *pool);
/* Lists: words or lines; one that is too long stays as it was typed, for
   oa2_property_problem() to say so.  To make a client confidential sets its
   secret to "" until it is known. */
void oa2_property_set(oa2_app_t *app, const oa2_property_t *row,
                      const char *text, apr_pool_t *pool);
/* How many words a description has: what white space separates. */
void oa2_property_word_limits(int *min, int *max,
                              const oa2_settings_t *settings);
/* Whether its developers agreed to the site's terms as they are now
   (OAuth2AppTerms), or there are none. */
int oa2_property_agrees(const oa2_client_t *client, const oa2_ctx_t *ctx);
/* NULL, or what is wrong with it, in the language of ctx. */
const char *oa2_property_problem(const oa2_app_t *app,
                                 const oa2_property_t *row,
                                 const oa2_ctx_t *ctx);
#endif

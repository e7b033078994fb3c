/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subject.h - who is asking, and by what right.
 *
 * Made once per request, where it was proved; whoever has to know (Require,
 * the environment, pages) reads this record and not the token, password or
 * cookie behind it.
 */
#ifndef OA2_DOMAIN_SITE_SUBJECT_H
#define OA2_DOMAIN_SITE_SUBJECT_H

#include "store/apikey.h"
#include "store/session.h"
#include "store/token.h"

typedef enum {
    OA2_BY_NOTHING,             /* nobody: all else is unset */
    OA2_BY_TOKEN,               /* a bearer token of ours */
    OA2_BY_PASSWORD,            /* a name and a password, HTTP Basic */
    OA2_BY_KEY,                 /* an API key of ours */
    OA2_BY_SESSION              /* the login of our pages, in a browser */
} oa2_by_t;

typedef struct oa2_subject_t {
    oa2_by_t by;
    const char *user;           /* NULL: the client acts for itself */
    const char *sub;            /* the user's; NULL: none is known */
    const char *client_id;      /* NULL: none was named; a user's own key */
    const char *key_id;         /* the API key's, for people; NULL: none */
    const char *scope;          /* words; "": a right without scope */
    const char *audience;       /* words; "": any */
    const char *roles;          /* the user's, words; of a session only, since
                                   a person has them and no app; "": none */
    apr_int64_t expires;        /* 0: not by itself */
} oa2_subject_t;

/* Of a live token, whose texts it keeps. */
void oa2_subject_of_token(oa2_subject_t *out, const oa2_token_t *token);
/* Of a good API key; the same. */
void oa2_subject_of_key(oa2_subject_t *out, const oa2_apikey_t *key);
/* 1 for what was issued here with scopes: a token or an API key. */
int oa2_subject_is_issued(const oa2_subject_t *subject);
/* Of a live session: the person herself, without client and scope. */
void oa2_subject_of_session(oa2_subject_t *out, const oa2_session_t *session);
/* name is kept. */
void oa2_subject_of_password(oa2_subject_t *out, const char *name);
/* A name for httpd, which wants one: the user's, or "client:" and the client's
   ID.  No user's name holds a colon. */
const char *oa2_subject_name(const oa2_subject_t *subject, apr_pool_t *pool);

#endif

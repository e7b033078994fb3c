/* SPDX-License-Identifier: Apache-2.0 */
/* subject.c - see subject.h */
#include "domain/site/subject.h"

#include <string.h>

#include <apr_strings.h>

void oa2_subject_of_token(oa2_subject_t *out, const oa2_token_t *token)
{
    out->by = OA2_BY_TOKEN;
    out->user = token->user;
    out->sub = token->sub;
    out->client_id = token->client_id;
    out->key_id = NULL;
    out->scope = token->scope;
    out->audience = token->audience;
    out->roles = "";
    out->expires = token->expires;
}

/* The places that take keys say so themselves: no audience. */
void oa2_subject_of_key(oa2_subject_t *out, const oa2_apikey_t *key)
{
    out->by = OA2_BY_KEY;
    out->user = key->user;
    out->sub = key->sub;
    out->client_id = key->client_id;
    out->key_id = key->id;
    out->scope = key->scope;
    out->audience = out->roles = "";
    out->expires = key->expires;
}

void oa2_subject_of_session(oa2_subject_t *out, const oa2_session_t *session)
{
    memset(out, 0, sizeof(*out));
    out->by = OA2_BY_SESSION;
    out->user = session->user;
    out->sub = session->sub;
    out->scope = out->audience = "";
    out->roles = session->roles;
    out->expires = session->expires;
}

int oa2_subject_is_issued(const oa2_subject_t *subject)
{
    return subject->by == OA2_BY_TOKEN || subject->by == OA2_BY_KEY;
}

void oa2_subject_of_password(oa2_subject_t *out, const char *name)
{
    memset(out, 0, sizeof(*out));
    out->by = OA2_BY_PASSWORD;
    out->user = name;
    out->scope = out->audience = out->roles = "";
}

const char *oa2_subject_name(const oa2_subject_t *subject, apr_pool_t *pool)
{
    return subject->user ? subject->user
                         : apr_pstrcat(pool, "client:", subject->client_id,
                                       NULL);
}

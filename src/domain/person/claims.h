/* SPDX-License-Identifier: Apache-2.0 */
/*
 * claims.h - what this server knows of people beyond their names, and who is
 * told: OpenID Connect Core sections 5.1 and 5.3.
 *
 * A claim goes with a scope (OAuth2Claim), and its value comes from one source.
 * A client is told a claim when its token has the scope, the user was shown the
 * claim's name when consenting, and there is a value.
 *
 * Lists of claims are words, as those of scopes: a word is the name, encoded as
 * in a form.
 */
#ifndef OA2_DOMAIN_PERSON_CLAIMS_H
#define OA2_DOMAIN_PERSON_CLAIMS_H

#include "base/text/json.h"
#include "domain/site/settings.h"
#include "store/token.h"
#include "store/user.h"

#define OA2_CLAIM_NAME_MAX 128          /* bytes */
#define OA2_CLAIM_DEPTH_MAX 8           /* parts between slashes */
#define OA2_CLAIM_VALUE_MAX 16384       /* bytes of JSON */

/* NULL, or a sentence that says what is wrong: no name can be empty between
   slashes, or stand for what tokens say of themselves ("sub", "iss" …). */
const char *oa2_claims_name_problem(const char *name, apr_pool_t *pool);
/* *json: the value as JSON.  NULL, or what is wrong with it: too large, not
   UTF-8, control characters other than tab and line break. */
const char *oa2_claims_value(const char **json, const char *text,
                             apr_pool_t *pool);
/* The same of a text that is JSON; *json is as it was written. */
const char *oa2_claims_value_of_json(const char **json, const char *text,
                                     apr_pool_t *pool);

/* NULL, or what is wrong with an OAuth2ClaimQuery: it is one SELECT, without a
   semicolon, that asks for $1 and nothing else. */
const char *oa2_claims_query_problem(const char *query);
/* NULL, or the name of a claim that another one's value would be in: "a" where
   there is "a/b" too. */
const char *oa2_claims_clash(const oa2_settings_t *settings);

/* A claim's name as one word, as consents and grants hold it. */
const char *oa2_claims_word(const char *name, apr_pool_t *pool);
/* What goes with these scopes. */
const char *oa2_claims_of(const oa2_settings_t *settings, const char *scope,
                          apr_pool_t *pool);
/* As people read it: "student/birth_date" is "student: birth date". */
const char *oa2_claims_label(const char *name, apr_pool_t *pool);

/*
 * After a login: what it left behind, for the claims "from env:".  What it has
 * not is forgotten; what cannot be a value is, and ctx->note says so.  Writes
 * only what is not kept already.
 */
oa2_err_t *oa2_claims_keep(oa2_ctx_t *ctx, const char *user,
                           const apr_table_t *left);
/* What its user sees of a claim. */
typedef struct oa2_claims_known_t {
    const oa2_claim_row_t *row;
    const char *text;                   /* a text itself, else JSON; NULL: there
                                           is none */
    int may_edit;                       /* it is editable, and a text */
} oa2_claims_known_t;

/* *out: oa2_claims_known_t, of all claims that are kept here (not those of
   OAuth2ClaimQuery, and not the name), in the order of OAuth2Claim. */
oa2_err_t *oa2_claims_known(apr_array_header_t **out, oa2_ctx_t *ctx,
                            const oa2_user_t *user);

typedef enum {
    OA2_CLAIMS_SAME, OA2_CLAIMS_CHANGED, OA2_CLAIMS_REFUSED
} oa2_claims_edit_t;

/*
 * Its user sets a claim to that text; NULL: takes it away.  REFUSED: it may not
 * be edited, or cannot be a value.  is_trial: nothing is done.
 */
oa2_err_t *oa2_claims_edit(oa2_claims_edit_t *out, oa2_ctx_t *ctx,
                           const char *user, const oa2_claims_known_t *claim,
                           const char *text, int is_trial);
/*
 * Section 5.3.2: "sub", and what the token's client may be told of its user.
 * The token is good, and has a user.  What OAuth2ClaimQuery cannot tell is
 * missing, and ctx->note says why.
 */
oa2_err_t *oa2_claims_tell(cJSON **out, oa2_ctx_t *ctx,
                           const oa2_token_t *token);

#endif

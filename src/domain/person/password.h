/* SPDX-License-Identifier: Apache-2.0 */
/*
 * password.h - which passwords are too easily guessed, after NIST SP 800-63B
 * section 5.1.1.2: length, common and expected values, the user's name;
 * no rules about kinds of characters.
 */
#ifndef OA2_DOMAIN_PERSON_PASSWORD_H
#define OA2_DOMAIN_PERSON_PASSWORD_H

#include "domain/site/language.h"

/*
 * Characters.  The standard's least is 8 where a second factor follows; here
 * none does, so it is what OWASP ASVS 2.1.1 asks for.
 */
#define OA2_PASSWORD_MIN 12

/* NULL, or a sentence that says why a new password of that user is weak; it
   quotes nothing of it.  Both are valid UTF-8. */
const char *oa2_password_problem(const char *password, const char *name,
                                 apr_pool_t *pool);
/* The same for a page, in the language of its reader, and why a new password
   and its repetition cannot be taken at all; each may be NULL. */
const char *oa2_password_refusal(const oa2_ctx_t *ctx, const char *password,
                                 const char *again, const char *user);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account.h - who somebody is here, by whatever spelling.
 *
 * A person has one account in a realm.  Its one canonical form is what
 * base/text/fold makes of a name; the store keeps it beside the name and finds
 * a user by it, and the pauses after wrong passwords are counted by it.  What
 * is shown, and what providers are asked for, is the name as it is written.
 */
#ifndef OA2_DOMAIN_PERSON_ACCOUNT_H
#define OA2_DOMAIN_PERSON_ACCOUNT_H

#include "store/user.h"

#define OA2_ACCOUNT_NAME_MAX 255        /* bytes */

/* Who vouches for a user of the module's own table. */
#define OA2_ACCOUNT_OWN "oauth2"

/* What is before the AuthType of a user whom httpd authenticated in front. */
#define OA2_ACCOUNT_HTTPD "httpd:"

/*
 * NULL, or a sentence that says why nobody can have such a name.  *name: as it
 * is written, without the spaces at its ends and what else was pasted with it.
 */
const char *oa2_account_name(const char **name, const char *typed,
                             apr_pool_t *pool);
/* What all spellings share; for what can be no name, the text itself. */
const char *oa2_account_key(const char *name, apr_pool_t *pool);
typedef enum {
    OA2_ACCOUNT_REMOVED,
    OA2_ACCOUNT_GONE,                   /* there is none such any more */
    OA2_ACCOUNT_OWNS_APP,               /* is the only owner of an app */
    OA2_ACCOUNT_LAST                    /* is the last administrator who can
                                           sign in (store/administrator.h) */
} oa2_account_remove_t;

/*
 * Removes the account by its owner's wish, with all that is kept of it but the
 * audit trail.  *app: OWNS_APP: the name of one that would have no owner.
 */
oa2_err_t *oa2_account_remove(oa2_account_remove_t *out, const char **app,
                              oa2_ctx_t *ctx, const char *user);
/* 1 when the module's own table vouches for the user: by a password there. */
int oa2_account_is_own(const oa2_user_t *user);
/*
 * The row of a user for whom provider vouches, made when there is none yet:
 * then *made is 1.  A row that others made is the user's only if the provider
 * vouches for the row's name too, which the caller has to know.
 *
 * Who vouched first has the account: another provider's user of that name is
 * refused (access_denied, page), and so is a disabled one.  A user whom httpd
 * authenticated has to be spelt as before: nobody can tell whether another
 * spelling is the same person there.  Nor is he a new one while a user of that
 * provider whose name is alike is disabled.
 */
oa2_err_t *oa2_account_enter(oa2_user_t **out, int *made, oa2_ctx_t *ctx,
                             const char *name, const char *provider);

#endif

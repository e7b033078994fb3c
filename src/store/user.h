/* SPDX-License-Identifier: Apache-2.0 */
/*
 * user.h - users, by any spelling of their names (base/text/fold.h).
 * store/store.h has the promises.
 */
#ifndef OA2_STORE_USER_H
#define OA2_STORE_USER_H

#include <apr_tables.h>
#include "base/ctx.h"

/* Administrators' pages ask for this one; all others are an administrator's to
   name. */
#define OA2_ROLE_ADMINISTRATOR "administrator"

/*
 * A user is found by any spelling of the name (base/text/fold.h): there is one
 * in a realm of all that fold to the same.  Verbs that change one take the name
 * as the row has it.
 */
typedef struct oa2_user_t {
    const char *name;                   /* as it is shown */
    const char *sub;                    /* random, never reused */
    const char *password;               /* hash; NULL: known elsewhere only */
    int disabled;
    int is_pending;                     /* and this: waits for approval */
    apr_int64_t created;
    apr_int64_t expires;                /* put only: when it goes, unless it
                                           gets a password, another provider or
                                           an administrator's yes or no before;
                                           0: never */
    const char *provider;               /* vouched first; NULL: nobody yet */
    const char *credential;             /* find only: see oa2_session_t */
    const char *roles;                  /* words; find and list only */
    const char *language;               /* of pages; "": none was chosen; find
                                           and list only */
    int is_replaced;                    /* list only: nobody can sign in by it,
                                           another row has its account */
} oa2_user_t;

#define OA2_USER_PENDING "pending"      /* as people call it */

oa2_err_t *oa2_user_find(oa2_user_t **out, oa2_ctx_t *ctx, const char *name);
/* *put: 0 when there is one by that name, in any spelling. */
oa2_err_t *oa2_user_put(int *put, oa2_ctx_t *ctx, const oa2_user_t *user);
/*
 * The row of a user for whom provider vouches: made with this sub when there
 * is none yet.  A row that nobody has vouched for is provider's from now on;
 * the caller looks whether (*out)->provider is.
 */
oa2_err_t *oa2_user_enter(oa2_user_t **out, oa2_ctx_t *ctx, const char *name,
                          const char *provider, const char *new_sub);
/* Ends the user's sessions too; from now on the own table vouches. */
oa2_err_t *oa2_user_set_password(int *done, oa2_ctx_t *ctx, const char *name,
                                 const char *hash);
/* The same password in another form, while user->password is still the hash:
   nothing ends.  *done: 0 when it is another one by now. */
oa2_err_t *oa2_user_rehash(int *done, oa2_ctx_t *ctx, const oa2_user_t *user,
                           const char *hash);
/* A disabled user's sessions end and its tokens are refused, those of rows
   that it replaced as well. */
oa2_err_t *oa2_user_set_disabled(int *done, oa2_ctx_t *ctx, const char *name,
                                 int disabled);
/* From words to words; *done: 0 when there is no such user, or the roles are
   others by now.  They count at once, in sessions that there are too. */
oa2_err_t *oa2_user_set_roles(int *done, oa2_ctx_t *ctx, const char *name,
                              const char *from, const char *to);
/* Of pages, BCP 47; "": as the browser asks for. */
oa2_err_t *oa2_user_set_language(int *done, oa2_ctx_t *ctx, const char *name,
                                 const char *language);
/* Signs the user out everywhere. */
oa2_err_t *oa2_user_end_sessions(int *done, oa2_ctx_t *ctx, const char *name);
/* From now on that one vouches, and no other. */
oa2_err_t *oa2_user_set_provider(int *done, oa2_ctx_t *ctx, const char *name,
                                 const char *provider);
/* With sessions, consents, grants, codes and tokens. */
oa2_err_t *oa2_user_remove(int *done, oa2_ctx_t *ctx, const char *name);
/* *out: oa2_user_t *, at most n, behind the name `after` (NULL: from the
   start), by name. */
oa2_err_t *oa2_user_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                         const char *after, int n);
/* The same, of users whose names begin so, in any spelling, by account. */
oa2_err_t *oa2_user_search(apr_array_header_t **out, oa2_ctx_t *ctx,
                           const char *beginning, const char *after, int n);
/* The same, of those with the role OA2_ROLE_ADMINISTRATOR, by name. */
oa2_err_t *oa2_user_list_administrators(apr_array_header_t **out,
                                        oa2_ctx_t *ctx, const char *after,
                                        int n);
/*
 * oa2_user_t *, at most n: rows of version 1 whose names are spellings of
 * another one's, which has the account.  Nobody can sign in by them.  What to
 * do with them is an administrator's to say; most will be removed.
 */
oa2_err_t *oa2_user_list_replaced(apr_array_header_t **out, oa2_ctx_t *ctx,
                                  int n);

/* oa2_user_t *, a few, disabled ones first: other users whose names differ from
   this one by accents and the like only (oa2_fold_alike()). */
oa2_err_t *oa2_user_list_alike(apr_array_header_t **out, oa2_ctx_t *ctx,
                               const char *name);

#endif

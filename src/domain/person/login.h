/* SPDX-License-Identifier: Apache-2.0 */
/*
 * login.h - a password at the login page: slowed down, then asked of httpd.
 */
#ifndef OA2_DOMAIN_PERSON_LOGIN_H
#define OA2_DOMAIN_PERSON_LOGIN_H

#include <apr_tables.h>
#include <apr_time.h>

#include "store/user.h"

typedef enum {
    OA2_PASSWORD_WRONG,         /* wrong, unknown user, or refused */
    OA2_PASSWORD_RIGHT
} oa2_password_t;

struct oa2_login_t;
/* Asks httpd's authn providers of this location, and says in login who
   vouches and how that one spells the name.  An error: none could answer. */
typedef oa2_err_t *oa2_password_fn(oa2_password_t *out,
                                   struct oa2_login_t *login);

/* What somebody typed; ask's baton goes with it. */
typedef struct oa2_login_t {
    const char *name;           /* afterwards: as the provider spells it */
    const char *password;
    const char *address;        /* of the client, as httpd sees it */
    oa2_password_fn *ask;
    void *baton;
    const char *outside;        /* names of those that ask may ask beside the
                                   own table; NULL: none */
    const char *provider;       /* afterwards: who vouched; NULL: nobody */
    const apr_table_t *left;    /* and what he left behind, by name, for the
                                   claims "from env:"; NULL: nothing */
    /* The user's row as it was before the password was looked at; NULL: none.
       Its hash and its credential were read together. */
    const oa2_user_t *user;
    const unsigned char *mark;  /* oa2_login_basic()'s own */
    const oa2_err_t *warning;   /* afterwards: to be logged; NULL: nothing */
} oa2_login_t;

/* *known: name, if there is such an account; NULL otherwise. */
oa2_err_t *oa2_login_known(const char **known, oa2_ctx_t *ctx,
                           const char *name);
/*
 * Takes an attempt from the address and one from the account, then asks; gives
 * them back when the password was right, or nobody could answer.  So of those
 * who come at once no more are looked at than one after the other.  Addresses
 * are the same in all realms.  So are those whom an outside provider knows, and
 * it may take names for one that are two here: what it is asked is counted once
 * more, by its name and what alike names share, and allowed twice as often.
 * *wait: seconds to wait before the next try when the attempt was refused
 * unseen; 0: it was looked at.
 *
 * A private address is a proxy, or a house full of people: it is paused after
 * twenty times as many.  Before, there is a warning (once an hour).
 */
oa2_err_t *oa2_login_try(oa2_password_t *out, apr_int64_t *wait,
                         oa2_ctx_t *ctx, oa2_login_t *login);
/* The module's own user table, as an answer: for the provider "oauth2".  Looks
   at login's password and user only. */
oa2_err_t *oa2_login_own(oa2_password_t *out, oa2_login_t *login);

typedef enum {
    OA2_BASIC_UNKNOWN,          /* not one of the own table */
    OA2_BASIC_REFUSED,          /* wrong, disabled, or *wait says how long */
    OA2_BASIC_GRANTED
} oa2_basic_t;

/*
 * A password that comes with every request (HTTP Basic).  What was right a
 * moment ago is right, without hash and counter, as long as the user's row has
 * the same hash; of the same password sent several times at once only one is an
 * attempt, and what was wrong a moment ago is wrong.  Unless it is granted, the
 * answer has to wait: see oa2_look_rest().
 */
oa2_err_t *oa2_login_basic(oa2_basic_t *out, apr_int64_t *wait,
                           oa2_ctx_t *ctx, oa2_login_t *login);
#endif

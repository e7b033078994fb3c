/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app.h - clients as their developers and administrators see them: states,
 * revisions, teams.  Pages and oauth2ctl call the same functions.
 *
 * An app begins as a draft; submitted, it is pending until an administrator
 * approves or rejects it; an approved one can be suspended.  Only an approved
 * one gets anything.  Scopes, grant types and the kind of client (`reviewed`
 * in domain/client/property.h) of an approved app change by a revision: the
 * approved one stays in force until that is approved as well.  So do its
 * redirect URIs when one leads to another origin than those in force: consents
 * are remembered, so who receives the codes is what was approved.  Of an app
 * whose users are not asked (trusted) each one that is added waits for an
 * administrator.  All else its developers change freely.
 *
 * Each verb that changes something takes who does it, answers an outcome, and
 * notes an audit event.  What somebody may not do is OA2_APP_FORBIDDEN.
 */
#ifndef OA2_DOMAIN_CLIENT_APP_H
#define OA2_DOMAIN_CLIENT_APP_H

#include "store/app.h"

/* Who does it. */
typedef struct oa2_actor_t {
    const char *user;                   /* NULL: oauth2ctl, whose caller is
                                           ctl's to name */
    int is_administrator;               /* oauth2ctl, or the role */
} oa2_actor_t;

typedef enum {
    OA2_APP_NOBODY,                    /* may not even see it */
    OA2_APP_MEMBER,                    /* edits, submits */
    OA2_APP_OWNER,                     /* team, secret, deletes too */
    OA2_APP_ADMINISTRATOR              /* all of that, and decides */
} oa2_app_role_t;

/* The one rule of who is what to an app.  Pages ask it too; and for tests. */
oa2_err_t *oa2_app_role(oa2_app_role_t *out, oa2_ctx_t *ctx,
                        const oa2_actor_t *who, const char *id);

/* 1: a user who may authorize a draft or pending app, to test it, since he is
   on its team.  It gets a code, and no token for it before it is approved. */
oa2_err_t *oa2_app_is_tester(int *out, oa2_ctx_t *ctx,
                             const oa2_client_t *client, const char *user);

typedef enum {
    OA2_APP_DONE,
    OA2_APP_INVALID,                    /* result->problems say why */
    OA2_APP_CHANGED,                    /* by somebody else meanwhile: nothing
                                           was done; result->app is as it is
                                           now */
    OA2_APP_FORBIDDEN,
    OA2_APP_GONE                        /* there is none */
} oa2_app_outcome_t;

typedef struct oa2_app_problem_t {
    const char *field;                  /* property's name; "": the whole */
    const char *said;                   /* a sentence for people */
} oa2_app_problem_t;

typedef struct oa2_app_result_t {
    oa2_app_outcome_t outcome;
    apr_array_header_t *problems;       /* oa2_app_problem_t; INVALID only */
    oa2_app_t *app;                     /* as it is now; NULL: none */
    const char *secret;                 /* shown once; create and rotate */
    oa2_app_role_t role;                /* of who does it */
    int is_invited;                     /* member_set: somebody was asked, and
                                           is on the team when he accepts */
} oa2_app_result_t;

/* What would be wrong with each of these fields of app; app NULL: of a new one.
   Nothing is written, so a page can tell all that is wrong at once.  The
   pages'. */
void oa2_app_check(oa2_app_result_t *out, oa2_ctx_t *ctx,
                   const oa2_actor_t *who, const oa2_app_t *app,
                   const apr_table_t *fields);
#define OA2_APPS_MOST 100               /* on whose teams a developer is */
/*
 * A new app in state draft, of which who->user is the owner; INVALID for who
 * has OA2_APPS_MOST already.  fields: texts by
 * property's name (lists: words, or one a line); those that are not there get
 * their defaults.
 * The pages'; and for tests.
 */
oa2_err_t *oa2_app_create(oa2_app_result_t *out, oa2_ctx_t *ctx,
                          const oa2_actor_t *who, const apr_table_t *fields);
/*
 * version: client->version of the app that the fields were made on.  What is
 * reviewed changes at once while the app is no more than a draft or rejected,
 * else by a revision.  What kind it is only owners change, and, where nothing
 * needs approval, where answers go.
 * The pages'; and for tests.
 */
oa2_err_t *oa2_app_edit(oa2_app_result_t *out, oa2_ctx_t *ctx,
                        const oa2_actor_t *who, const char *id,
                        apr_int64_t version, const apr_table_t *fields);
/* Draft or rejected: pending from now on; approved where nothing needs
   approval (OAuth2AppApproval Off).  The pages'; and for tests. */
oa2_err_t *oa2_app_submit(oa2_app_result_t *out, oa2_ctx_t *ctx,
                          const oa2_actor_t *who, const char *id);
/*
 * One that another server had, as it was there: oauth2ctl's import.  Its state
 * is pending or NULL, approved; about: its description; owner NULL: nobody.
 * *put as oa2_client_put().
 */
oa2_err_t *oa2_app_take_over(int *put, oa2_ctx_t *ctx, oa2_app_t *app,
                             const char *owner);
/* ------------------------------------------------------------ for the verbs */

/* INVALID for a user who is on OA2_APPS_MOST teams. */
oa2_err_t *oa2_app_check_count(oa2_app_result_t *out, oa2_ctx_t *ctx,
                               const char *user);
/* The app and what `who` is to it; out->app NULL, and the outcome GONE or
   FORBIDDEN, when nothing may be done. */
oa2_err_t *oa2_app_begin(oa2_app_result_t *out, oa2_ctx_t *ctx,
                         const oa2_actor_t *who, const char *id,
                         oa2_app_role_t least);
/* INVALID, with one more problem. */
void oa2_app_refuse(oa2_app_result_t *out, const oa2_ctx_t *ctx,
                    const char *field, const char *said);
/* Writes out->app with change; an outcome. */
oa2_err_t *oa2_app_write(oa2_app_result_t *out, oa2_ctx_t *ctx,
                         oa2_app_change_t *change, const oa2_actor_t *who);
/* In this state from now on: the column that statements ask, too. */
void oa2_app_enter(oa2_client_t *client, const char *state);

#endif

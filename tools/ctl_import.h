/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_import.h - the parts of "oauth2ctl import": what is read of a dump, what
 * is made of it, and what is told of that.
 *
 * Without --apply nothing is written: the same functions decide, and stop
 * before the store.  An object is taken or left, never changed; a user's claims
 * are written after the user.
 */
#ifndef OA2_TOOLS_CTL_IMPORT_H
#define OA2_TOOLS_CTL_IMPORT_H

#include <apr_hash.h>

#include "ctl.h"

/* ------------------------------------------------------------ ctl_dump.c */

/* Django's dumpdata: a JSON array of {"model", "pk", "fields"}. */
typedef struct ctl_dump_t ctl_dump_t;

typedef struct ctl_object_t {
    const char *model;                  /* "auth.user", in lower case */
    const char *key;                    /* the primary key as text; NULL: none
                                           (--natural-primary) */
    const cJSON *fields;
} ctl_object_t;

/* Opens it while we are who has called. */
oa2_err_t *ctl_dump_open(ctl_dump_t **out, const ctl_t *ctl,
                         const char *file);
/* From the first object on again. */
oa2_err_t *ctl_dump_rewind(ctl_dump_t *dump);
/* The next one, in pool; model NULL: there is no more.  A file that is no dump
   is an error, wherever in it that shows. */
oa2_err_t *ctl_dump_next(ctl_object_t *out, ctl_dump_t *dump,
                         apr_pool_t *pool);
/* A member that names another object: its number, its text, or a natural key
   as JSON; NULL: none. */
const char *ctl_dump_key(const cJSON *value, apr_pool_t *pool);
/* A member as text, "" when it is absent or null; as 0 or 1. */
const char *ctl_dump_text(const ctl_object_t *object, const char *name);
int ctl_dump_flag(const ctl_object_t *object, const char *name);

/* --------------------------------------------------- ctl_import_report.c */

typedef enum {
    CTL_MADE,                           /* or would be */
    CTL_SAME,                           /* there already */
    CTL_OTHER,                          /* there, and different: left alone */
    CTL_SKIPPED,
    CTL_RESULTS
} ctl_result_t;

typedef struct ctl_import_t {
    ctl_t *ctl;
    int apply;
    int omniport;
    const char *user_model, *application_model;
    const char *scope;                  /* of clients */
    ctl_dump_t *dump;
    apr_hash_t *accounts;               /* name by account */
    apr_hash_t *users;                  /* what they are called here, by key */
    apr_hash_t *clients;                /* the same; those that have a secret.
                                           NULL: the dump has no tokens */
    apr_hash_t *holders;                /* keys of clients with tokens */
    apr_array_header_t *tokens;         /* ctl_import_token.c */
    apr_int64_t counts[3][CTL_RESULTS]; /* users, clients, tokens */
    apr_int64_t read;
    cJSON *report;
    cJSON *remarks;                     /* the first of them */
    apr_int64_t told;                   /* how many there were */
} ctl_import_t;

void ctl_import_count(ctl_import_t *import, int what, ctl_result_t result);
/* Something that a person should know: kind ("user"), name, sentence. */
void ctl_import_remark(ctl_import_t *import, const char *kind,
                       const char *name, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void ctl_import_tell(ctl_import_t *import);

/* -------------------------------------------------- ctl_import_token.c */

/* A refresh token that is good in Django; it keeps them as they are. */
int ctl_import_is_token(const ctl_object_t *object);
/* Notes, before anything is made, that there is one. */
void ctl_import_expect_token(ctl_import_t *import,
                             const ctl_object_t *object);
/* 1 when the dump has such a token of this client. */
int ctl_import_has_tokens(const ctl_import_t *import,
                          const ctl_object_t *object);
/* That a user or client of the dump is called so here. */
void ctl_import_called(const ctl_import_t *import, apr_hash_t *names,
                       const ctl_object_t *object, const char *natural,
                       const char *name);
void ctl_import_keep_token(ctl_import_t *import, const ctl_object_t *object);
/* Once all users and clients are there: the tokens that were kept. */
oa2_err_t *ctl_import_tokens(ctl_import_t *import);

/* ------------------------------------ ctl_import_user.c, …_client.c */

oa2_err_t *ctl_import_user(ctl_import_t *import, const ctl_object_t *object,
                           oa2_ctx_t *ctx);
oa2_err_t *ctl_import_client(ctl_import_t *import,
                             const ctl_object_t *object, oa2_ctx_t *ctx);

#endif

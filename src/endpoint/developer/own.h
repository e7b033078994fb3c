/* SPDX-License-Identifier: Apache-2.0 */
/*
 * own.h - the app that a developer's page is of, and what all of these pages
 * say of it.
 *
 * The pages of an app are one segment below their name: developer/app/ID.  An
 * app of others is one that is not there.
 */
#ifndef OA2_ENDPOINT_DEVELOPER_OWN_H
#define OA2_ENDPOINT_DEVELOPER_OWN_H

#include "domain/client/app.h"
#include "endpoint/sheet.h"

typedef struct oa2_own_t {
    oa2_actor_t who;
    oa2_app_role_t role;
    oa2_app_t *app;
} oa2_own_t;

/* Who is signed in. */
oa2_actor_t oa2_own_actor(const oa2_call_t *call);
/* The app of the path; an error when there is none for who asks, or its role
   is less. */
oa2_err_t *oa2_own_open(oa2_own_t *out, oa2_call_t *call, oa2_app_role_t least);
/* The error of a member who asks what only owners may. */
oa2_err_t *oa2_own_refuse(const oa2_call_t *call);
/* An error when a verb says that there is no such app for who asks. */
oa2_err_t *oa2_own_check(const oa2_app_result_t *result,
                         const oa2_call_t *call);
/* The path of an app's page: "developer/edit". */
const char *oa2_own_path(const oa2_call_t *call, const char *page,
                         const char *id);
/* Into a model: id, name, state and what it means. */
void oa2_own_put(cJSON *item, const oa2_call_t *call, const oa2_app_t *app);
/* A page of an app: oa2_sheet_model(), and the app with its pages. */
cJSON *oa2_own_model(oa2_call_t *call, const oa2_own_t *own);
/* Into fields: the result's problems, each beside its field. */
void oa2_own_fail(oa2_fields_t *fields, const oa2_call_t *call,
                  const oa2_app_result_t *result);

#endif

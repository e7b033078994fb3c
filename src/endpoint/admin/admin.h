/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admin.h - what the administrators' pages share: the model that each begins
 * with.
 *
 * A page of theirs has a name below "admin" and the role
 * OA2_ROLE_ADMINISTRATOR in its row, and its template is in a folder of that
 * name.  Where it is one of the places to go to, it has a row of areas[].
 */
#ifndef OA2_ENDPOINT_ADMIN_ADMIN_H
#define OA2_ENDPOINT_ADMIN_ADMIN_H

#include "domain/client/app.h"
#include "domain/person/manage.h"
#include "endpoint/sheet.h"

/* oa2_sheet_model(), and tabs, each perhaps with about: what it is for. */
cJSON *oa2_admin_model(oa2_call_t *call);
/* Into a model: filter, a form of the page's own path that is sent by GET; the
   partial "filter" shows it. */
void oa2_admin_filter(cJSON *model, const oa2_call_t *call,
                      const oa2_fields_t *fields);
/* "?name=value&…" of the parameters named that there are, behind what first is
   ("format=csv"; NULL: nothing). */
const char *oa2_admin_query(const oa2_call_t *call, const char *first,
                            const char *const *names);
/* Who acts, to users and to apps. */
oa2_manager_t oa2_admin_manager(const oa2_call_t *call);
oa2_actor_t oa2_admin_actor(const oa2_call_t *call);
/* The parameter by which a page knows whom or what it is of; what was typed
   when the session ended has it too.  "" : it is not there. */
const char *oa2_admin_of(const oa2_call_t *call, const char *param);
/* The path of such a page: endpoint?param=value. */
const char *oa2_admin_path(const oa2_call_t *call, const char *endpoint,
                           const char *param, const char *value);

#endif

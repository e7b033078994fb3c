/* SPDX-License-Identifier: Apache-2.0 */
/* app_fields.h - the form of an app: to add it, and to change it. */
#ifndef OA2_ENDPOINT_DEVELOPER_APP_FIELDS_H
#define OA2_ENDPOINT_DEVELOPER_APP_FIELDS_H

#include "endpoint/developer/own.h"

/* Of endpoints with this form: longer than anything that is saved, so that what
   is too long is told beside its field. */
extern const oa2_param_t oa2_app_params[];

/* The fields are named as the app's properties. */
oa2_fields_t *oa2_app_fields(const oa2_call_t *call);
/* What is stored of app, to begin with. */
void oa2_app_fields_fill(oa2_fields_t *fields, const oa2_call_t *call,
                         const oa2_app_t *app);
/* What a property is called, and a value of it, for people. */
const char *oa2_app_fields_label(const oa2_ctx_t *ctx, const char *name);
const char *oa2_app_fields_value(const oa2_ctx_t *ctx, const char *name,
                                 const char *value);
/* Says beside each field what is wrong with it; app NULL: of a new one. */
void oa2_app_fields_check(oa2_fields_t *fields, oa2_call_t *call,
                          const oa2_app_t *app);
/* Texts by property's name. */
apr_table_t *oa2_app_fields_texts(const oa2_fields_t *fields,
                                  const oa2_call_t *call);
/* Into a model: terms, the URL of what is agreed to, and theirs: where what is
   stored of app is another than what was typed. */
void oa2_app_fields_terms(cJSON *model, const oa2_call_t *call);
void oa2_app_fields_theirs(cJSON *model, const oa2_fields_t *fields,
                           const oa2_call_t *call, const oa2_app_t *app);

#endif

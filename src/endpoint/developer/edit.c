/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edit.c - developer/edit/ID: an app is changed.
 *
 * The form carries, sealed, the version of the app that it was made of.  Where
 * somebody else was faster, it is shown again with what was typed, beside what
 * is stored by now.
 */
#include <string.h>

#include <apr_strings.h>

#include "base/text/units.h"
#include "domain/client/revision.h"
#include "endpoint/developer/app_fields.h"

/* Of the app that the form was made of; 0: of none. */
static apr_int64_t version_of(const oa2_sheet_t *sheet, apr_pool_t *pool)
{
    apr_int64_t version;

    return oa2_units_number(&version, sheet->shown, 0, APR_INT64_MAX, pool)
        ? 0 : version;
}

/* The app as it is asked to be: with the revision that waits. */
static oa2_err_t *open_asked(oa2_own_t *own, oa2_call_t *call)
{
    oa2_revision_t *revision = NULL;
    apr_array_header_t *diff;

    OA2_TRY(oa2_own_open(own, call, OA2_APP_MEMBER));
    OA2_TRY(oa2_app_waiting(&revision, &diff, &call->ctx, own->app));
    if (revision)
        oa2_app_take(own->app, revision->asked, call->ctx.pool);
    return NULL;
}

static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       oa2_fields_t *fields, const oa2_sheet_t *sheet,
                       int changed)
{
    int status = oa2_sheet_status(sheet);
    oa2_own_t own;
    cJSON *model;

    OA2_TRY(open_asked(&own, call));
    model = oa2_own_model(call, &own);
    if (!sheet) {
        oa2_app_fields_fill(fields, call, own.app);
        oa2_sheet_begin(fields, call);
    }
    oa2_json_put_bool(model, "changed", changed);
    if (changed || (sheet && sheet->why) || call->kept)
        oa2_app_fields_theirs(model, fields, call, own.app);
    oa2_json_put_bool(model, "is_reviewed",
                      strcmp(own.app->client->state, OA2_APP_DRAFT) != 0
                      && strcmp(own.app->client->state, OA2_APP_REJECTED)
                         != 0);
    oa2_app_fields_terms(model, call);
    oa2_sheet_form(model, call, fields,
                   apr_psprintf(call->ctx.pool, "%" APR_INT64_T_FMT,
                                own.app->client->version), sheet);
    return oa2_sheet_answer(out, call, changed ? 409 : status,
                            OA2_PAGE_DEVELOPER_EDIT, model, sheet);
}

static oa2_err_t *save(oa2_reply_t **out, oa2_call_t *call,
                       oa2_fields_t *fields, const oa2_sheet_t *sheet)
{
    oa2_actor_t who = oa2_own_actor(call);
    const char *before = NULL;
    oa2_app_result_t result;

    OA2_TRY(oa2_app_edit(&result, &call->ctx, &who, call->rest,
                         version_of(sheet, call->ctx.pool),
                         oa2_app_fields_texts(fields, call)));
    OA2_TRY(oa2_own_check(&result, call));
    if (result.outcome == OA2_APP_DONE)
        return oa2_sheet_done(out, call, sheet,
                              oa2_own_path(call, "developer/app", call->rest),
                              "app_saved");
    if (result.outcome == OA2_APP_CHANGED)
        OA2_TRY(oa2_sheet_before(&before, call, sheet));
    if (before) {
        *out = oa2_reply_redirect(call->ctx.pool, before);
        return NULL;
    }
    oa2_own_fail(fields, call, &result);
    return show(out, call, fields, sheet, result.outcome == OA2_APP_CHANGED);
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_fields_t *fields = oa2_app_fields(call);
    oa2_sheet_t sheet;
    oa2_own_t own;

    if (call->method == OA2_GET)
        return show(out, call, fields, NULL, 0);
    OA2_TRY(oa2_own_open(&own, call, OA2_APP_MEMBER));
    OA2_TRY(oa2_sheet_open(&sheet, call, fields));
    if (!sheet.why)
        oa2_app_fields_check(fields, call, own.app);
    if (sheet.why || oa2_fields_failed(fields))
        return show(out, call, fields, &sheet,
                    !sheet.why && version_of(&sheet, call->ctx.pool)
                                  != own.app->client->version);
    return save(out, call, fields, &sheet);
}

const oa2_endpoint_t oa2_endpoint_developer_edit = {
    .name = "developer/edit",
    .below = 1,
    .metadata = NULL,
    .methods = OA2_GET | OA2_POST,
    .client = OA2_CLIENT_NONE,
    .asker = OA2_ASKER_SESSION,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = oa2_app_params,
    .handle = handle,
};

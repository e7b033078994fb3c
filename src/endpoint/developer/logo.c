/* SPDX-License-Identifier: Apache-2.0 */
/* logo.c - developer/logo/ID: the picture of an app is sent, or taken away. */
#include <string.h>

#include "base/picture.h"
#include "domain/client/brand.h"
#include "endpoint/developer/own.h"

/* Of a form: what is larger than a logo may be, but not by far, is told beside
   its field, and not as an error of HTTP. */
#define BODY_MOST (4 * OA2_PICTURE_BYTES)

static const oa2_field_t rows[] = {
    { OA2_BRAND_FIELD, OA2_FIELD_FILE, 0, 0, "Picture",
      "A square PNG, JPEG or WebP file of at most 256 KiB, with up to 2048 "
      "pixels a side. It is shown small: 256 pixels are enough.", NULL, NULL },
    OA2_FIELDS_END
};

static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    { "remove", OA2_OPTIONAL, OA2_ONCE, 1, oa2_is_unreserved },
    OA2_PARAMS_END
};

static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       const oa2_own_t *own, const oa2_fields_t *fields,
                       const oa2_sheet_t *sheet)
{
    cJSON *model = oa2_own_model(call, own);

    oa2_sheet_form(model, call, fields, "", sheet);
    return oa2_sheet_answer(out, call, 0, OA2_PAGE_DEVELOPER_LOGO, model,
                            sheet);
}

/* NULL: none was chosen. */
static const oa2_file_t *sent(const oa2_call_t *call)
{
    int i;

    for (i = 0; call->files && i < call->files->nelts; i++) {
        const oa2_file_t *file = &APR_ARRAY_IDX(call->files, i, oa2_file_t);

        if (strcmp(file->field, OA2_BRAND_FIELD) == 0)
            return file;
    }
    return NULL;
}

static oa2_err_t *obey(oa2_reply_t **out, oa2_call_t *call,
                       const oa2_own_t *own, oa2_fields_t *fields,
                       const oa2_sheet_t *sheet)
{
    int is_removal = oa2_params_get(call->ctx.params, "remove") != NULL;
    const oa2_file_t *file = sent(call);
    oa2_app_result_t result;

    if (!is_removal && !file) {
        oa2_fields_fail(fields, OA2_BRAND_FIELD,
                        oa2_say(&call->ctx, "Please choose a file.", NULL));
        return show(out, call, own, fields, sheet);
    }
    if (is_removal)
        OA2_TRY(oa2_brand_remove(&result, &call->ctx, &own->who, call->rest));
    else
        OA2_TRY(oa2_brand_set(&result, &call->ctx, &own->who, call->rest,
                              file->bytes, file->len));
    OA2_TRY(oa2_own_check(&result, call));
    if (result.outcome == OA2_APP_DONE)
        return oa2_sheet_done(out, call, sheet,
                              oa2_own_path(call, "developer/logo", call->rest),
                              is_removal ? "logo_removed" : "logo_saved");
    oa2_own_fail(fields, call, &result);
    return show(out, call, own, fields, sheet);
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_fields_t *fields = oa2_fields_make(rows, &call->ctx);
    const char *before = NULL;
    oa2_sheet_t sheet;
    oa2_own_t own;

    OA2_TRY(oa2_own_open(&own, call, OA2_APP_MEMBER));
    if (call->method == OA2_GET)
        return show(out, call, &own, fields, NULL);
    OA2_TRY(oa2_sheet_open(&sheet, call, fields));
    if (sheet.why)
        return show(out, call, &own, fields, &sheet);
    OA2_TRY(oa2_sheet_before(&before, call, &sheet));
    if (before) {
        *out = oa2_reply_redirect(call->ctx.pool, before);
        return NULL;
    }
    return obey(out, call, &own, fields, &sheet);
}

const oa2_endpoint_t oa2_endpoint_developer_logo = {
    .name = "developer/logo",
    .below = 1,
    .metadata = NULL,
    .methods = OA2_GET | OA2_POST,
    .body = OA2_BODY_MULTIPART,
    .body_most = BODY_MOST,
    .client = OA2_CLIENT_NONE,
    .asker = OA2_ASKER_SESSION,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * home.c - what a person sees at the issuer's own URL, who has typed it or
 * found it in a token, or has signed in for nothing in particular: whose server
 * this is, who is signed in, where that one can go, and for developers the
 * metadata (RFC 8414 section 3).
 */
#include "domain/site/settings.h"
#include "endpoint/sheet.h"
#include "endpoint/signin/interaction.h"

static cJSON *model_of_nobody(const oa2_call_t *call)
{
    oa2_page_common_t common = oa2_reply_common(call);

    return oa2_page_model(&common, call->ctx.pool);
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    oa2_session_t *session;
    cJSON *model;

    OA2_TRY(oa2_interaction_session(&session, call));
    call->session = session;
    /* Now it is known in which language. */
    model = session ? oa2_sheet_model(call) : model_of_nobody(call);
    if (session)
        oa2_json_put_text(model, "user", session->user);
    oa2_json_put_text(model, "metadata",
                      oa2_settings_metadata_url(ctx->settings, ctx->pool));
    *out = oa2_sheet_show(call, 200, OA2_PAGE_HOME, model);
    return NULL;
}

static const oa2_param_t params[] = { OA2_PARAMS_END };

const oa2_endpoint_t oa2_endpoint_home = {
    .name = "home",                     /* the issuer's URL itself, too */
    .metadata = NULL,
    .methods = OA2_GET,
    .client = OA2_CLIENT_NONE,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};

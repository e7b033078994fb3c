/* SPDX-License-Identifier: Apache-2.0 */
/* run.c - what every endpoint's row asks for, obeyed in one place */
#include "endpoint/endpoint.h"

#include "domain/client_auth.h"

/*
 * Parameters before the client: a repeated client_id must not authenticate
 * anybody (RFC 6749 section 3.2).
 */
static oa2_err_t *obey(oa2_reply_t **out, oa2_call_t *call)
{
    const oa2_endpoint_t *row = call->endpoint;
    oa2_ctx_t *ctx = &call->ctx;
    oa2_client_t *client;

    if (row->params)
        OA2_TRY(oa2_params_check(ctx->params, row->params, ctx->pool));
    else
        OA2_TRY(oa2_params_check_encoding(ctx->params, NULL, ctx->pool));
    if (row->client != OA2_CLIENT_NONE) {
        OA2_TRY(oa2_client_authenticate(&client, ctx, call->authorization,
                                        row->client == OA2_CLIENT_ANY));
        ctx->client = client;
    }
    return row->handle(out, call);
}

oa2_reply_t *oa2_endpoint_run(oa2_call_t *call)
{
    oa2_reply_t *reply = NULL;
    oa2_err_t *err = obey(&reply, call);

    if (err) return oa2_reply_error(call, err);
    if (!reply->err) reply->err = call->ctx.note;
    return reply;
}

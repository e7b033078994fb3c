/* SPDX-License-Identifier: Apache-2.0 */
/* run.c - what every endpoint's row asks for, obeyed in one place */
#include "endpoint/endpoint.h"

#include <string.h>

#include "domain/client/client_auth.h"
#include "domain/client/refused.h"
#include "domain/request/resource.h"
#include "domain/site/settings.h"
#include "domain/token/sent.h"
#include "endpoint/signin/asker.h"

/* RFC 6750 section 3.1: who lacks any authentication information is told the
   scheme, "SHOULD NOT include an error code". */
static const oa2_err_kind_t no_token = {
    NULL, 401, OA2_LOG_INFO, "An access token is needed here."
};

static oa2_err_t *bad_token(oa2_call_t *call, int id, const char *said,
                            const char *why)
{
    return oa2_err_make(call->ctx.pool, &oa2_invalid_token, id, said, "%s",
                        why);
}

/*
 * RFC 8707 section 2: a token for certain resources is for those, and this URL
 * can be one of them.
 */
static oa2_err_t *take_token(oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *here = oa2_settings_url(ctx->settings, call->endpoint->name,
                                        ctx->pool);
    oa2_token_t *token;
    const char *text;

    OA2_TRY(oa2_sent_token(&text, call->authorization,
                           oa2_params_count(ctx->params, OA2_SENT_PARAMETER)
                           ? "parameters" : NULL, ctx->pool));
    if (!text)
        return oa2_err_make(ctx->pool, &no_token, OA2_ID(5910), NULL, NULL);
    OA2_TRY(oa2_token_check(&token, ctx, text));
    if (!token)
        return bad_token(call, OA2_ID(5911), NULL,
                         "the access token is unknown, expired or revoked");
    if (!oa2_resource_accepts(token->audience, here))
        return bad_token(call, OA2_ID(5912), "the access token is for another "
                         "resource: ask for this URL too with the parameter "
                         "resource", "the access token's resources are "
                         "others");
    call->token = token;
    oa2_subject_of_token(&call->subject, token);
    return NULL;
}

/* Either, not both: RFC 6750 section 3.1 of more than one method. */
static oa2_err_t *take_key(oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *text;
    oa2_apikey_t *key;

    OA2_TRY(oa2_sent_token(&text, call->authorization, NULL, ctx->pool));
    if (text)
        return oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(5914),
                            "an API key and an access token came together",
                            NULL);
    OA2_TRY(oa2_apikey_check(&key, ctx, call->key));
    oa2_subject_of_key(&call->subject, key);
    return NULL;
}

static oa2_err_t *take_asker(oa2_call_t *call)
{
    switch (call->endpoint->asker) {
    case OA2_ASKER_TOKEN:
        return take_token(call);
    case OA2_ASKER_TOKEN_OR_KEY:
        return call->key ? take_key(call) : take_token(call);
    default:
        return NULL;
    }
}

/*
 * Parameters before the client: a repeated client_id must not authenticate
 * anybody (RFC 6749 section 3.2).  A person comes before them: who is not
 * signed in is asked for that, whatever was typed.
 */
static oa2_err_t *obey(oa2_reply_t **out, oa2_call_t *call)
{
    const oa2_endpoint_t *row = call->endpoint;
    oa2_ctx_t *ctx = &call->ctx;
    oa2_client_t *client;

    if (row->asker == OA2_ASKER_SESSION) {
        OA2_TRY(oa2_asker_session(out, call));
        if (*out)
            return NULL;
    }
    if (row->params)
        OA2_TRY(oa2_params_check(ctx->params, row->params, ctx->pool));
    else
        OA2_TRY(oa2_params_check_encoding(ctx->params, NULL, ctx->pool));
    if (row->client != OA2_CLIENT_NONE) {
        OA2_TRY(oa2_client_authenticate(&client, ctx, call->authorization,
                                        row->client == OA2_CLIENT_ANY));
        ctx->client = client;
    }
    OA2_TRY(take_asker(call));
    return row->handle(out, call);
}

oa2_reply_t *oa2_endpoint_run(oa2_call_t *call)
{
    oa2_reply_t *reply = NULL;
    oa2_err_t *err;

    call->ctx.endpoint = call->endpoint->name;
    err = obey(&reply, call);
    if (!err && !reply)
        err = oa2_err_make(call->ctx.pool, &oa2_server_error, OA2_ID(5049),
                           NULL, "%s answers nothing", call->endpoint->name);
    if (err)
        reply = oa2_reply_error(call, err);
    if (reply->err)
        oa2_refused_note(&call->ctx, reply->err);
    if (!reply->err)
        reply->err = call->ctx.note;
    return reply;
}

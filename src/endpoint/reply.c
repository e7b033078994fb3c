/* SPDX-License-Identifier: Apache-2.0 */
/* reply.c - the few shapes that answers have */
#include "endpoint/endpoint.h"

#include <apr_strings.h>

#include "domain/client/compat.h"
#include "domain/site/settings.h"
#include "store/logo.h"

#define INCIDENT_LETTERS 6      /* one in 2^30 of the same second */

static oa2_reply_t *blank(apr_pool_t *pool, int status)
{
    oa2_reply_t *reply = apr_pcalloc(pool, sizeof(*reply));

    reply->status = status;
    reply->headers = apr_table_make(pool, 4);
    return reply;
}

oa2_reply_t *oa2_reply_json(apr_pool_t *pool, int status, const cJSON *json)
{
    oa2_reply_t *reply = blank(pool, status);

    reply->type = "application/json";
    reply->body = oa2_json_text(json, pool);
    return reply;
}

oa2_reply_t *oa2_reply_bytes(apr_pool_t *pool, const char *type,
                             const void *bytes, apr_size_t len)
{
    oa2_reply_t *reply = blank(pool, 200);

    reply->type = type;
    reply->body = bytes;
    reply->len = len;
    return reply;
}

oa2_reply_t *oa2_reply_empty(apr_pool_t *pool, int status)
{
    return blank(pool, status);
}

oa2_reply_t *oa2_reply_redirect(apr_pool_t *pool, const char *location)
{
    /* RFC 9700 section 4.12: 303, so that no form is posted again to the
       client, with the password in it. */
    oa2_reply_t *reply = blank(pool, 303);

    reply->location = location;
    return reply;
}

oa2_reply_t *oa2_reply_page(apr_pool_t *pool, int status, const char *html,
                            const char *nonce, const char *form_action)
{
    oa2_reply_t *reply = blank(pool, status);

    reply->type = "text/html; charset=utf-8";
    reply->body = html;
    reply->nonce = nonce;
    reply->form_action = form_action;
    return reply;
}

const char *oa2_reply_reference(const oa2_call_t *call, const oa2_err_t *err)
{
    apr_pool_t *pool = call->ctx.pool;
    apr_time_exp_t at;

    apr_time_exp_gmt(&at, apr_time_from_sec(call->ctx.now));
    return apr_psprintf(pool, "OA2-%04d-%04d%02d%02dT%02d%02d%02dZ-%s",
                        err->id, at.tm_year + 1900, at.tm_mon + 1,
                        at.tm_mday, at.tm_hour, at.tm_min, at.tm_sec,
                        oa2_random_letters(pool, INCIDENT_LETTERS));
}

/* Another URL for each picture: endpoint/logo. */
static const char *site_logo(const oa2_ctx_t *ctx)
{
    const oa2_logo_t *logo = ctx->settings->site_picture;

    return logo ? apr_pstrcat(ctx->pool, oa2_settings_path(
                      ctx->settings, oa2_endpoint_site_logo.name, ctx->pool),
                      "?v=", logo->digest, NULL)
                : NULL;
}

oa2_page_common_t oa2_reply_common(const oa2_call_t *call)
{
    oa2_page_common_t common = {
        .site = call->ctx.settings->site_name,
        .logo = site_logo(&call->ctx),
        .color = call->ctx.settings->color,
        .nonce = oa2_random_text(call->ctx.pool, 16),
        .language = call->ctx.language,
    };

    return common;
}

/* RFC 6749 section 5.2: "MUST respond with an HTTP 401 … and include the
   WWW-Authenticate response header field matching the authentication scheme
   used" */
static void challenge_client(oa2_call_t *call, oa2_reply_t *reply)
{
    if (reply->status == 401)
        apr_table_setn(reply->headers, "WWW-Authenticate",
                       apr_pstrcat(call->ctx.pool, "Basic realm=\"",
                                   call->ctx.settings->issuer,
                                   "\", charset=\"UTF-8\"", NULL));
}

/* RFC 6750 section 3.  No part of it can hold a quote. */
static void challenge_token(oa2_call_t *call, oa2_reply_t *reply,
                            const oa2_err_t *err)
{
    apr_pool_t *pool = call->ctx.pool;
    const char *header = apr_pstrcat(pool, "Bearer realm=\"",
                                     call->ctx.settings->issuer, "\"", NULL);

    if (reply->status != 400 && reply->status != 401 && reply->status != 403)
        return;
    if (err->kind->code && err->kind != &oa2_invalid_api_key)
        header = apr_pstrcat(pool, header, ", error=\"", err->kind->code,
                             "\", error_description=\"", err->said, "\"",
                             NULL);
    apr_table_setn(reply->headers, "WWW-Authenticate", header);
}

static int wants_token(const oa2_call_t *call)
{
    return call->endpoint->asker == OA2_ASKER_TOKEN
        || call->endpoint->asker == OA2_ASKER_TOKEN_OR_KEY;
}

/*
 * Of whom nobody knows which client it is, there is the server's word only.
 * Known, it has to have the switch; where it cannot be looked up the answer is
 * as the RFC says.
 */
static int may(oa2_call_t *call, const oa2_compat_t *compat)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *id = call->subject.client_id;
    oa2_client_t *client = NULL;

    if (!oa2_compat_is_offered(ctx->settings, compat))
        return 0;
    if (!id)
        return 1;
    if (oa2_client_find(&client, ctx, id) || !client
        || !oa2_compat_may(ctx, client, compat))
        return 0;
    oa2_compat_used(ctx, client, compat->name);
    return 1;
}

static void put_error(cJSON *json, const char *code, const char *said)
{
    oa2_json_put_text(json, "error", code);
    oa2_json_put_text(json, "error_description", said);
}

/* RFC 6750 section 3.1 has no code for who has sent nothing, and no body. */
static void put_compat(cJSON *json, oa2_call_t *call, const oa2_err_t *err)
{
    int status = err->kind->status;

    if (!wants_token(call) || (status != 401 && status != 403))
        return;
    if (!err->kind->code && call->endpoint->asker == OA2_ASKER_TOKEN_OR_KEY
        && may(call, &oa2_compat_api_key_errors))
        put_error(json, "api_key_required", "An API key is needed here.");
    if (may(call, &oa2_compat_error_detail))
        oa2_json_put_text(json, "detail", err->kind->code ? err->said
                          : "Authentication credentials were not provided.");
}

static oa2_reply_t *error_json(oa2_call_t *call, const oa2_err_t *err)
{
    apr_pool_t *pool = call->ctx.pool;
    cJSON *json = oa2_json_object(pool);
    oa2_reply_t *reply;

    if (err->kind->code)
        put_error(json, err->kind->code, err->said);
    put_compat(json, call, err);
    reply = json->child ? oa2_reply_json(pool, err->kind->status, json)
                        : oa2_reply_empty(pool, err->kind->status);
    if (wants_token(call))
        challenge_token(call, reply, err);
    else
        challenge_client(call, reply);
    return reply;
}

static const char *title_of(const oa2_err_t *err)
{
    if (err->kind->status == 404) return "Page not found";
    if (err->kind->status == 503) return "Please try again in a moment";
    if (err->kind->status >= 500) return "Something went wrong here";
    return "This request cannot go on";
}

static oa2_reply_t *error_page(oa2_call_t *call, const oa2_err_t *err)
{
    apr_pool_t *pool = call->ctx.pool;
    oa2_page_error_t page = {
        .common = oa2_reply_common(call),
        .title = oa2_say(&call->ctx, title_of(err), NULL),
        .message = oa2_say(&call->ctx, err->said, NULL),
        .hint = oa2_say(&call->ctx, "If it happens again, tell the "
                        "administrator of this site the reference below.",
                        NULL),
        /* A wrong path is no OAuth error. */
        .code = err->kind->status == 404 ? NULL : err->kind->code,
        .reference = oa2_reply_reference(call, err),
    };
    oa2_reply_t *reply = oa2_reply_page(
        pool, err->kind->status, oa2_page_error(call->pages, &page, pool),
        page.common.nonce, NULL);

    reply->reference = page.reference;
    return reply;
}

void oa2_reply_why(oa2_reply_t *reply, const oa2_call_t *call,
                   const oa2_err_t *err)
{
    if (err->retry_after)
        apr_table_setn(reply->headers, "Retry-After",
                       apr_itoa(call->ctx.pool, err->retry_after));
    reply->err = err;
}

oa2_reply_t *oa2_reply_error(oa2_call_t *call, const oa2_err_t *err)
{
    oa2_reply_t *reply = call->endpoint->answer == OA2_ANSWER_PAGE
                             ? error_page(call, err)
                             : error_json(call, err);

    oa2_reply_why(reply, call, err);
    return reply;
}

/*
 * RFC 6265bis: "__Host-" makes browsers insist on Secure, on Path=/ and on no
 * Domain.  Lax: the way back from a client is a top-level GET.
 */
void oa2_reply_cookie(oa2_call_t *call, const char *name, const char *value,
                      apr_int64_t lifetime)
{
    apr_pool_t *pool = call->ctx.pool;
    int secure = call->ctx.settings->secure;
    const char *age = "";

    if (!value)
        age = "; Max-Age=0";
    else if (lifetime)
        age = apr_psprintf(pool, "; Max-Age=%" APR_INT64_T_FMT, lifetime);
    apr_table_addn(call->headers, "Set-Cookie",
                   apr_pstrcat(pool, secure ? "__Host-" : "", name, "=",
                               value ? value : "", "; Path=/; HttpOnly; "
                               "SameSite=Lax", secure ? "; Secure" : "", age,
                               NULL));
}

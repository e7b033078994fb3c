/* SPDX-License-Identifier: Apache-2.0 */
/*
 * userdata.c - what a client keeps of a user: one JSON object, at the user's
 * sub.  RFC 9110 section 13 (conditional requests) and RFC 7396 (PATCH).
 *
 * For tokens of that user with the scope "userdata", and for API keys of a
 * client that he has allowed it; each client has a document of its own.  POST
 * is PUT, for clients that know no other.  Who names no condition has the last
 * word, as with any PUT; a PATCH without one is of whatever is there when it is
 * written.
 */
#include "base/text/etag.h"
#include "base/text/words.h"
#include "endpoint/endpoint.h"

#include <string.h>

#include <apr_strings.h>

#include "store/userdata.h"

#define SCOPE "userdata"
#define DOCUMENT_MAX (64 * 1024)
#define TRIES 16                        /* against the same client's others */

static const oa2_param_t params[] = {
    OA2_PARAMS_END
};

static oa2_err_t *no_owner(oa2_call_t *call)
{
    return oa2_err_make(call->ctx.pool, &oa2_no_document, OA2_ID(5921),
                        call->token
                        ? "this token is not for such a user: the path ends "
                          "in the sub of the token's user"
                        : "no such user has allowed this: the path ends in "
                          "the sub of a user who has", NULL);
}

/* By the client's key: the user is not there, and what he has allowed counts.
   The consent, not a grant: signing out ends that, and not this. */
static oa2_err_t *find_by_key(oa2_userdata_t *data, oa2_call_t *call)
{
    const oa2_subject_t *by = &call->subject;

    if (!by->client_id)
        return oa2_err_make(call->ctx.pool, &oa2_forbidden, OA2_ID(5928),
                            "this is kept by clients: the API key of a user "
                            "is none of a client's", NULL);
    data->client_id = by->client_id;
    OA2_TRY(oa2_userdata_owner(&data->user, &call->ctx, call->rest,
                               by->client_id, SCOPE));
    return data->user ? NULL : no_owner(call);
}

/* Whose document it is.  Somebody else's user looks like none. */
static oa2_err_t *find_owner(oa2_userdata_t *data, oa2_call_t *call)
{
    const oa2_subject_t *by = &call->subject;

    if (!oa2_words_has(by->scope, SCOPE))
        return oa2_err_make(call->ctx.pool, &oa2_insufficient_scope,
                            OA2_ID(5920), call->token
                            ? "the access token needs the scope " SCOPE
                            : "the API key needs the scope " SCOPE,
                            "\"%s\" asked for a document without the scope "
                            SCOPE, oa2_subject_name(by, call->ctx.pool));
    if (!call->token)
        return find_by_key(data, call);
    if (!by->user || strcmp(by->sub, call->rest) != 0)
        return no_owner(call);
    data->user = by->user;
    data->client_id = by->client_id;
    return NULL;
}

static const char *etag_of(const oa2_call_t *call, const oa2_userdata_t *data)
{
    return data->document
        ? apr_psprintf(call->ctx.pool, "\"%" APR_INT64_T_FMT "\"",
                       data->version) : NULL;
}

static oa2_err_t *no_document(oa2_call_t *call)
{
    return oa2_err_make(call->ctx.pool, &oa2_no_document, OA2_ID(5922),
                        "nothing is kept of this user", NULL);
}

/* Section 13.2.2, in its order; the other conditions are about dates.
   *is_same: 304. */
static oa2_err_t *check_conditions(int *is_same, oa2_call_t *call,
                                   const oa2_userdata_t *data)
{
    const char *etag = etag_of(call, data);

    *is_same = 0;
    if (call->if_match && !oa2_etag_matches(call->if_match, etag, 1))
        return oa2_err_make(call->ctx.pool, &oa2_precondition_failed,
                            OA2_ID(5923), etag
                            ? "it was changed meanwhile: get it, and do it "
                              "again" : "nothing is kept of this user", NULL);
    if (!call->if_none_match
        || !oa2_etag_matches(call->if_none_match, etag, 0))
        return NULL;
    *is_same = call->method == OA2_GET;
    return *is_same ? NULL : oa2_err_make(
        call->ctx.pool, &oa2_precondition_failed, OA2_ID(5924),
        "it is there already", NULL);
}

static oa2_reply_t *answer(oa2_call_t *call, int status,
                           const oa2_userdata_t *data)
{
    oa2_reply_t *reply = oa2_reply_empty(call->ctx.pool, status);

    if (status != 304) {
        reply->type = "application/json";
        reply->body = data->document;
    }
    apr_table_setn(reply->headers, "ETag", etag_of(call, data));
    return reply;
}

/* ------------------------------------------------------------ GET */

static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       oa2_userdata_t *data)
{
    int is_same;

    OA2_TRY(oa2_userdata_find(data, &call->ctx));
    OA2_TRY(check_conditions(&is_same, call, data));
    if (!data->document)
        return no_document(call);
    *out = answer(call, is_same ? 304 : 200, data);
    return NULL;
}

/* ------------------------------------------------------------ writing */

static oa2_err_t *read_body(cJSON **out, oa2_call_t *call)
{
    *out = oa2_json_parse(call->body, call->body_len, call->ctx.pool);
    if (!*out || !cJSON_IsObject(*out))
        return oa2_err_make(call->ctx.pool, &oa2_invalid_json, OA2_ID(5925),
                            "the body has to be one JSON object (RFC 8259), "
                            "nested 32 deep at most", NULL);
    return NULL;
}

/* What the document will be. */
static oa2_err_t *make_document(const char **out, oa2_call_t *call,
                                const oa2_userdata_t *before)
{
    apr_pool_t *pool = call->ctx.pool;
    cJSON *target = NULL;
    cJSON *patch;

    OA2_TRY(read_body(&patch, call));
    if (call->method != OA2_PATCH) {
        *out = call->body;
        return NULL;
    }
    if (before->document)
        target = oa2_json_parse(before->document, strlen(before->document),
                                pool);
    *out = oa2_json_text(oa2_json_merge(target, patch, pool), pool);
    if (strlen(*out) > DOCUMENT_MAX)
        return oa2_err_make(pool, &oa2_too_large, OA2_ID(5926),
                            "the document would be larger than 64 KiB", NULL);
    return NULL;
}

/* 1: whoever writes last is right. */
static int is_unconditional(const oa2_call_t *call)
{
    return !call->if_match && !call->if_none_match
        && call->method != OA2_PATCH;
}

/* *done: 0 when somebody was faster: then look again. */
static oa2_err_t *attempt(oa2_reply_t **out, int *done, oa2_call_t *call,
                          oa2_userdata_t *data)
{
    apr_int64_t before;
    int is_new;
    int is_same;

    OA2_TRY(oa2_userdata_find(data, &call->ctx));
    OA2_TRY(check_conditions(&is_same, call, data));
    is_new = !data->document;
    before = is_unconditional(call) ? OA2_USERDATA_ANY : data->version;
    if (call->method == OA2_DELETE) {
        if (is_new)
            return no_document(call);
        OA2_TRY(oa2_userdata_remove(done, &call->ctx, data, before));
        *out = oa2_reply_empty(call->ctx.pool, 204);
        return NULL;
    }
    OA2_TRY(make_document(&data->document, call, data));
    OA2_TRY(oa2_userdata_put(done, &call->ctx, data, before));
    if (*done)
        *out = answer(call, is_new ? 201 : 200, data);
    return NULL;
}

static oa2_err_t *change(oa2_reply_t **out, oa2_call_t *call,
                         oa2_userdata_t *data)
{
    int tries = TRIES;
    int done = 0;

    while (!done && tries--)
        OA2_TRY(attempt(out, &done, call, data));
    if (!done)
        return oa2_err_make(call->ctx.pool, &oa2_precondition_failed,
                            OA2_ID(5927), "it is being changed all the time: "
                            "do it again", NULL);
    return NULL;
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_userdata_t data = { NULL, NULL, NULL, 0 };

    OA2_TRY(find_owner(&data, call));
    return call->method == OA2_GET ? show(out, call, &data)
                                   : change(out, call, &data);
}

const oa2_endpoint_t oa2_endpoint_userdata = {
    .name = "userdata",
    .below = 1,
    .methods = OA2_GET | OA2_POST | OA2_PUT | OA2_PATCH | OA2_DELETE,
    .client = OA2_CLIENT_NONE,
    .asker = OA2_ASKER_TOKEN_OR_KEY,
    .answer = OA2_ANSWER_JSON,
    .body = OA2_BODY_JSON,
    .body_most = DOCUMENT_MAX,
    .cors = OA2_CORS_CLIENTS,
    .params = params,
    .handle = handle,
};

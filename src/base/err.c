/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err.c - errors and the kinds there are.
 *
 * RFC 6749 sections 4.1.2.1 and 5.2, RFC 6750 section 3.1, RFC 7009 section
 * 2.2.1, RFC 8707 section 2, OpenID Connect Core section 3.1.2.6.
 */
#include "base/err.h"

#include <stdarg.h>

#include <apr_strings.h>

const oa2_err_kind_t oa2_invalid_request = {
    "invalid_request", 400, OA2_LOG_INFO,
    "The request is malformed."
};
const oa2_err_kind_t oa2_invalid_client = {
    "invalid_client", 401, OA2_LOG_INFO,
    "Client authentication failed."
};
const oa2_err_kind_t oa2_invalid_grant = {
    "invalid_grant", 400, OA2_LOG_INFO,
    "The grant is invalid, expired, revoked or was issued to another client."
};
const oa2_err_kind_t oa2_unauthorized_client = {
    "unauthorized_client", 400, OA2_LOG_INFO,
    "This client may not do that."
};
const oa2_err_kind_t oa2_unsupported_grant_type = {
    "unsupported_grant_type", 400, OA2_LOG_INFO,
    "This server does not know that grant_type."
};
const oa2_err_kind_t oa2_unsupported_response_type = {
    "unsupported_response_type", 400, OA2_LOG_INFO,
    "This server does not know that response_type."
};
const oa2_err_kind_t oa2_invalid_scope = {
    "invalid_scope", 400, OA2_LOG_INFO,
    "The scope is unknown, malformed or more than this client may have."
};
const oa2_err_kind_t oa2_access_denied = {
    "access_denied", 403, OA2_LOG_INFO,
    "The request was denied."
};
const oa2_err_kind_t oa2_server_error = {
    "server_error", 500, OA2_LOG_ERROR,
    "The server could not do this. Its log says why."
};
const oa2_err_kind_t oa2_temporarily_unavailable = {
    "temporarily_unavailable", 503, OA2_LOG_ERROR,
    "The server cannot do this just now. Please try again later."
};
const oa2_err_kind_t oa2_invalid_token = {
    "invalid_token", 401, OA2_LOG_INFO,
    "The access token is invalid, expired or revoked."
};
const oa2_err_kind_t oa2_invalid_api_key = {
    "invalid_api_key", 401, OA2_LOG_INFO,
    "The API key is not good here."
};
const oa2_err_kind_t oa2_insufficient_scope = {
    "insufficient_scope", 403, OA2_LOG_INFO,
    "The access token does not cover this request."
};
const oa2_err_kind_t oa2_invalid_target = {
    "invalid_target", 400, OA2_LOG_INFO,
    "The resource is unknown, malformed or closed to this client."
};
const oa2_err_kind_t oa2_login_required = {
    "login_required", 400, OA2_LOG_INFO,
    "The user has to log in."
};
const oa2_err_kind_t oa2_consent_required = {
    "consent_required", 400, OA2_LOG_INFO,
    "The user has to consent."
};
const oa2_err_kind_t oa2_invalid_json = {
    "invalid_json", 400, OA2_LOG_INFO,
    "The body is not a JSON object."
};
const oa2_err_kind_t oa2_no_document = {
    "not_found", 404, OA2_LOG_INFO,
    "There is nothing here."
};
const oa2_err_kind_t oa2_precondition_failed = {
    "precondition_failed", 412, OA2_LOG_INFO,
    "It was changed meanwhile."
};
const oa2_err_kind_t oa2_forbidden = {
    "invalid_request", 403, OA2_LOG_INFO,
    "This is not allowed."
};
const oa2_err_kind_t oa2_not_found = {
    "invalid_request", 404, OA2_LOG_INFO,
    "There is nothing here."
};
const oa2_err_kind_t oa2_method_not_allowed = {
    "invalid_request", 405, OA2_LOG_INFO,
    "This address does not answer that method."
};
const oa2_err_kind_t oa2_too_large = {
    "invalid_request", 413, OA2_LOG_INFO,
    "The request is too large."
};
const oa2_err_kind_t oa2_unsupported_media_type = {
    "invalid_request", 415, OA2_LOG_INFO,
    "The Content-Type is not one that this address reads."
};
const oa2_err_kind_t oa2_warning = {
    "server_error", 500, OA2_LOG_WARNING,
    "The server's log has a warning."
};
const oa2_err_kind_t oa2_too_many_requests = {
    "invalid_request", 429, OA2_LOG_INFO,
    "Too many attempts. Please wait before the next one."
};

/*
 * RFC 6749 section 5.2: "Values for the "error_description" parameter MUST
 * NOT include characters outside the set %x20-21 / %x23-5B / %x5D-7E."
 */
static const char *sayable(apr_pool_t *pool, const char *text)
{
    char *copy = apr_pstrdup(pool, text);
    char *at;

    for (at = copy; *at; at++) {
        unsigned char c = (unsigned char)*at;

        if (c == '"' || c == '\\')
            *at = '\'';
        else if (c < 0x20 || c > 0x7e)
            *at = '?';
    }
    return copy;
}

oa2_err_t *oa2_err_make(apr_pool_t *pool, const oa2_err_kind_t *kind, int id,
                        const char *said, const char *meant, ...)
{
    oa2_err_t *err = apr_pcalloc(pool, sizeof(*err));

    err->kind = kind;
    err->id = id;
    err->severity = kind->severity;
    err->said = said ? sayable(pool, said) : kind->said;
    if (meant) {
        va_list args;

        va_start(args, meant);
        err->meant = apr_pvsprintf(pool, meant, args);
        va_end(args);
    }
    else {
        err->meant = err->said;
    }
    return err;
}

oa2_err_t *oa2_err_attack(oa2_err_t *err)
{
    if (err->severity < OA2_LOG_NOTICE)
        err->severity = OA2_LOG_NOTICE;
    return err;
}

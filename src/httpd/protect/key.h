/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key.h - OAuth2AllowApiKey: callers who send an API key instead of a token, as
 * X-API-Key or as the password of Basic (RFC 7617).
 */
#ifndef OA2_HTTPD_PROTECT_KEY_H
#define OA2_HTTPD_PROTECT_KEY_H

#include <httpd.h>
#include "domain/site/subject.h"
#include "httpd/conf/conf.h"

/* 1 when an API key of ours came, be it where it may not be. */
int oa2_key_is_sent(const request_rec *r);
/* NULL where keys are taken; else invalid_api_key, for the log to say how. */
oa2_err_t *oa2_key_allow(request_rec *r);
/*
 * *out: whose key it is.  is_more: another credential came too.  Errors:
 * oa2_key_allow()'s and oa2_apikey_check()'s, and invalid_request for a
 * key in the query or beside something else.
 */
oa2_err_t *oa2_key_check(oa2_subject_t *out, request_rec *r,
                         const oa2_server_t *conf, int is_more);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call.h - what an endpoint gets of a request.
 */
#ifndef OA2_HTTPD_SERVE_CALL_H
#define OA2_HTTPD_SERVE_CALL_H

#include <httpd.h>

#include "endpoint/endpoint.h"
#include "httpd/conf/conf.h"

/* Everything but method, parameters and endpoint. */
void oa2_call_make(oa2_call_t *call, request_rec *r, const oa2_server_t *conf);
/* An error when httpd authenticated somebody here whose name we cannot take:
   never is he asked for a password of ours instead. */
oa2_err_t *oa2_call_check_user(request_rec *r, struct oa2_db_t *db);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* log.c - see log.h */
#include "httpd/log.h"

#include <apr_strings.h>

#include "httpd/module.h"

static int level_of(oa2_severity_t severity)
{
    switch (severity) {
    case OA2_LOG_ERROR:
        return APLOG_ERR;
    case OA2_LOG_NOTICE:
        return APLOG_NOTICE;
    default:
        return APLOG_INFO;
    }
}

void oa2_log_err(request_rec *r, const oa2_err_t *err, const char *client_id)
{
    const char *referer = apr_table_get(r->headers_in, "Referer");
    int level = level_of(err->severity);

    if (!APLOG_R_IS_LEVEL(r, level)) return;
    if (referer) apr_table_unset(r->headers_in, "Referer");
    if (client_id) {
        ap_log_rerror(APLOG_MARK, level, 0, r, "OA2%04d: %s (client \"%s\")",
                      err->id, err->meant, client_id);
    }
    else {
        ap_log_rerror(APLOG_MARK, level, 0, r, "OA2%04d: %s", err->id,
                      err->meant);
    }
    if (referer) apr_table_setn(r->headers_in, "Referer", referer);
}

void oa2_log_server(server_rec *s, int level, int id, const char *fmt, ...)
{
    char text[2048];
    va_list args;

    va_start(args, fmt);
    apr_vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    ap_log_error(APLOG_MARK, level, 0, s, "OA2%04d: %s", id, text);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* log.c - see log.h */
#include "httpd/run/log.h"

#include <apr_strings.h>

#include "httpd/module.h"

/* Six pages a minute are a person's; all lanes together are 6 a second. */
#define PAGES_SPAN 60
#define PAGES_MOST 6

static int level_of(oa2_severity_t severity)
{
    switch (severity) {
    case OA2_LOG_ERROR:
        return APLOG_ERR;
    case OA2_LOG_WARNING:
        return APLOG_WARNING;
    case OA2_LOG_NOTICE:
        return APLOG_NOTICE;
    default:
        return APLOG_INFO;
    }
}

/* tail: what stands behind the text. */
static void log_line(request_rec *r, int level, const oa2_err_t *err,
                     const char *client_id, const char *tail)
{
    const char *referer = apr_table_get(r->headers_in, "Referer");

    if (!APLOG_R_IS_LEVEL(r, level)) return;
    if (referer)
        apr_table_unset(r->headers_in, "Referer");
    if (client_id) {
        ap_log_rerror(APLOG_MARK, level, 0, r, "OA2-%04d: %s (client \"%s\")%s",
                      err->id, err->meant, client_id, tail);
    }
    else {
        ap_log_rerror(APLOG_MARK, level, 0, r, "OA2-%04d: %s%s", err->id,
                      err->meant, tail);
    }
    if (referer)
        apr_table_setn(r->headers_in, "Referer", referer);
}

void oa2_log_err(request_rec *r, const oa2_err_t *err, const char *client_id)
{
    log_line(r, level_of(err->severity), err, client_id, "");
}

void oa2_log_page(request_rec *r, const oa2_err_t *err, const char *client_id,
                  const char *reference, oa2_pace_t *pace)
{
    int level = level_of(err->severity);
    apr_uint32_t held;

    if (level > APLOG_WARNING
        && oa2_pace_take(pace, &held, r->useragent_ip,
                         apr_time_sec(r->request_time), PAGES_SPAN,
                         PAGES_MOST)) {
        level = APLOG_WARNING;
        if (held) {
            oa2_log_server(r->server, APLOG_WARNING, OA2_ID(7700),
                           "%u more error pages were shown, whose lines are "
                           "at level info", (unsigned)held);
        }
    }
    log_line(r, level, err, client_id,
             apr_pstrcat(r->pool, "; shown as ", reference, NULL));
}

void oa2_log_server(server_rec *s, int level, int id, const char *fmt, ...)
{
    char text[2048];
    va_list args;

    va_start(args, fmt);
    apr_vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    ap_log_error(APLOG_MARK, level, 0, s, "OA2-%04d: %s", id, text);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * person.c - see person.h
 *
 * A browser sends its cookies whoever has made it ask.  SameSite=Lax keeps them
 * from what other sites send, but not from what neighbours below the same
 * domain do; so whatever is more than to look needs a word of the browser's
 * that a page of this host has asked: Sec-Fetch-Site (Fetch Metadata Request
 * Headers, section 2.4), or Origin (RFC 6454 section 7).  One that sends
 * neither cannot be told from a forged request, and is refused.
 */
#include "httpd/protect/person.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>

#include "domain/person/browser.h"
#include "domain/request/way.h"
#include "domain/site/settings.h"
#include "httpd/request.h"
#include "httpd/serve/cookie.h"
#include "httpd/serve/entry.h"

int oa2_person_may_be(request_rec *r)
{
    return oa2_conf_dir(r)->browser_login == 1 && !oa2_entry_authorization(r);
}

/* RFC 9110 section 9.2.1; and no WebSocket, which is a GET by which a page can
   read and write (RFC 6455 section 10.2). */
static int is_look(const request_rec *r)
{
    return (r->method_number == M_GET || r->method_number == M_OPTIONS)
        && !apr_table_get(r->headers_in, "Upgrade");
}

oa2_err_t *oa2_person_find(oa2_subject_t *out, request_rec *r,
                           const oa2_server_t *conf)
{
    const char *cookie = oa2_cookie_session(r, conf);
    oa2_session_t *session;
    oa2_ctx_t ctx;

    out->by = OA2_BY_NOTHING;
    if (!cookie) return NULL;
    ctx = oa2_request_ctx(r, conf);
    OA2_TRY(oa2_browser_find(&session, &ctx, cookie));
    if (!session) return NULL;
    /* Our own forms are sealed, and their pages send no Origin. */
    if (!is_look(r) && !oa2_request_is_from_here(r)
        && !oa2_phase_of(r)->is_page) {
        return oa2_err_make(
            r->pool, &oa2_forbidden, OA2_ID(7920), NULL,
            "%s %s came with the login of \"%s\" and no sign that a page of "
            "this host has sent it: neither Sec-Fetch-Site \"same-origin\" "
            "nor an Origin that is the host \"%s\"; programs send a token",
            r->method, r->uri, session->user, r->hostname ? r->hostname : "");
    }
    oa2_subject_of_session(out, session);
    return NULL;
}

/* ------------------------------------------------------------ to the page */

/* Fetch Metadata section 2.2: what scripts, images and styles ask for is of no
   use to anybody as a login page. */
static int is_browser(const request_rec *r)
{
    const char *accept = apr_table_get(r->headers_in, "Accept");
    const char *mode = apr_table_get(r->headers_in, "Sec-Fetch-Mode");

    return r->method_number == M_GET && is_look(r)
        && accept && ap_strcasestr(accept, "text/html")
        && (!mode || strcmp(mode, "navigate") == 0)
        && !apr_table_get(r->headers_in, "X-Requested-With");
}

/* Of the request as the client sent it: an inner one's is not to be asked
   for. */
static const char *url_of(const request_rec *r)
{
    while (r->prev)
        r = r->prev;
    return oa2_request_url(r);
}

int oa2_person_ask(request_rec *r, const oa2_server_t *conf)
{
    const char *to;
    oa2_ctx_t ctx;

    /* A part of another answer, or an error document. */
    if (r->main || r->status != HTTP_OK || !is_browser(r)) return 0;
    ctx = oa2_request_ctx(r, conf);
    to = oa2_way_seal(&ctx, url_of(r));
    apr_table_setn(r->headers_out, "Location",
                   apr_pstrcat(r->pool, oa2_settings_path(
                       &conf->settings, "login", r->pool),
                       to ? "?" OA2_WAY_PARAM "=" : "", to ? to : "", NULL));
    apr_table_setn(r->err_headers_out, "Cache-Control", "no-store");
    return 1;
}
